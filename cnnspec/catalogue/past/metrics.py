"""Metrics of Keras 1 and 2 as today's Keras has them."""

from typing import Any

_SHORT = {"acc": "accuracy"}
_RIGHT = ("accuracy", "binary_accuracy")
_ABOVE_ZERO = {"class": "BinaryAccuracy", "name": "accuracy", "threshold": 0}
"""What counts right answers where class 1 is told by scores above 0."""


def metric_of(name: str) -> str:
    """A metric or a loss by the name that it has today."""
    return _SHORT.get(name, name)


def metrics_of(metrics: list[Any], loss: Any) -> list[Any]:
    """Metrics as they count beside a loss.

    Keras counts scores above 0.5 as class 1, also where the loss is told scores and no
    probabilities, whose middle is 0.
    """
    return [
        dict(_ABOVE_ZERO) if m in _RIGHT and _of_scores(loss) else m for m in metrics
    ]


def _of_scores(loss: Any) -> bool:
    if not isinstance(loss, dict) or len(loss) != 1:
        return False
    [(name, given)] = loss.items()
    scores = isinstance(given, dict) and given.get("from_logits") is True
    return scores and str(name).startswith("Binary")

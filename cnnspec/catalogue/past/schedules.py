"""The argument `decay` that optimizers of Keras 1 and 2 had."""

from typing import Any


def decayed(rate: Any, decay: float) -> dict[str, Any]:
    """The schedule that does what `decay` did: rate / (1 + decay · steps).

    Source: keras/optimizers.py, Keras 2.3.
    """
    schedule = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": decay}
    return {"InverseTimeDecay": schedule}

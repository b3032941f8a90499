"""An accuracy that can't tell which answers are right.

Accuracy counts right classes. A number is no class; and of a score that isn't a
probability it would take those above 0.5 for class 1, where the loss tells them
by the sign (keras/src/metrics/accuracy_metrics.py, binary_accuracy, 3.15).

Wrong:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: angles.npz}
    train: {loss: mse, metrics: [accuracy]}

Right:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: angles.npz}
    train: {loss: mse, metrics: [mae]}
"""

from collections.abc import Iterator

from cnnspec.catalogue.accuracy import Accuracy
from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Trained
from cnnspec.language.by_output import ByOutput

CODE = "accuracy-of-scores"
SEVERITY = "error"
_OF_ONE = ("two classes", "two pixel classes", "labels")
UNLESS = ("logits-and-probabilities", "loss-needs-probabilities")


def find(fit: Trained) -> Iterator[Problem]:
    """Finds each accuracy of a number, or of scores without their threshold."""
    form, probabilities, tells_classes = fit.answer
    what = {"number": "a number", "picture": "a picture"}.get(form, "numbers")
    for path, name, metric, about in fit.metrics():
        if not about.two_classes:
            continue
        if not tells_classes:
            text = f"{name} counts right classes, and this model gives {what}"
            yield Problem(path, CODE, text, _hint(fit, name))
        elif form == "labels" and isinstance(about, Accuracy):
            text = f"{name} goes by the largest score, and a sample has several labels"
            yield Problem(path, CODE, text, "use binary_accuracy")
        # Who writes the class is taken to know its threshold.
        elif form in _OF_ONE and not probabilities and metric == name:
            text = f"{name} counts scores above 0.5, and class 1 is told by one above 0"
            hint = "write {BinaryAccuracy: {name: accuracy, threshold: 0}}"
            yield Problem(path, CODE, text, hint)


def _hint(fit: Trained, name: str) -> str:
    """What to take; where one list is for all outputs, those that tell classes."""
    told = [one.name for one in fit.fit.outputs if one.answer.tells_classes]
    if told and not isinstance(fit.train.metrics, ByOutput):
        each = ", ".join(f"{output}: [{name}]" for output in told)
        return f"write metrics: {{{each}}}"
    return "use mae, the mean distance"

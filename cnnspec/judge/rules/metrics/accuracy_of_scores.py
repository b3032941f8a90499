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

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Fit

CODE = "accuracy-of-scores"
SEVERITY = "error"
UNLESS = ("logits-and-probabilities", "loss-needs-probabilities")


def find(fit: Fit) -> Iterator[Problem]:
    """Finds each accuracy of a number, or of scores without their threshold."""
    form, probabilities = fit.answer
    for path, name, metric, about in fit.metrics():
        if not about.two_classes:
            continue
        if form == "number":
            text = f"{name} counts right classes, and this model gives a number"
            yield Problem(path, CODE, text, "use mae, the mean distance")
        # Who writes the class is taken to know its threshold.
        elif form == "two classes" and not probabilities and metric == name:
            text = f"{name} counts scores above 0.5, and class 1 is told by one above 0"
            hint = "write {BinaryAccuracy: {name: accuracy, threshold: 0}}"
            yield Problem(path, CODE, text, hint)

"""A metric that can't compare labels with scores.

A metric of several classes has a score for each, and takes the class as a
number (sparse) or as a row with a 1 at its place (one_hot). Given the other
form it compares numbers that don't belong together, and reports nonsense
(keras/src/metrics/accuracy_metrics.py, 3.15). accuracy fits any form: Keras
chooses.

Wrong:

    data: {source: mnist, scale: 255, labels: sparse}
    train:
      loss: sparse_categorical_crossentropy
      metrics: [categorical_accuracy]

Right:

    data: {source: mnist, scale: 255, labels: sparse}
    train:
      loss: sparse_categorical_crossentropy
      metrics: [accuracy]
"""

from collections.abc import Iterator

from cnnspec.catalogue.accuracy import Metric
from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Trained

CODE = "metric-labels"
SEVERITY = "error"
UNLESS = (
    "logits-and-probabilities",
    "loss-needs-probabilities",
    "one-array-alone",
)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds each metric of other labels."""
    for path, name, _, about in fit.metrics():
        if takes(about, fit):
            continue
        text = f"{name} needs {about.labels} labels, and data.labels is {fit.encoding}"
        hint = f"use accuracy, which fits any; or set labels: {about.labels}"
        if fit.units == 1:
            text = f"{name} needs a unit for each class, and {fit.who} gives one score"
            hint = "use accuracy"
        elif fit.encoding == "multi_hot" or not fit.answer.tells_classes:
            what = "several labels" if fit.answer.tells_classes else "numbers"
            text = f"{name} compares classes, and {fit.who} gives {what}"
            hint = "use binary_accuracy" if fit.answer.tells_classes else "use mae"
        yield Problem(path, CODE, text, hint)


def takes(metric: Metric, fit: Trained) -> bool:
    """Whether a metric can compare labels and scores."""
    if metric.labels is None:
        return True
    if fit.units != 1 and (fit.encoding == "multi_hot" or not fit.answer.tells_classes):
        return not (metric.categorical or metric.labels == "sparse")
    return not metric.categorical if fit.units == 1 else metric.labels == fit.encoding

"""A metric that is told of other scores than there are.

Numbers of classes, labels and the like stand in the metric's arguments and must
be those of the last layer; some metrics need several scores to compare
(keras/src/metrics/iou_metrics.py, f_score_metrics.py, correlation_metrics.py,
3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      metrics: [{OneHotMeanIoU: {num_classes: 5, sparse_y_pred: false}}]

Right:

    train:
      loss: categorical_crossentropy
      metrics: [{OneHotMeanIoU: {num_classes: 10, sparse_y_pred: false}}]
"""

from collections.abc import Iterator
from itertools import chain

from cnnspec.catalogue.accuracy import Metric
from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import show
from cnnspec.judge.rules.fit.loss_scores import axes_of
from cnnspec.judge.rules.metrics.metric_labels import takes
from cnnspec.judge.subjects import Trained

CODE = "metric-scores"
SEVERITY = "error"
UNLESS = ("logits-and-probabilities", "loss-needs-probabilities")


def find(fit: Trained) -> Iterator[Problem]:
    """Finds the first such fault of each metric whose labels are right."""
    for path, name, _, about in fit.metrics():
        if not takes(about, fit):
            continue
        if about.of_rows and len(fit.output.shape) > 2:
            text = f"{name} takes a row for each sample, and {fit.who} gives "
            text = f"{text}{show(fit.output.shape[1:])}"
            hint = "use MeanIoU" if fit.answer.tells_classes else "use mae"
            yield Problem(path, CODE, text, hint)
            continue
        of_one = fit.units == 1
        first = _of_one(name, about, fit) if of_one else _of_several(name, about, fit)
        if found := next(chain(first, _of_any(name, about, fit)), None):
            yield Problem(path, CODE, *found)


def _of_one(name: str, metric: Metric, fit: Trained) -> Iterator[tuple[str, str]]:
    """What a metric asks of several scores, where there is one; and what to do."""
    if hasattr(metric, "num_classes"):
        text = f"{name} needs a unit for each class, and {fit.who} gives one score"
        yield text, "use BinaryIoU"
    elif metric.by_largest:
        text = f"{name} goes by the largest score, and {fit.who} gives one"
        yield text, f"write {{{metric.title()}: {{threshold: 0.5}}}}"
    elif metric.along_axis and getattr(metric, "axis", 0) != 0:
        text = f"{name} compares the numbers of a sample, and {fit.who} gives one"
        yield text, f"write {{{metric.title()}: {{axis: 0}}}}"


def _of_several(name: str, metric: Metric, fit: Trained) -> Iterator[tuple[str, str]]:
    if getattr(metric, "sparse_y_pred", False):
        text = f"{name} is told that answers are classes, and {fit.who} gives scores"
        yield text, "set sparse_y_pred: false"
    classes = getattr(metric, "num_classes", fit.units)
    if classes != fit.units:
        text = f"{name} counts {classes} classes, and {fit.who} gives {fit.scores}"
        yield text, f"set num_classes: {fit.units}"


def _of_any(name: str, metric: Metric, fit: Trained) -> Iterator[tuple[str, str]]:
    units = fit.units or 0
    chosen = getattr(metric, "class_id", None)
    if chosen is not None and chosen >= units:
        text = f"{name} looks at class {chosen}, and {fit.who} gives {fit.scores}"
        yield text, "count classes from 0"
    axis = getattr(metric, "axis", -1)
    if axis not in axes_of(metric, fit) or (axis == 0 and metric.labels == "sparse"):
        yield f"{name} has no axis {axis} to work on", "remove axis:; the last is usual"
    if (getattr(metric, "top_k", None) or 0) > units:
        yield f"{name}.top_k is more than {fit.who} gives, {fit.scores}", "choose fewer"
    weights = getattr(metric, "label_weights", None)
    of_weights = None if weights is None else len(weights)
    for given in (getattr(metric, "num_labels", None), of_weights):
        if given not in (None, units):
            told = f"{name} is told of {given} labels"
            yield f"{told}, and {fit.who} gives {fit.scores}", f"make them {units}"

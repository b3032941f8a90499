"""A callback for a count of which more may be worse.

With mode: auto Keras goes by what it knows of a metric, and ends the training
with an error where it knows nothing (keras/src/callbacks/monitor_callback.py,
3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      metrics: [{TruePositives: {name: hits}}]
      callbacks: [{EarlyStopping: {monitor: hits}}]

Right:

    train:
      loss: categorical_crossentropy
      metrics: [{TruePositives: {name: hits}}]
      callbacks: [{EarlyStopping: {monitor: hits, mode: max}}]
"""

from collections.abc import Iterator

from cnnspec.catalogue.accuracy import Metric
from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Trained
from cnnspec.judge.subjects import metric_key

CODE = "monitor-direction"
SEVERITY = "error"


def find(training: Trained) -> Iterator[Problem]:
    """Finds each callback that needs mode:."""
    for path, callback, _, metric in training.callbacks():
        if metric is None:
            continue
        knows = Metric.of(metric).has_direction
        if not knows and getattr(callback, "mode", "") == "auto":
            text = f"Keras doesn't know whether more {metric_key(metric)} are better"
            yield Problem(path, CODE, text, "set mode: max, or mode: min")

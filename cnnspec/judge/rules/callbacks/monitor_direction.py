"""A callback for a count of which more may be worse.

With mode: auto Keras goes by what it knows of a metric, and ends the training
with an error where it knows nothing (keras/src/callbacks/monitor_callback.py,
3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 20
      metrics: [{TruePositives: {name: hits}}]
      callbacks: [{EarlyStopping: {monitor: hits}}]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 20
      metrics: [{TruePositives: {name: hits}}]
      callbacks: [{EarlyStopping: {monitor: hits, mode: max}}]
"""

from collections.abc import Iterator

from cnnspec.catalogue.accuracy import Metric
from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training
from cnnspec.judge.subjects import metric_key

CODE = "monitor-direction"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds each callback that needs mode:."""
    for watched in training.callbacks():
        _, callback, figure, _, reported = watched
        if getattr(callback, "mode", "") != "auto":
            continue
        # Keras asks for the direction also where a callback makes no use of it.
        key = callback.monitor.removeprefix("val_")  # type: ignore[attr-defined]
        metric = training.metrics.get(key)
        # It looks for a metric of that name alone, without its output's.
        named = metric and key == metric_key(metric)
        knows = key == "loss" or (named and Metric.of(metric).direction)
        if not knows and (figure is None or figure in reported):
            text = f"Keras doesn't know whether more of '{key}' is better"
            yield Problem(
                watched.at("monitor"), CODE, text, "set mode: max, or mode: min"
            )

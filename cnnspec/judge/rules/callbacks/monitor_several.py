"""A callback that watches a metric of several numbers.

Such a metric has a number for each class or threshold, and a callback compares
one with the best so far (keras/src/callbacks/monitor_callback.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 20
      metrics: [{F1Score: {name: f1}}]
      callbacks: [{EarlyStopping: {monitor: f1, mode: max}}]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 20
      metrics: [{F1Score: {name: f1, average: macro}}]
      callbacks: [{EarlyStopping: {monitor: f1, mode: max}}]
"""

from collections.abc import Iterator

from cnnspec.catalogue.accuracy import Metric
from cnnspec.ground.errors import Problem
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.rules.callbacks import Training
from cnnspec.judge.subjects import metric_key

CODE = "monitor-several"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds each callback that would compare a list."""
    for path, callback, _, metric, _ in training.callbacks():
        about = None if metric is None else Metric.of(metric)
        if about is not None and about.is_several:
            several = f"{metric_key(metric)} is several numbers"
            text = f"{several}, and {callback.title()} watches one"
            hint = f"make it one, as in {flow({about.title(): about.one_number})}"
            yield Problem(path, CODE, text, hint)

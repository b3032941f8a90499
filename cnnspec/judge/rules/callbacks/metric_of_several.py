"""A metric of several numbers for a callback of one.

TensorBoard draws one point of a figure for an epoch, and ends the training
where a metric is a list (keras/src/callbacks/tensorboard.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      metrics: [F1Score]
      callbacks: [TensorBoard]

Right:

    train:
      loss: categorical_crossentropy
      metrics: [{F1Score: {average: macro}}]
      callbacks: [TensorBoard]
"""

from collections.abc import Iterator

from cnnspec.catalogue.accuracy import Metric
from cnnspec.catalogue.logs import TENSORBOARD
from cnnspec.ground.errors import Problem
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.rules.callbacks import Training
from cnnspec.judge.subjects import metric_key

CODE = "metric-of-several"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds each such callback, with the first such metric."""
    several = [m for m in training.metrics.values() if Metric.of(m).is_several]
    for path, callback, *_ in training.callbacks() if several else ():
        if not callback.takes_lists:
            about = Metric.of(several[0])
            text = f"{callback.title()} takes figures of one number, and "
            text = f"{text}{metric_key(several[0])} is several"
            hint = f"make it one, as in {flow({about.title(): about.one_number})}"
            yield Problem(path, CODE, text, hint)
    if several and TENSORBOARD in training.train.log:
        about = Metric.of(several[0])
        text = f"log: {TENSORBOARD} takes figures of one number, and "
        text = f"{text}{metric_key(several[0])} is several"
        hint = f"make it one, as in {flow({about.title(): about.one_number})}"
        yield Problem(("train", "log"), CODE, text, hint)

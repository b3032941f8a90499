"""A callback of an ensemble for a metric without a name.

Keras counts such metrics on for each model that is built: auc, then auc_1
(keras/src/utils/naming.py, auto_name, 3.15). Only the first member would report
the name that the callback watches.

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 20
      metrics: [{AUC: {}}]
      callbacks: [{EarlyStopping: {monitor: auc, mode: max}}]
    ensemble: {members: 3}

Right:

    train:
      loss: categorical_crossentropy
      epochs: 20
      metrics: [{AUC: {name: auc}}]
      callbacks: [{EarlyStopping: {monitor: auc, mode: max}}]
    ensemble: {members: 3}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training
from cnnspec.judge.subjects import metric_key

CODE = "monitor-unnamed"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds each callback that only the first member would heed."""
    if training.ensemble is None:
        return
    for path, callback, _, metric, _ in training.callbacks():
        if getattr(metric, "counted", False) and not metric.name:
            text = (
                f"Keras reports {metric_key(metric)} under another name for each "
                f"member of the ensemble, and {callback.title()} watches it"
            )
            yield Problem(path, CODE, text, "give the metric a name:")

"""A callback that takes better figures for worse ones.

With mode: max on a loss the best epoch is that of the largest loss:
EarlyStopping ends a training that goes well, a checkpoint keeps the worst
model, and ReduceLROnPlateau lowers the rate too early
(keras/src/callbacks/monitor_callback.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 20
      validation_split: 0.2
      callbacks: [{EarlyStopping: {monitor: val_loss, mode: max}}]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 20
      validation_split: 0.2
      callbacks: [{EarlyStopping: {monitor: val_loss, mode: min}}]
"""

from collections.abc import Iterator

from cnnspec.catalogue.accuracy import Metric
from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training, Watched

CODE = "monitor-reversed"
SEVERITY = "warning"
UNLESS = ("callback-monitor",)


def find(training: Training) -> Iterator[Problem]:
    """Warns of each mode: that is the other one."""
    for watched in training.callbacks():
        callback = watched.callback
        mode, better = getattr(callback, "mode", "auto"), _better(watched)
        # A checkpoint that keeps every model makes no use of it, and is told so.
        used = mode != "auto" and getattr(callback, "save_best_only", True)
        if used and better not in ("", mode):
            more = "less" if better == "min" else "more"
            text = f"{more} of {watched.figure} is better, and mode: {mode} takes it"
            text = f"{text} for worse"
            yield Problem(watched.at("mode"), CODE, text, f"set mode: {better}")


def _better(watched: Watched) -> str:
    """The mode that fits what is watched; nothing where nobody knows."""
    if watched.metric is None:
        return "min" if (watched.figure or "").endswith("loss") else ""
    metric = Metric.of(watched.metric)
    return "" if metric.declared else _MODES.get(metric.direction, "")


_MODES = {"up": "max", "down": "min"}

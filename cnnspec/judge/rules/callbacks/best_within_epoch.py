"""The best model, looked for within the first epoch.

Keras settles after that epoch whether more of a figure is better. Where it has
to compare two figures before, it ends in an error
(keras/src/callbacks/model_checkpoint.py, _should_save_model, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      callbacks:
        - ModelCheckpoint:
            filepath: best.keras
            monitor: loss
            save_best_only: true
            save_freq: 100

Right:

    train:
      loss: categorical_crossentropy
      callbacks:
        - ModelCheckpoint:
            filepath: best.keras
            monitor: loss
            save_best_only: true
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training
from cnnspec.judge.subjects import steps

CODE = "best-within-epoch"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds each that would compare two figures there, or may."""
    batches = steps(training.data, training.train)
    for watched in training.callbacks():
        _, callback, figure, *_ = watched
        every: Any = getattr(callback, "save_freq", "epoch")
        if every == "epoch" or figure not in training.figures:
            continue
        starts = getattr(callback, "initial_value_threshold", None) is not None
        if batches is None or batches // every >= (1 if starts else 2):
            text = f"Keras can't compare {figure} before the first epoch has ended"
            hint = "remove save_freq:; or remove save_best_only:"
            yield Problem(watched.at("save_freq"), CODE, text, hint)

"""The best model by what is unknown when it is saved.

What is validated is known after an epoch alone. After so many batches as
save_freq: says each save counts as the best
(keras/src/callbacks/model_checkpoint.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      validation_split: 0.2
      callbacks:
        - ModelCheckpoint:
            filepath: a.keras
            save_best_only: true
            save_freq: 100

Right:

    train:
      loss: categorical_crossentropy
      validation_split: 0.2
      callbacks:
        - ModelCheckpoint: {filepath: a.keras, save_best_only: true}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training

CODE = "best-of-batches"
SEVERITY = "warning"


def find(training: Training) -> Iterator[Problem]:
    """Warns of each that saves whatever there is."""
    for watched in training.callbacks():
        _, callback, figure, *_ = watched
        by_batches = getattr(callback, "save_freq", "epoch") != "epoch"
        if figure and by_batches and figure not in training.figures:
            text = f"{figure} isn't known after a batch, so that each save is the best"
            hint = "remove save_freq:; or remove save_best_only:"
            yield Problem(watched.at("save_freq"), CODE, text, hint)

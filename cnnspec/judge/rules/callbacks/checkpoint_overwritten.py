"""A file that each epoch writes over.

Without save_best_only: the model is saved after each epoch, under the same name
where no {epoch} or other figure stands in it, so that only the last one is left
(keras/src/callbacks/model_checkpoint.py, 3.15). A script saves that one anyhow.

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 5
      callbacks: [{ModelCheckpoint: model.keras}]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 5
      callbacks: [{ModelCheckpoint: "model_{epoch}.keras"}]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training

CODE = "checkpoint-overwritten"
SEVERITY = "warning"
UNLESS = ("file-template",)


def find(training: Training) -> Iterator[Problem]:
    """Warns of each where there is more than one epoch."""
    for watched in training.callbacks():
        callback = watched.callback
        if not callback.fills or getattr(callback, "save_best_only", False):
            continue
        name = getattr(callback, callback.fills)
        again = (
            training.train.epochs > 1 or getattr(callback, "save_freq", "") != "epoch"
        )
        if again and "{" not in name.replace("{{", ""):
            text = f"'{name}' is written over at each save, and holds the last alone"
            hint = "put {epoch} into the name; or add save_best_only: true"
            yield Problem(watched.at(callback.fills), CODE, text, hint)

"""A log in a folder that nothing makes.

CSVLogger opens its file when the training begins, and makes no folder for it
(keras/src/callbacks/csv_logger.py, 3.15): where it isn't there, fit ends in an
error. What saves models makes its folder itself.

Wrong:

    train:
      loss: categorical_crossentropy
      callbacks: [{CSVLogger: logs/epochs.csv}]

Right:

    train:
      loss: categorical_crossentropy
      callbacks: [{CSVLogger: epochs.csv}]
"""

import os
from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training

CODE = "missing-folder"
SEVERITY = "warning"
UNLESS = ("file-collision",)


def find(training: Training) -> Iterator[Problem]:
    """Warns of each log whose folder isn't there where the check runs."""
    for watched in training.callbacks():
        callback = watched.callback
        name = "" if callback.makes_folder else getattr(callback, callback.writes)
        folder, file = os.path.split(name)
        if folder and not os.path.isdir(os.path.dirname(training.path_of(name))):
            text = f"{callback.title()} makes no folder, and '{folder}' isn't here"
            hint = f"write {callback.writes}: {file}; or make the folder first"
            yield Problem(watched.at(callback.writes), CODE, text, hint)

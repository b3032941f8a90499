"""A callback that resumes, beside resume:.

Each would load what it saved itself, the one over the other
(keras/src/callbacks/backup_and_restore.py, 3.15). Nor does the callback know of
two fits, as with fine_tune:, which resume: does.

Wrong:

    train:
      loss: categorical_crossentropy
      resume: true
      callbacks: [{BackupAndRestore: {backup_dir: backup}}]

Right:

    train:
      loss: categorical_crossentropy
      resume: true
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training

CODE = "two-resumes"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds both."""
    for path, callback, *_ in training.callbacks():
        if callback.goes_on and training.train.resume:
            text = f"{callback.title()} and resume: both take up where training stopped"
            yield Problem(path, CODE, text, "remove one of them")
        elif callback.goes_on and training.train.fine_tune:
            text = f"{callback.title()} takes up one fit, and fine_tune: makes two"
            yield Problem(path, CODE, text, "remove it, and add resume: true to train:")

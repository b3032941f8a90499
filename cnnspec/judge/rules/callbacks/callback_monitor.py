"""A callback that watches what isn't reported.

Keras warns after each epoch and does nothing, so that training goes on to its
last epoch, and nothing is saved (keras/src/callbacks/early_stopping.py, 3.15).
A figure that begins with val_ is reported only where something is validated.

Wrong:

    train:
      loss: categorical_crossentropy
      callbacks: [EarlyStopping]

Right:

    train:
      loss: categorical_crossentropy
      validation_split: 0.2
      callbacks: [EarlyStopping]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem, either, nearest
from cnnspec.judge.rules.callbacks import Trained
from cnnspec.judge.subjects import figures

CODE = "callback-monitor"
SEVERITY = "error"


def find(training: Trained) -> Iterator[Problem]:
    """Finds each callback that would wait in vain."""
    reported, validates = figures(training.train), training.validates
    for path, callback, figure, _ in training.callbacks():
        title = callback.title()
        if figure.startswith("val_") and not validates:
            text = f"{title} watches {figure}, and nothing is validated"
            hint = "add validation_split: 0.2 to train:, or watch loss"
            yield Problem(path, CODE, text, hint)
        elif figure and figure.removeprefix("val_") not in reported:
            text = f"{title} watches '{figure}', which is not reported"
            known = [f"val_{key}" for key in reported] if validates else []
            hint = nearest(figure, known) or f"there is {either(reported + known)}"
            yield Problem(path, CODE, text, hint)

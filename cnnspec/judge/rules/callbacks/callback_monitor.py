"""A callback that watches what isn't reported.

Keras warns after each epoch and does nothing, so that training goes on to its
last epoch, and nothing is saved (keras/src/callbacks/early_stopping.py, 3.15).
A figure that begins with val_ is reported only where something is validated.

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 20
      callbacks: [EarlyStopping]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 20
      validation_split: 0.2
      callbacks: [EarlyStopping]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem, either, nearest
from cnnspec.judge.rules.callbacks import Training

CODE = "callback-monitor"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds each callback that would wait in vain."""
    for watched in training.callbacks():
        _, callback, figure, _, reported = watched
        if figure is None or figure in reported:
            continue
        text = f"{callback.title()} watches '{figure}', which is not reported"
        hint = nearest(figure, reported) or f"there is {either(reported)}"
        if figure.startswith("val_") and not training.validates:
            text = f"{callback.title()} watches {figure}, and nothing is validated"
            hint = "add validation_split: 0.2 to train:; or watch loss"
        yield Problem(watched.at("monitor"), CODE, text, hint)

"""A learning rate that stands at its floor.

ReduceLROnPlateau lowers a rate that is above min_lr:, and leaves any other as
it is (keras/src/callbacks/reduce_lr_on_plateau.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 50
      validation_split: 0.2
      optimizer: {Adam: {learning_rate: 0.001}}
      callbacks: [{ReduceLROnPlateau: {min_lr: 0.001}}]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 50
      validation_split: 0.2
      optimizer: {Adam: {learning_rate: 0.001}}
      callbacks: [{ReduceLROnPlateau: {min_lr: 0.00001}}]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training
from cnnspec.judge.subjects import rate

CODE = "rate-floor"
SEVERITY = "warning"
UNLESS = ("callback-schedule",)


def find(training: Training) -> Iterator[Problem]:
    """Warns where the rate to begin with is no higher."""
    _, begins = rate(training.train)
    for watched in training.callbacks():
        floor = getattr(watched.callback, "min_lr", None)
        if floor is not None and begins <= floor:
            text = f"{watched.callback.title()}.min_lr is {floor:g}, and the rate to"
            text = f"{text} begin with {begins:g}, which can't fall"
            yield Problem(watched.at("min_lr"), CODE, text, f"set it below {begins:g}")

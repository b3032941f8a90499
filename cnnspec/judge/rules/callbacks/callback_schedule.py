"""A callback that sets a learning rate with a schedule.

Keras can set a number, and ends the training with an error where the learning
rate is a schedule (keras/src/optimizers/base_optimizer.py, learning_rate,
3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 20
      validation_split: 0.2
      optimizer:
        Adam:
          learning_rate:
            CosineDecay: {initial_learning_rate: 0.01, decay_steps: 1000}
      callbacks: [ReduceLROnPlateau]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 20
      validation_split: 0.2
      optimizer: {Adam: {learning_rate: 0.01}}
      callbacks: [ReduceLROnPlateau]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training

CODE = "callback-schedule"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds both."""
    schedule = getattr(training.optimizer, "learning_rate", None)
    for path, callback, *_ in training.callbacks():
        if callback.changes_rate and hasattr(schedule, "module"):
            text = f"{callback.title()} can't change a learning rate that is a schedule"
            hint = "remove it; or give learning_rate: a number"
            yield Problem(path, CODE, text, hint)

"""A callback whose training ends before it can act.

The first epoch is the best so far, and patience: counts from the second; what
would change after the last epoch changes nothing. save_freq: and others count
batches (keras/src/callbacks/early_stopping.py, reduce_lr_on_plateau.py,
model_checkpoint.py, tensorboard.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      epochs: 10
      validation_split: 0.2
      callbacks: [{EarlyStopping: {patience: 10}}]

Right:

    train:
      loss: categorical_crossentropy
      epochs: 10
      validation_split: 0.2
      callbacks: [{EarlyStopping: {patience: 3}}]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training
from cnnspec.judge.subjects import steps

CODE = "late-callback"
SEVERITY = "warning"
UNLESS = ("callback-monitor",)


def find(training: Training) -> Iterator[Problem]:
    """Warns of each that would have to wait for the last epoch, or longer."""
    epochs = training.train.epochs
    batches = steps(training.data, training.train)
    count = (batches or 0) * epochs
    for watched in training.callbacks():
        callback = watched.callback
        first = callback.first_acts()
        if first is not None and first >= epochs - 1:
            can = f"{callback.title()} can do nothing before epoch {first + 1} ends"
            needs = f"set epochs: to {first + 2} or more"
            yield Problem(
                watched.at("patience"), CODE, f"{can}, and epochs is {epochs}", needs
            )
        for argument in callback.waits_for if batches else ():
            often = getattr(callback, argument)
            often = often[0] if isinstance(often, tuple) else often
            if isinstance(often, int) and often > count:
                text = f"{callback.title()}.{argument} waits for batch {often:,}"
                text = f"{text}, and the training has {count:,} ({batches:,} an epoch)"
                hint = f"make {argument}: {count} or less"
                yield Problem(watched.at(argument), CODE, text, hint)

"""A callback for averages of weights that none keeps.

Training ends in an error at its first epoch: the optimizer has no averages to
swap in (keras/src/callbacks/swap_ema_weights.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      callbacks: [SwapEMAWeights]

Right:

    train:
      loss: categorical_crossentropy
      optimizer: {Adam: {use_ema: true}}
      validation_split: 0.2
      callbacks: [SwapEMAWeights]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training

CODE = "callback-averages"
SEVERITY = "error"


def find(training: Training) -> Iterator[Problem]:
    """Finds each such callback beside another optimizer."""
    for path, callback, *_ in training.callbacks():
        keeps = getattr(training.optimizer, "use_ema", False)
        if callback.needs_averages and not keeps:
            text = f"{callback.title()} needs an optimizer that keeps averages"
            hint = "as in optimizer: {Adam: {use_ema: true}}"
            yield Problem(path, CODE, text, hint)

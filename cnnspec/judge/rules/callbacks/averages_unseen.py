"""Averages of weights that nothing is done with.

SwapEMAWeights swaps them in while it validates, or with swap_on_epoch: at the
end of each epoch, for what is saved then (keras/src/callbacks/
swap_ema_weights.py, 3.15). Without either it never swaps.

Wrong:

    train:
      loss: categorical_crossentropy
      optimizer: {Adam: {use_ema: true}}
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

CODE = "averages-unseen"
SEVERITY = "warning"
UNLESS = ("callback-averages",)


def find(training: Training) -> Iterator[Problem]:
    """Warns of such a callback where nothing is validated."""
    for path, callback, *_ in training.callbacks():
        swaps = getattr(callback, "swap_on_epoch", False) or training.validates
        if callback.needs_averages and not swaps:
            text = f"{callback.title()} never swaps: nothing is validated"
            hint = "add validation_split: 0.2 to train:; or add swap_on_epoch: true"
            yield Problem(path, CODE, text, hint)

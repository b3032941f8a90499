"""A softmax of a single unit, which is always 1.

Softmax divides each score's exponential by the sum of all, so that they come to
1 (Bridle 1990). Of one score that is 1, whatever the weights are: nothing is
learnt.

Wrong:

    layers:
      - Flatten
      - Dense: {units: 1, activation: softmax}
    data: {source: npz, path: pets.npz}
    train: {loss: binary_crossentropy}

Right:

    layers:
      - Flatten
      - Dense: {units: 1, activation: sigmoid}
    data: {source: npz, path: pets.npz}
    train: {loss: binary_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.answers import activation_of
from cnnspec.judge.subjects import Trained

CODE = "softmax-of-one"
SEVERITY = "error"
UNLESS = ("class-count", "number-for-classes")


def find(fit: Trained) -> Iterator[Problem]:
    """Finds it at the end of the model."""
    if fit.units == 1 and activation_of(fit.output.layer) == "softmax":
        text = "softmax of a single unit is always 1"
        hint = "set activation: sigmoid; or let the model end with a unit per class"
        yield Problem(fit.output.path, CODE, text, hint, at_key=True)

"""An ensemble of models that give a number.

The members of an ensemble vote, each for a class. Numbers have no majority.

Wrong:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: angles.npz}
    train: {loss: mse}
    ensemble: {members: 3}

Right:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: angles.npz}
    train: {loss: mse}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Fit

CODE = "ensemble-of-numbers"
SEVERITY = "error"
UNLESS = ("label-shape",)


def find(fit: Fit) -> Iterator[Problem]:
    """Finds both."""
    if fit.ensemble is not None and fit.answer.form == "number":
        text = "an ensemble votes on classes, and this model gives a number"
        yield Problem(("ensemble",), CODE, text, "remove ensemble:", at_key=True)

"""A section that needs another one, which isn't there.

An ensemble trains its members as train: says, on the samples of data:. Neither
has a default. train: alone is for a loop of one's own.

Wrong:

    input: [28, 28, 1]
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    ensemble: {members: 3}

Right:

    input: [28, 28, 1]
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy}
    ensemble: {members: 3}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections

CODE = "missing-section"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds the section that has nothing to go on."""
    if sections.ensemble is None:
        return
    if sections.train is None:
        text = "ensemble: needs to know how to train its members"
        hint = "add train:" if sections.data else "add train:, and data:"
        yield Problem(("ensemble",), CODE, text, hint, at_key=True)
    elif sections.data is None:
        text = "ensemble: needs something to train its members on"
        yield Problem(("ensemble",), CODE, text, "add data:", at_key=True)

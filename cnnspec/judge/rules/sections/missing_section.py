"""A section that needs another one, which isn't there.

An ensemble trains its members as train: says, and train: trains on the samples
of data:. Neither has a default.

Wrong:

    input: [28, 28, 1]
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
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
    if sections.train is None:
        if sections.ensemble is not None:
            text = "ensemble: needs to know how to train its members"
            yield Problem(("ensemble",), CODE, text, "add train:", at_key=True)
    elif sections.data is None:
        text = "train: needs something to train on"
        yield Problem(("train",), CODE, text, "add data:", at_key=True)

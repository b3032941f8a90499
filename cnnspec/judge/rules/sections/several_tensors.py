"""A model of several tensors, which data: can't feed.

A sample of data: is one array and its label one class, so that a model trained
on them reads one tensor and gives one.

Wrong:

    inputs: {image: [28, 28, 1], meta: [10]}
    layers:
      - Flatten: {from: image}
      - Concatenate: {from: [prev, meta]}
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train: {loss: categorical_crossentropy}

Right:

    input: [28, 28, 1]
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections

CODE = "several-tensors"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds that a model with data and training has more than one of either."""
    inputs, outputs = len(sections.inputs), len(sections.outputs)
    if sections.train and sections.data and (inputs, outputs) != (1, 1):
        text = (
            f"data: feeds one input and one output; the model has {inputs} and "
            f"{outputs}"
        )
        hint = "remove data: and train:, and train it with code of your own"
        yield Problem(("data",), CODE, text, hint, at_key=True)

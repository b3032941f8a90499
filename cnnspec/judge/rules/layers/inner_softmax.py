"""Probabilities that a layer drops or normalises again.

A softmax makes numbers that add up to 1, one for each class. Dropout takes some
of them away and enlarges the rest, and a normalization shifts and scales each,
so what the layers behind it read are no probabilities. Mostly softmax was meant
for the last layer, and another activation for this one
(llSourcell/tensorflow_chatbot#32).

Wrong:

    - Flatten
    - Dense: {units: 10, activation: softmax}
    - Dropout: 0.1
    - Dense: {units: 10, activation: softmax}

Right:

    - Flatten
    - Dense: {units: 10, activation: relu}
    - Dropout: 0.1
    - Dense: {units: 10, activation: softmax}
"""

from collections.abc import Iterator

from cnnspec.catalogue.layers.arguments import SOFTMAX
from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.errors import Problem
from cnnspec.model.summary import Model, Row, each_row

CODE = "inner-softmax"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of each softmax over a row of numbers that such a layer reads."""
    made: dict[str, Row] = {}
    for row in each_row(model.summary, written=True):
        does = _does(row.layer)
        for name in row.inputs if does else ():
            if softmax := made.pop(name, None):
                text = f"'{name}' gives the probabilities of a {SOFTMAX}, and"
                text = f"{text} '{row.name}' behind it {does}"
                hint, path = _hint(softmax.layer), softmax.path
                yield Problem(path, CODE, text, hint, True, softmax.trail)
        # Weights of attention have more axes, and are dropped on purpose.
        if len(row.output_shape) == 2 and row.layer.last_activation() == SOFTMAX:
            made[row.name] = row


def _does(layer: Layer) -> str:
    """What a layer makes of probabilities, where they are none any more."""
    if layer.nested():
        return ""
    if layer.family() == "normalization":
        return "normalises them again"
    varies = layer.family() == "regularization" and "training" in layer.call_settings
    return "changes them at random" if varies else ""


def _hint(layer: Layer) -> str:
    """What to write in its place."""
    if "activation" in layer.arguments():
        return "write activation: relu here, and softmax at the end alone"
    return "remove it, and write softmax at the end alone"

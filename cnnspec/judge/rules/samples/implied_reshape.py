"""Samples that a script reshapes without being told to.

They have as many numbers as the input, in other axes, and the script brings
them to its form. That is mostly meant; where it isn't, rows and columns are
mixed up silently.

Wrong:

    input: [784]
    layers:
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy}

Right:

    input: [784]
    layers:
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot, flatten: true}
    train: {loss: categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import show
from cnnspec.judge.subjects import Fit

CODE = "implied-reshape"
SEVERITY = "warning"
UNLESS = ("sample-shape",)


def find(fit: Fit) -> Iterator[Problem]:
    """Warns where samples are brought to another form without being asked to."""
    if len(fit.inputs) != 1:
        return
    data, [fed], image = fit.data, fit.inputs, fit.data.image
    wanted = fed.shape
    asked = data.flatten or data.reshape
    files = data.about_source.streams
    row = data.source != "csv" or files or len(wanted) == 1
    if asked or image == wanted or (image is None and row):
        return
    form = "rows of numbers" if image is None else show(image)
    text = f"samples of '{data.kind}' are {form}, and the input is {show(wanted)}"
    hint = f"say reshape: {list(wanted)} in data:"
    if image is None and len(wanted) == 3:
        hint = f"say image_shape: {list(wanted)} in data:"
    elif len(wanted) == 1:
        hint = "say flatten: true in data:"
    yield Problem(("data", "source"), CODE, text, hint)

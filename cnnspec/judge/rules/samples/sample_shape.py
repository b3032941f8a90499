"""Samples that don't make the model's input.

A sample is as the source has it, flattened or reshaped as data: says; what
comes out has to be as large as the input, or Model.fit ends in an error at its
first batch.

Wrong:

    input: [32, 32, 3]
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
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
from cnnspec.ground.shapes import Shape, product, show
from cnnspec.judge.subjects import Fed, Fit

CODE = "sample-shape"
SEVERITY = "error"
UNLESS = ("several-tensors",)


def find(fit: Fit) -> Iterator[Problem]:
    """Finds the first reason for which they don't."""
    for one in fit.inputs:
        yield from _of(fit, one)


def _of(fit: Fit, one: Fed) -> Iterator[Problem]:
    data, wanted, image = fit.data, one.shape, fit.data.image
    if data.about_source.is_ready:
        return
    if None in wanted:
        text = f"data: needs the sizes of the model's input, which is {show(wanted)}"
        hint = "give the input numbers instead of null"
        yield Problem(("data",), CODE, text, hint, at_key=True)
    elif data.about_source.streams and image is None and not _is_image(wanted):
        text = (
            "images have height, width and 1, 3 or 4 channels, and the input is "
            f"{show(wanted)}"
        )
        hint = "say image_shape: [HEIGHT, WIDTH, CHANNELS] in data:"
        yield Problem(("data", "source"), CODE, text, hint)
    elif data.width is not None and product(wanted) != data.width:
        yield _other_width(data.width, wanted)
    elif image is not None and product(image) != product(wanted):
        yield _other_size(fit, one, image)
    elif data.flatten and len(wanted) != 1:
        text = (
            f"data.flatten makes a row of each sample, and the input is {show(wanted)}"
        )
        yield Problem(("data", "flatten"), CODE, text, "remove flatten:")
    elif not data.flatten and data.reshape and data.reshape != wanted:
        text = (
            f"data.reshape brings samples to {show(data.reshape)}, and the input is "
            f"{show(wanted)}"
        )
        hint = f"set reshape: {list(wanted)}"
        yield Problem(("data", "reshape"), CODE, text, hint)


def _other_width(width: int, wanted: Shape) -> Problem:
    text = f"columns: come to {width:,} numbers, one for each number and each category"
    text = f"{text}, and the model's input is {show(wanted)}"
    hint = f"set input: [{width}]"
    return Problem(("data", "columns"), CODE, text, hint, at_key=True)


def _is_image(sizes: Shape) -> bool:
    return len(sizes) == 3 and sizes[2] in (1, 3, 4)


def _other_size(fit: Fit, one: Fed, image: Shape) -> Problem:
    sample = f"a sample of '{fit.data.kind}' is {show(image)}"
    wanted = f"the model's {show(one.shape)} input"
    text = f"{sample}, {product(image):,} numbers, which don't make {wanted}"
    other = "another image_shape" if fit.data.image_shape else "choose another source"
    hint = f"set input: {list(image)}; or {other}"
    return Problem(("data", "source"), CODE, text, hint)

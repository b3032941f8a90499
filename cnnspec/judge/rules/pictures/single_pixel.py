"""A picture of single pixels.

A filter of 1x1 has one number for a channel, and no form. Where the last
convolution gives a single position, Grad-CAM has one number for the whole image
(R. R. Selvaraju et al. 2017, Grad-CAM, arXiv 1610.02391), and can't say where
the model looks.

Wrong:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 16, kernel_size: 28, activation: relu}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy, show: [grad_cam]}

Right:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 16, kernel_size: 7, activation: relu}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy, show: [grad_cam]}
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.errors import Problem
from cnnspec.judge.shown import convolutions, kernel_size
from cnnspec.language.training import FILTERS, GRAD_CAM
from cnnspec.model.summary import Model

CODE = "single-pixel"
SEVERITY = "warning"
UNLESS = ("nothing-to-show",)


def find(model: Model) -> Iterator[Problem]:
    """Warns of filters without a form, and of a map of one number."""
    train, found = model.program.train, convolutions(model.summary)
    assert train is not None
    if not found:
        return
    first, last = found[0], found[-1]
    size: Any = last.output_shape[1:-1]
    texts = {
        FILTERS: (
            kernel_size(first),
            f"the filters of the first convolution, '{first.name}', are 1x1",
        ),
        GRAD_CAM: (size, f"the last convolution, '{last.name}', gives 1x1 positions"),
    }
    for place, name in enumerate(train.show):
        sizes, text = texts.get(name, ((), ""))
        if tuple(sizes) == (1, 1):
            where = ("train", "show", place)
            text = f"{text}, so that {name} shows single pixels"
            yield Problem(where, CODE, text, f"remove {name}")

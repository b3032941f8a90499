"""A sample as the target of what has another form.

With targets: input each number that the model gives is held against one of the
sample, so that both have the same sizes (keras/src/losses/losses.py,
squeeze_or_expand_to_same_rank, 3.15).

Wrong:

    layers:
      - Conv2D: {filters: 1, kernel_size: 3, activation: sigmoid}
    data: {source: mnist, scale: 255, targets: input}
    train: {loss: mse}

Right:

    layers:
      - Conv2D: {filters: 1, kernel_size: 3, padding: same, activation: sigmoid}
    data: {source: mnist, scale: 255, targets: input}
    train: {loss: mse}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import show
from cnnspec.judge.answers import loss_name
from cnnspec.judge.subjects import Trained
from cnnspec.language.arrays import INPUT

CODE = "target-shape"
SEVERITY = "error"
UNLESS = ("label-shape", "sample-shape")


def find(fit: Trained) -> Iterator[Problem]:
    """Finds that there is no input of those sizes, or that it holds no classes."""
    if fit.array != INPUT:
        return
    shape, inputs = fit.output.shape[1:], fit.fit.inputs
    if fit.source is None:
        sizes = " or ".join(show(one.shape) for one in inputs)
        text = f"targets: input is a sample of {sizes}, and {fit.who} gives"
        text = f"{text} {show(shape)}"
        hint = f"let {fit.who} end with as many numbers in the same axes"
        yield Problem(fit.output.path, CODE, text, hint, at_key=True)
    elif fit.answer.tells_classes:
        text = f"{loss_name(fit.loss)} takes classes, and targets: input is the sample"
        yield Problem(fit.path("loss"), CODE, text, "set loss: mse")

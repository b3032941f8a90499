"""A loss that is told of other scores than there are.

A model gives each sample a row of scores: axes 0 and 1, or -2 and -1, of what
a loss is given. A loss for classes as numbers takes the last alone, and weights
of classes are one for each (keras/src/losses/losses.py,
keras/src/backend/tensorflow/nn.py, 3.15).

Wrong:

    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: {CategoricalCrossentropy: {axis: 2}}}

Right:

    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: {CategoricalCrossentropy: {axis: -1}}}
"""

from collections.abc import Container, Iterator

from cnnspec.catalogue.accuracy import Metric
from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Trained

CODE = "loss-scores"
SEVERITY = "error"
UNLESS = ("label-shape", "loss-labels")


def axes_of(about: Loss | Metric, fit: Trained) -> Container[int]:
    """What an axis may be: of samples, or of scores, or of what lies between."""
    count = len(fit.output.shape)
    if count == 2:
        return about.axes
    # A loss that doesn't take all of a row of scores is told of classes.
    alone = len(about.axes) < 2 * 2
    return (-1, count - 1) if alone else range(-count, count)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds an axis that there isn't, and weights of other classes."""
    loss = Loss.of(fit.loss)
    path = (*fit.path("loss"), loss.title())
    given = getattr(loss, "axis", None)
    axes = given if isinstance(given, tuple) else (given,)
    allowed, count = axes_of(loss, fit), len(fit.output.shape)
    for axis in axes:
        if axis is not None and axis not in allowed:
            text = f"{loss.title()} has no axis {axis} to work on"
            yield Problem(
                (*path, "axis"), CODE, text, "remove axis:; the last is usual"
            )
    known = [axis % count for axis in axes if axis is not None and axis in allowed]
    if len(set(known)) < len(known):
        text = f"{loss.title()} is given an axis twice, from the front and from the end"
        yield Problem((*path, "axis"), CODE, text, "name each axis once")
    weights = getattr(loss, "alpha", None)
    if isinstance(weights, list) and len(weights) not in (1, fit.units):
        text = f"{loss.title()}.alpha has {len(weights)} weights"
        text = f"{text}, and {fit.who} gives {fit.scores}"
        yield Problem((*path, "alpha"), CODE, text, f"give {fit.units}, or one number")

"""A loss that can't compare labels with scores.

A loss of several classes takes the class as a number (sparse) or as a row with
a 1 at its place (one_hot); other losses compare number by number. Given the
other form, Keras ends in an error, or compares numbers that don't belong
together (keras/src/losses/losses.py, 3.15).

Wrong:

    data: {source: mnist, scale: 255, labels: sparse}
    train: {loss: mse}

Right:

    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: mse}
"""

from collections.abc import Iterator

from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Problem
from cnnspec.judge.answers import loss_name
from cnnspec.judge.subjects import Fit

CODE = "loss-labels"
SEVERITY = "error"
UNLESS = ("logits-and-probabilities", "loss-needs-probabilities")


def find(fit: Fit) -> Iterator[Problem]:
    """Finds the first reason for which it can't."""
    name, loss, given = loss_name(fit.train), Loss.of(fit.train.loss), fit.encoding
    path = ("train", "loss")
    if loss.compares_samples:
        text = f"{name} teaches a model which samples are alike, and not their classes"
        yield Problem(path, CODE, text, "choose another loss")
    elif fit.units == 1 and loss.categorical:
        text = f"{name} needs a unit for each class, and the model gives one score"
        hint = "set loss: binary_crossentropy; or let the model end with more units"
        yield Problem(path, CODE, text, hint)
    elif fit.units == 1 and given == "one_hot":
        text = "one_hot labels need a unit for each class, and the model gives one"
        yield Problem(("data", "labels"), CODE, text, "set labels: sparse")
    elif fit.units != 1 and loss.labels not in (None, given):
        text = f"{name} needs {loss.labels} labels, and data.labels is {given}"
        other = "another loss"
        if loss.two_classes:
            other = "sparse_categorical_crossentropy as the loss"
        labels = f"[contiguous, {loss.labels}]" if fit.data.contiguous else loss.labels
        yield Problem(path, CODE, text, f"set labels: {labels}; or take {other}")

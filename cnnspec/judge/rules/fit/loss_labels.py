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
from cnnspec.ground.shapes import show
from cnnspec.judge.answers import loss_name
from cnnspec.judge.subjects import Trained

CODE = "loss-labels"
SEVERITY = "error"
UNLESS = (
    "logits-and-probabilities",
    "loss-needs-probabilities",
    "one-array-alone",
)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds the first reason for which it can't."""
    name, loss, given = loss_name(fit.loss), Loss.of(fit.loss), fit.encoding
    path, form, who = fit.path("loss"), fit.answer.form, fit.who
    if loss.compares_samples:
        text = f"{name} teaches a model which samples are alike, and not their classes"
        yield Problem(path, CODE, text, "choose another loss")
    elif given == "multi_hot" and (loss.categorical or form != "labels"):
        yield _several_labels(fit, name)
    elif fit.units == 1 and loss.categorical:
        text = f"{name} needs a unit for each class, and {who} gives one score"
        hint = f"set loss: binary_crossentropy; or let {who} end with more units"
        yield Problem(path, CODE, text, hint)
    elif fit.units == 1 and given == "one_hot":
        text = f"one_hot labels need a unit for each class, and {who} gives one"
        yield Problem(fit.label_path, CODE, text, "set labels: sparse")
    elif _by_number(fit) or loss.labels in (None, given):
        return
    elif fit.units != 1:
        text = f"{name} needs {loss.labels} labels, and data.labels is {given}"
        other = "another loss"
        if loss.two_classes:
            other = "sparse_categorical_crossentropy as the loss"
        labels = f"[contiguous, {loss.labels}]" if fit.data.contiguous else loss.labels
        if loss.two_classes and fit.data.about_source.any_arrays:
            labels = f"{labels}, or multi_hot where a sample has several"
        yield Problem(path, CODE, text, f"set labels: {labels}; or take {other}")


def _by_number(fit: Trained) -> bool:
    """Whether targets are what they are in the file, and are compared as they are."""
    form = fit.answer.form
    of_steps = form == "sequence" and not fit.by_number
    return form in ("number", "numbers", "picture", "labels") or of_steps


def _several_labels(fit: Trained, name: str) -> Problem:
    """What to say of several labels for a sample that a loss can't compare."""
    if fit.answer.form != "labels":
        text = f"multi_hot labels are a row for each sample, and {fit.who} gives "
        text = f"{text}{show(fit.output.shape[1:])}"
        return Problem(fit.label_path, CODE, text, "remove multi_hot")
    text = f"{name} takes one class a sample, and multi_hot labels are several"
    hint = "set loss: binary_crossentropy, and end with activation: sigmoid"
    return Problem(fit.path("loss"), CODE, text, hint)

"""A model that learns a number where labels are classes.

With one unit and such a loss the labels are numbers, as an age or an angle;
names of classes, or folders that stand for them, mean nothing then.

Wrong:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: pets.npz, classes: [cat, dog]}
    train: {loss: mse}

Right:

    layers:
      - Flatten
      - Dense: {units: 2, activation: softmax}
    data: {source: npz, path: pets.npz, classes: [cat, dog]}
    train: {loss: sparse_categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.catalogue.sources import SOURCES
from cnnspec.ground.errors import Problem
from cnnspec.judge.answers import loss_name
from cnnspec.judge.subjects import Trained

CODE = "number-for-classes"
SEVERITY = "error"
UNLESS = ("label-shape",)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds what says that there are classes."""
    if not fit.learns_number:
        return
    loss = loss_name(fit.loss)
    if fit.data.about_source is SOURCES["image_directory"]:
        text = f"folders are classes, and {loss} with one unit learns a number"
        hint = "end the model with a unit for each class"
        yield Problem(("data", "source"), CODE, text, hint)
    elif fit.data.class_count is not None and not _others_have_some(fit):
        text = f"{loss} with one unit learns a number, not classes"
        hint = "remove classes:; or end the model with a unit for each class"
        yield Problem(("data", "classes"), CODE, text, hint)


def _others_have_some(fit: Trained) -> bool:
    """Whether another output tells classes, which those of data: are then."""
    return any(one.answer.tells_classes for one in fit.fit.outputs)

"""Weights of classes that there aren't.

Model.fit looks the weight of each sample up by its class
(keras/src/trainers/data_adapters/data_adapter_utils.py,
class_weight_to_sample_weights, 3.15). A list has one for each class; a mapping
names some, counted from 0.

Wrong:

    train: {loss: categorical_crossentropy, class_weight: {10: 2.5}}

Right:

    train: {loss: categorical_crossentropy, class_weight: {9: 2.5}}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Fit

CODE = "class-weight"
SEVERITY = "error"
UNLESS = ("label-shape",)


def find(fit: Fit) -> Iterator[Problem]:
    """Finds that they speak of other classes than the model has."""
    weights, path = fit.train.class_weight, ("train", "class_weight")
    if weights is None:
        return
    form, count = fit.answer.form, fit.units
    if form == "number":
        text = "class_weight is for classes, and this model gives a number"
        yield Problem(path, CODE, text, "remove class_weight:", at_key=True)
        return
    count = 2 if form == "two classes" else fit.units or 0
    if isinstance(weights, tuple) and len(weights) != count:
        text = f"class_weight has {len(weights)} numbers, and the model {count} classes"
        hint = "give each class one, or a mapping of some, as in {3: 2.5}"
        yield Problem(path, CODE, text, hint, at_key=True)
    elif isinstance(weights, dict) and max(weights) >= count:
        text = f"class_weight weighs class {max(weights)}, and the model has {count}"
        hint = f"count classes from 0 to {count - 1}"
        yield Problem(path, CODE, text, hint, at_key=True)

"""Weights of classes that there aren't.

Model.fit looks the weight of each sample up by its class
(keras/src/trainers/data_adapters/data_adapter_utils.py,
class_weight_to_sample_weights, 3.15). A list has one for each class; a mapping
names some, counted from 0. That is done for the labels of one output, and for
one class a sample (array_data_adapter.py there).

Wrong:

    train: {loss: categorical_crossentropy, class_weight: {10: 2.5}}

Right:

    train: {loss: categorical_crossentropy, class_weight: {9: 2.5}}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import show
from cnnspec.judge.subjects import Trained

CODE = "class-weight"
SEVERITY = "error"
UNLESS = ("label-shape",)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds that they speak of other classes than the model has."""
    weights, path = fit.train.class_weight, ("train", "class_weight")
    if weights is None:
        return
    if text := _unfit(fit):
        if fit is fit.fit.outputs[0]:  # it is one for all
            yield Problem(path, CODE, text, _instead(fit), at_key=True)
        return
    count = fit.classes
    if isinstance(weights, tuple) and len(weights) != count:
        text = f"class_weight has {len(weights)} numbers, and the model {count} classes"
        hint = "give each class one, or a mapping of some, as in {3: 2.5}"
        yield Problem(path, CODE, text, hint, at_key=True)
    elif isinstance(weights, dict) and max(weights) >= count:
        text = f"class_weight weighs class {max(weights)}, and the model has {count}"
        hint = f"count classes from 0 to {count - 1}"
        yield Problem(path, CODE, text, hint, at_key=True)


def _unfit(fit: Trained) -> str:
    """Why there are no classes to weigh; '' where there are."""
    form, several = fit.answer.form, len(fit.fit.results)
    if several > 1:
        return f"Keras takes class_weight for one output, and this model has {several}"
    if fit.data.sample_weight is not None:
        return "Keras takes class_weight or sample_weight, and not both"
    if form in ("number", "numbers"):
        what = "a number" if form == "number" else "numbers"
        return f"class_weight is for classes, and this model gives {what}"
    if form not in ("classes", "two classes"):
        told = {"labels": "several labels for a sample", "picture": "a picture"}
        what = told.get(form, f"a class for each place of {show(fit.output.shape[1:])}")
        return f"class_weight is for one class a sample, and this model gives {what}"
    return ""


def _instead(fit: Trained) -> str:
    """What to do; weights of samples are known where there are arrays of any name."""
    if fit.answer.form == "pixel classes" and fit.data.sample_weight is None:
        share = f"[{', '.join(['1.0'] * min(fit.classes, 3))}]"
        return (
            "remove it; with labels: one_hot, a loss weighs classes, as in loss: "
            f"{{CategoricalFocalCrossentropy: {{alpha: {share}}}}}"
        )
    return "remove class_weight:"

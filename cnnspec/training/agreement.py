"""Whether `data:`, `train:` and `ensemble:` fit each other and the model."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnnspec.components import snake_case
from cnnspec.errors import Problem, either, nearest
from cnnspec.shapes import Shape, product, show
from cnnspec.training.answers import (
    LOGITS_ARGUMENT,
    TWO_CLASS_LOSSES,
    Output,
    activation_of,
    answer,
    loss_name,
    takes_logits,
)

if TYPE_CHECKING:
    from cnnspec.training import Data, Ensemble, Train

SIZES = {"digits": (8, 8, 1), "mnist": (28, 28, 1), "cifar10": (32, 32, 3)}
"""The images of the sources that are known by name: height, width, channels."""
CLASSES = 10
"""Of each of those sources."""


def disagreements(
    data: "Data | None",
    train: "Train | None",
    ensemble: "Ensemble | None",
    inputs: Sequence[Shape],
    outputs: Sequence[Output],
) -> Iterator[Problem]:
    """What in the sections fits neither the others nor the model.

    Args:
        inputs: the shapes of the model's inputs, batch first.
        outputs: the tensors that it gives.
    """
    if train is None:
        if ensemble is not None:
            text = "ensemble: needs to know how to train its members"
            yield Problem(("ensemble",), "argument", text, "add train:", at_key=True)
        return
    yield from _figure_problems(data, train)
    if data is None:
        text = "train: needs something to train on"
        yield Problem(("train",), "argument", text, "add data:", at_key=True)
        return
    if len(inputs) != 1 or len(outputs) != 1:
        text = (
            f"data: feeds one input and one output; the model has {len(inputs)} and "
            f"{len(outputs)}"
        )
        hint = "remove data: and train:, and train it with code of your own"
        yield Problem(("data",), "argument", text, hint, at_key=True)
        return
    yield from _size_problems(data, inputs[0][1:])
    yield from _label_problems(data, train, ensemble, outputs[0])
    if data.validation and train.validation_split:
        text = "data.validation is a file to validate with, and validation_split a part"
        path = ("train", "validation_split")
        yield Problem(path, "argument", text, "remove validation_split:", at_key=True)


def _size_problems(data: "Data", wanted: Shape) -> Iterator[Problem]:
    if None in wanted:
        text = f"data: needs the sizes of the model's input, which is {show(wanted)}"
        hint = "give the input numbers instead of null"
        yield Problem(("data",), "argument", text, hint, at_key=True)
    elif data.source in SIZES:
        image = SIZES[data.source]
        if product(image) != product(wanted):
            text = (
                f"a sample of '{data.source}' is {show(image)}, {product(image):,} "
                f"numbers, which don't make the model's {show(wanted)} input"
            )
            hint = f"set input: {list(image)}, or choose another source"
            yield Problem(("data", "source"), "argument", text, hint)


# ------------------------------------------------------------------ labels, scores


def _label_problems(
    data: "Data", train: "Train", ensemble: "Ensemble | None", output: Output
) -> Iterator[Problem]:
    if len(output.shape) != 2 or output.shape[1] is None:
        yield _not_a_vector(output)
        return
    # A wrong number of units explains the others.
    found = [*_class_problems(data, train, output)]
    found = found or [*_activation_problems(train, output)]
    yield from found or _pair_problems(data, train, output, output.shape[1])
    if ensemble is not None and answer(train, output).form == "number":
        text = "an ensemble votes on classes, and this model gives a number"
        yield Problem(("ensemble",), "argument", text, "remove ensemble:", at_key=True)


def _not_a_vector(output: Output) -> Problem:
    scores = output.shape[1:]
    text = (
        f"data: has one label for a sample, its class, and the model gives "
        f"{show(scores)} for each"
    )
    hint = "give that size a number instead of null"
    if len(scores) == 3:
        hint = "put Flatten or GlobalAveragePooling2D before the last Dense layer"
    elif len(scores) > 1:
        hint = "put Flatten before the last Dense layer"
    return Problem(output.path, "argument", text, hint, at_key=True)


def _class_problems(data: "Data", train: "Train", output: Output) -> Iterator[Problem]:
    """Whether source, names and units speak of the same number of classes."""
    known = CLASSES if data.source in SIZES else None
    names = None if data.classes is None else len(data.classes)
    units, form = output.shape[1], answer(train, output).form
    if form == "number" and loss_name(train) not in _LABELS_OF_LOSS:
        if names is not None:
            text = f"{loss_name(train)} with one unit learns a number, not classes"
            hint = "remove classes:, or end the model with a unit for each class"
            yield Problem(("data", "classes"), "argument", text, hint)
        return
    if None not in (known, names) and known != names:
        text = f"'{data.source}' has {known} classes, and classes: names {names}"
        hint = f"name all {known}, or remove classes:"
        yield Problem(("data", "classes"), "argument", text, hint)
        return
    count = known if names is None else names
    gives = 2 if form == "two classes" else units
    if count not in (None, gives):
        what = f"'{data.source}'" if names is None else "classes:"
        text = f"{what} has {count} classes, and the model gives {_scores(units)}"
        hint = f"let the model end with {count} units"
        if "units" in output.layer.fields():
            hint = f"set units: {count} here"
        yield Problem(output.path, "argument", text, hint, at_key=True)


def _scores(units: int | None) -> str:
    if units == 1:
        return "one score, which tells two apart"
    return f"{units} scores"


_MAKE_PROBABILITIES = frozenset({"softmax", "sigmoid"})
_MAY_MAKE_THEM = frozenset(
    {"", "exponential", "hard_sigmoid", "softplus", "sparsemax", "sparse_sigmoid"}
)
"""Others that a crossentropy can take; '' is one that isn't known."""


def _activation_problems(train: "Train", output: Output) -> Iterator[Problem]:
    """Whether the last activation gives what the loss takes."""
    activation, loss = activation_of(output.layer), loss_name(train)
    if activation == "softmax" and output.shape[1] == 1:
        text = "softmax of a single unit is always 1"
        hint = "set activation: sigmoid, or let the model end with a unit per class"
        yield Problem(output.path, "argument", text, hint, at_key=True)
        return
    if loss not in LOGITS_ARGUMENT:
        return
    if takes_logits(train):
        if activation in _MAKE_PROBABILITIES:
            text = (
                f"from_logits: true is for scores, and {activation} makes probabilities"
            )
            hint = f"remove from_logits:, or {activation} from the last layer"
            yield Problem(("train", "loss"), "argument", text, hint)
    elif activation not in _MAKE_PROBABILITIES | _MAY_MAKE_THEM:
        text = f"{loss} takes probabilities, and the model ends with {activation}"
        wanted = "sigmoid" if loss in TWO_CLASS_LOSSES else "softmax"
        other = f"{{{LOGITS_ARGUMENT[loss]}: {{from_logits: true}}}}"
        hint = f"set activation: {wanted} on the last layer, or loss: {other}"
        yield Problem(output.path, "argument", text, hint, at_key=True)


_LABELS_OF_LOSS = {
    "categorical_crossentropy": "one_hot",
    "categorical_focal_crossentropy": "one_hot",
    "categorical_hinge": "one_hot",
    "categorical_generalized_cross_entropy": "sparse",
    "sparse_categorical_crossentropy": "sparse",
}
"""Losses of several classes, and the labels they take. All others, but `crossentropy`,
compare number by number: one-hot labels with scores, or a label with one unit."""


def _pair_problems(
    data: "Data", train: "Train", output: Output, units: int
) -> Iterator[Problem]:
    """Whether the loss and the metrics can compare these labels with these scores."""
    loss = loss_name(train)
    if loss == "circle":
        text = "circle teaches a model which samples are alike, and not their classes"
        yield Problem(("train", "loss"), "argument", text, "choose another loss")
    elif units == 1 and loss in _LABELS_OF_LOSS:
        text = f"{loss} needs a unit for each class, and the model gives one score"
        hint = "set loss: binary_crossentropy, or let the model end with more units"
        yield Problem(("train", "loss"), "argument", text, hint)
    elif units == 1 and data.labels == "one_hot":
        text = "one_hot labels need a unit for each class, and the model gives one"
        yield Problem(("data", "labels"), "argument", text, "set labels: sparse")
    elif units > 1 and loss != "crossentropy":
        form = _LABELS_OF_LOSS.get(loss, "one_hot")
        if form != data.labels:
            text = f"{loss} needs {form} labels, and data.labels is {data.labels}"
            other = "another loss"
            if loss in TWO_CLASS_LOSSES:
                other = "sparse_categorical_crossentropy as the loss"
            hint = f"set labels: {form}, or {other}"
            yield Problem(("train", "loss"), "argument", text, hint)
    yield from _metric_problems(data, train, output, units)


def _metric_problems(
    data: "Data", train: "Train", output: Output, units: int
) -> Iterator[Problem]:
    form_of_answer = answer(train, output).form
    for place, metric in enumerate(train.metrics):
        name = _metric_name(metric)
        form = "sparse" if name.startswith("sparse_") else "one_hot"
        path = ("train", "metrics", place)
        if form_of_answer == "number" and name in ("accuracy", "binary_accuracy"):
            text = f"{name} counts right classes, and this model gives a number"
            yield Problem(path, "argument", text, "use mae, the mean distance")
            continue
        if name == "accuracy":
            continue
        if units == 1 and "categorical" in name:
            text = f"{name} needs a unit for each class, and the model gives one score"
            yield Problem(path, "argument", text, "use accuracy")
        elif units > 1 and form != data.labels:
            text = f"{name} needs {form} labels, and data.labels is {data.labels}"
            hint = f"use accuracy, which fits any, or set labels: {form}"
            yield Problem(path, "argument", text, hint)


# ------------------------------------------------------------------ what is watched


def figures(train: "Train") -> list[str]:
    """What Keras reports of an epoch: the loss, then each metric by its key."""
    return ["loss", *(_metric_key(metric) for metric in train.metrics)]


def _metric_name(metric: object) -> str:
    return metric if isinstance(metric, str) else snake_case(type(metric).__name__)


def _metric_key(metric: object) -> str:
    """The key of a metric in Keras's history."""
    # `keras.metrics.FBetaScore` breaks the pattern of the other default names.
    default = _metric_name(metric).replace("f_beta_score", "fbeta_score")
    return getattr(metric, "name", None) or (
        metric if isinstance(metric, str) else default
    )


def _figure_problems(data: "Data | None", train: "Train") -> Iterator[Problem]:
    """Metrics that stand twice, and callbacks that watch what isn't reported."""
    reported = figures(train)
    for place, key in enumerate(reported[1:]):
        if key in reported[: place + 1]:
            text = f"the metric '{key}' stands twice"
            if key == "loss":
                text = "'loss' is reported without being a metric"
            path = ("train", "metrics", place)
            yield Problem(path, "argument", text, "remove one, or give it a name:")
    validates = bool(train.validation_split or (data and data.validation))
    for place, callback in enumerate(train.callbacks):
        watched = getattr(callback, "monitor", "")
        title, path = callback.title(), ("train", "callbacks", place)
        if watched.startswith("val_") and not validates:
            text = f"{title} watches {watched}, and nothing is validated"
            hint = "add validation_split: 0.2 to train:, or watch loss"
            yield Problem(path, "argument", text, hint)
        elif watched and watched.removeprefix("val_") not in reported:
            text = f"{title} watches '{watched}', which is not reported"
            known = [f"val_{key}" for key in reported] if validates else []
            hint = nearest(watched, known) or f"there is {either(reported + known)}"
            yield Problem(path, "argument", text, hint)

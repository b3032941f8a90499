"""Whether `data:`, `train:` and `ensemble:` fit each other and the model."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.ground.errors import Problem, either, nearest
from cnnspec.ground.records import flow
from cnnspec.ground.shapes import Shape, product, show
from cnnspec.judge.answers import (
    Output,
    activation_of,
    answer,
    loss_name,
    takes_logits,
)

if TYPE_CHECKING:
    from cnnspec.language.training import Data, Ensemble, Train


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
    if ensemble is not None and train.distribute:
        text = "distribute: shares the training of one model, and ensemble: has several"
        hint = "remove it; --jobs N trains members at once"
        yield Problem(("train", "distribute"), "argument", text, hint, at_key=True)
    yield from _figure_problems(data, train)
    yield from _callback_problems(train, ensemble)
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
    yield from _weight_problems(data, train, outputs[0])
    if data.validation and train.validation_split:
        text = "data.validation is a file to validate with, and validation_split a part"
        path = ("train", "validation_split")
        yield Problem(path, "argument", text, "remove validation_split:", at_key=True)


def _size_problems(data: "Data", wanted: Shape) -> Iterator[Problem]:
    """Whether a sample, flattened or reshaped as declared, is what the model reads."""
    if None in wanted:
        text = f"data: needs the sizes of the model's input, which is {show(wanted)}"
        hint = "give the input numbers instead of null"
        yield Problem(("data",), "argument", text, hint, at_key=True)
        return
    image, of = data.image, f"a sample of '{data.source}'"
    if data.source == "image_directory" and image is None and not _is_image(wanted):
        text = (
            "images have height, width and 1, 3 or 4 channels, and the input is "
            f"{show(wanted)}"
        )
        hint = "say image_shape: [HEIGHT, WIDTH, CHANNELS] in data:"
        yield Problem(("data", "source"), "argument", text, hint)
        return
    if image is not None and product(image) != product(wanted):
        text = (
            f"{of} is {show(image)}, {product(image):,} numbers, which don't make the "
            f"model's {show(wanted)} input"
        )
        hint = f"set input: {list(image)}, or choose another source"
        if data.image_shape:
            hint = f"set input: {list(image)}, or another image_shape"
        yield Problem(("data", "source"), "argument", text, hint)
        return
    if data.flatten and len(wanted) != 1:
        text = (
            f"data.flatten makes a row of each sample, and the input is {show(wanted)}"
        )
        yield Problem(("data", "flatten"), "argument", text, "remove flatten:")
    elif data.reshape and data.reshape != wanted:
        text = (
            f"data.reshape brings samples to {show(data.reshape)}, and the input is "
            f"{show(wanted)}"
        )
        hint = f"set reshape: {list(wanted)}"
        yield Problem(("data", "reshape"), "argument", text, hint)
    elif not (data.flatten or data.reshape):
        yield from _implied(data, wanted)


def _is_image(sizes: Shape) -> bool:
    return len(sizes) == 3 and sizes[2] in (1, 3, 4)


def _implied(data: "Data", wanted: Shape) -> Iterator[Problem]:
    """A warning where samples are brought to another form without being asked to."""
    image, is_csv = data.image, data.source == "csv"
    if image == wanted or image is None and (not is_csv or len(wanted) == 1):
        return
    form = "rows of numbers" if image is None else show(image)
    text = f"samples of '{data.source}' are {form}, and the input is {show(wanted)}"
    hint = f"say reshape: {list(wanted)} in data:"
    if image is None and len(wanted) == 3:
        hint = f"say image_shape: {list(wanted)} in data:"
    elif len(wanted) == 1:
        hint = "say flatten: true in data:"
    where = ("data", "source")
    yield Problem(where, "implied-reshape", text, hint, severity="warning")


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
    known, names = data.known_classes, data.class_count
    units, form = output.shape[1], answer(train, output).form
    if form == "number" and not Loss.of(train.loss).categorical:
        if data.source == "image_directory":
            text = (
                f"folders are classes, and {loss_name(train)} with one unit learns a "
                "number"
            )
            hint = "end the model with a unit for each class"
            yield Problem(("data", "source"), "argument", text, hint)
            return
        if names is not None:
            text = f"{loss_name(train)} with one unit learns a number, not classes"
            hint = "remove classes:, or end the model with a unit for each class"
            yield Problem(("data", "classes"), "argument", text, hint)
        return
    if None not in (known, names) and known != names:
        says = "names" if data.names else "says"
        text = f"'{data.source}' has {known} classes, and classes: {says} {names}"
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
    about = Loss.of(train.loss)
    if not about.activation:
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
        other = f"{{{about.title()}: {{from_logits: true}}}}"
        hint = f"set activation: {about.activation} on the last layer, or loss: {other}"
        yield Problem(output.path, "argument", text, hint, at_key=True)


def encoding(data: "Data", train: "Train") -> Literal["one_hot", "sparse"]:
    """How the labels are given to the loss.

    `contiguous` alone says how classes are numbered, and leaves this to the loss.
    """
    if "one_hot" in data.labels:
        return "one_hot"
    loss = Loss.of(train.loss)
    chosen = "sparse" not in data.labels and loss.categorical
    return "one_hot" if chosen and loss.labels == "one_hot" else "sparse"


def _pair_problems(
    data: "Data", train: "Train", output: Output, units: int
) -> Iterator[Problem]:
    """Whether the loss and the metrics can compare these labels with these scores."""
    loss, about = loss_name(train), Loss.of(train.loss)
    if about.compares_samples:
        text = "circle teaches a model which samples are alike, and not their classes"
        yield Problem(("train", "loss"), "argument", text, "choose another loss")
    elif units == 1 and about.categorical:
        text = f"{loss} needs a unit for each class, and the model gives one score"
        hint = "set loss: binary_crossentropy, or let the model end with more units"
        yield Problem(("train", "loss"), "argument", text, hint)
    elif units == 1 and encoding(data, train) == "one_hot":
        text = "one_hot labels need a unit for each class, and the model gives one"
        yield Problem(("data", "labels"), "argument", text, "set labels: sparse")
    elif units > 1 and about.labels:
        form, given = about.labels, encoding(data, train)
        if form != given:
            text = f"{loss} needs {form} labels, and data.labels is {given}"
            other = "another loss"
            if about.two_classes:
                other = "sparse_categorical_crossentropy as the loss"
            labels = f"[contiguous, {form}]" if data.contiguous else form
            hint = f"set labels: {labels}, or {other}"
            yield Problem(("train", "loss"), "argument", text, hint)
    yield from _metric_problems(data, train, output, units)


def _metric_problems(
    data: "Data", train: "Train", output: Output, units: int
) -> Iterator[Problem]:
    form_of_answer, probabilities = answer(train, output)
    given = encoding(data, train)
    for place, metric in enumerate(train.metrics):
        name, about = _metric_name(metric), Metric.of(metric)
        form, path = about.labels, ("train", "metrics", place)
        if form_of_answer == "number" and about.two_classes:
            text = f"{name} counts right classes, and this model gives a number"
            yield Problem(path, "argument", text, "use mae, the mean distance")
            continue
        scores = form_of_answer == "two classes" and not probabilities
        if scores and about.two_classes and isinstance(metric, str):
            text = f"{name} counts scores above 0.5, and class 1 is told by one above 0"
            hint = "write {BinaryAccuracy: {name: accuracy, threshold: 0}}"
            yield Problem(path, "argument", text, hint)
            continue
        if form is None:
            continue
        if units == 1 and about.categorical:
            text = f"{name} needs a unit for each class, and the model gives one score"
            yield Problem(path, "argument", text, "use accuracy")
        elif units > 1 and form != given:
            text = f"{name} needs {form} labels, and data.labels is {given}"
            hint = f"use accuracy, which fits any, or set labels: {form}"
            yield Problem(path, "argument", text, hint)
        elif found := next(_misfits(about, name, units), None):
            yield Problem(path, "argument", *found)


def _misfits(metric: Metric, name: str, units: int) -> Iterator[tuple[str, str]]:
    """What of a metric doesn't fit the scores that it gets, and what to do about it."""
    scores = _scores(units)
    if units == 1:
        if hasattr(metric, "num_classes"):
            text = f"{name} needs a unit for each class, and the model gives one score"
            yield text, "use BinaryIoU"
        elif metric.by_largest:
            text = f"{name} goes by the largest score, and the model gives one"
            yield text, f"write {{{metric.title()}: {{threshold: 0.5}}}}"
        elif metric.along_axis and getattr(metric, "axis", 0) != 0:
            text = f"{name} compares the numbers of a sample, and the model gives one"
            yield text, f"write {{{metric.title()}: {{axis: 0}}}}"
    else:
        if getattr(metric, "sparse_y_pred", False):
            text = (
                f"{name} is told that answers are classes, and the model gives scores"
            )
            yield text, "set sparse_y_pred: false"
        classes = getattr(metric, "num_classes", units)
        if classes != units:
            text = f"{name} counts {classes} classes, and the model gives {scores}"
            yield text, f"set num_classes: {units}"
    if (chosen := getattr(metric, "class_id", None)) is not None and chosen >= units:
        text = f"{name} looks at class {chosen}, and the model gives {scores}"
        yield text, "count classes from 0"
    if (getattr(metric, "top_k", None) or 0) > units:
        yield f"{name}.top_k is more than the model gives, {scores}", "choose fewer"
    if getattr(metric, "multi_label", False):
        weights = getattr(metric, "label_weights", None)
        of_weights = None if weights is None else len(weights)
        for given in (getattr(metric, "num_labels", None), of_weights):
            if given not in (None, units):
                text = f"{name} is told of {given} labels, and the model gives {scores}"
                yield text, f"make them {units}"


def _weight_problems(data: "Data", train: "Train", output: Output) -> Iterator[Problem]:
    """Whether class_weight speaks of classes that there are."""
    weights, path = train.class_weight, ("train", "class_weight")
    if weights is None or len(output.shape) != 2:
        return
    read, units = answer(train, output), output.shape[1]
    if read.form == "number":
        text = "class_weight is for classes, and this model gives a number"
        yield Problem(path, "argument", text, "remove class_weight:", at_key=True)
        return
    count = 2 if read.form == "two classes" else units
    if isinstance(weights, tuple) and count is not None and len(weights) != count:
        text = f"class_weight has {len(weights)} numbers, and the model {count} classes"
        hint = "give each class one, or a mapping of some, as in {3: 2.5}"
        yield Problem(path, "argument", text, hint, at_key=True)
    elif isinstance(weights, dict) and count is not None and max(weights) >= count:
        text = f"class_weight weighs class {max(weights)}, and the model has {count}"
        hint = f"count classes from 0 to {count - 1}"
        yield Problem(path, "argument", text, hint, at_key=True)


# ------------------------------------------------------------------ what is watched


def figures(train: "Train") -> list[str]:
    """What Keras reports of an epoch: the loss, then each metric by its key."""
    return ["loss", *(_metric_key(metric) for metric in train.metrics)]


def _metric_name(metric: object) -> str:
    return snake_case(metric if isinstance(metric, str) else type(metric).__name__)


def _metric_key(metric: object) -> str:
    """The key of a metric in Keras's history; a name as it is written."""
    if isinstance(metric, str):
        return metric
    assert isinstance(metric, Metric)
    return metric.name or metric.key or _metric_name(metric)


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


def _callback_problems(
    train: "Train", ensemble: "Ensemble | None"
) -> Iterator[Problem]:
    """Callbacks that Keras would refuse once the training runs."""
    metrics = {_metric_key(metric): metric for metric in train.metrics}
    optimizer = getattr(train.optimizer, "inner_optimizer", train.optimizer)
    schedule = getattr(optimizer, "learning_rate", None)
    for place, callback in enumerate(train.callbacks):
        title, path = callback.title(), ("train", "callbacks", place)
        metric = metrics.get(getattr(callback, "monitor", "").removeprefix("val_"))
        if callback.goes_on and train.resume:
            text = f"{title} and resume: both take up where training stopped"
            yield Problem(path, "argument", text, "remove one of them")
        if callback.needs_averages and not getattr(optimizer, "use_ema", False):
            text = f"{title} needs an optimizer that keeps averages"
            hint = "as in optimizer: {Adam: {use_ema: true}}"
            yield Problem(path, "argument", text, hint)
        if callback.changes_rate and hasattr(schedule, "module"):
            text = f"{title} can't change a learning rate that is a schedule"
            hint = "remove it, or give learning_rate: a number"
            yield Problem(path, "argument", text, hint)
        if metric is None:
            continue
        about = Metric.of(metric)
        if not about.has_direction and callback.mode == "auto":
            text = f"Keras doesn't know whether more {_metric_key(metric)} are better"
            yield Problem(path, "argument", text, "set mode: max, or mode: min")
        if about.is_several:
            text = f"{_metric_key(metric)} is several numbers, and {title} watches one"
            hint = f"make it one, as in {flow({about.title(): about.one_number})}"
            yield Problem(path, "argument", text, hint)
        is_named = isinstance(metric, str) or about.name
        if ensemble and about.counted and not is_named:
            text = (
                f"Keras reports {_metric_key(metric)} under another name for each "
                f"member of the ensemble, and {title} watches it"
            )
            hint = "give the metric a name:"
            yield Problem(path, "argument", text, hint)

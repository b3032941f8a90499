"""Ideas that are found in the data and in how a model is trained."""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Crossentropy,
    Loss,
    SparseCategoricalCrossentropy,
)
from cnnspec.catalogue.named import subclasses
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.emit.keras_script.explain.subject import (
    Explanation,
    arguments_of,
    named,
)
from cnnspec.judge.subjects import Fit, Trained, rate, samples, steps
from cnnspec.language.training import Data, Train

Values = dict[str, Any]


def of_training(fit: Fit) -> Iterator[Explanation]:
    """All that is explained of data and training, in the order of a lesson."""
    data, train = fit.data, fit.train
    if train.mixed_precision:
        precision = {"policy": train.mixed_precision}
        yield Explanation("seed", "mixed_precision", precision)
    told = {one.encoding: one for one in fit.outputs if one.answer.form == "classes"}
    for one in told.values():
        yield Explanation("data", "labels", _labels(one))
    several = next((o for o in fit.outputs if o.answer.form == "labels"), None)
    if several is not None:
        yield Explanation("data", "multi_label", {"classes": several.units})
    losses = (explained for one in fit.outputs for explained in _loss(one))
    yield from {explained.key: explained for explained in losses}.values()
    if len(fit.outputs) > 1:
        yield Explanation("compile", "loss_weights", _weights(fit))
    yield from _optimizer(train)
    yield Explanation("fit", "batches", _batches(data, train))
    if train.validation_split or data.validation:
        yield Explanation("fit", "validation", _validation(data, train))
    if train.class_weight is not None:
        balanced = {"balanced": train.class_weight == "balanced"}
        yield Explanation("fit", "class_weight", balanced)
    called = [(one, {"read_back": bool(one.best_file)}) for one in train.callbacks]
    yield from named("fit", iter(called))
    yield from _scores(fit)
    if fit.ensemble is not None:
        yield Explanation("members", "ensemble", arguments_of(fit.ensemble))


def _labels(one: Trained) -> Values:
    loss = type(Loss.of(one.loss))
    twins = (c for c in subclasses(Loss).values() if loss in (c, c.for_one_hot))
    sparse = next((c for c in twins if c.for_one_hot), None)
    other = sparse and (sparse if sparse.for_one_hot is loss else sparse.for_one_hot)
    return {
        "one_hot": one.encoding == "one_hot",
        "classes": one.classes,
        "other": snake_case(other.__name__) if other else "",
    }


def _loss(one: Trained) -> Iterator[Explanation]:
    """The loss; `crossentropy` alone is the one that Keras chooses."""
    loss = Loss.of(one.loss)
    chosen = type(loss)
    if isinstance(loss, Crossentropy):
        sparse = one.encoding == "sparse"
        chosen = SparseCategoricalCrossentropy if sparse else CategoricalCrossentropy
        chosen = BinaryCrossentropy if one.units == 1 else chosen
    logits = getattr(loss, "from_logits", False)
    smoothing = getattr(loss, "label_smoothing", 0.0)
    values = {"from_logits": logits, "label_smoothing": smoothing}
    yield Explanation("compile", chosen.__name__, {**arguments_of(loss), **values})


def _weights(fit: Fit) -> Values:
    given = fit.train.loss_weights is not None
    weights = [
        (one.name, 1 if one.weight is None else one.weight) for one in fit.outputs
    ]
    return {
        "outputs": ", ".join(f"`{one.name}`" for one in fit.outputs),
        "weights": ", ".join(f"`{n}` {w:g}" for n, w in weights) if given else "",
    }


def _scores(fit: Fit) -> Iterator[Explanation]:
    """What is told of each class or label, where there are several for a sample."""
    forms = {one.answer.form: one for one in fit.outputs}
    for form in ("pixel classes", "two pixel classes"):
        if form in forms:
            yield Explanation("predict", "overlap", {"ignored": forms[form].ignored})
            break
    if "labels" in forms:
        yield Explanation("predict", "f1", {})


def _optimizer(train: Train) -> Iterator[Explanation]:
    """The optimizer, the one inside it where it holds one, and its schedule."""
    optimizer = Optimizer.of(train.optimizer)
    inner = getattr(optimizer, "inner_optimizer", None)
    chosen = Optimizer.of(inner) if inner is not None else optimizer
    yield from named("compile", iter([(chosen, {})]))
    schedule = rate(train)[1]
    if isinstance(schedule, Schedule):
        yield from named("compile", iter([(schedule, {})]))


def _trained(data: Data, train: Train) -> int | None:
    """How many samples are trained on; None where that isn't known."""
    count = samples(data)
    return None if count is None else int(count * (1 - train.validation_split))


def _batches(data: Data, train: Train) -> Values:
    return {
        "epochs": train.epochs,
        "batch_size": train.samples_per_step,
        "samples": _trained(data, train),
        "steps": steps(data, train),
        "shuffle": train.shuffle,
    }


def _validation(data: Data, train: Train) -> Values:
    trained, whole = _trained(data, train), samples(data)
    return {
        "share": train.validation_split,
        "held_out": whole - trained if whole and trained else None,
        "shuffled": data.shuffle or data.splits,
    }

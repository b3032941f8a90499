"""Optimizers, losses, metrics and callbacks are those of Keras, one by one.

Everything runs over the classes that cnnspec knows and those that Keras has, so that a
new class, argument or default of Keras fails a test here.
"""

import inspect
import random
import re
from collections.abc import Collection, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras.src import losses as keras_losses
from keras.src import metrics as keras_metrics

from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.components import (
    Component,
    Constraint,
    Initializer,
    Regularizer,
    by_name,
)
from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.catalogue.named import Named, subclasses
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.emit.code.model import call_text
from cnnspec.emit.keras_live.model import keras_object
from cnnspec.ground.errors import Invalid
from cnnspec.ground.kinds import Argument
from cnnspec.judge.answers import Output
from cnnspec.language.training import (
    Data,
    Ensemble,
    Train,
)
from tests.emit.same import reset_names
from tests.sections import disagreements, figures

pytestmark = pytest.mark.filterwarnings("ignore:.*mode 'nonsense' is unknown")

BASES: tuple[type[Named], ...] = (Optimizer, Schedule, Loss, Metric, Callback)
CLASSES = [cls for base in BASES for cls in subclasses(base).values()]


def title(cls: type[Component]) -> str:
    return f"{cls.module}.{cls.__name__}"


each_class = pytest.mark.parametrize("cls", CLASSES, ids=title)
each_base = pytest.mark.parametrize("base", BASES, ids=lambda base: base.__name__)


def keras_module(cls: type[Component]) -> Any:
    home = keras
    for step in cls.module.split("."):
        home = getattr(home, step)
    return home


def keras_class(cls: type[Component]) -> Any:
    return getattr(keras_module(cls), cls.__name__)


def public_classes(base: type[Named]) -> set[str]:
    return {
        n for n, found in vars(keras_module(base)).items() if inspect.isclass(found)
    }


# ------------------------------------------------------------------ which there are


@each_base
def test_every_class_is_known_or_refused(base: type[Named]) -> None:
    known = set(subclasses(base))
    assert not known & set(base.refused)
    assert known | set(base.refused) >= public_classes(base)
    assert known <= public_classes(base)


@each_base
def test_what_is_refused_is_of_keras(base: type[Named]) -> None:
    theirs = public_classes(base) | {"LossFunctionWrapper"}  # of losses, not exported
    assert set(base.refused) <= theirs


SECTIONS = {Optimizer: "optimizer", Loss: "loss", Metric: "metrics"} | {
    Callback: "callbacks",
    Schedule: "optimizer",
}


def section(base: type[Named], value: Any) -> dict[str, Any]:
    """`train:` with a value where it belongs."""
    if base is Schedule:
        value = {"SGD": {"learning_rate": value}}
    where = SECTIONS[base]
    return {
        "loss": "mse",
        where: [value] if where[-1] == "s" and base in (Metric, Callback) else value,
    }


def complaint(base: type[Named], value: Any) -> str:
    """The one problem with a value, as its author reads it."""
    with pytest.raises(Invalid) as caught:
        Train.read(section(base, value))
    [problem] = caught.value.problems
    return f"{problem.message}; {problem.hint}"


@pytest.mark.parametrize(
    ("base", "name"),
    [(base, name) for base in BASES for name in base.refused],
    ids=lambda it: it if isinstance(it, str) else it.__name__,
)
def test_a_refused_name_is_told_why(base: type[Named], name: str) -> None:
    forms: list[Any] = [{name: {}}, {"class": name}]
    if base is not Schedule and name != "Accuracy":  # which is `accuracy` as a name
        forms.append(name)
    for form in forms:
        said = complaint(base, form)
        assert said.startswith(f"{name} can't stand in a spec: ")
        assert base.refused[name].replace("; ", "") in said.replace("; ", "")


def test_why_a_scheduler_is_refused() -> None:
    said = complaint(Callback, {"LearningRateScheduler": {"schedule": "f"}})
    assert "learning_rate: {CosineDecay:" in said


# ------------------------------------------------------------------ arguments


@each_class
def test_arguments_and_defaults_are_those_of_keras(cls: type[Component]) -> None:
    signature = inspect.signature(keras_class(cls).__init__).parameters
    theirs = {
        p.name: p.default
        for p in signature.values()
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "self"
    }
    ours = {
        name: inspect.Parameter.empty if argument.required else argument.default
        for name, argument in cls.arguments().items()
    }
    if "name" in ours and ours["name"] is None:
        # Keras writes the name out that it gives by itself.
        del ours["name"], theirs["name"]
    assert ours == theirs


EXAMPLES: dict[str, Any] = {
    "initial_learning_rate": 0.1,
    "decay_steps": 100,
    "first_decay_steps": 100,
    "decay_rate": 0.9,
    "boundaries": [10, 20],
    "values": [0.3, 0.2, 0.1],
    "inner_optimizer": {"SGD": {"learning_rate": 0.25}},
    "num_classes": 3,
    "target_class_ids": [0, 1],
    "recall": 0.5,
    "precision": 0.5,
    "specificity": 0.5,
    "sensitivity": 0.5,
    "backup_dir": "backup",
    "filename": "log.csv",
    "filepath": "best.keras",
}
"""A value for each argument that has to be given."""

OTHERS: dict[str, Any] = {
    "beta_2_decay": -0.5,
    "clipvalue": None,
    "global_clipnorm": None,
    "learning_rate_power": -0.25,
    "num_thresholds": 4,
    "profile_batch": 2,
    "curve": "PR",
    "summation_method": "minoring",
    "multi_label": True,
    "average": "macro",
    "class_aggregation": "variance_weighted_average",
    "dtype": "bfloat16",
    "mode": "max",
    "name": "mine",
    "num_regressors": 0,
    "reduction": "sum",
    "separator": ";",
    "save_weights_only": False,
    "save_freq": 7,
    "update_freq": 7,
    "t_mul": 1.5,
    "threshold": 0.25,
    "thresholds": [0.25, 0.5],
    "log_dir": "there",
    "monitor": "loss",
    "embeddings_metadata": "names.tsv",
    "exclude_layers": ["a"],
    "learning_rate": {
        "PolynomialDecay": {"initial_learning_rate": 0.5, "decay_steps": 9}
    },
    "label_weights": [0.25, 0.5, 1.0],
}
"""Values other than the defaults, where the type of the default doesn't tell one."""


def other_value(argument: Argument) -> Any:
    """A value that an argument may have beside its default."""
    if argument.name in EXAMPLES:
        return EXAMPLES[argument.name]
    if argument.name in OTHERS:
        return OTHERS[argument.name]
    if isinstance(argument.default, bool):
        return not argument.default
    types = {one.get("type") for one in branches(argument.kind.json)}
    if "array" in types:
        return [1]
    if "integer" in types:
        return 2
    assert "number" in types, argument.name
    return 0.25


def branches(json: Any) -> Iterator[Any]:
    """The alternatives of a schema."""
    if "anyOf" in json:
        for one in json["anyOf"]:
            yield from branches(one)
    else:
        yield json


def required(cls: type[Component]) -> dict[str, Any]:
    return {
        n: EXAMPLES[n] for n, argument in cls.arguments().items() if argument.required
    }


def written(record: Component) -> Any:
    """What the code in a script makes of a record."""
    return eval(call_text(record), {"keras": keras})


ATTRIBUTES = {
    "separator": "sep",
    "profile_batch": "_start_batch",
    "initial_value_threshold": "best",
}
"""Where callbacks keep arguments, if not under their names."""


@each_class
def test_what_is_given_arrives(cls: type[Component]) -> None:
    given = {name: other_value(argument) for name, argument in cls.arguments().items()}
    record = cls.read(given)
    made = written(record)
    config = made.get_config() if hasattr(made, "get_config") else {}
    # Some are in no config, but kept for the function that computes it.
    kept = {**vars(made), **getattr(made, "_fn_kwargs", {}), **config}
    for name, value in record.given.items():
        found = (
            kept[name] if name in kept else getattr(made, ATTRIBUTES.get(name, name))
        )
        assert same(found, value), (name, found, value)


def same(kept: Any, value: Any) -> bool:
    """Whether Keras keeps a value, in a form of its own."""
    if isinstance(value, Component):
        config = kept["config"] if isinstance(kept, dict) else kept.get_config()
        return all(same(config[k], v) for k, v in value.given.items())
    if isinstance(kept, Enum):
        kept = kept.value
    if isinstance(value, list | tuple):
        return (
            np.allclose(kept, value)
            if isinstance(value[0], float)
            else [*kept] == [*value]
        )
    if isinstance(value, float):
        return bool(np.isclose(kept, value))
    return bool(kept == value)


@each_class
def test_the_object_of_keras_is_the_same(cls: type[Component]) -> None:
    record = cls.read(required(cls))
    for made in (written(record), keras_object(record)):
        assert type(made) is keras_class(cls)


# -------------------------------------------------------- accepted and rejected

STRICTER: dict[str, dict[str, str]] = {
    "optimizers": {
        "learning_rate": "below 0, the loss would grow",
        "clipnorm": "0 or less stops or turns the gradient",
        "clipvalue": "likewise",
        "global_clipnorm": "likewise",
        "ema_momentum": "Keras looks at it with use_ema alone",
        "ema_overwrite_frequency": "Keras looks at it with use_ema alone",
        "gradient_accumulation_steps": "Keras takes 0 for null",
        "epsilon": "0 divides by 0 where a gradient is 0, and below it there's no root",
        "epsilon_1": "likewise",
        "rho": "a part; beyond, the root of what is below 0 is no number",
        "beta_1": "a part below 1, which would divide by 0",
        "beta_2": "likewise",
        "adam_beta_1": "likewise",
        "adam_beta_2": "likewise",
        "beta_2_decay": "above 0, the root of what is below 0 is no number",
        "clip_threshold": "0 leaves nothing of the gradient, and below 0 turns it",
        "initial_accumulator_value": "below 0, it has no root",
        "loss_scale_factor": "0 divides by 0",
        "initial_scale": "likewise",
        "warmup_steps": "no number of steps is below 0",
        "dynamic_growth_steps": "likewise",
        "ns_steps": "likewise",
        "name": "TensorFlow stumbles over it once it trains",
    },
    "optimizers.schedules": {
        "initial_learning_rate": "below 0, the loss would grow",
        "values": "likewise",
        "warmup_target": "likewise",
        "end_learning_rate": "likewise",
        "alpha": "likewise, for it is a part of the rate",
        "m_mul": "likewise",
        "decay_rate": "below 0, the rate is no number between two whole powers",
        "power": "below 0, the rate is infinite in the end",
        "t_mul": "below 1, the rate is no number after some decays",
        "boundaries": "Keras would add up the rates of steps out of order",
        "warmup_steps": "no number of steps is below 0",
        "name": "TensorFlow stumbles over it once it trains",
    },
    "losses": {
        "label_smoothing": "a part of a label",
        "gamma": "Circle's, of which Keras says that it is above 0",
        "margin": "Keras says: from 0 to 1",
        "name": "TensorFlow stumbles over it once it trains",
        "dtype": "no gradient flows through other types",
        "alpha": "an empty list weighs no class",
        "delta": "at 0 and below, nothing is learnt",
    },
    "metrics": {
        "k": "the best of none are right never",
        "top_k": "likewise",
        "class_id": "classes are counted from 0",
        "target_class_ids": "likewise",
        "label_smoothing": "a part of a label",
        "num_regressors": "a number above 0 doesn't train on TensorFlow",
        "num_labels": "Keras takes 0 for null",
        "dtype": "TensorFlow computes no metric in other types",
    },
    "callbacks": {
        "separator": "the csv module takes one character",
        "filename": "no file has an empty name",
        "save_freq": "no number of batches is below 1",
        "update_freq": "likewise",
        "patience": "no number of epochs is below 0",
        "start_from_epoch": "likewise",
        "cooldown": "likewise",
        "histogram_freq": "likewise",
        "embeddings_freq": "likewise",
        "verbose": "there are 0 and 1",
        "mode": "Keras warns, and takes auto",
        "factor": "below 0, the rate would change its sign",
    },
}
"""Arguments of which cnnspec takes fewer values than Keras's constructors, and why."""

WHOLE = [-1, 0, 1, 2, 7]
DECIMAL = [-1.5, 0.0, 0.25, 1.0, 1.5]
NUMBERS = {"integer": WHOLE, "number": DECIMAL}


def candidates(argument: Argument) -> list[Any]:
    """Values of the types that an argument has, right and wrong ones."""
    found: list[Any] = []
    if argument.name == "inner_optimizer":
        return ["adam", {"Adam": 0.5}, {"LossScaleOptimizer": "sgd"}]
    for json in branches(argument.kind.json):
        kind = json.get("type")
        if "enum" in json:
            found += [*json["enum"], "nonsense"]
            found += ["int32", "string"] if argument.name == "dtype" else []
        elif kind == "array":
            items = NUMBERS.get(json["items"].get("type"), ["a", "b"])
            found += [[], [items[1]], items[:3], items[1:3], items[2:5], items[::-1]]
        elif kind == "boolean":
            found += [True, False]
        elif kind == "null":
            found.append(None)
        elif kind == "string":
            found += ["", "plain", "two words", "a.keras", "a.h5", "a.weights.h5"]
        elif "$ref" in json:
            found.append(
                {"CosineDecay": {**required(subclasses(Schedule)["CosineDecay"])}}
            )
        else:
            found += NUMBERS[kind]
    return found


def verdicts(
    cls: type[Component], given: dict[str, Any]
) -> tuple[bool, bool, set[Any]]:
    """Whether cnnspec and Keras take arguments, and those that cnnspec complains of."""
    try:
        record = cls.read(given)
    except Invalid as error:
        return False, accepts(cls, given), {p.path[0] for p in error.problems}
    try:
        written(record)
    except Exception:  # noqa: BLE001 - Keras refuses by whatever it stumbles over
        return True, False, set()
    return True, True, set()


def accepts(cls: type[Component], given: dict[str, Any]) -> bool:
    """Whether Keras takes arguments as Python has them."""
    plain = dict(given)
    if isinstance(plain.get("learning_rate"), dict):
        plain["learning_rate"] = keras.optimizers.schedules.CosineDecay(0.1, 100)
    if "inner_optimizer" in plain:
        plain["inner_optimizer"] = keras.optimizers.SGD()
    try:
        keras_class(cls)(**plain)
    except Exception:  # noqa: BLE001 - likewise
        return False
    return True


def disagreement(cls: type[Component], given: dict[str, Any]) -> str:
    ours, theirs, blamed = verdicts(cls, given)
    if ours == theirs or (theirs and blamed <= STRICTER[cls.module].keys()):
        return ""
    return f"{given}: {'cnnspec' if ours else 'Keras'} alone takes it"


@each_class
def test_both_take_each_value(cls: type[Component]) -> None:
    found = [
        disagreement(cls, required(cls) | {name: value})
        for name, argument in cls.arguments().items()
        for value in candidates(argument)
    ]
    assert not [text for text in found if text]


@each_class
def test_both_take_values_together(cls: type[Component]) -> None:
    draw = random.Random(title(cls))
    arguments = list(cls.arguments().values())
    found = []
    for _ in range(20):
        chosen = draw.sample(arguments, min(len(arguments), draw.randint(1, 4)))
        given = {
            argument.name: draw.choice(candidates(argument)) for argument in chosen
        }
        found.append(disagreement(cls, required(cls) | given))
    assert not [text for text in found if text]


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module, names in STRICTER.items() for name in names],
)
def test_what_only_keras_takes_is_still_so(module: str, name: str) -> None:
    def is_so(cls: type[Component], value: Any) -> bool:
        ours, theirs, blamed = verdicts(cls, required(cls) | {name: value})
        return theirs and not ours and blamed == {name}

    assert any(
        is_so(cls, value)
        for cls in CLASSES
        if cls.module == module and name in cls.arguments()
        for value in candidates(cls.arguments()[name])
    )


@pytest.mark.parametrize(
    ("cls", "given"),
    [
        (subclasses(Optimizer)["Adam"], {"clipnorm": 1.0, "clipvalue": 1.0}),
        (subclasses(Optimizer)["Adam"], {"use_ema": True, "ema_momentum": 1.5}),
        (subclasses(Optimizer)["Adam"], {"name": "a/b"}),
        (subclasses(Optimizer)["AdamW"], {"weight_decay": None}),
        (subclasses(Optimizer)["Lion"], {"beta_1": 0.0}),
        (subclasses(Optimizer)["Ftrl"], {"learning_rate_power": 0.5}),
        (subclasses(Schedule)["PiecewiseConstantDecay"], {"values": [0.1]}),
        (subclasses(Schedule)["CosineDecay"], {"decay_steps": 0}),
        (subclasses(Metric)["AUC"], {"num_labels": 3}),
        (subclasses(Metric)["AUC"], {"num_thresholds": 1}),
        (subclasses(Metric)["IoU"], {"target_class_ids": [3]}),
        (subclasses(Metric)["IoU"], {"target_class_ids": []}),
        (subclasses(Metric)["Precision"], {"thresholds": 1.5}),
        (subclasses(Metric)["F1Score"], {"threshold": 0.0}),
        (subclasses(Callback)["ModelCheckpoint"], {"filepath": "a.weights"}),
        (subclasses(Callback)["BackupAndRestore"], {"backup_dir": ""}),
        (subclasses(Callback)["ReduceLROnPlateau"], {"factor": 1.0}),
        (subclasses(Callback)["TensorBoard"], {"profile_batch": [3, 2]}),
        (subclasses(Callback)["TensorBoard"], {"profile_batch": [1, 2, 3]}),
    ],
    ids=lambda it: title(it) if inspect.isclass(it) else str(it),
)
def test_both_refuse(cls: type[Component], given: dict[str, Any]) -> None:
    assert verdicts(cls, required(cls) | given)[:2] == (False, False)


@pytest.mark.parametrize(
    ("cls", "given"),
    [
        (subclasses(Metric)["AUC"], {"num_thresholds": 1, "thresholds": [0.5]}),
        (subclasses(Metric)["AUC"], {"curve": "prgain"}),
        (subclasses(Metric)["Precision"], {"thresholds": [0.25, 0.5]}),
        (subclasses(Schedule)["CosineDecay"], {"initial_learning_rate": 0.0}),
        (subclasses(Schedule)["ExponentialDecay"], {"decay_steps": 0.5}),
        (subclasses(Callback)["ModelCheckpoint"], {"filepath": "a.h5"}),
        (subclasses(Callback)["TensorBoard"], {"profile_batch": [2, 5]}),
    ],
    ids=lambda it: title(it) if inspect.isclass(it) else str(it),
)
def test_both_take(cls: type[Component], given: dict[str, Any]) -> None:
    assert verdicts(cls, required(cls) | given)[:2] == (True, True)


# ------------------------------------------------------------------ names alone


def reads(base: type[Named], name: str) -> bool:
    try:
        Train.read(section(base, name))
    except Invalid:
        return False
    return True


def gets(module: Any, name: str) -> bool:
    """Whether Keras finds what `compile` is given by name."""
    try:
        return bool(module.get(name))
    except Exception:  # noqa: BLE001 - likewise
        return False


def in_all_cases(name: str) -> list[str]:
    return [name, name.lower(), name.upper(), name.title(), name.swapcase()]


@pytest.mark.parametrize("name", [*sorted(public_classes(Optimizer)), "nonsense"])
def test_optimizers_are_known_in_any_case(name: str) -> None:
    for spelt in in_all_cases(name):
        assert reads(Optimizer, spelt) == gets(keras.optimizers, spelt), spelt


CHOSEN_BY_LABELS = {"crossentropy", "ce", "accuracy", "acc"}
"""Names, in any case, that `compile` reads before it asks `get`."""


@pytest.mark.parametrize(
    ("base", "module"), [(Loss, keras_losses), (Metric, keras_metrics)]
)
def test_losses_and_metrics_are_known_as_keras_spells_them(
    base: type[Named], module: Any
) -> None:
    refused = {alias for name in base.refused for alias in (name, snake(name))}
    names = [*module.ALL_OBJECTS_DICT, *subclasses(base), "nonsense", "Mse", "kld"]
    for name in {spelt for one in names for spelt in in_all_cases(one)}:
        expected = gets(module, name) and name not in refused
        expected |= name.lower() in CHOSEN_BY_LABELS & {
            *(("crossentropy", "ce") if base is Loss else ("accuracy", "acc"))
        }
        assert reads(base, name) == expected, name


def snake(name: str) -> str:
    return keras.src.utils.naming.to_snake_case(name)


def test_losses_and_metrics_chosen_by_the_labels_have_any_case() -> None:
    for name in ("CrossEntropy", "CE"):
        assert Train(loss=name).loss == "crossentropy"
        compiled(name, [])
    for name in ("Accuracy", "ACC"):
        assert Train(loss="mse", metrics=[name]).metrics == ("accuracy",)
        compiled("mse", [name])


@pytest.mark.parametrize(
    "name", [n for n, cls in Loss.alone().items() if n != cls.kept(n)]
)
def test_a_loss_by_another_spelling_is_the_same(name: str) -> None:
    kept = Train(loss=name).loss
    labels = np.eye(4)[:3] if kept.find("sparse") < 0 else np.arange(3)
    x, labels = DATA[:3], labels.astype("float32")
    if kept == "circle":
        labels = np.arange(3)
    assert np.isclose(compiled(name, [], x, labels), compiled(kept, [], x, labels))


DATA = np.random.default_rng(0).random((8, 3)).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[[0, 1, 2, 3, 0, 1, 2, 3]]
LABELS = {"one_hot": ONE_HOT, "sparse": ONE_HOT.argmax(axis=1)}


def compiled(loss: Any, metrics: list[Any], x: Any = DATA, y: Any = ONE_HOT) -> float:
    """The loss of a tiny model whose weights are always the same."""
    return reported(loss, metrics, x, y)["loss"]


def reported(
    loss: Any, metrics: list[Any], x: Any = DATA, y: Any = ONE_HOT, units: int = 4
) -> dict[str, Any]:
    reset_names()
    activation = "softmax" if units > 1 else "sigmoid"
    dense = keras.layers.Dense(
        units, activation, kernel_initializer=keras.initializers.GlorotNormal(seed=1)
    )
    model = keras.Sequential([keras.Input((3,)), dense])
    model.compile(loss=loss, metrics=metrics, run_eagerly=True)
    found: dict[str, Any] = model.test_on_batch(x, y, return_dict=True)
    return found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MeanIoU", "write {MeanIoU: {num_classes: …}}"),
        ("one_hot_io_u", "write {OneHotIoU: {num_classes: …, target_class_ids: …}}"),
        ("Mse", "did you mean 'mse'?"),
        ("fbeta_score", "did you mean 'f_beta_score'?"),
    ],
)
def test_a_metric_that_is_no_name_is_told_what_to_write(name: str, said: str) -> None:
    assert said in complaint(Metric, name)


def test_other_names_that_need_a_mapping() -> None:
    said = complaint(Loss, "categorical_generalized_cross_entropy")
    assert "write {CategoricalGeneralizedCrossEntropy: {}}" in said
    said = complaint(Optimizer, "LossScaleOptimizer")
    assert "write {LossScaleOptimizer: {inner_optimizer: …}}" in said


# ------------------------------------------------------------------ labels and keys


def output(units: int) -> Output:
    activation = "softmax" if units > 1 else "sigmoid"
    layer = make_layer("Dense", {"units": units, "activation": activation})
    return Output((None, units), layer, ("layers", 0))


def fits(train: Train, labels: str, units: int, ensemble: Any = None) -> bool:
    data = Data(source="npz", path="a.npz", labels=labels)
    found = disagreements(data, train, ensemble, [(None, 3)], [output(units)])
    return not [p for p in found if p.severity == "error"]


METRICS: list[Any] = [
    *(name for name in Metric.alone() if name == name.lower()),
    *(
        {
            name: required(cls)
            | ({"num_classes": 4} if "num_classes" in required(cls) else {})
        }
        for name, cls in subclasses(Metric).items()
    ),
    *({name: {"num_classes": 4, "sparse_y_pred": False}} for name in ("MeanIoU",)),
    {"MeanIoU": {"num_classes": 4, "sparse_y_pred": False, "sparse_y_true": False}},
    {"IoU": {"num_classes": 4, "target_class_ids": [3], "sparse_y_pred": False}},
    *({cls: {"axis": 0}} for cls in ("PearsonCorrelation", "ConcordanceCorrelation")),
    *({"Precision": {"class_id": chosen}} for chosen in (0, 3, 4)),
    *({"Recall": {"top_k": k}} for k in (1, 4, 5)),
    {"F1Score": {"threshold": 0.5}},
    {"FBetaScore": {"threshold": 0.5, "average": "micro"}},
    {"AUC": {"multi_label": True, "num_labels": 4}},
    {"AUC": {"multi_label": True, "num_labels": 3}},
    {"AUC": {"multi_label": True, "label_weights": [0.5] * 4}},
    {"AUC": {"multi_label": True, "label_weights": [0.5] * 3}},
]
RIGHT_LOSS = {
    ("one_hot", 4): "categorical_crossentropy",
    ("sparse", 4): "sparse_categorical_crossentropy",
    ("sparse", 1): "binary_crossentropy",
}


def right(labels: str, units: int) -> Any:
    """Labels for the model, in the shape that scripts give them."""
    return LABELS[labels] if units > 1 else (LABELS[labels] % 2).reshape(-1, 1)


@pytest.mark.parametrize(("labels", "units"), RIGHT_LOSS)
@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_metrics_that_fit_are_computed_under_their_keys(
    metric: Any, labels: str, units: int
) -> None:
    train = Train(loss=RIGHT_LOSS[labels, units], metrics=[metric])
    if not fits(train, labels, units):
        return
    [made] = train.metrics
    if isinstance(made, Component):
        reset_names()
        made = written(made)
    found = reported(train.loss, [made], DATA, right(labels, units), units)
    assert set(found) == set(figures(train))
    assert np.all(np.isfinite(found[figures(train)[1]]))


@pytest.mark.parametrize(("labels", "units"), RIGHT_LOSS)
def test_every_spelling_is_the_key_of_what_it_names(labels: str, units: int) -> None:
    loss = RIGHT_LOSS[labels, units]
    names = [
        name
        for name, cls in Metric.alone().items()
        if cls.kept(name) == name
        and fits(Train(loss=loss, metrics=[name]), labels, units)
    ]
    metrics = list(Train(loss=loss, metrics=names).metrics)
    found = reported(loss, metrics, DATA, right(labels, units), units)
    assert set(found) == set(figures(Train(loss=loss, metrics=names)))
    assert "MSE" in found or labels == "sparse"


def test_every_metric_fits_somewhere() -> None:
    unfit = [
        name
        for name, cls in subclasses(Metric).items()
        if not any(
            fits(Train(loss=loss, metrics=[metric]), *where)
            for where, loss in RIGHT_LOSS.items()
            for metric in METRICS
            if (isinstance(metric, dict) and name in metric) or metric == name
        )
    ]
    assert not unfit


LOSSES: list[Any] = [
    *dict.fromkeys(cls.kept(n) for n, cls in Loss.alone().items()),
    *({name: None} for name in subclasses(Loss)),
]


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_losses_that_fit_are_computed(loss: Any) -> None:
    fitting = 0
    for labels, units in RIGHT_LOSS:
        train = Train(loss=loss)
        if fits(train, labels, units):
            fitting += 1
            made = train.loss if isinstance(train.loss, str) else written(train.loss)
            found = reported(made, [], DATA, right(labels, units), units)
            assert np.isfinite(found["loss"])
    assert fitting or "circle" in str(loss).lower()


# ------------------------------------------------------------------ callbacks at work

WATCHING = [
    ("false_positives", {"EarlyStopping": {"monitor": "val_false_positives"}}),
    ("FalseNegatives", {"EarlyStopping": {"monitor": "val_FalseNegatives"}}),
    ("true_positives", {"EarlyStopping": {"monitor": "true_positives", "mode": "max"}}),
    ("f1_score", {"EarlyStopping": {"monitor": "val_f1_score", "mode": "max"}}),
    ({"F1Score": {"average": "macro"}}, {"EarlyStopping": {"monitor": "f1_score"}}),
    ({"Precision": {"thresholds": [0.1, 0.9]}},
     {"ReduceLROnPlateau": {"monitor": "precision"}}),
    ({"R2Score": {"class_aggregation": None}},
     {"EarlyStopping": {"monitor": "r2_score"}}),
    *(
        (name, {"EarlyStopping": {"monitor": name}})
        for name in ("auc", "kl_divergence", "poisson", "cosine_similarity", "r2_score")
    ),
]  # fmt: skip
DECAY = {"CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 9}}
OPTIMIZED = [
    ("adam", "SwapEMAWeights"),
    ({"Adam": {"use_ema": True}}, "SwapEMAWeights"),
    ({"LossScaleOptimizer": {"inner_optimizer": {"Adam": {"use_ema": True}}}},
     {"SwapEMAWeights": True}),
    ({"LossScaleOptimizer": "adam"}, "SwapEMAWeights"),
    ({"SGD": {"learning_rate": DECAY}}, "TerminateOnNaN"),
    ({"SGD": 0.1}, {"ReduceLROnPlateau": {"patience": 0, "min_delta": 9}}),
    ({"SGD": {"learning_rate": DECAY}},
     {"ReduceLROnPlateau": {"patience": 0, "min_delta": 9}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("optimizer", "metric", "callback"),
    [
        *(("sgd", metric, callback) for metric, callback in WATCHING),
        *((optimizer, "mse", callback) for optimizer, callback in OPTIMIZED),
    ],
    ids=str,
)
def test_callbacks_fit_where_keras_trains(
    optimizer: Any, metric: Any, callback: Any
) -> None:
    train = Train(
        loss="categorical_crossentropy",
        optimizer=optimizer,
        metrics=[metric],
        callbacks=[callback],
        validation_split=0.5,
    )
    assert fits(train, "one_hot", 4) == trains(train)


def trains(train: Train) -> bool:
    reset_names()
    dense = keras.layers.Dense(4, "softmax")
    model = keras.Sequential([keras.Input((3,)), dense])
    made = [
        written(part) if isinstance(part, Component) else part
        for part in (train.optimizer, *train.metrics, *train.callbacks)
    ]
    try:
        model.compile(made[0], train.loss, metrics=[made[1]], run_eagerly=True)
        model.fit(DATA, ONE_HOT, epochs=3, validation_split=0.5, verbose=0,
                  callbacks=made[2:])  # fmt: skip
    except (TypeError, ValueError):
        return False
    return True


def test_members_report_counted_metrics_under_names_of_their_own() -> None:
    reset_names()
    names = [written(subclasses(Metric)["AUC"]()).name for _ in range(2)]
    assert names == ["auc", "auc_1"]
    for metric, ok in (
        ({"AUC": {}}, False),
        ({"AUC": {"name": "auc"}}, True),
        ("auc", True),
    ):
        train = Train(
            loss="categorical_crossentropy",
            metrics=[metric],
            callbacks=[{"EarlyStopping": {"monitor": "auc"}}],
        )
        assert fits(train, "one_hot", 4)
        assert fits(train, "one_hot", 4, Ensemble(members=2)) == ok


@pytest.mark.parametrize("name", sorted(subclasses(Metric)))
def test_metrics_that_keras_counts(name: str) -> None:
    cls = subclasses(Metric)[name]
    default = inspect.signature(keras_class(cls).__init__).parameters["name"].default
    assert cls.counted == (default is None)


@pytest.mark.parametrize("name", sorted(subclasses(Metric)))
def test_metrics_get_better_where_keras_says(name: str) -> None:
    cls = subclasses(Metric)[name]
    known = keras_object(cls.read(required(cls)))
    assert cls.direction == getattr(known, "_direction", "")


# ------------------------------------------------------------------ the page

PAGE = Path(__file__).parents[1] / "docs" / "training.md"


def tables() -> str:
    """The lists of the page, as they should be."""
    parts = []
    for heading, base, names in (
        ("Optimizers", Optimizer, Optimizer.alone()),
        ("Schedules", Schedule, {}),
        ("Losses", Loss, Loss.alone()),
        ("Metrics", Metric, Metric.alone()),
        ("Callbacks", Callback, {}),
    ):
        parts.append(f"### {heading}\n\n" + table(base, names))
    refused = [
        f"| `{name}` | {base.__name__.lower()} | {why} |"
        for base in BASES
        for name, why in base.refused.items()
    ]
    head = "### Refused\n\n| class | what | why |\n| --- | --- | --- |\n"
    return "\n".join([*parts, head + "\n".join(refused) + "\n"])


def table(base: type[Named], names: Collection[str]) -> str:
    rows = []
    for name, cls in sorted(subclasses(base).items()):
        alone = [n for n in names if n in (snake(name), name.lower(), *cls.aliases)]
        small = list(dict.fromkeys(n for n in alone if n == n.lower()))
        arguments = [
            f"**`{argument.name}`**" if argument.required else f"`{argument.name}`"
            for argument in cls.arguments().values()
            if argument.name in vars_of(cls, base)
        ]
        cells = [f"`{name}`"]
        if names:
            cells.append(", ".join(f"`{n}`" for n in small))
        rows.append(f"| {' | '.join([*cells, ', '.join(arguments)])} |")
    head = ["class", "name alone", "arguments"] if names else ["class", "arguments"]
    rule = "| " + " | ".join("---" for _ in head) + " |"
    return "\n".join([f"| {' | '.join(head)} |", rule, *rows]) + "\n"


def vars_of(cls: type[Component], base: type[Named]) -> set[str]:
    """The arguments of a class beside those of all its kind."""
    common = set(base.arguments()) if base in (Optimizer, Loss, Metric) else set()
    return set(cls.arguments()) - common


def test_page_lists_every_class(golden: bool) -> None:
    page = PAGE.read_text(encoding="utf-8")
    start = page.index("### Optimizers\n")
    end = page.find("\n## ", start) % (len(page) + 1)  # another section, or the end
    if golden:
        PAGE.write_text(page[:start] + tables() + page[end:], encoding="utf-8")
        return
    assert page[start:end] == tables()
    assert re.search(r"^## Names$", page[:start], re.MULTILINE)


@pytest.mark.parametrize("base", [Initializer, Regularizer, Constraint], ids=title)
def test_arguments_of_layers_are_known_by_their_names_alone(base: Any) -> None:
    def is_known(name: str) -> bool:
        try:
            keras_module(base).get(name)
        except (ValueError, KeyError, TypeError):
            return False
        return True

    names = {name: cls.stands_alone for name, cls in by_name(base).items()}
    assert {name: is_known(name) for name in names} == names

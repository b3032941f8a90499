"""What `check` says of training is what comes of it when Keras trains.

Everything runs `compile` and `fit` on a tiny model: what ends in an error is refused,
and what changes nothing is told.
"""

import random
import re
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import yaml
from keras.src.trainers.data_adapters.array_slicing import train_validation_split
from sklearn.model_selection import train_test_split

from cnnspec import api
from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.components import Component
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.catalogue.named import Named, subclasses
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.emit.keras_live.model import keras_object
from cnnspec.ground.yaml_text import flow
from cnnspec.language.results import is_result
from cnnspec.language.training import Train
from tests.effort import LONG, some
from tests.test_components_against_keras import candidates, required, section, title

ROOT = Path(__file__).parents[1]
X = np.random.default_rng(0).random((12, 3)).astype("float32")
ONE_HOT = np.eye(4, dtype="float32")[[0, 1, 2, 3] * 3]
LABELS = {"one_hot": ONE_HOT, "sparse": ONE_HOT.argmax(axis=1)}
USUAL = {"loss": "categorical_crossentropy", "validation_split": 0.25, "epochs": 2}
"""Of 12 samples 9 are trained on, in 5 batches of 2."""
LONGER = USUAL | {"epochs": 3}
"""For what shows only in the third epoch."""


class Verdict(NamedTuple):
    """What `check` finds: the codes of errors, and of warnings."""

    errors: set[str]
    warnings: set[str]


def verdict(train: dict[str, Any], labels: str = "one_hot") -> Verdict:
    spec = {
        "input": [3],
        "layers": [{"Dense": {"units": 4, "activation": "softmax"}}],
        "data": {"source": "npz", "path": "a.npz", "labels": labels},
        "train": train,
    }
    found = api.check(yaml.safe_dump(spec)).diagnostics
    errors = {d.code for d in found if d.severity == "error"}
    return Verdict(errors, {d.code for d in found} - errors)


class Run(NamedTuple):
    """What came of a training: why it ended in an error, or what it left."""

    error: str
    weights: Any = None
    history: Any = None
    files: Any = None


def run(train: dict[str, Any], labels: str = "one_hot", eager: bool = True) -> Run:
    """Trains in the folder where tests are; what cnnspec can't read is refused, too."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax")])
    before = set(Path().rglob("*"))
    try:
        read = Train.read(train)
        model.compile(
            made(read.optimizer),
            made(read.loss),
            metrics=[made(metric) for metric in read.metrics],
            run_eagerly=eager,
        )
        history = model.fit(
            X,
            LABELS[labels],
            batch_size=2,
            epochs=read.epochs,
            validation_split=read.validation_split,
            callbacks=[made(callback) for callback in read.callbacks],
            verbose=0,
            shuffle=False,
        ).history
    except Exception as error:  # noqa: BLE001 - Keras ends in whatever it stumbles over
        return Run(f"{type(error).__name__}: {error}")
    files = sorted(path for path in Path().rglob("*") if path not in before)
    return Run("", [np.array(w) for w in model.weights], history, files)


def made(value: Any) -> Any:
    return keras_object(value) if isinstance(value, Component) else value


def same(one: Run, other: Run) -> bool:
    assert not one.error + other.error
    pairs = zip(one.weights, other.weights, strict=True)
    alike = all(np.array_equal(a, b) for a, b in pairs)
    return alike and str(one.history) == str(other.history)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where callbacks write."""
    monkeypatch.chdir(tmp_path)
    warnings.simplefilter("ignore")
    return tmp_path


# ------------------------------------------------------- what ends in an error


def saving(name: str, **others: Any) -> dict[str, Any]:
    return {"callbacks": [{"ModelCheckpoint": {"filepath": name} | others}]}


def by_schedule(name: str, **given: Any) -> dict[str, Any]:
    return {"optimizer": {"SGD": {"learning_rate": {name: given}}}}


def calling_both(*callbacks: dict[str, str]) -> dict[str, Any]:
    return {"callbacks": list(callbacks)}


BATCHES = {"save_freq": 2}
PLATEAU = {"ReduceLROnPlateau": {"patience": 1}}
RATE = [{"ModelCheckpoint": "{learning_rate:.3f}.keras"}, PLATEAU]
F1 = {"metrics": [{"F1Score": {"name": "f"}}]}
FAILS = [
    *(
        (saving(name), "file-template")
        for name in (
            *("{val_acc}.keras", "{}.keras", "{0}.keras", "{batch}.keras"),
            *("{epoch.keras", "epoch}.keras", "{loss:d}.keras", "{epoch:s}.keras"),
            *("{loss.none}.keras", "{loss[0]}.keras", "{val_loss:.2q}.keras"),
        )
    ),
    (saving("{epoch}{val_loss:.2f}.keras", **BATCHES), "file-template"),
    (saving("{f:.2f}.keras") | F1, "file-template"),
    (saving("{epoch}.keras") | {"metrics": [{"AUC": {"name": "epoch"}}]},
     "file-template"),
    ({"callbacks": RATE}, "file-template"),
    (saving("a.keras", monitor="other"), "monitor-direction"),
    (saving("a.keras", monitor=""), "monitor-direction"),
    ({"callbacks": [PLATEAU, {"EarlyStopping": {"monitor": "learning_rate"}}]},
     "monitor-direction"),
    (saving("a.keras", monitor="loss", save_best_only=True, **BATCHES),
     "best-within-epoch"),
    ({"callbacks": ["SwapEMAWeights"]}, "callback-averages"),
    (by_schedule("PiecewiseConstantDecay", boundaries=[], values=[0.1]), "wrong-type"),
    *(({"loss": {"CategoricalCrossentropy": {"axis": axis}}}, "loss-scores")
      for axis in (-3, -2, 2)),
    *(({"loss": {"CosineSimilarity": {"axis": axis}}}, "loss-scores")
      for axis in (-3, 2)),
    *(({"loss": {name: {"axis": axis}}}, "loss-scores")
      for name in ("Dice", "Tversky") for axis in ([0, 2], [-1, 1], [-2, 0, 1])),
    ({"loss": {"CategoricalFocalCrossentropy": {"alpha": [0.1, 0.2]}}}, "loss-scores"),
    *(({"metrics": [{"CategoricalCrossentropy": {"axis": axis}}]}, "metric-scores")
      for axis in (-2, 2)),
    ({"metrics": [{"AUC": {"label_weights": [1.0, 2.0, 3.0]}}]}, "metric-scores"),
    ({"metrics": [{"FBetaScore": {"dtype": "int32"}}]}, "unknown-value"),
    ({"validation_split": 1e-17}, "empty-part"),
    *(({"optimizer": {name: {argument: value}}}, "wrong-type")
      for name, argument, value in (("SGD", "learning_rate", float("inf")),
                                    ("SGD", "clipvalue", float("nan")),
                                    ("Adam", "weight_decay", 1e39))),
    *((calling_both(*files), "file-collision") for files in (
        ({"CSVLogger": "a"}, {"BackupAndRestore": "a/b"}),
        ({"CSVLogger": "."}, {"CSVLogger": "b.csv"}),
        ({"CSVLogger": "x.keras"}, {"ModelCheckpoint": "x.keras/a.keras"}))),
    *(({"metrics": [{"OneHotMeanIoU": {"num_classes": 4, "axis": axis}}]},
       "metric-scores") for axis in (-2, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "code"), FAILS, ids=str)
def test_what_fails_is_refused(settings: dict[str, Any], code: str) -> None:
    assert run(USUAL | settings).error
    assert verdict(USUAL | settings).errors == {code}


WORKS = [
    *(
        saving(name)
        for name in (
            *("a.keras", "{epoch}.keras", "{epoch:.2f}-{val_loss:.3e}.keras"),
            *("{epoch:>4}.keras", "{{x}}.keras", "{loss!r:.5}.keras"),
            *("new/{epoch}.keras", "{epoch:0{epoch}d}.keras"),
        )
    ),
    saving("{epoch}-{batch}-{loss:.2f}.keras", **BATCHES),
    saving("{f}.keras") | F1,
    saving("a.keras", monitor="other", mode="min"),
    saving("a.keras", monitor="loss", save_best_only=True, save_freq=9),
    {"callbacks": RATE[::-1]},
    {"callbacks": [PLATEAU, {"EarlyStopping": {"monitor": "learning_rate",
                                               "mode": "min"}}]},
    saving("a.keras") | {"validation_split": 0.0},
    {"loss": {"CategoricalCrossentropy": {"axis": 1}}},
    {"loss": {"CosineSimilarity": {"axis": -2}}},
    {"loss": {"CategoricalFocalCrossentropy": {"alpha": [0.1, 0.2, 0.3, 0.4]}}},
]  # fmt: skip


@pytest.mark.parametrize("settings", some(WORKS, 12), ids=str)
def test_what_works_is_let_pass(settings: dict[str, Any]) -> None:
    assert not run(USUAL | settings).error
    found = verdict(USUAL | settings).errors
    # How many batches there are is known of few sources.
    assert not found - {"best-within-epoch"}


# ------------------------------------------------------- what changes nothing


def optimizing(name: str, **given: Any) -> dict[str, Any]:
    return {"optimizer": {name: given}}


def calling(name: str, **given: Any) -> dict[str, Any]:
    return {"callbacks": [{name: given}]}


def scaling(inner: Any) -> dict[str, Any]:
    return {"LossScaleOptimizer": {"inner_optimizer": inner}}


COSINE = {"initial_learning_rate": 0.1, "decay_steps": 20}
FOCAL = "BinaryFocalCrossentropy"
IDLE = [
    (optimizing("SGD", nesterov=True), optimizing("SGD")),
    (optimizing("Adam", ema_momentum=0.5), optimizing("Adam")),
    (optimizing("Adam", ema_overwrite_frequency=1), optimizing("Adam")),
    (by_schedule("CosineDecay", **COSINE, warmup_steps=5),
     by_schedule("CosineDecay", **COSINE)),
    (by_schedule("CosineDecay", **COSINE, warmup_target=0.2),
     by_schedule("CosineDecay", **COSINE | {"initial_learning_rate": 0.2})),
    ({"loss": {FOCAL: {"alpha": 0.9}}}, {"loss": {FOCAL: {}}}),
    (calling("EarlyStopping", min_delta=-0.1) | {"epochs": 3},
     calling("EarlyStopping", min_delta=0.1) | {"epochs": 3}),
    (calling("ReduceLROnPlateau", patience=1, min_delta=-0.1) | {"epochs": 3},
     calling("ReduceLROnPlateau", patience=1, min_delta=0.1) | {"epochs": 3}),
    (optimizing("Adafactor", relative_step=False), optimizing("Adafactor")),
    ({"optimizer": scaling({"SGD": {"loss_scale_factor": 8.0}})},
     {"optimizer": scaling("sgd")}),
    *((saving("{epoch}.keras", **given), saving("{epoch}.keras"))
      for given in ({"monitor": "val_loss"}, {"mode": "max"},
                    {"initial_value_threshold": 0.1})),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "other"), some(IDLE, 12), ids=str)
def test_what_changes_nothing_is_told(settings: Any, other: Any) -> None:
    assert same(run(USUAL | settings), run(USUAL | other))
    assert verdict(USUAL | settings) == (set(), {"idle-argument"})
    assert "idle-argument" not in verdict(USUAL | other).warnings


USED = [
    optimizing("SGD", nesterov=True, momentum=0.5),
    optimizing("SGD", nesterov=False),
    optimizing("Adam", ema_momentum=0.5, use_ema=True),
    by_schedule("CosineDecay", **COSINE, warmup_target=0.2, warmup_steps=5),
    {"loss": {FOCAL: {"alpha": 0.9, "apply_class_balancing": True}}},
    saving("{epoch}.keras", monitor="loss", save_best_only=True),
]


@pytest.mark.parametrize("settings", USED, ids=str)
def test_what_is_made_use_of_is_not(settings: Any) -> None:
    assert not verdict(USUAL | settings).warnings


@pytest.mark.parametrize(
    "given", [{}, {"muon_a": -1.5}, {"muon_a": 3.0}, {"muon_c": 9.0}, {"muon_b": -4.0}]
)
def test_an_iteration_that_diverges(given: dict[str, float]) -> None:
    settings = USUAL | optimizing("Muon", **given, ns_steps=9)
    finite = all(np.isfinite(weights).all() for weights in run(settings).weights)
    assert finite == (verdict(settings).errors != {"unfit-argument"})


@pytest.mark.parametrize("beta", [0.0, 0.5])
def test_a_step_that_is_divided_by_its_decay(beta: float) -> None:
    settings = USUAL | optimizing("ScheduleFreeAdamW", beta_1=beta)
    finite = all(np.isfinite(weights).all() for weights in run(settings).weights)
    assert verdict(settings).errors == (set() if finite else {"unfit-argument"})
    assert finite == bool(beta)


def test_a_loss_that_is_scaled_twice() -> None:
    twice = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD())
    )
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax")])
    model.compile(twice, "categorical_crossentropy", run_eagerly=True)
    before = model.get_weights()
    model.fit(X, ONE_HOT, verbose=0)
    assert all(
        np.allclose(a, b, atol=1e-5)
        for a, b in zip(before, model.get_weights(), strict=True)
    )
    found = verdict(USUAL | {"optimizer": scaling(scaling("sgd"))}).errors
    assert found == {"unfit-argument"}
    assert not verdict(USUAL | {"optimizer": scaling("sgd")}).errors


def test_a_scale_that_mixed_precision_replaces() -> None:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax")])
    finally:
        keras.config.set_dtype_policy("float32")
    model.compile(keras.optimizers.SGD(loss_scale_factor=8.0))
    assert model.optimizer.inner_optimizer.loss_scale_factor is None
    for policy, told in (("mixed_float16", True), ("mixed_bfloat16", False)):
        settings = USUAL | optimizing("SGD", loss_scale_factor=8.0)
        found = verdict(settings | {"mixed_precision": policy}).warnings
        assert ("idle-argument" in found) == told


EMA = {"optimizer": {"SGD": {"use_ema": True}}}


def test_averages_that_are_never_swapped() -> None:
    alone, swapped = (
        USUAL | EMA | {"validation_split": split, "callbacks": ["SwapEMAWeights"]}
        for split in (0.0, 0.25)
    )
    assert same(run(alone), run(USUAL | EMA | {"validation_split": 0.0}))
    assert verdict(alone).warnings == {"averages-unseen"}
    assert not same(run(swapped), run(USUAL | EMA))
    assert not verdict(swapped).warnings


@pytest.mark.parametrize("name", ["a.keras", "{{}}.keras", "{epoch}.keras"])
def test_a_checkpoint_that_is_written_over(name: str) -> None:
    files = len(run(USUAL | saving(name)).files)
    told = "checkpoint-overwritten" in verdict(USUAL | saving(name)).warnings
    assert told == (files == 1)
    once = USUAL | saving(name) | {"epochs": 1}
    assert not verdict(once).warnings


def test_the_best_by_what_is_not_known_after_a_batch() -> None:
    settings = USUAL | saving("{epoch}-{batch}.keras", save_best_only=True, **BATCHES)
    assert len(run(settings).files) == 5  # each save, of 10 batches
    assert verdict(settings) == (set(), {"best-of-batches"})


@pytest.mark.parametrize("floor", [0.01, 0.02, 0.005])
def test_a_rate_at_its_floor(floor: float) -> None:
    plateau = {"patience": 1, "min_delta": 9, "min_lr": floor}
    settings = LONGER | optimizing("SGD") | calling("ReduceLROnPlateau", **plateau)
    rates = run(settings).history["learning_rate"]
    assert verdict(settings).warnings == ({"rate-floor"} if floor > 0.005 else set())
    assert (len(set(rates)) == 1) == (floor > 0.005)


@pytest.mark.parametrize("most", [1, 3, 4, 9])
def test_a_metric_that_is_always_right(most: int) -> None:
    metric = {"TopKCategoricalAccuracy": {"k": most, "name": "best"}}
    settings = USUAL | {"metrics": [metric]}
    assert verdict(settings).warnings == ({"always-right"} if most > 3 else set())
    assert most < 4 or set(run(settings).history["best"]) == {1.0}


# ------------------------------------------------------- epochs and steps

STUCK = USUAL | {"optimizer": {"SGD": {"learning_rate": 1e-30}}, "epochs": 8}
"""A training in which nothing changes, so that patience runs out at once."""


@pytest.mark.parametrize(
    "given",
    some(
        [
            {"patience": patience} | others
            for patience in (0, 1, 2, 4)
            for others in ({}, {"start_from_epoch": 2}, {"baseline": 0.0})
        ],
        5,
    ),
    ids=str,
)
def test_early_stopping_stops_first_when_it_is_said_to(given: Any) -> None:
    stopping = subclasses(Callback)["EarlyStopping"].read(given)
    epochs = len(run(STUCK | calling("EarlyStopping", **given)).history["loss"])
    assert stopping.first_acts() == epochs - 1
    for count, told in ((epochs, {"late-callback"}), (epochs + 1, set())):
        settings = USUAL | calling("EarlyStopping", **given) | {"epochs": count}
        assert verdict(settings).warnings == told


@pytest.mark.parametrize("patience", [0, 1, 3])
def test_a_plateau_lowers_the_rate_first_when_it_is_said_to(patience: int) -> None:
    given = {"patience": patience}
    plateau = subclasses(Callback)["ReduceLROnPlateau"].read(given)
    settings = STUCK | calling("ReduceLROnPlateau", **given)
    rates = run(settings).history["learning_rate"]
    # The figure is that of the epoch that follows.
    assert rates.index(rates[-1]) or len(set(rates)) > 1
    first = next(at for at, rate in enumerate(rates) if rate != rates[0])
    assert first in (plateau.first_acts(), plateau.first_acts() + 1)


SCHEDULES = [
    ("CosineDecay", COSINE, 10, 20),
    ("CosineDecay", COSINE | {"alpha": 0.1}, 10, None),
    ("CosineDecay", COSINE | {"warmup_target": 0.2, "warmup_steps": 7}, 17, 27),
    ("CosineDecay", COSINE | {"initial_learning_rate": 0.0}, 10, 0),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 20},
     10, None),
    ("ExponentialDecay", COSINE | {"decay_rate": 0.5}, 0, None),
    ("ExponentialDecay", COSINE | {"decay_rate": 0.5, "staircase": True}, 21, None),
    ("InverseTimeDecay", COSINE | {"decay_rate": 0.5, "staircase": True}, 21, None),
    ("PolynomialDecay", COSINE, 10, None),
    ("PolynomialDecay", COSINE | {"end_learning_rate": 0.0}, 10, 20),
    ("PolynomialDecay", COSINE | {"end_learning_rate": 0.0, "cycle": True}, 10, None),
    ("PiecewiseConstantDecay", {"boundaries": [5, 9], "values": [0.1, 0.2, 0.3]},
     11, None),
    ("PiecewiseConstantDecay", {"boundaries": [5, 9], "values": [0.1, 0.0, 0.0]},
     11, 6),
    ("PiecewiseConstantDecay", {"boundaries": [5], "values": [0.0, 0.0]}, 7, 0),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "takes", "zero"), SCHEDULES, ids=str)
def test_schedules_go_as_it_is_said_of_them(
    name: str, given: dict[str, Any], takes: float, zero: float | None
) -> None:
    schedule = subclasses(Schedule)[name].read(given)
    rates = [float(keras_object(schedule)(step)) for step in range(60)]
    assert (schedule.takes(), schedule.zero_from()) == (takes, zero)
    ends = [at for at in range(60) if not any(r > 1e-9 for r in rates[at:])]
    assert (ends[0] if ends else None) == zero
    if isinstance(schedule, subclasses(Schedule)["PiecewiseConstantDecay"]):
        assert rates[takes - 1] == rates[-1] != rates[takes - 2] or zero == 0 or zero
    elif getattr(schedule, "staircase", False):
        assert len(set(rates[: takes - 1])) == 1 < len(set(rates[:takes]))


@pytest.mark.parametrize(
    ("source", "batch_size", "steps"),
    [("digits", None, 43), ("mnist", 100, 600), ("cifar10", 64, 782)],
)
def test_schedules_are_held_against_the_steps_there_are(
    source: str, batch_size: int | None, steps: int
) -> None:
    def told(schedule: str, epochs: int) -> set[str]:
        shape = {"digits": "[8, 8, 1]", "mnist": "[28, 28, 1]"}.get(
            source, "[32, 32, 3]"
        )
        size = f", batch_size: {batch_size}" if batch_size else ""
        text = (
            f"input: {shape}\nlayers: [Flatten, {{Dense: {{units: 10, activation: "
            f"softmax}}}}]\ndata: {{source: {source}}}\ntrain: {{loss: "
            f"sparse_categorical_crossentropy, epochs: {epochs}{size}, optimizer: "
            f"{{SGD: {{learning_rate: {schedule}}}}}}}\n"
        )
        return {d.code for d in api.check(text).diagnostics}

    def decay(count: int) -> str:
        return f"{{CosineDecay: {{initial_learning_rate: 0.1, decay_steps: {count}}}}}"

    assert told(decay(4 * steps), 4) == set()
    assert told(decay(3 * steps + 1), 4) == set()
    assert told(decay(3 * steps), 4) == {"rate-zero"}
    assert told(decay(8 * steps), 4) == set()
    assert told(decay(8 * steps + 2), 4) == {"rate-unchanged"}
    assert told("0", 4) == {"rate-zero"}


DIGITS = """
input: [8, 8, 1]
layers: [Flatten, {Dense: {units: 10, activation: softmax, trainable: %s}}]
data: {source: digits}
train: {loss: sparse_categorical_crossentropy, epochs: 2, %s}
"""
"""43 batches in an epoch."""


@pytest.mark.parametrize(
    ("trainable", "setting", "code"),
    [
        ("true", "batch_size: 32", set()),
        ("false", "batch_size: 32", {"nothing-learnt"}),
        ("true", "class_weight: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", {"nothing-learnt"}),
        ("true", "class_weight: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]", set()),
        ("true", f"class_weight: {dict.fromkeys(range(10), 0)}", {"nothing-learnt"}),
        ("true", "class_weight: {0: 0}", set()),
        ("true", "optimizer: {SGD: {gradient_accumulation_steps: 86}}", set()),
        ("true", "optimizer: {SGD: {gradient_accumulation_steps: 87}}",
         {"nothing-learnt"}),
    ],
)  # fmt: skip
def test_a_training_that_changes_no_weight(
    trainable: str, setting: str, code: set[str]
) -> None:
    text = DIGITS % (trainable, setting)
    assert {d.code for d in api.check(text).diagnostics} == code
    model = api.keras_model(text)
    before = model.get_weights()
    weights = yaml.safe_load(text)["train"].get("class_weight")
    weights = dict(enumerate(weights)) if isinstance(weights, list) else weights
    x, y = np.ones((1347, 8, 8, 1)) * np.arange(8)[:, None] / 8, np.arange(1347) % 10
    model.fit(x, y, batch_size=32, epochs=2, class_weight=weights, verbose=0)
    pairs = zip(before, model.get_weights(), strict=True)
    assert all(np.array_equal(a, b) for a, b in pairs) == bool(code)


@pytest.mark.parametrize("often", [86, 87])
@pytest.mark.parametrize("name", ["ModelCheckpoint", "BackupAndRestore"])
def test_what_is_saved_after_more_batches_than_there_are(name: str, often: int) -> None:
    given = {"filepath": "{batch}.keras"} if "filepath" in arguments(name) else {}
    given = (given or {"backup_dir": "b"}) | {"save_freq": often}
    text = DIGITS % ("true", f"callbacks: {flow([{name: given}])}")
    told = {d.code for d in api.check(text).diagnostics}
    assert told == ({"late-callback"} if often > 86 else set())
    if name == "ModelCheckpoint":
        callback = keras_object(subclasses(Callback)[name].read(given))
        x, y = np.ones((1347, 8, 8, 1)), np.arange(1347) % 10
        model = api.keras_model(text)
        model.fit(x, y, batch_size=32, epochs=2, callbacks=[callback], verbose=0)
        assert bool([*Path().glob("*.keras")]) != bool(told)


def arguments(name: str) -> Any:
    return subclasses(Callback)[name].arguments()


# ------------------------------------------------------- every argument


BASES: tuple[type[Named], ...] = (Optimizer, Schedule, Loss, Metric, Callback)
CLASSES = [cls for base in BASES for cls in subclasses(base).values()]
TRAINED = CLASSES if LONG else random.Random(1).sample(CLASSES, 12)
MANY = 40 if LONG else 1


def drawn(cls: type[Named], draw: random.Random) -> dict[str, Any]:
    """Values for one or two arguments, right and wrong ones."""
    arguments = [a for a in cls.arguments().values() if a.name != "name"]
    chosen = draw.sample(arguments, min(len(arguments), draw.randint(1, 2)))
    given = {a.name: draw.choice(candidates(a)) for a in chosen}
    usual = {"num_classes": 4, "sparse_y_pred": False}
    fixed = {n: v for n, v in usual.items() if n in cls.arguments()}
    return required(cls) | fixed | given


@pytest.mark.parametrize("name", ["KLDivergence", "MeanAbsolutePercentageError"])
@pytest.mark.parametrize("dtype", ["float16", "mixed_float16", "bfloat16", "float64"])
def test_losses_that_divide_by_what_is_0_in_16_bits(name: str, dtype: str) -> None:
    errors = verdict(USUAL | {"loss": {name: {"dtype": dtype}}}).errors
    assert errors == (
        {"unknown-value"} if dtype in ("float16", "mixed_float16") else set()
    )
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax")])
    loss = getattr(keras.losses, name)(dtype=dtype)
    model.compile("sgd", loss, run_eagerly=True)
    model.fit(X, ONE_HOT, batch_size=12, verbose=0)
    finite = all(np.isfinite(weights).all() for weights in model.get_weights())
    assert finite == (not errors)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "mixed_float16"])
@pytest.mark.parametrize("axis", [-2, -1, 0])
def test_a_loss_along_samples_of_which_none_has_a_class(dtype: str, axis: int) -> None:
    loss = {"loss": {"CosineSimilarity": {"dtype": dtype, "axis": axis}}, "epochs": 1}
    finite = all(np.isfinite(w).all() for w in run(USUAL | loss).weights)
    assert verdict(USUAL | loss).errors == (set() if finite else {"unfit-argument"})


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_metric_that_does(dtype: str) -> None:
    name = "MeanAbsolutePercentageError"
    errors = verdict(USUAL | {"metrics": [{name: {"dtype": dtype}}]}).errors
    metric = getattr(keras.metrics, name)(dtype=dtype)
    metric.update_state(ONE_HOT, np.full((12, 4), 0.25))
    assert np.isfinite(float(metric.result())) == (not errors)


@pytest.mark.parametrize("cls", TRAINED, ids=title)
def test_what_is_ok_trains(cls: type[Named]) -> None:
    if issubclass(cls, Callback) and cls.packages:
        pytest.skip("it needs packages that tests don't have")
    base = next(base for base in BASES if issubclass(cls, base))
    draw = random.Random(title(cls))
    for _ in range(MANY):
        settings = section(base, {cls.__name__: drawn(cls, draw)})
        for labels, loss in (("one_hot", ""), ("sparse", "sparse_")):
            whole = USUAL | {"loss": f"{loss}categorical_crossentropy"}
            whole |= settings if base is Loss else settings | {"loss": whole["loss"]}
            if not verdict(whole, labels).errors:
                found = run(whole, labels)
                assert not found.error, whole
                assert all(np.isfinite(w).all() for w in found.weights), whole
                break


# ------------------------------------------------------- scores and probabilities


SCORES = np.random.default_rng(1).normal(size=(40, 4)).astype("float32")
CLASSES_OF = np.eye(4, dtype="float32")[np.arange(40) % 4]


@pytest.mark.parametrize("name", subclasses(Metric))
def test_metrics_are_told_what_the_model_gives(name: str) -> None:
    """Each that takes probabilities, of scores made probabilities and of the scores."""
    cls = subclasses(Metric)[name]
    if not (cls.of_probabilities and cls.for_scores):
        return
    usual = getattr(keras.metrics, name)(**required(cls))
    told = getattr(keras.metrics, name)(**required(cls) | dict(cls.for_scores))
    both = cls.categorical
    as_probabilities = keras.ops.softmax if both else keras.ops.sigmoid
    labels = LABELS_OF[cls.read(required(cls)).labels if both else "one_hot"]
    values = [
        keras.ops.convert_to_numpy(metric(labels, scores))
        for metric, scores in (
            (usual, as_probabilities(SCORES)),
            (told, SCORES),
            (type(usual)(**required(cls)), SCORES),
        )
    ]
    assert np.allclose(values[0], values[1], atol=1e-3)
    assert not np.allclose(values[0], values[2], atol=1e-3)


LABELS_OF = {"one_hot": CLASSES_OF, "sparse": CLASSES_OF.argmax(axis=1)}
LOGITS = {"BinaryCrossentropy": {"from_logits": True}}


@pytest.mark.parametrize(
    ("activation", "loss", "metric", "said"),
    [
        ("null", LOGITS, "AUC", "write {AUC: {from_logits: true}}"),
        ("null", LOGITS, {"AUC": {"from_logits": True}}, ""),
        ("null", LOGITS, {"Precision": {"name": "p"}},
         "write {Precision: {name: p, thresholds: 0}}"),
        ("null", LOGITS, {"Recall": {"thresholds": 0.5}}, ""),
        ("null", LOGITS, {"PrecisionAtRecall": 0.5},
         "set activation: sigmoid on the last layer"),
        ("sigmoid", "binary_crossentropy", {"AUC": {"from_logits": True}},
         "remove from_logits:"),
        ("sigmoid", "binary_crossentropy", "Precision", ""),
        ("sigmoid", "binary_crossentropy", {"BinaryCrossentropy": {}}, ""),
    ],
)  # fmt: skip
def test_from_logits_of_metrics(
    activation: str, loss: Any, metric: Any, said: str
) -> None:
    spec = {
        "input": [3],
        "layers": [{"Dense": {"units": 1, "activation": yaml.safe_load(activation)}}],
        "data": {"source": "npz", "path": "a.npz"},
        "train": {"loss": loss, "metrics": [metric]},
    }
    found = [d for d in api.check(spec).diagnostics if d.code == "metric-logits"]
    assert [d.hint[: len(said)] for d in found] == ([said] if said else [])


# ------------------------------------------------------- files


def test_results_have_the_names_that_scripts_give_them() -> None:
    names = {
        re.sub(r"\{.*?\}", "1", name)
        for path in (ROOT / "templates").rglob("*.j2")
        for name in re.findall(
            r'(?:RESULTS|\bfolder|folder \}\}) / f?"([\w.{}]+)"', path.read_text()
        )
    }
    assert len(names) > 8
    within = {"unfinished", "epoch_1", "fine_tuning"}  # of the folder of checkpoints
    assert {name for name in names - within if not is_result(name)} == {"member_1"}


def callback_trouble(*callbacks: dict[str, Any], **sections: Any) -> list[str]:
    spec = {
        "name": "net",
        "input": [3],
        "layers": [{"Dense": {"units": 4, "activation": "softmax"}}],
        "data": {"source": "npz", "path": "data/a.npz", "labels": "one_hot"},
        "train": USUAL | {"callbacks": list(callbacks)},
    }
    Path("net.yaml").write_text(yaml.safe_dump(spec | sections))
    found = api.check("net.yaml").diagnostics
    return [d.code for d in found if d.severity == "error"]


@pytest.mark.parametrize("name", ["backup", "data", "data/x", ".", "..", "results"])
def test_a_backup_takes_nothing_else_away(name: str) -> None:
    for file in ("data/a.npz", "results/net/x.py", "x"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text("")
    safe = not callback_trouble({"BackupAndRestore": name})
    assert safe == (name in ("backup", "data/x"))
    if name != "..":
        before = {p for p in Path().rglob("*") if p.is_file()}
        backup = keras.callbacks.BackupAndRestore(name)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax")])
        model.compile("sgd", "categorical_crossentropy", run_eagerly=True)
        try:
            model.fit(X, ONE_HOT, callbacks=[backup], verbose=0)
        except OSError:
            assert name == "."  # which goes, but for the folder itself
        assert (before <= {p for p in Path().rglob("*") if p.is_file()}) == safe
    assert not callback_trouble(
        {"BackupAndRestore": {"backup_dir": name, "delete_checkpoint": False}}
    )


@pytest.mark.parametrize(
    ("callbacks", "fits"),
    [
        ([{"CSVLogger": "a.csv"}, {"CSVLogger": "b.csv"}], True),
        ([{"CSVLogger": "a.csv"}, {"CSVLogger": "./x/../a.csv"}], False),
        ([{"CSVLogger": "data/a.npz"}], False),
        ([{"CSVLogger": "net.yaml"}], False),
        ([{"CSVLogger": "logs/"}], False),
        ([{"TensorBoard": "net.yaml"}], False),
        ([{"TensorBoard": "logs"}, {"CSVLogger": "logs/a.csv"}], True),
        ([{"TensorBoard": "logs"}, {"CSVLogger": "logs"}], False),
        ([{"TensorBoard": "logs"}, {"BackupAndRestore": "logs"}], False),
        ([{"BackupAndRestore": "logs"}, {"TensorBoard": "logs/b"}], False),
        ([{"TensorBoard": "."}], True),
        ([{"ModelCheckpoint": "results/net/model.keras"}], False),
        ([{"ModelCheckpoint": "results/net/best_{epoch}.keras"}], True),
        ([{"ModelCheckpoint": "results/other/model.keras"}], True),
        ([{"CSVLogger": "results/net/history.csv"}], False),
        ([{"CSVLogger": "results"}], False),
        ([{"ModelCheckpoint": "{epoch}.keras"}] * 2, False),
    ],
    ids=str,
)
def test_files_of_callbacks_do_not_meet(callbacks: Any, fits: bool) -> None:
    found = callback_trouble(*callbacks)
    assert found == ([] if fits else ["file-collision"])


def test_members_of_an_ensemble_have_files_of_their_own() -> None:
    def told(**callback: str) -> list[str]:
        return callback_trouble(callback, ensemble={"members": 2})

    assert told(CSVLogger="a.csv") == []
    assert told(CSVLogger="history.csv") == ["file-collision"]
    assert told(CSVLogger=str(Path("a.csv").absolute())) == ["file-collision"]
    assert told(CSVLogger="results/net/history.csv") == []


BOARD = [
    ({"log_dir": "a b/c"}, ""),
    ({"embeddings_freq": 1, "write_graph": False}, "unfit-argument"),
    ({"embeddings_freq": 1}, ""),
    ({"histogram_freq": 1, "write_images": True, "update_freq": 1}, ""),
    ({"write_steps_per_second": True, "update_freq": "batch"}, ""),
]


@pytest.mark.parametrize(("given", "code"), BOARD, ids=str)
def test_tensorboard(given: dict[str, Any], code: str) -> None:
    settings = USUAL | calling("TensorBoard", **given)
    assert verdict(settings).errors == ({code} if code else set())
    if find_spec("tensorboard"):
        board = keras.callbacks.TensorBoard(**given)
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "softmax")])
        model.compile("sgd", "categorical_crossentropy")
        if code:
            with pytest.raises(OSError):
                model.fit(X, ONE_HOT, callbacks=[board], verbose=0)
        else:
            model.fit(X, ONE_HOT, callbacks=[board], verbose=0)


@pytest.mark.parametrize("average", [None, "macro"])
def test_tensorboard_takes_one_number(average: str | None) -> None:
    metrics = {"metrics": [{"F1Score": {"average": average}}]}
    found = verdict(USUAL | metrics | calling("TensorBoard")).errors
    assert found == (set() if average else {"metric-of-several"})
    assert not verdict(USUAL | metrics | calling("CSVLogger", filename="a")).errors


def test_batches_that_tensorboard_waits_for_in_vain() -> None:
    def told(**given: Any) -> set[str]:
        text = DIGITS % ("true", f"callbacks: {flow([{'TensorBoard': given}])}")
        return {d.code for d in api.check(text).diagnostics}

    assert told(profile_batch=86) == told(profile_batch=[86, 99]) == set()
    assert told(profile_batch=87) == told(profile_batch=[87, 99]) == {"late-callback"}
    assert told(update_freq=87) == {"late-callback"}
    assert told(profile_batch=[0, 3]) == {"idle-argument"}


def test_parts_of_the_samples_that_are_empty() -> None:
    def told(test_size: float, split: float) -> set[str]:
        text = DIGITS % ("true", f"validation_split: {split}")
        text = text.replace("source: digits", f"source: digits, test_size: {test_size}")
        found = {d.code for d in api.check(text).diagnostics}
        samples = np.zeros((1797, 1))
        try:
            kept, _ = train_test_split(samples, test_size=test_size)
            if split:
                train_validation_split((kept,), split)
        except ValueError:
            assert found
        else:
            assert not found
        return found

    for test_size in (1e-9, 0.2, 0.9994, 0.9995, 0.9999):
        for split in (0.0, 1e-17, 1e-4, 0.5, 0.9994, 0.9999):
            assert told(test_size, split) <= {"empty-part"}

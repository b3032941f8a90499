"""What a spec may say of training: Keras's names, arguments and defaults."""

import inspect
from pathlib import Path

import keras
import pytest

from cnnspec import api
from cnnspec.components import Component
from cnnspec.errors import Invalid
from cnnspec.training import (
    LOSS_NAMES,
    METRIC_NAMES,
    OPTIMIZER_NAMES,
    Data,
    Ensemble,
    Train,
    disagreements,
)
from cnnspec.training.callbacks import Callback
from cnnspec.training.kinds import subclasses
from cnnspec.training.objectives import Loss, Metric
from cnnspec.training.optimizers import Optimizer, Schedule

BASES = (Callback, Loss, Metric, Optimizer, Schedule)
CLASSES = [cls for base in BASES for cls in subclasses(base).values()]


def keras_class(cls: type[Component]):
    home = keras
    for step in cls.module.split("."):
        home = getattr(home, step)
    return getattr(home, cls.__name__)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: f"{c.module}-{c.__name__}")
def test_arguments_and_defaults_are_those_of_keras(cls: type[Component]) -> None:
    found = inspect.signature(keras_class(cls).__init__).parameters.values()
    theirs = {p.name: p.default for p in found if p.kind is p.POSITIONAL_OR_KEYWORD}
    del theirs["self"]
    ours = cls.fields()

    assert set(ours) == set(theirs)
    for name, default in theirs.items():
        if default is inspect.Parameter.empty:
            assert ours[name].required, name
        elif name != "name":  # Keras's default is the class's own name
            assert ours[name].default == default, name


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: f"{c.module}-{c.__name__}")
def test_required_arguments_stand_as_in_keras(cls: type[Component]) -> None:
    required = [name for name, field in cls.fields().items() if field.required]
    theirs = list(inspect.signature(keras_class(cls).__init__).parameters)
    assert required == theirs[1 : len(required) + 1]


def test_every_optimizer_of_keras_is_known() -> None:
    theirs = {
        name
        for name, cls in vars(keras.optimizers).items()
        if inspect.isclass(cls) and issubclass(cls, keras.optimizers.Optimizer)
    }
    # They are made of other optimizers, which no `compile` of a tutorial takes.
    theirs -= {"Optimizer", "LossScaleOptimizer", "MultiOptimizer"}
    assert set(subclasses(Optimizer)) == theirs


def test_keras_knows_every_name() -> None:
    with pytest.raises(ValueError, match="lamb"):
        keras.optimizers.get("lamb")
    known = {name for name in OPTIMIZER_NAMES if name[0].isupper()}
    assert known == subclasses(Optimizer).keys() - {"Lamb"}
    for name in OPTIMIZER_NAMES:
        assert keras.optimizers.get(name)
    for name in LOSS_NAMES.keys() - {"crossentropy"}:  # chosen by the labels' form
        assert keras.losses.get(name)
    for name in METRIC_NAMES.keys() - {"accuracy", "acc"}:  # likewise
        assert keras.metrics.get(name)


def complaint(cls, **arguments) -> str:
    """The one problem of a section, as its author reads it."""
    with pytest.raises(Invalid) as caught:
        cls.read(arguments)
    [problem] = caught.value.problems
    return f"{'.'.join(map(str, problem.path))}: {problem.message}; {problem.hint}"


def test_a_wrong_name_gets_the_nearest() -> None:
    assert "did you mean 'adam'?" in complaint(Train, loss="mse", optimizer="adem")
    assert "did you mean 'categorical_crossentropy'?" in complaint(
        Train, loss="categorical_crossentropi"
    )
    mapping = {"Adam": {"learning_rat": 0.1}}
    wrong = complaint(Train, loss="mse", optimizer=mapping)
    assert wrong.startswith("optimizer.Adam.learning_rat: Adam has no field")
    assert "did you mean 'learning_rate'?" in wrong
    stopping = [{"EarlyStoping": {}}]
    wrong = complaint(Train, loss="mse", callbacks=stopping)
    assert "did you mean 'EarlyStopping'?" in wrong


def test_a_metric_of_keras_2_is_read_as_the_key_of_keras_3() -> None:
    assert Train(loss="mse", metrics=["acc"]).metrics == ("accuracy",)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"source": "minst"}, "did you mean 'mnist'?"),
        ({"source": "npz"}, "add path:"),
        ({"source": "csv", "train": "a.csv"}, "add validation:"),
        ({"source": "mnist", "path": "a.npz"}, "is for the source 'npz', not 'mnist'"),
        ({"source": "mnist", "scale": 0}, "must be a number above 0"),
        ({"source": "digits", "test_size": 1.5}, "must be a number between 0 and 1"),
    ],
)
def test_data_that_is_incomplete_or_contradicts_itself(arguments, said: str) -> None:
    assert said in complaint(Data, **arguments)


def test_callbacks_refuse_what_keras_refuses() -> None:
    checkpoint = {"ModelCheckpoint": {"filepath": "a.h5", "save_weights_only": True}}
    with pytest.raises(ValueError, match=r"weights\.h5"):
        keras.callbacks.ModelCheckpoint("a.h5", save_weights_only=True)
    assert ".weights.h5" in complaint(Train, loss="mse", callbacks=[checkpoint])
    with pytest.raises(ValueError, match="factor"):
        keras.callbacks.ReduceLROnPlateau(factor=1.0)
    plateau = {"ReduceLROnPlateau": {"factor": 1.0}}
    assert "below 1" in complaint(Train, loss="mse", callbacks=[plateau])


MNIST = Data(source="mnist", labels="one_hot")
TRAIN = Train(loss="categorical_crossentropy", validation_split=0.2)
CSV = Data(source="csv", train="a.csv", validation="b.csv", labels="one_hot")
WATCHING = Train(loss="categorical_crossentropy", callbacks=[{"EarlyStopping": None}])
IMAGE, SCORES = (None, 28, 28, 1), (None, 10)


@pytest.mark.parametrize(
    ("data", "train", "ensemble", "x", "y", "said"),
    [
        (None, TRAIN, None, IMAGE, SCORES, "train: needs something to train on"),
        (MNIST, None, Ensemble(members=2), IMAGE, SCORES, "ensemble: needs to know"),
        (MNIST, TRAIN, None, (None, 32, 32, 3), SCORES, "784 numbers"),
        (MNIST, TRAIN, None, (None, None, 28, 1), SCORES, "instead of null"),
        (MNIST, TRAIN, None, IMAGE, (None, 11), "10 classes, and the model gives 11"),
        (MNIST, TRAIN, None, IMAGE, (None, 7, 10), "labels are classes"),
        (MNIST, Train(loss="sparse_categorical_crossentropy"), None, IMAGE, SCORES,
         "needs sparse labels, and data.labels is one_hot"),
        (CSV, TRAIN, None, IMAGE, SCORES, "remove validation_split:"),
        (MNIST, WATCHING, None, IMAGE, SCORES, "watches val_loss"),
    ],
)  # fmt: skip
def test_sections_that_do_not_fit(data, train, ensemble, x, y, said: str) -> None:
    [problem] = disagreements(data, train, ensemble, [x], [y])
    assert said in f"{problem.message}; {problem.hint}"


def test_sections_that_fit() -> None:
    assert not list(disagreements(MNIST, TRAIN, None, [IMAGE], [SCORES]))
    assert not list(disagreements(CSV, WATCHING, None, [IMAGE], [(None, 24)]))
    assert not list(disagreements(MNIST, None, None, [IMAGE], [SCORES]))


SPECS = sorted((Path(__file__).parents[1] / "specs").glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_sections_of_every_spec_fit(path: Path) -> None:
    program, summary = api.load(path)
    assert program.train is not None
    x = [tensor.shape for tensor in summary.graph.inputs]
    y = [r.output_shape for r in summary.rows if r.name in summary.graph.outputs]
    assert not list(disagreements(program.data, program.train, program.ensemble, x, y))


def test_several_inputs_are_fed_by_code_of_ones_own() -> None:
    [problem] = disagreements(MNIST, TRAIN, None, [IMAGE, IMAGE], [SCORES])
    assert "feeds one input and one output" in problem.message

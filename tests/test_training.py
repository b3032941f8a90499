"""What a spec may say of training: Keras's names, arguments and defaults."""

import inspect
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.components import Component
from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.catalogue.named import subclasses
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.emit.keras_live.model import keras_object
from cnnspec.ground.errors import Invalid
from cnnspec.judge.answers import Answer, Output, Target, answer
from cnnspec.language.training import (
    Data,
    Ensemble,
    Train,
)
from tests.emit.same import reset_names
from tests.sections import disagreements, figures

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
    ours = cls.arguments()

    assert set(ours) == set(theirs)
    for name, default in theirs.items():
        if default is inspect.Parameter.empty:
            assert ours[name].required, name
        elif name != "name":  # Keras's default is the class's own name
            assert ours[name].default == default, name


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: f"{c.module}-{c.__name__}")
def test_required_arguments_stand_as_in_keras(cls: type[Component]) -> None:
    required = [name for name, argument in cls.arguments().items() if argument.required]
    theirs = list(inspect.signature(keras_class(cls).__init__).parameters)
    assert required == theirs[1 : len(required) + 1]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: f"{c.module}-{c.__name__}")
def test_arguments_by_position_are_those_of_keras(cls: type[Component]) -> None:
    found = inspect.signature(keras_class(cls).__init__).parameters.values()
    theirs = [p.name for p in found if p.kind is p.POSITIONAL_OR_KEYWORD][1:]
    assert cls.positions() == theirs


def test_every_optimizer_of_keras_is_known() -> None:
    theirs = {
        name
        for name, cls in vars(keras.optimizers).items()
        if inspect.isclass(cls) and issubclass(cls, keras.optimizers.Optimizer)
    }
    assert set(subclasses(Optimizer)) == theirs - Optimizer.refused.keys()


def test_keras_knows_every_name() -> None:
    with pytest.raises(ValueError, match="lamb"):
        keras.optimizers.get("lamb")
    known = {name for name in Optimizer.alone() if name[0].isupper()}
    assert known == subclasses(Optimizer).keys() - {"Lamb", "LossScaleOptimizer"}
    for name in Optimizer.alone():
        assert keras.optimizers.get(name)
    # Chosen by the labels' form.
    for name in Loss.alone().keys() - {"crossentropy", "ce"}:
        assert keras.losses.get(name)
    for name in Metric.alone().keys() - {"accuracy", "acc"}:  # likewise
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
        ({"source": "npz", "path": "a.npz", "classes": ["a", "a"]}, "names 'a' twice"),
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


def output(shape=(None, 10), activation: str | None = "softmax") -> Output:
    layer = make_layer("Dense", {"units": shape[-1] or 1, "activation": activation})
    return Output(shape, layer, ("layers", 0))


MNIST = Data(source="mnist", labels="one_hot")
TRAIN = Train(loss="categorical_crossentropy", validation_split=0.2)
CSV = Data(
    source="csv",
    train="a.csv",
    validation="b.csv",
    image_shape=[28, 28, 1],
    labels="one_hot",
)
NPZ = Data(source="npz", path="a.npz")
WATCHING = Train(loss="categorical_crossentropy", epochs=9, callbacks=["EarlyStopping"])
SPARSE = "sparse_categorical_crossentropy"
IMAGE, SCORES, ONE = (None, 28, 28, 1), (None, 10), (None, 1)


@pytest.mark.parametrize(
    ("data", "train", "ensemble", "x", "y", "said"),
    [
        (MNIST, None, Ensemble(members=2), IMAGE, SCORES, "ensemble: needs to know"),
        (MNIST, TRAIN, None, (None, 32, 32, 3), SCORES, "784 numbers"),
        (MNIST, TRAIN, None, (None, None, 28, 1), SCORES, "instead of null"),
        (MNIST, TRAIN, None, IMAGE, (None, 11), "set units: 10 here"),
        (MNIST, TRAIN, None, IMAGE, (None, 7, 10), "or put - Flatten before it"),
        (MNIST, TRAIN, None, IMAGE, (None, 26, 26, 10), "put - GlobalAveragePooling2D"),
        (MNIST, TRAIN, None, IMAGE, (None, None), "instead of null"),
        (MNIST, Train(loss=SPARSE), None, IMAGE, SCORES,
         "needs sparse labels, and data.labels is one_hot"),
        (CSV, TRAIN, None, IMAGE, SCORES, "remove validation_split:"),
        (MNIST, WATCHING, None, IMAGE, SCORES, "watches val_loss"),
    ],
)  # fmt: skip
def test_sections_that_do_not_fit(data, train, ensemble, x, y, said: str) -> None:
    [problem] = disagreements(data, train, ensemble, [x], [output(y)])
    assert said in f"{problem.message}; {problem.hint}"


def test_a_wrong_number_of_names_is_the_names_fault() -> None:
    data = Data(source="mnist", labels="one_hot", classes=["cat", "dog"])
    for units in (2, 10):
        [problem] = disagreements(data, TRAIN, None, [IMAGE], [output((None, units))])
        assert problem.path == ("data", "classes")
        assert problem.hint == "name all 10; or remove classes:"


def test_a_wrong_number_of_units_is_the_layers_fault() -> None:
    named = Data(source="npz", path="a.npz", labels="one_hot", classes=["cat", "dog"])
    [problem] = disagreements(named, TRAIN, None, [IMAGE], [output()])
    assert problem.path == ("layers", 0)
    assert problem.hint == "set units: 2 here"
    sigmoid = output(ONE, "sigmoid")
    train = Train(loss="binary_crossentropy")
    [problem] = disagreements(Data(source="mnist"), train, None, [IMAGE], [sigmoid])
    assert "gives one score, which tells two apart" in problem.message


LOGITS = {"CategoricalCrossentropy": {"from_logits": True}}


@pytest.mark.parametrize(
    ("labels", "units", "activation", "loss", "said"),
    [
        ("sparse", 10, "softmax", "mse", "mse needs one_hot labels"),
        ("sparse", 10, "sigmoid", "binary_crossentropy", "needs one_hot labels"),
        ("sparse", 1, "sigmoid", SPARSE, "needs a unit for each class"),
        ("one_hot", 1, "softmax", "categorical_crossentropy", "is always 1"),
        ("one_hot", 1, "sigmoid", "mse", "set labels: sparse"),
        ("sparse", 10, None, SPARSE, "set activation: softmax on the last layer; or"),
        ("one_hot", 10, "relu", "categorical_crossentropy", "ends with relu"),
        ("sparse", 1, None, "binary_crossentropy", "set activation: sigmoid"),
        ("one_hot", 10, "softmax", LOGITS, "softmax makes probabilities"),
        ("one_hot", 10, "softmax", "circle", "choose another loss"),
    ],
)
def test_a_loss_that_cannot_train_on_these_labels(
    labels, units, activation, loss, said: str
) -> None:
    data = Data(source="npz", path="a.npz", labels=labels)
    y = output((None, units), activation)
    [problem] = disagreements(data, Train(loss=loss), None, [IMAGE], [y])
    assert said in f"{problem.message}; {problem.hint}"


@pytest.mark.parametrize(
    ("labels", "units", "activation", "loss", "read"),
    [
        ("sparse", 10, "softmax", SPARSE, Answer("classes", True, True)),
        ("sparse", 10, "softmax", "crossentropy", Answer("classes", True, True)),
        ("one_hot", 10, "softmax", "mse", Answer("classes", True, True)),
        ("one_hot", 10, "sigmoid", "bce", Answer("classes", False, True)),
        ("one_hot", 10, None, LOGITS, Answer("classes", False, True)),
        ("sparse", 1, "sigmoid", "bce", Answer("two classes", True, True)),
        ("sparse", 1, "hard_sigmoid", "bce", Answer("two classes", True, True)),
        ("sparse", 1, "sigmoid", "mse", Answer("two classes", True, True)),
        ("sparse", 1, "tanh", "hinge", Answer("two classes", False, True)),
        ("sparse", 1, None, {"BinaryCrossentropy": {"from_logits": True}},
         Answer("two classes", False, True)),
        ("sparse", 1, None, "mse", Answer("number", False, False)),
    ],
)  # fmt: skip
def test_how_an_answer_is_read(labels, units, activation, loss, read: Answer) -> None:
    data = Data(source="npz", path="a.npz", labels=labels)
    y = output((None, units), activation)
    assert not list(disagreements(data, Train(loss=loss), None, [IMAGE], [y]))
    train = Train(loss=loss)
    target = Target("y", data.labels, True, True)
    assert answer(train.loss, y, target) == read


def test_folders_are_classes_of_images() -> None:
    folder = Data(source="image_directory", train="a", test_size=0.2)
    mse, number = Train(loss="mse"), output(ONE, None)
    [problem] = disagreements(folder, mse, None, [IMAGE], [number])
    assert "folders are classes" in problem.message
    sparse = Train(loss=SPARSE)
    [problem] = disagreements(folder, sparse, None, [(None, 192)], [output()])
    assert "say image_shape" in problem.hint


@pytest.mark.parametrize(
    "loss", ["hinge", {"BinaryCrossentropy": {"from_logits": True}}]
)
def test_accuracy_of_scores_needs_their_threshold(loss) -> None:
    score = output(ONE, None if isinstance(loss, dict) else "tanh")
    train = Train(loss=loss, metrics=["accuracy"])
    [problem] = disagreements(NPZ, train, None, [IMAGE], [score])
    assert problem.hint == "write {BinaryAccuracy: {name: accuracy, threshold: 0}}"
    metric = {"BinaryAccuracy": {"name": "accuracy", "threshold": 0}}
    train = Train(loss=loss, metrics=[metric])
    assert not list(disagreements(NPZ, train, None, [IMAGE], [score]))


def test_class_weights_are_for_classes_that_there_are() -> None:
    for weights, said in [
        ({10: 2.0}, "weighs class 10, and the model has 10"),
        ([1, 2], "has 2 numbers, and the model 10 classes"),
    ]:
        train = Train(loss=SPARSE, class_weight=weights)
        [problem] = disagreements(NPZ, train, None, [IMAGE], [output()])
        assert said in problem.message


def test_all_devices_need_a_seed_and_one_model() -> None:
    assert "add seed: 0" in complaint(Train, loss="mse", distribute="data_parallel")
    told = complaint(Train, loss="mse", distribute="MultiWorkerMirroredStrategy")
    assert "Keras 3 doesn't train under MultiWorkerMirroredStrategy" in told
    parallel = {"distribute": "data_parallel", "seed": 0}
    several = complaint(Train, loss="mse", steps_per_execution=2, **parallel)
    assert "keep one of the two" in several
    train, pair = Train(loss=SPARSE, **parallel), Ensemble(members=2)
    [problem] = disagreements(NPZ, train, pair, [IMAGE], [output()])
    assert "--jobs N" in problem.hint


def test_an_ensemble_votes_on_classes() -> None:
    number = output(ONE, None)
    train = Train(loss="mse")
    [problem] = disagreements(NPZ, train, Ensemble(members=2), [IMAGE], [number])
    assert problem.hint == "remove ensemble:"
    named = Data(source="npz", path="a.npz", classes=["cat", "dog"])
    [problem] = disagreements(named, train, None, [IMAGE], [number])
    assert problem.path == ("data", "classes")


@pytest.mark.parametrize(
    ("labels", "units", "metric", "said"),
    [
        ("one_hot", 10, "sparse_categorical_accuracy", "needs sparse labels"),
        ("sparse", 10, {"TopKCategoricalAccuracy": {"k": 3}}, "needs one_hot labels"),
        ("sparse", 1, "categorical_accuracy", "use accuracy"),
    ],
)
def test_a_metric_that_cannot_compare(labels, units, metric, said: str) -> None:
    data = Data(source="npz", path="a.npz", labels=labels)
    train = Train(loss="crossentropy", metrics=["accuracy", metric])
    y = output((None, units), "softmax" if units > 1 else "sigmoid")
    [problem] = disagreements(data, train, None, [IMAGE], [y])
    assert problem.path == ("train", "metrics", 1)
    assert said in f"{problem.message}; {problem.hint}"


def test_a_number_is_not_right_or_wrong() -> None:
    train = Train(loss="mse", metrics=["accuracy"])
    [problem] = disagreements(NPZ, train, None, [IMAGE], [output(ONE, None)])
    assert problem.hint == "use mae, the mean distance"


def test_a_loss_of_many_classes_needs_a_unit_for_each() -> None:
    train, linear = Train(loss=SPARSE), output(ONE, None)
    [problem] = disagreements(Data(source="mnist"), train, None, [IMAGE], [linear])
    assert problem.hint == "set units: 10 here"


def test_a_metric_stands_once() -> None:
    train = Train(loss="mse", metrics=["mse", "acc", "accuracy"])
    problems = list(disagreements(MNIST, train, None, [IMAGE], [output()]))
    assert [p.path for p in problems] == [("train", "metrics", 2)]


def test_a_callback_watches_what_is_reported() -> None:
    stopping = [{"EarlyStopping": {"monitor": "val_acc"}}]
    train = Train(loss="mse", metrics=["accuracy"], callbacks=stopping)
    csv = disagreements(CSV, train, None, [IMAGE], [output()])
    [problem] = csv
    assert "'val_acc', which is not reported" in problem.message
    assert "val_accuracy" in problem.hint


@pytest.mark.parametrize("name", ["auc", "f1_score", "f_beta_score", "mse", "acc"])
def test_metrics_are_reported_under_the_keys_of_keras(name: str) -> None:
    cls = {c.__name__.lower(): n for n, c in subclasses(Metric).items()}
    metrics: list = [name]
    if (found := cls.get(name.replace("_", ""))) is not None:
        metrics.append({found: {"name": "mine"}})
    train = Train(loss="mse", metrics=metrics)
    reset_names()
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(loss="mse", metrics=[_built(metric) for metric in train.metrics])
    history = model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0).history
    assert set(history) == set(figures(train))


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, cls in subclasses(Metric).items()
        if not any(argument.required for argument in cls.arguments().values())
    ),
)
def test_unnamed_metrics_too(name: str) -> None:
    train = Train(loss="mse", metrics=[{name: {}}])
    reset_names()
    assert figures(train) == ["loss", _built(train.metrics[0]).name]


def _built(metric):
    return metric if isinstance(metric, str) else keras_object(metric)


def test_names_of_any_spelling_take_arguments() -> None:
    adam = {"adam": {"learning_rate": 0.1}}
    train = Train(loss={"mse": {}}, optimizer=adam, metrics=[{"auc": {"name": "a"}}])
    names = [type(part).__name__ for part in (train.loss, train.optimizer)]
    assert names == ["MeanSquaredError", "Adam"]


def test_a_callback_needs_no_arguments() -> None:
    [stopping] = Train(loss="mse", callbacks=["EarlyStopping"]).callbacks
    assert type(stopping).__name__ == "EarlyStopping"


def test_every_wrong_item_of_a_list_is_reported() -> None:
    items = [
        {"Earlystopping": {}},
        "EarlyStopping",
        {"EarlyStopping": 3},
        "LambdaCallback",
    ]
    with pytest.raises(Invalid) as caught:
        Train.read({"loss": "mse", "callbacks": [*items, 4]})
    assert [p.path[1] for p in caught.value.problems] == [0, 2, 3, 4]


def test_what_a_wrong_part_of_training_is_told() -> None:
    assert "write [accuracy]" in complaint(Train, loss="mse", metrics="accuracy")
    extra = {"Adam": {}, "lr": 3}
    said = complaint(Train, loss="mse", optimizer=extra)
    assert "put 'lr' under 'Adam', as in {Adam: {learning_rate: 0.001}}" in said
    keyed = complaint(Train, loss="mse", optimizer={"name": "sgd", "lr": 1})
    assert "found a mapping with 'name' and 'lr'" in keyed
    assert "L2" not in keyed
    old = complaint(Train, loss="mse", optimizer={"Adam": {"lr": 1}})
    assert "write learning_rate: 1" in old
    assert "schedule" in complaint(Train, loss="mse", optimizer={"SGD": {"decay": 1}})
    assert "there is 'adadelta'" in complaint(Train, loss="mse", optimizer="zzz")
    assert "write {Lamb: {}}" in complaint(Train, loss="mse", optimizer="Lamb")
    assert "found 3; as in {Adam:" in complaint(Train, loss="mse", optimizer=3)


def test_a_file_has_a_name() -> None:
    empty = {"source": "csv", "train": "a.csv", "validation": ""}
    assert "data.validation is empty" in complaint(Data, **empty)


def test_sections_that_fit() -> None:
    assert not list(disagreements(MNIST, TRAIN, None, [IMAGE], [output()]))
    assert not list(disagreements(CSV, WATCHING, None, [IMAGE], [output((None, 24))]))
    assert not list(disagreements(MNIST, None, None, [IMAGE], [output()]))


SPECS = sorted((Path(__file__).parents[1] / "specs").glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_sections_of_every_spec_fit(path: Path) -> None:
    checked = api.check(path)
    assert checked.program is not None
    assert checked.program.train is not None
    assert checked.diagnostics == []


def test_several_inputs_are_fed_by_arrays_of_a_file() -> None:
    [problem] = disagreements(MNIST, TRAIN, None, [IMAGE, IMAGE], [output()])
    assert "'mnist' has one array of samples" in problem.message

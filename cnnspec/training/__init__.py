"""What `data:`, `train:` and `ensemble:` of a spec may say.

Optimizers, losses, metrics and callbacks have Keras's names and arguments (Keras 3.15).
A name alone stands for the object with its defaults, a mapping for one with arguments,
as in `{Adam: {learning_rate: 0.001}}`.
"""

from typing import Annotated, Any, Literal

from cnnspec.errors import ArgumentError, either
from cnnspec.fields import Natural, Positive, Record, choice, list_of, number
from cnnspec.training.kinds import AboveZero, BetweenZeroAndOne, Part, component

_SEED = number("a whole number from 0 to 4,294,967,295", whole=True, ge=0, le=2**32 - 1)
_BELONGS = {
    "path": ("npz",),
    "train": ("csv",),
    "validation": ("csv",),
    "label_column": ("csv",),
    "test_size": ("digits",),
    "random_state": ("digits",),
}
"""Keys that only some sources take."""
_NEEDS = {"npz": ("path",), "csv": ("train", "validation")}


class Data(Record):
    """Where the samples come from, and what is done to them before training.

    Samples are brought to the shape of the model's input: 28x28 images become the 784
    numbers that an MLP reads, and the rows of a CSV file become images. Labels of CSV
    files are numbered without gaps, in their order.
    """

    source: Annotated[str, choice("digits", "mnist", "cifar10", "npz", "csv")]
    path: str | None = None
    """The .npz file, with x_train, y_train, x_test and y_test."""
    train: str | None = None
    """The CSV file to train on: a header, a column of labels, and one of each pixel."""
    validation: str | None = None
    """The CSV file of the same form to validate with."""
    label_column: str = "label"
    scale: AboveZero | None = None
    """What the samples are divided by."""
    labels: Literal["one_hot", "sparse"] = "sparse"
    classes: tuple[str, ...] | None = None
    """The classes' names, to be shown with images."""
    test_size: BetweenZeroAndOne | None = None
    """scikit-learn's `train_test_split`: the part of the samples that tests."""
    random_state: Natural | None = None
    """scikit-learn's `train_test_split`: the seed of its shuffling."""

    @classmethod
    def title(cls) -> str:
        return "data"

    def rules(self) -> None:
        for name in self.given:
            sources = _BELONGS.get(name, (self.source,))
            if self.source not in sources:
                text = f"data.{name} is for the source {either(sources)}"
                hint = f"remove it, or set source: {sources[0]}"
                raise ArgumentError(name, f"{text}, not '{self.source}'", hint)
        for name in _NEEDS.get(self.source, ()):
            if getattr(self, name) is None:
                text = f"data with the source '{self.source}' needs '{name}', a file"
                raise ArgumentError("source", text, f"add {name}:")
            if not getattr(self, name):
                raise ArgumentError(name, f"data.{name} is empty", "name a file")


_OPTIMIZERS = (
    "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lion Muon Nadam RMSprop SGD "
    "ScheduleFreeAdamW"
)
_LOSSES = (
    "bce binary_crossentropy binary_focal_crossentropy categorical_crossentropy "
    "categorical_focal_crossentropy categorical_hinge circle cosine_similarity "
    "crossentropy dice hinge huber kl_divergence kld log_cosh mae mape "
    "mean_absolute_error mean_absolute_percentage_error mean_squared_error "
    "mean_squared_logarithmic_error mse msle poisson sparse_categorical_crossentropy "
    "squared_hinge tversky"
)
_METRICS = (
    "accuracy auc bce binary_accuracy binary_crossentropy categorical_accuracy "
    "categorical_crossentropy categorical_hinge cosine_similarity f1_score "
    "f_beta_score false_negatives false_positives hinge kl_divergence log_cosh_error "
    "mae mape mean_absolute_error mean_absolute_percentage_error mean_squared_error "
    "mean_squared_logarithmic_error mse msle poisson precision r2_score recall "
    "root_mean_squared_error sparse_categorical_accuracy "
    "sparse_categorical_crossentropy sparse_top_k_categorical_accuracy squared_hinge "
    "top_k_categorical_accuracy true_negatives true_positives"
)
OPTIMIZER_NAMES = {
    name: cls.lower() for cls in _OPTIMIZERS.split() for name in (cls.lower(), cls)
}
"""What `compile(optimizer=…)` knows, in any case; Lamb has to be a mapping."""
LOSS_NAMES = {name: name for name in _LOSSES.split()}
"""What `compile(loss=…)` knows."""
METRIC_NAMES = {name: name for name in _METRICS.split()} | {"acc": "accuracy"}
"""What `compile(metrics=…)` knows and needs no arguments. Keras 2's `acc` is read as
`accuracy`, the key under which Keras 3 files its history."""

_OPTIMIZER = component("an optimizer", "optimizers", "Optimizer", OPTIMIZER_NAMES)
_LOSS = component("a loss", "objectives", "Loss", LOSS_NAMES)
_METRIC = component("a metric", "objectives", "Metric", METRIC_NAMES)
_CALLBACK = component("a callback", "callbacks", "Callback")


class Train(Record):
    """How the model is trained: the arguments of Keras's `compile` and `fit`."""

    first = ("optimizer", "loss", "metrics")
    loss: Annotated[Any, _LOSS]
    optimizer: Annotated[Any, _OPTIMIZER] = "rmsprop"
    metrics: Annotated[Any, list_of(_METRIC)] = ()
    batch_size: Positive | None = None
    epochs: Positive = 1
    validation_split: Part = 0.0
    shuffle: bool = True
    seed: Annotated[int, _SEED] | None = None
    """For `keras.utils.set_random_seed`: the initial weights and every shuffling."""
    callbacks: Annotated[Any, list_of(_CALLBACK)] = ()

    @classmethod
    def title(cls) -> str:
        return "train"


class Ensemble(Record):
    """Several models of the same form, trained from different seeds, that vote."""

    members: Annotated[int, number("a whole number of 2 or more", whole=True, ge=2)]
    voting: Literal["soft", "hard"] = "soft"
    """soft: the mean of the members' probabilities wins; hard: most members do."""

    @classmethod
    def title(cls) -> str:
        return "ensemble"

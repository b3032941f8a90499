"""What a spec makes use of that a learner should know about."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cnnspec.catalogue.callbacks import (
    Callback,
    EarlyStopping,
    ModelCheckpoint,
    ReduceLROnPlateau,
)
from cnnspec.catalogue.layers.activations import ReLU, Softmax
from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.catalogue.layers.convolutional import Conv2D
from cnnspec.catalogue.layers.normalization import BatchNormalization
from cnnspec.catalogue.layers.pooling import GlobalAveragePooling2D
from cnnspec.catalogue.layers.regularization import Dropout
from cnnspec.catalogue.losses import Crossentropy
from cnnspec.catalogue.optimizers import Adam, Optimizer, Schedule
from cnnspec.language.training import Ensemble, Train


class Used(NamedTuple):
    """A spec as far as techniques are concerned."""

    layers: list[Layer]
    train: Train
    ensemble: Ensemble | None

    def has(self, cls: type[Layer]) -> bool:
        """Whether there is a layer of this very class."""
        return any(type(layer) is cls for layer in self.layers)

    def gives(self, ending: str, *starts: str) -> bool:
        """Whether an argument with this ending is given, and begins so."""
        return any(
            _word(value).startswith(starts)
            for layer in self.layers
            for name, value in layer.given.items()
            if name.endswith(ending) and value is not None
        )

    def calls(self, cls: type[Callback]) -> bool:
        """Whether there is a callback of this class."""
        return any(type(callback) is cls for callback in self.train.callbacks)


def _word(value: Any) -> str:
    if isinstance(value, str):
        return value.lower()
    cls = value if isinstance(value, type) else type(value)
    return cls.__name__.lower()


_TESTS: dict[str, Callable[[Used], bool]] = {
    "initialization": lambda used: used.gives("_initializer", "he", "glorot", "lecun"),
    "batch_normalization": lambda used: used.has(BatchNormalization),
    "dropout": lambda used: used.has(Dropout),
    "one_by_one": lambda used: any(
        isinstance(layer, Conv2D) and layer.kernel_size == (1, 1)
        for layer in used.layers
    ),
    "global_average_pooling": lambda used: used.has(GlobalAveragePooling2D),
    "regularization": lambda used: used.gives("_regularizer", ""),
    "relu": lambda used: used.has(ReLU) or used.gives("activation", "relu"),
    "softmax": lambda used: used.has(Softmax) or used.gives("activation", "softmax"),
    "cross_entropy": lambda used: _word(Crossentropy) in _word(used.train.loss),
    "adam": lambda used: type(Optimizer.of(used.train.optimizer)) is Adam,
    "strides": lambda used: any(
        isinstance(layer, Conv2D) and max(layer.strides) > 1 for layer in used.layers
    ),
    "augmentation": lambda used: any(
        type(layer).__name__.startswith("Random") for layer in used.layers
    ),
    "early_stopping": lambda used: used.calls(EarlyStopping),
    "plateau": lambda used: used.calls(ReduceLROnPlateau),
    "model_checkpoint": lambda used: used.calls(ModelCheckpoint),
    "schedule": lambda used: isinstance(
        getattr(used.train.optimizer, "learning_rate", None), Schedule
    ),
    "mixed_precision": lambda used: used.train.mixed_precision is not None,
    "class_weight": lambda used: used.train.class_weight is not None,
    "ensemble": lambda used: used.ensemble is not None,
}


def techniques(
    layers: Iterable[Layer], train: Train, ensemble: Ensemble | None
) -> list[str]:
    """The techniques that a spec uses, as the catalogue of texts names them.

    Args:
        layers: of the model; those inside others are found.
        train: how it is trained.
        ensemble: whether several are.
    """
    every = [found for layer in layers for found in (layer, *all_nested(layer))]
    used = Used(every, train, ensemble)
    return [name for name, test in _TESTS.items() if test(used)]

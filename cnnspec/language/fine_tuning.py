"""What `train.fine_tune` may say: a second fit, which trains more of the model."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.optimizers import LearningRate, Optimizer
from cnnspec.ground.errors import ArgumentError
from cnnspec.ground.kinds import Positive, kind_of, list_of, one_of
from cnnspec.ground.records import Record
from cnnspec.language.training import CALLBACK, CLASS_WEIGHT, OPTIMIZER, Train

_NAMES = one_of(kind_of(str), list_of(kind_of(str), least=1))
_OF_BOTH = "it holds for both fits, and stands in train: alone; remove it"


class FineTune(Record):
    """A second fit: what it trains beside, and what is other in it than before."""

    called: ClassVar[str] = "train.fine_tune"
    first: ClassVar[tuple[str, ...]] = (
        *("unfreeze", "from_layer", "epochs", "learning_rate", "optimizer"),
    )
    spelt_as: ClassVar[dict[str, str]] = {
        "unfreeze": "layers layer base thaw unfrozen trainable",
        "from_layer": "fine_tune_at from start_layer unfreeze_from",
        "learning_rate": "lr rate",
        "optimizer": "optim opt solver",
        "epochs": "nb_epoch num_epochs n_epochs epoch_count",
        "batch_size": "batch bs",
        "callbacks": "callback",
    }
    renamed: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(
            (
                *("loss", "metrics", "validation_split", "seed", "mixed_precision"),
                *("resume", "distribute", "show", "steps_per_execution", "log"),
                *("jit_compile", "loss_weights"),
            ),
            _OF_BOTH,
        ),
        "fine_tune": "there are two fits, and no third; remove it",
        "initial_epoch": "it goes on from the last epoch of the first fit; remove it",
    }

    unfreeze: Annotated[Any, _NAMES]
    epochs: Positive
    from_layer: str | None = None
    """What stands before it there stays as it is."""
    learning_rate: LearningRate | None = None
    optimizer: Annotated[Any, OPTIMIZER] | None = None
    batch_size: Positive | None = None
    shuffle: bool | None = None
    callbacks: Annotated[Any, list_of(CALLBACK)] | None = None
    class_weight: Annotated[Any, CLASS_WEIGHT] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What is trained beside, by its names in the model."""
        found = self.unfreeze
        return (found,) if isinstance(found, str) else tuple(found)

    def rules(self) -> None:
        """Refuses two learning rates, and a name that stands twice."""
        from cnnspec.ground.partial import all_of

        all_of(self._one_rate, self._twice)

    def _one_rate(self) -> Iterator[ArgumentError]:
        if self.learning_rate is not None and self.optimizer is not None:
            text = "train.fine_tune has both optimizer and learning_rate"
            hint = "give the optimizer its learning_rate; or keep one of the two"
            yield ArgumentError("learning_rate", "exclusive-arguments", text, hint)

    def _twice(self) -> Iterator[ArgumentError]:
        names = self.names
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            text = f"train.fine_tune.unfreeze names '{twice}' twice"
            yield ArgumentError("unfreeze", "duplicate-value", text, "name each once")


_SAME = ("batch_size", "shuffle", "callbacks", "class_weight")
"""Keys that are those of the first fit where the second doesn't give them."""


def second_fit(train: Train) -> Train:
    """How the model is trained in the second fit, as if it were the only one."""
    tune = train.fine_tune
    assert isinstance(tune, FineTune)
    new = {name: getattr(tune, name) for name in _SAME if name in tune.given}
    new |= {"epochs": tune.epochs, "optimizer": _optimizer(train, tune)}
    return train.with_read(new, "fine_tune")


def _optimizer(train: Train, tune: FineTune) -> Any:
    """Another one of the same kind, or the one that is given."""
    if tune.optimizer is not None:
        return tune.optimizer
    if tune.learning_rate is None:
        return train.optimizer
    optimizer = Optimizer.of(train.optimizer)
    inner = getattr(optimizer, "inner_optimizer", None)
    if inner is None:
        return optimizer.with_read({_RATE: tune.learning_rate})
    slower = inner.with_read({_RATE: tune.learning_rate})
    return optimizer.with_read({"inner_optimizer": slower})


_RATE = "learning_rate"

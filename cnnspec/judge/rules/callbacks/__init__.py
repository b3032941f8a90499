"""Rules about callbacks: whether Keras can do what they are for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.ground.errors import Path
from cnnspec.judge.subjects import metric_key

if TYPE_CHECKING:
    from cnnspec.catalogue.callbacks import Callback
    from cnnspec.language.training import Data, Ensemble, Train


class Watched(NamedTuple):
    """A callback, and the figure that it watches."""

    path: Path
    callback: "Callback"
    figure: str
    """As Keras reports it; nothing where it watches none."""
    metric: Any
    """The metric of that figure; None where there is none."""


class Trained(NamedTuple):
    """A training with callbacks."""

    train: "Train"
    data: "Data | None"
    ensemble: "Ensemble | None"

    @property
    def validates(self) -> bool:
        """Whether something is validated after each epoch."""
        return bool(self.train.validation_split or (self.data and self.data.validation))

    @property
    def optimizer(self) -> Any:
        """The optimizer that changes the weights."""
        return getattr(self.train.optimizer, "inner_optimizer", self.train.optimizer)

    def callbacks(self) -> Iterator[Watched]:
        """Each callback, and what it watches."""
        metrics = {metric_key(metric): metric for metric in self.train.metrics}
        for place, callback in enumerate(self.train.callbacks):
            figure = getattr(callback, "monitor", "")
            metric = metrics.get(figure.removeprefix("val_"))
            yield Watched(("train", "callbacks", place), callback, figure, metric)

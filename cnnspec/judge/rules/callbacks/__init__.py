"""Rules about callbacks: whether Keras can do what they are for."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.ground.errors import Path
from cnnspec.ground.partial import each_known, known
from cnnspec.judge.subjects import figures, metric_key
from cnnspec.language.results import member_folder

if TYPE_CHECKING:
    from cnnspec.catalogue.callbacks import Callback
    from cnnspec.language.program import Program
    from cnnspec.language.training import Data, Ensemble, Train


class Watched(NamedTuple):
    """A callback, and the figure that it watches."""

    path: Path
    callback: "Callback"
    figure: str | None
    """As Keras reports it; None where it watches none."""
    metric: Any
    """The metric of that figure; None where there is none."""
    reported: list[str]
    """The figures that it is given after an epoch."""

    def at(self, argument: str) -> Path:
        """Where one of its arguments stands; the callback, where it isn't given."""
        if argument not in self.callback.given:
            return self.path
        return (*self.path, self.callback.title(), argument)


class Trained(NamedTuple):
    """A training with callbacks."""

    train: "Train"
    data: "Data | None"
    ensemble: "Ensemble | None"
    program: "Program | None" = None
    """Whose training it is."""

    @property
    def validates(self) -> bool:
        """Whether something is validated after each epoch."""
        return bool(self.train.validation_split or (self.data and self.data.validation))

    @property
    def optimizer(self) -> Any:
        """The optimizer that changes the weights."""
        return getattr(self.train.optimizer, "inner_optimizer", self.train.optimizer)

    @property
    def metrics(self) -> dict[str, Any]:
        """The metrics by the figures that they report."""
        return {metric_key(known(metric)): metric for metric in self.train.metrics}

    def path_of(self, name: str) -> str:
        """Where a file of a callback lies, seen from where the training runs.

        Members of an ensemble have folders of their own.
        """
        if self.ensemble is None or self.program is None:
            return name
        return os.path.join(member_folder(self.program), name)

    def callbacks(self) -> Iterator[Watched]:
        """Each callback, and what it watches."""
        metrics = self.metrics
        reported = figures(self.train)
        if self.validates:
            reported += [f"val_{key}" for key in reported]
        for place, callback in each_known(self.train.callbacks):
            reported = [*reported, *callback.reports]
            figure = callback.watches
            metric = metrics.get((figure or "").removeprefix("val_"))
            path = ("train", "callbacks", place)
            yield Watched(path, callback, figure, metric, reported)

"""Rules about callbacks: whether Keras can do what they are for."""

import os
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.ground.errors import Path
from cnnspec.ground.partial import each_known
from cnnspec.judge.subjects import Sections, reported
from cnnspec.language.results import member_folder

if TYPE_CHECKING:
    from cnnspec.catalogue.callbacks import Callback


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


class Training:
    """A training with callbacks.

    Attributes:
        train, data, ensemble, program: what is trained, and how.
    """

    def __init__(self, sections: Sections) -> None:
        train = sections.train
        assert train is not None
        self.train, self.data, self.ensemble = train, sections.data, sections.ensemble
        self.program, self._sections = sections.program, sections

    @cached_property
    def _reported(self) -> dict[str, Any]:
        return reported(self._sections.training())

    @property
    def figures(self) -> list[str]:
        """What Keras reports of an epoch, without what it validates."""
        return [*self._reported]

    @property
    def metrics(self) -> dict[str, Any]:
        """The metrics by the figures that they report."""
        return {key: one for key, one in self._reported.items() if one is not None}

    @property
    def validates(self) -> bool:
        """Whether something is validated after each epoch."""
        return bool(self.train.validation_split or (self.data and self.data.validation))

    @property
    def optimizer(self) -> Any:
        """The optimizer that changes the weights."""
        return getattr(self.train.optimizer, "inner_optimizer", self.train.optimizer)

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
        figures = self.figures
        if self.validates:
            figures += [f"val_{key}" for key in figures]
        for place, callback in each_known(self.train.callbacks):
            figures = [*figures, *callback.reports]
            figure = callback.watches
            metric = metrics.get((figure or "").removeprefix("val_"))
            path = ("train", "callbacks", place)
            yield Watched(path, callback, figure, metric, figures)

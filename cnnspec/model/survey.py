"""Where the layers and calls of a Program are taken, which its `change` names."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from cnnspec.catalogue.layers import Layer
from cnnspec.catalogue.registry import declaring
from cnnspec.ground.errors import Path
from cnnspec.ground.source import Source
from cnnspec.language.listener import Placed, Said
from cnnspec.language.program import (
    ApplyStep,
    CallStep,
    LayerStep,
    Program,
    Spot,
    spot_of,
)
from cnnspec.language.reader import read_program
from cnnspec.language.run import run
from cnnspec.model.graph import DEFAULT_POLICY
from cnnspec.model.resolver import GraphBuilder, Tensor

if TYPE_CHECKING:
    from cnnspec.language.changes import Taken


def with_changes(program: Program) -> Program:
    """A program with what its `change` says."""
    from cnnspec.language.changes import changed, with_names

    with declaring(program.own):
        before = _taken(program)
        program = changed(program, before)
        return with_names(program, before, _taken(program))


def names_of(source: Source) -> Collection[str]:
    """The names by which a document may change its layers and calls."""
    return _taken(read_program(source)).spots.keys()


def _taken(program: Program) -> "Taken":
    from cnnspec.language.changes import Taken

    survey = _Survey()
    outcome = run(program, survey)
    spots, called = survey.spots, outcome.called.items()
    by_keras = {keras: spots[name] for name, keras in called if name in spots}
    return Taken(by_keras | spots, survey.times, outcome.complete, survey.closed)


class _Survey(GraphBuilder):
    """Notes where each layer and call is taken, by its full name.

    Names inside of models stand behind those of the models. What is inside of one of
    keras.applications has no step in the spec.
    """

    def __init__(self, policy: str = DEFAULT_POLICY, within: str = "") -> None:
        super().__init__(policy, within)
        self.spots: dict[str, Spot] = {}
        self.times: Counter[Path] = Counter()
        self.closed: set[str] = set()

    def _for_model(self, name: str) -> GraphBuilder:
        inner = _Survey(self._policy, f"{self._within}{name}/")
        inner.spots, inner.times, inner.closed = self.spots, self.times, self.closed
        return inner

    def layer(
        self,
        step: LayerStep,
        placed: Placed,
        layer: Layer,
        arguments: Any,
        inner: tuple[str, ...],
        read: tuple[Tensor, ...],
        said: Sequence[Said],
    ) -> Tensor:
        return self._place(placed, layer, read, said, "", inner)

    def _place(self, placed: Placed, *about: Any) -> Tensor:
        self._note(placed)
        return super()._place(placed, *about)

    def no_layer(self, placed: Placed, read: tuple[Tensor, ...]) -> None:
        self._note(placed)
        super().no_layer(placed, read)

    def leave(
        self,
        step: CallStep | ApplyStep,
        placed: Placed,
        results: tuple[Tensor, ...],
        said: Sequence[Said],
        exports: dict[str, tuple[Tensor, ...]],
    ) -> tuple[tuple[Tensor, ...], dict[str, tuple[Tensor, ...]]]:
        self._note(placed)
        return results, exports

    def _note(self, placed: Placed) -> None:
        name = f"{self._within}{placed.name}"
        if self._stands:
            self.closed.add(name)
            return
        self.times[placed.path] += 1
        if placed.name:
            self.spots[name] = spot_of(placed.path, placed.trail)

"""What is explained: a spec, and the parts of it that its explanations speak of."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnspec.catalogue.components import Component
from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import show
from cnnspec.language.program import Program
from cnnspec.language.training import Data, Ensemble, Train
from cnnspec.model.graph import Input
from cnnspec.model.summary import Row, Summary


class Explanation(NamedTuple):
    """A paragraph of a lesson: which text, what fills it in, and where it belongs."""

    section: str
    """The section of the lesson that it stands before."""
    key: str
    """Its text: an idea, or a name of the catalogue, such as Adam."""
    values: dict[str, Any]
    """What the text speaks of."""
    about: type[Layer] | None = None
    """The class of layers that it is shown on, where it is an idea of the model."""
    tells_all: bool = False
    """Whether it says of this class what it does, and more."""


class Example(NamedTuple):
    """A layer of the model that a text shows something on."""

    name: str
    window: str
    """The sizes of what it moves, `3x3`; empty where it moves nothing."""
    stride: int
    """By how many positions, at most."""
    before: str
    after: str
    """Shapes of its input and output, `28x28x50`."""
    sum: str
    """How the first size of the output comes about: `(28 + 2·1 − 3) / 1 + 1 = 28`."""
    params: str
    """How its parameters are counted, and how many there are."""


class Subject:
    """A spec as explanations see it.

    Attributes:
        rows: the layers of the model; uses of a layer again left out.
    """

    def __init__(self, program: Program, summary: Summary) -> None:
        self.summary = summary
        self.data: Data | None = program.data
        self.train: Train | None = program.train
        self.ensemble: Ensemble | None = program.ensemble
        self.rows = [row for row in summary.rows if not row.shares]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What the model is given."""
        return self.summary.graph.inputs

    def gives_output(self, row: Row) -> bool:
        """Whether the model's answer comes from a layer."""
        return row.name in self.summary.graph.outputs


KINDS = {2: "features", 3: "sequence", 4: "image", 5: "volume"}
"""What kind of data a tensor holds, by how many axes it has with the batch's."""


def kind_of(row: Row) -> str:
    """The kind of data that a layer takes."""
    return KINDS.get(len(row.input_shapes[0]), "other")


def example(row: Row) -> Example:
    """A layer to show something on."""
    reach = row.layer.reach(*row.input_shapes)
    windows = [] if isinstance(reach, str) else list(reach)
    output = row.output_shape[0] if isinstance(row.output_shape, list) else None
    return Example(
        name=row.name,
        window=show([window.span for window in windows]),
        stride=max((int(window.stride) for window in windows), default=1),
        before=show(row.input_shapes[0][1:]),
        after=show((output or row.output_shape)[1:]),  # type: ignore[arg-type]
        sum=next(iter(row.size_sums), ""),
        params=f"{row.arithmetic} = {row.params:,}",
    )


def arguments_of(thing: Record) -> dict[str, Any]:
    """The arguments of something of the catalogue by their names."""
    return {
        argument.name: getattr(thing, argument.attribute)
        for argument in thing.arguments().values()
    }


def named(
    section: str, things: Iterator[tuple[Component, dict[str, Any]]]
) -> Iterator[Explanation]:
    """An explanation for each kind of thing, of the first of its kind.

    Args:
        section: of the lesson that it stands before.
        things: each with what is told of it beside its arguments.
    """
    seen = set()
    for thing, beside in things:
        key = type(thing).__name__
        if key not in seen:
            seen.add(key)
            yield Explanation(section, key, {**arguments_of(thing), **beside})

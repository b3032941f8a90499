"""Layers that mix the samples of a batch, which a model is meant to keep apart."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.catalogue.layers.base import MixedSamples
from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shape, Size
from cnnspec.model.summary import Model, Row, each_row

SAMPLES = 2
"""How many make a batch where a spec doesn't say it."""


class Mixing(NamedTuple):
    """A layer that puts samples of a batch together or apart."""

    row: Row
    reason: MixedSamples
    samples: int
    """How many make a batch."""
    gives: Size
    """How many it makes of them."""

    @property
    def fails(self) -> bool:
        """Whether no labels fit; one of them is spread over others by most losses."""
        return self.gives != self.samples and 1 not in (self.gives, self.samples)

    def problem(self, code: str, text: str) -> Problem:
        """That the layer does something, to follow its name."""
        row = self.row
        title = f"'{row.name}' ({type(row.layer).__name__})"
        return Problem(
            row.path, code, f"{title} {text}", self.reason.hint, True, row.trail
        )


def mixing(model: Model) -> Iterator[Mixing]:
    """The layers of a model that do."""
    for row in each_row(model.summary, written=True):
        try:
            row.layer.keep_samples(*row.input_shapes)
        except MixedSamples as reason:
            samples = next((x[0] for x in row.input_shapes if x[0]), SAMPLES)
            yield Mixing(row, reason, samples, _gives(row, samples))


def _gives(row: Row, samples: int) -> Size:
    """How many samples a layer makes of a batch."""
    given: list[Shape] = [(samples, *x[1:]) for x in row.input_shapes]
    output = row.layer.output(*given, **row.call.shaping(row.layer))
    first = output[0] if isinstance(output, list) else output
    return first[0]

"""Receptive fields: what a layer's output sees of the model's input."""

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from cnnspec.catalogue.layers.base import MOVED, UNSURE, WHOLE, Window
from cnnspec.ground.shapes import Shape, Shapes, product
from cnnspec.language import naming
from cnnspec.model.summary import Row, Summary

if TYPE_CHECKING:
    from fractions import Fraction  # takes 3 ms, and only enlarging layers need it


class ReceptiveField(NamedTuple):
    """The receptive field of a layer along one spatial axis of the model's input."""

    size: "int | Fraction"
    """Positions of the input that one position of the output depends on, at most."""
    jump: "int | Fraction | None"
    """Positions of the input from one position of the output to the next; None where
    the output no longer has them in their order."""
    grid: "int | Fraction" = 0
    """The jump before a layer enlarged the tensor; 0 where none has."""
    inside: "int | Fraction" = 0
    """Positions of the input that later layers would add if they weren't tied to the
    grid: of what lies between two of its points they see the one or the other."""

    def through(self, window: Window) -> "ReceptiveField":
        """The field of a layer that looks at this one through a window."""
        assert self.jump is not None
        size, grid, inside = self.size, self.grid, self.inside
        more = (window.span - 1) * self.jump
        if grid:
            inside += more
            more = grid * (ceil(inside / grid) - ceil(self.inside / grid))
        if window.stride < 1 and self.jump > grid:
            grid, inside = self.jump, 0
        return ReceptiveField(size + more, self.jump * window.stride, grid, inside)


UNKNOWN = "unknown"
"""The receptive field of a layer that mixes positions after they were moved about, or
of which nobody says what it looks at."""
Seen = Sequence[ReceptiveField] | str
"""A field per spatial axis, `WHOLE` or `UNKNOWN`."""
_POINT = ReceptiveField(1, 1)


def receptive_fields(summary: Summary) -> dict[str, Seen]:
    """What each layer's output sees of the model's input.

    The padding around an image counts as part of it, so a field may be larger than the
    input. Where a layer reads several tensors, the widest field counts. A layer that
    gives the numbers of an input other axes, as Reshape and Embedding do, makes new
    positions: from there on these are counted. Source of the arithmetic: Araujo,
    Norris, Sim: Computing Receptive Fields of Convolutional Neural Networks, Distill
    2019, equations 1 and 2.

    Returns:
        For each input and layer a field per spatial axis (none for a vector); `WHOLE`
        from the first layer on that looks at all positions at once. Layers of a model
        inside are there as well, as `left/conv`.
    """
    return _fields(summary, [_points(tensor.shape) for tensor in summary.graph.inputs])


def _fields(summary: Summary, given: Sequence[Seen]) -> dict[str, Seen]:
    """The receptive fields of a model's layers, given those of its inputs."""
    names = (tensor.name for tensor in summary.graph.inputs)
    seen: dict[str, Seen] = dict(zip(names, given, strict=False))
    for row in summary.rows:
        before = [seen[name] for name in row.inputs]
        if inside := row.layer.inside(*row.input_shapes):
            inner = _fields(inside, before)
            seen |= {naming.in_model(row.name, name): inner[name] for name in inner}
            seen[row.name] = _widest([inner[name] for name in inside.graph.outputs])
        else:
            seen[row.name] = _seen(row, _widest(before))
    return seen


def _points(shape: Shape) -> Seen:
    return [_POINT] * (len(shape) - 2)


def _seen(row: Row, before: Seen) -> Seen:
    """What a layer's output sees, given what the tensors it reads see together."""
    reach = row.layer.reach(*row.input_shapes)
    if before == WHOLE or reach == WHOLE:
        return WHOLE
    if isinstance(before, str):
        return before
    if reach == UNSURE:
        return UNKNOWN
    if reach == MOVED:
        return _moved(row, before)
    if not reach:
        return _pointwise(row, before)
    assert not isinstance(reach, str)
    before = before or [_POINT] * len(reach)
    if len(reach) != len(before):
        return UNKNOWN
    if any(field.jump is None for field in before):
        return UNKNOWN
    return [field.through(window) for field, window in zip(before, reach, strict=True)]


def _widest(several: Sequence[Seen]) -> Seen:
    """What all of them see together; a vector's lack of positions adds nothing."""
    for name in (WHOLE, UNKNOWN):
        if name in several:
            return name
    fields = [seen for seen in several if seen and not isinstance(seen, str)]
    if len({len(seen) for seen in fields}) > 1:
        return UNKNOWN
    return [_union(axis) for axis in zip(*fields, strict=True)]


def _union(fields: Sequence[ReceptiveField]) -> ReceptiveField:
    jumps = {field.jump for field in fields}
    widest = max(fields, key=lambda field: (field.size, field.grid, field.inside))
    return widest if len(jumps) == 1 else widest._replace(jump=None)


def _pointwise(row: Row, before: Sequence[ReceptiveField]) -> Seen:
    """What a layer's output sees that works on each position by itself.

    A vector made by Flatten has all positions among its features, so a layer that
    multiplies these with weights looks at the whole input.
    """
    vector = len(row.input_shapes[0]) == 2
    if vector and row.macs != 0 and any(field.jump is None for field in before):
        return WHOLE
    return before or _points(_first(row.output_shape))


def _moved(row: Row, before: Sequence[ReceptiveField]) -> Seen:
    """What a position sees whose numbers come from one position, but another one."""
    (given,), output = row.input_shapes, _first(row.output_shape)
    scattered = [ReceptiveField(field.size, None) for field in before]
    if len(output) == 2:
        return before if product(given[1:-1]) == 1 else scattered
    if all(field.size == 1 and field.jump in (1, None) for field in before):
        return _points(output)
    return scattered if output[-1] == given[-1] else UNKNOWN


def _first(shapes: Shapes) -> Shape:
    return shapes[0] if isinstance(shapes, list) else shapes

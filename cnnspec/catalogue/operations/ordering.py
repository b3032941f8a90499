"""Operations along an axis whose size stays or changes by a rule.

Source of the rules: keras/src/ops/numpy.py, Keras 3.15.
"""

from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.layers.base import MOVED, Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.arranging import Moving, several
from cnnspec.catalogue.operations.base import (
    OF_LAYERS,
    Number,
    NumberType,
    Operation,
    mixes,
    with_batch,
)
from cnnspec.catalogue.operations.reductions import Along
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import Natural, kind
from cnnspec.ground.shapes import Shape
from cnnspec.ground.yaml_text import flow


class _AlongOne(Along):
    """Works along one axis, and keeps the sizes."""

    example: ClassVar[Any] = {"axis": 1}

    axis: int | None = None


class Sort(_AlongOne):
    """Puts the numbers along an axis in order, lowest first."""

    axis: int | None = -1


class Argsort(Sort):
    """Where each number along an axis stands that comes next in order."""

    typed = types.place


class _Running(_AlongOne):
    """Counts up along an axis."""

    lacks = OF_LAYERS
    first = ("axis", "dtype")
    typed = types.counted

    dtype: NumberType | None = None

    def gives(self, *given: Any) -> Any:
        return types.counted(self.dtype or given[0])


class Cumsum(_Running):
    """The sum of each number along an axis and all before it."""


class Cumprod(_Running):
    """The product of each number along an axis and all before it."""


class Nancumsum(_Running):
    """`cumsum` without what is none (NaN)."""


class Nancumprod(_Running):
    """`cumprod` without what is none (NaN)."""


class Diff(Along):
    """The difference of each number along an axis and the next."""

    tensor_arguments = ("a",)
    first = ("n", "axis")
    example: ClassVar[Any] = {"axis": 1}
    shape_rule = "the input's, with n less along axis"

    n: Natural = 1
    axis: int = -1

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        place = self.at(self.axis, x)
        size = x[place]
        left = None if size is None else max(size - self.n, 0)
        return (*x[:place], left, *x[place + 1 :])


class _Triangle(Operation):
    """Keeps the numbers on one side of a diagonal of the last two axes."""

    k: int = 0

    def fits(self, *shapes: Any) -> None:
        if len(shapes[0]) < 3:
            raise mixes("takes the batch for the rows of a matrix")


class Tril(_Triangle):
    """Puts zeros above a diagonal of the last two axes."""


class Triu(_Triangle):
    """Puts zeros below a diagonal of the last two axes."""


class Diagonal(Operation):
    """The numbers on a diagonal of two axes, as a last axis."""

    first = ("offset", "axis1", "axis2")
    example: ClassVar[Any] = {"axis1": 1, "axis2": 2}
    shape_rule = "the input's without the two axes, then the diagonal's size"

    offset: int = 0
    axis1: int = 0
    axis2: int = 1

    def _places(self, x: Shape) -> tuple[int, int]:
        one, other = self.at(self.axis1, x), self.at(self.axis2, x)
        if one == other:
            raise ShapeError("needs two axes", "let axis1 be 1 and axis2 be 2")
        return one, other

    def fits(self, *shapes: Any) -> None:
        if 0 in self._places(shapes[0]):
            hint = "let axis1 be 1 and axis2 be 2"
            raise mixes("takes the batch for an axis of a matrix", hint)

    def _rest(self, x: Shape) -> Shape:
        gone = self._places(x)
        return tuple(n for place, n in enumerate(x) if place not in gone)

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        one, other = (x[place] for place in self._places(x))
        if one is None or other is None:
            return (*self._rest(x), None)
        left = other - self.offset if self.offset > 0 else one + self.offset
        return (*self._rest(x), max(0, min(left, one, other)))


class Trace(Diagonal):
    """The sum of the numbers on a diagonal of two axes."""

    typed = types.added_up
    shape_rule = "the input's without the two axes"

    def shape(self, *shapes: Any) -> Any:
        return self._rest(shapes[0])


class Repeat(Operation):
    """Repeats each number along an axis."""

    unfit = types.NOTHING
    first = ("repeats", "axis")
    example: ClassVar[Any] = {"repeats": 2, "axis": 1}
    shape_rule = "the input's, with repeats times the size along axis"

    repeats: Natural
    axis: int | None = None

    def fits(self, *shapes: Any) -> None:
        if self.axis is None:
            raise mixes(
                "without an axis lays the numbers of all samples in one row",
                "write axis: 1",
            )
        if self.at(self.axis, shapes[0]) == 0:
            raise mixes("along axis 0 repeats samples", "write axis: 1")

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        place = self.at(self.axis or 0, x)
        size = x[place]
        more = None if size is None else size * self.repeats
        return (*x[:place], more, *x[place + 1 :])

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        x = shapes[0]
        return () if self.at(self.axis or 0, x) == len(x) - 1 > 1 else MOVED


def _times(value: Any) -> Any:
    items = value if isinstance(value, list | tuple) else [value]
    if items and all(type(n) is int and n >= 0 for n in items):
        return tuple(items) if isinstance(value, list | tuple) else value
    raise ValueError


_Times = Annotated[
    Any,
    kind(
        _times,
        "a whole number of 0 or more, or a list of them, one for each axis",
        {"anyOf": [{"type": "integer"}, {"type": "array"}]},
    ),
]


class Tile(Moving):
    """Puts a tensor beside itself along axes."""

    rearranges = False
    example: ClassVar[Any] = {"repeats": [1, 2, 1]}
    shape_rule = "the sizes of the input, each times its number of repeats"

    repeats: _Times

    def _numbers(self, x: Shape) -> list[int]:
        """How often along each axis; the last axes where there are fewer."""
        repeats = self.repeats
        given = [repeats] if isinstance(repeats, int) else list(repeats)
        return [1] * (len(x) - len(given)) + given

    def fits(self, *shapes: Any) -> None:
        numbers, [x] = self._numbers(shapes[0]), shapes
        if len(numbers) > len(x):
            raise mixes(
                f"has {len(numbers)} repeats for {with_batch(x)}, and would put axes "
                "before the batch",
                "give each axis one, the batch among them",
            )
        if numbers[0] != 1:
            others = numbers[1:]
            if {*others} == {1}:
                others[0] = numbers[0]
            hint = f"write repeats: {flow([1, *others])}" if others else ""
            raise mixes("repeats the samples of a batch", hint)

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        pairs = zip(x, self._numbers(x), strict=True)
        return tuple(None if n is None else n * times for n, times in pairs)

    def running_dtype(self, told: Any, *given: Any) -> Any:
        if {*several(self.repeats)} != {1} and given[0] == "uint16":
            raise self.refused("uint16")
        return super().running_dtype(told, *given)


def _width(value: Any) -> Any:
    if isinstance(value, list | tuple) and value:
        rows = [tuple(one) for one in value if isinstance(one, list | tuple)]
        if len(rows) == len(value) and all(map(_is_ends, rows)):
            return tuple(rows)
    raise ValueError


def _is_ends(row: tuple[Any, ...]) -> bool:
    return len(row) == 2 and all(type(n) is int and n >= 0 for n in row)


_Widths = Annotated[
    Any,
    kind(
        _width,
        "a list of two numbers for each axis, the batch among them: before and after, "
        "such as [[0, 0], [1, 1]]",
        {"type": "array", "items": {"type": "array"}},
    ),
]
_Mode = Literal["constant", "reflect", "symmetric"]


class Pad(Moving):
    """Puts numbers around a tensor."""

    rearranges = False
    first = ("pad_width", "mode", "constant_values")
    example: ClassVar[Any] = {"pad_width": [[0, 0], [1, 1], [0, 0]]}
    shape_rule = "the sizes of the input, with what is put before and after"

    pad_width: _Widths
    mode: _Mode = "constant"
    constant_values: Number | None = None

    def rules(self) -> None:
        if self.mode != "constant" and self.constant_values is not None:
            raise ArgumentError(
                "constant_values",
                "exclusive-arguments",
                f"{self.title()} has constant_values only where mode is constant",
                "leave one of the two out",
            )

    def _with_batch(self) -> list[list[int]]:
        """The pairs that are given, behind one for the batch."""
        return [[0, 0], *([*both] for both in self.pad_width)]

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        ends = self.pad_width
        if len(ends) != len(x):
            raise ShapeError(
                f"has {len(ends)} pairs of numbers for {with_batch(x)}",
                "give each axis one, the batch among them",
                gives=[{"pad_width": self._with_batch()}] * (len(ends) == len(x) - 1),
            )
        if ends[0] != (0, 0):
            others = [list(both) for both in ends[1:]]
            if not any(map(any, others)):
                others[:1] = [list(ends[0])] * len(others[:1])
            hint = f"write pad_width: {flow([[0, 0], *others])}" if others else ""
            raise mixes("would put samples into the batch", hint)

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        pairs = zip(x, self.pad_width, strict=True)
        return tuple(None if n is None else n + sum(both) for n, both in pairs)

    def running(self, output: Any, *shapes: Any) -> Any:
        if self.mode == "constant":
            return output
        [x] = shapes
        for size, both in zip(x, self.pad_width, strict=True):
            most = None if size is None else size - (self.mode == "reflect")
            if most is not None and max(both) > most:
                raise ShapeError(
                    f"can't put {max(both)} numbers beside {size} in mode {self.mode}",
                    f"put at most {most}",
                )
        return output

"""Operations that put tensors together, and take them apart.

Source of the rules: keras/src/ops/numpy.py and core.py, Keras 3.15.
"""

from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.layers.base import MOVED, WHOLE, Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.base import Operation, mixes, with_batch
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import Positive, kind
from cnnspec.ground.shapes import Shape, Size


def same_but(shapes: list[Shape], free: int | None) -> None:
    """Refuses tensors that differ in more than the size along one axis.

    Raises:
        ShapeError: they do.
    """
    others = [
        tuple(n for place, n in enumerate(shape) if place != free) for shape in shapes
    ]
    agree = len({len(shape) for shape in shapes}) == 1 and all(
        None in (n, m) or n == m
        for sizes in others
        for n, m in zip(sizes, others[0], strict=True)
    )
    if not agree:
        texts = [with_batch(shape) for shape in shapes]
        but = "all sizes" if free is None else f"all sizes but those along axis {free}"
        raise ShapeError(
            f"can't put {', '.join(texts[:-1])} and {texts[-1]} together: {but} must "
            "agree"
        )


def added(sizes: list[Size]) -> Size:
    """The sum of sizes; None where one isn't known."""
    return None if None in sizes else sum(n for n in sizes if n is not None)


class _Listed(Operation):
    """Takes a list of tensors."""

    unfit = types.NOTHING
    typed = types.listed
    ran = types.listed_wide
    takes_list = True
    takes_tensors_apart = False
    joins_paths = True
    tensor_arguments = ("xs",)
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6), (None, 4, 6))

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return ()


class Concatenate(_Listed):
    """Puts tensors side by side along an axis they have."""

    keeps_sparse = True
    example: ClassVar[Any] = {"axis": -1}
    shape_rule = "the first input's, with the sum of all sizes along axis"

    axis: int = 0

    def fits(self, *shapes: Any) -> None:
        [given] = shapes
        place = self.at(self.axis, given[0])
        same_but(given, place)
        if place == 0:
            raise mixes(
                "puts the samples of several batches into one", "write axis: -1"
            )

    def shape(self, *shapes: Any) -> Any:
        [given] = shapes
        sizes, place = list(given[0]), self.at(self.axis, given[0])
        sizes[place] = added([x[place] for x in given])
        return tuple(sizes)


class Hstack(_Listed):
    """Puts tensors side by side along axis 1."""

    shape_rule = "the first input's, with the sum of all sizes along axis 1"

    def fits(self, *shapes: Any) -> None:
        [given] = shapes
        for x in given:
            if len(x) < 2:
                raise mixes("puts the samples of several batches into one")
        same_but(given, 1)

    def shape(self, *shapes: Any) -> Any:
        [given] = shapes
        sizes = list(given[0])
        sizes[1] = added([x[1] for x in given])
        return tuple(sizes)


class Stack(_Listed):
    """Puts tensors beside each other along an axis of their own."""

    tensor_arguments = ("x",)
    example: ClassVar[Any] = {"axis": 1}
    shape_rule = "the first input's, with the number of tensors at axis"

    axis: int = 0

    def fits(self, *shapes: Any) -> None:
        [given] = shapes
        place = self.at(self.axis, given[0], 1)
        same_but(given, None)
        if place == 0:
            raise mixes("would put an axis before the batch", "write axis: 1")

    def shape(self, *shapes: Any) -> Any:
        [given] = shapes
        place = self.at(self.axis, given[0], 1)
        return (*given[0][:place], len(given), *given[0][place:])

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return WHOLE


class Append(Operation):
    """Puts a tensor behind another along an axis."""

    unfit = types.NOTHING
    typed = types.promoted
    joins_paths = True
    tensor_arguments = ("x1", "x2")
    example: ClassVar[Any] = {"axis": -1}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6), (None, 4, 6))
    shape_rule = "the first input's, with the sum of both sizes along axis"

    axis: int | None = None

    def fits(self, *shapes: Any) -> None:
        if self.axis is None:
            raise mixes(
                "without an axis lays the numbers of all samples in one row",
                "write axis: -1",
            )
        place = self.at(self.axis, shapes[0])
        same_but(list(shapes), place)
        if place == 0:
            raise mixes("puts the samples of two batches into one", "write axis: -1")
        if None in (shapes[0][place], shapes[1][place]):
            raise ShapeError(
                "needs to know both sizes along its axis",
                "take ops.concatenate, which doesn't",
            )

    def shape(self, *shapes: Any) -> Any:
        assert self.axis is not None
        place = self.at(self.axis, shapes[0])
        sizes = list(shapes[0])
        sizes[place] = added([x[place] for x in shapes])
        return tuple(sizes)

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return ()


def _parts(value: Any) -> Any:
    if type(value) is int and value > 0:
        return value
    if isinstance(value, list | tuple) and value:
        items = list(value)
        if all(type(n) is int and n >= 0 for n in items) and items == sorted(items):
            return tuple(items)
    raise ValueError


_PARTS_JSON = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 1},
    ]
}
_Sections = Annotated[
    Any,
    kind(
        _parts,
        "a number of equal parts, or a list of where to cut, lowest first",
        _PARTS_JSON,
    ),
]


def _parts_near(size: int, parts: int) -> list[int]:
    """The number of equal parts that is nearest to one, of more than one part."""
    fitting = [count for count in range(2, size + 1) if size % count == 0]
    return sorted(fitting, key=lambda count: abs(count - parts))[:1]


class _Parts(Operation):
    """Takes a tensor apart into several of one kind."""

    gives_list = True

    def others_called(self, count: int) -> list[str]:
        return [f"_{number}" for number in range(1, count + 1)]


class Split(_Parts):
    """Cuts a tensor along an axis: into equal parts, or at places."""

    unfit = types.NOTHING
    first = ("indices_or_sections", "axis")
    example: ClassVar[Any] = {"indices_or_sections": 2, "axis": -1}
    shape_rule = "the input's, with each part's size along axis"

    indices_or_sections: _Sections
    axis: int = 0

    def place(self, x: Shape) -> int:
        """The axis that it cuts."""
        return self.at(self.axis, x)

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        place = self.place(x)
        if place == 0:
            raise mixes("would put the samples of a batch apart", "write axis: -1")
        size, parts = x[place], self.indices_or_sections
        if size is None:
            return
        if isinstance(parts, int) and size % parts:
            raise ShapeError(
                f"can't cut the {size} along axis {place} of {with_batch(x)} into "
                f"{parts} equal parts",
                gives=[{"indices_or_sections": n} for n in _parts_near(size, parts)],
            )
        if not isinstance(parts, int) and parts[-1] > size:
            raise ShapeError(
                f"cuts at {parts[-1]}, beyond the {size} along axis {place} of "
                f"{with_batch(x)}",
                gives=[{"indices_or_sections": [n for n in parts if n <= size]}],
            )

    def sizes(self, size: Size) -> list[Size]:
        """How long each part is."""
        parts = self.indices_or_sections
        if isinstance(parts, int):
            return [None if size is None else size // parts] * parts
        cuts = [0, *parts]
        inner: list[Size] = [b - a for a, b in zip(cuts, parts, strict=False)]
        return [*inner, None if size is None else size - cuts[-1]]

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        place = self.place(x)
        return [(*x[:place], n, *x[place + 1 :]) for n in self.sizes(x[place])]

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        x = shapes[0]
        return () if self.place(x) == len(x) - 1 > 1 else MOVED


class Hsplit(Split):
    """Cuts a tensor along axis 1: into equal parts, or at places."""

    lacks = (*Operation.lacks, "axis")
    example: ClassVar[Any] = {"indices_or_sections": 2}

    def place(self, x: Shape) -> int:
        return 0 if len(x) == 1 else 1


class Dsplit(Split):
    """Cuts a tensor along axis 2: into equal parts, or at places."""

    lacks = (*Operation.lacks, "axis")
    example: ClassVar[Any] = {"indices_or_sections": 2}

    def place(self, x: Shape) -> int:
        return self.at(2, x)


class ArraySplit(Split):
    """Cuts a tensor along an axis into parts, the first of which may be longer."""

    indices_or_sections: Positive

    def fits(self, *shapes: Any) -> None:
        if self.place(shapes[0]) == 0:
            raise mixes("would put the samples of a batch apart", "write axis: -1")

    def sizes(self, size: Size) -> list[Size]:
        count: int = self.indices_or_sections
        if size is None:
            return [None] * count
        return [size // count + (n < size % count) for n in range(count)]


class Unstack(_Parts):
    """Takes a tensor apart along an axis, which goes."""

    unfit = types.NOTHING
    first = ("num", "axis")
    example: ClassVar[Any] = {"axis": 1}
    shape_rule = "the input's without axis, as often as its size says"

    num: Positive | None = None
    axis: int = 0

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        place = self.at(self.axis, x)
        if place == 0:
            raise mixes("would put the samples of a batch apart", "write axis: 1")
        if self.num is None and x[place] is None:
            raise ShapeError(
                f"needs to know the size along axis {place} of {with_batch(x)}",
                "say num:",
            )

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        place = self.at(self.axis, x)
        return [(*x[:place], *x[place + 1 :])] * (self.num or x[place] or 0)

    def running(self, output: Any, *shapes: Any) -> Any:
        size = shapes[0][self.at(self.axis, shapes[0])]
        if self.num is not None and size is not None and size != self.num:
            text = (
                f"takes {self.num} apart, and there are {size} along axis {self.axis}"
            )
            raise ShapeError(text, "remove num")
        return output

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return WHOLE

"""Operations that give the numbers of a tensor other places or axes.

Source of the rules: keras/src/ops/numpy.py and operation_utils.py, Keras 3.15.
"""

from collections.abc import Sequence
from math import prod
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.layers.base import MOVED, Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.base import Operation, mixes, with_batch
from cnnspec.catalogue.operations.reductions import Along, Axes
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import kind
from cnnspec.ground.shapes import Shape, product, show
from cnnspec.ground.yaml_text import flow

APART = "would move the batch, which is axis 0"


class Moving(Operation):
    """Moves numbers, and changes none."""

    unfit = types.NOTHING
    is_base = True
    rearranges = True

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return MOVED


def _size(value: Any) -> int:
    if type(value) is int and value >= -1:
        return value
    raise ValueError


_SIZES_JSON = {"type": "array", "items": {"type": "integer", "minimum": -1}}


def _sizes(value: Any) -> tuple[int, ...]:
    if isinstance(value, list | tuple) and value:
        return tuple(map(_size, value))
    raise ValueError


_NewShape = Annotated[
    Any, kind(_sizes, "a list of whole numbers of 0 or more, or -1", _SIZES_JSON)
]


class Reshape(Moving):
    """Gives the same numbers, in the same order, other axes; -1 takes what is left."""

    keeps_sparse = True
    spelt_as: ClassVar[dict[str, str]] = {"newshape": "shape target_shape size sizes"}
    shape_rule = "newshape; an axis of -1 takes what the others leave over"
    example: ClassVar[Any] = {"newshape": [-1, 3, 8]}

    newshape: _NewShape

    def rules(self) -> None:
        if self.newshape.count(-1) > 1:
            raise ArgumentError(
                "newshape",
                "open-sizes",
                f"{self.title()}.newshape may hold one -1; "
                f"{flow(list(self.newshape))} holds {self.newshape.count(-1)}",
                "keep one -1 and write the other sizes out",
            )

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        first, *others = self.newshape
        self._refuse_misfit(x)
        whole, kept = product(x[1:]), prod(others)
        if -1 in others:
            if first == -1 or first != x[0]:
                raise mixes(self._why(x), self._hint(x))
        elif first not in (-1, x[0]) or whole not in (None, kept):
            raise mixes(self._why(x), self._hint(x))

    def _refuse_misfit(self, x: Shape) -> None:
        count, sizes = product(x), [n for n in self.newshape if n != -1]
        if count is None:
            return
        given, is_open = prod(sizes), -1 in self.newshape
        if given == 0 or count % given if is_open else given != count:
            raise ShapeError(
                f"can't lay the numbers of {with_batch(x)} out as "
                f"{flow(list(self.newshape))}",
                self._hint(x),
            )

    def _why(self, x: Shape) -> str:
        return (
            f"newshape {flow(list(self.newshape))} counts the batch, and would lay "
            f"samples of {show(x[1:])} together"
        )

    def _hint(self, x: Shape) -> str:
        """What keeps a sample's numbers together."""
        whole, sizes = product(x[1:]), [*self.newshape]
        if whole is not None and product(n for n in sizes if n != -1) == whole:
            kept = (
                [-1, *sizes] if -1 not in sizes else [-1, *(n for n in sizes if n > 0)]
            )
            return f"write newshape: {flow(kept)}"
        return "let its first size be -1, and the others those of one sample"

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        count = product(x)
        if count is None:
            return tuple(None if n == -1 else n for n in self.newshape)
        given = prod(n for n in self.newshape if n != -1)
        return tuple(count // given if n == -1 else n for n in self.newshape)


class Transpose(Moving):
    """Gives the axes another order."""

    keeps_sparse = True
    spelt_as: ClassVar[dict[str, str]] = {"axes": "perm dims order axis permutation"}
    shape_rule = "the sizes of the input in the order of axes"
    example: ClassVar[Any] = {"axes": [0, 2, 1]}

    axes: tuple[int, ...] | None = None

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        places = self.places(x)
        if places[0] != 0:
            others = [place for place in places if place]
            if self.axes is None or others == sorted(others):
                others.reverse()
            hint = f"write axes: {flow([0, *others])}" if others else ""
            raise mixes(APART if self.axes else f"without axes {APART}", hint)

    def places(self, x: Shape) -> list[int]:
        """The axes in their new order, counted from the first."""
        if self.axes is None:
            return list(reversed(range(len(x))))
        found = [self.at(axis, x) for axis in self.axes]
        if sorted(found) != list(range(len(x))):
            raise ShapeError(
                f"has axes {flow(list(self.axes))} for {with_batch(x)}",
                f"name each of its axes once, as in axes: {flow(list(range(len(x))))}",
            )
        return found

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        return tuple(x[place] for place in self.places(x))


class Moveaxis(Moving):
    """Moves axes to other places; the others keep their order."""

    first = ("source", "destination")
    example: ClassVar[Any] = {"source": 1, "destination": -1}
    shape_rule = "the sizes of the input in the new order"

    source: Axes
    destination: Axes

    def rules(self) -> None:
        if len(several(self.source)) != len(several(self.destination)):
            raise ArgumentError(
                "destination",
                "wrong-type",
                f"{self.title()} has {len(several(self.source))} axes in source and "
                f"{len(several(self.destination))} in destination",
                "give each axis its place",
            )

    def new_order(self, x: Shape) -> list[int]:
        """Which axis stands at each place."""
        source = [self.at(axis, x) for axis in several(self.source)]
        to = [self.at(axis, x) for axis in several(self.destination)]
        if len({*source}) < len(source) or len({*to}) < len(to):
            raise ShapeError("names an axis twice", "name each axis once")
        rest = iter(n for n in range(len(x)) if n not in source)
        moved = dict(zip(to, source, strict=True))
        return [moved[n] if n in moved else next(rest) for n in range(len(x))]

    def fits(self, *shapes: Any) -> None:
        if self.new_order(shapes[0])[0] != 0:
            raise mixes(APART, "leave axis 0 where it is")

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        return tuple(x[place] for place in self.new_order(x))


class Swapaxes(Moving):
    """Puts one axis in the place of another."""

    first = ("axis1", "axis2")
    example: ClassVar[Any] = {"axis1": 1, "axis2": 2}
    shape_rule = "the input's with two sizes exchanged"

    axis1: int
    axis2: int

    def fits(self, *shapes: Any) -> None:
        one, other = (self.at(a, shapes[0]) for a in (self.axis1, self.axis2))
        if one != other and 0 in (one, other):
            raise mixes(APART, "leave axis 0 where it is")

    def shape(self, *shapes: Any) -> Any:
        sizes = list(shapes[0])
        one, other = (self.at(a, shapes[0]) for a in (self.axis1, self.axis2))
        sizes[one], sizes[other] = sizes[other], sizes[one]
        return tuple(sizes)


class ExpandDims(Moving):
    """Adds an axis of size 1, or several."""

    keeps_sparse = True
    shape_rule = "the input's with 1 at axis"
    example: ClassVar[Any] = {"axis": 1}

    axis: Axes

    def new(self, x: Shape) -> list[int]:
        """Where the result has the new axes."""
        axes = several(self.axis)
        found = [self.at(axis, x, len(axes)) for axis in axes]
        if len({*found}) < len(found):
            raise ShapeError("names an axis twice", "name each axis once")
        return found

    def fits(self, *shapes: Any) -> None:
        if 0 in self.new(shapes[0]):
            raise mixes("would put an axis before the batch", "write axis: 1")

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        new, sizes = self.new(x), iter(x)
        return tuple(1 if n in new else next(sizes) for n in range(len(x) + len(new)))

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return MOVED


class Squeeze(Moving):
    """Takes away axes of size 1."""

    keeps_sparse = True
    shape_rule = "the input's without axes of size 1"
    example: ClassVar[Any] = {"axis": 1}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 1, 6),)

    axis: Axes | None = None

    def gone(self, x: Shape) -> list[int]:
        """The axes that it takes away; without `axis`, all of size 1."""
        if self.axis is None:
            return [place for place, size in enumerate(x) if size == 1]
        return [self.at(axis, x) for axis in several(self.axis)]

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        gone = self.gone(x)
        for place in gone:
            if x[place] != 1 and place:
                size = "of unknown size" if x[place] is None else f"of size {x[place]}"
                raise ShapeError(
                    f"can't take away axis {place} {size} of {with_batch(x)}",
                    "only axes of size 1 can go",
                )
        if 0 in gone:
            raise mixes("would take away the batch, which is axis 0", "name others")
        if len({*gone}) < len(gone):
            raise ShapeError("names an axis twice", "name each axis once")

    def shape(self, *shapes: Any) -> Any:
        gone = self.gone(shapes[0])
        return tuple(n for place, n in enumerate(shapes[0]) if place not in gone)


class _InPlace(Along):
    """Moves numbers along axes that stay."""

    unfit = types.NOTHING
    rearranges = True

    def shape(self, *shapes: Any) -> Any:
        return shapes[0]

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return MOVED


class Flip(_InPlace):
    """Turns the order of the numbers along axes round."""

    example: ClassVar[Any] = {"axis": 1}


class Fliplr(Moving):
    """Turns the order of the numbers along axis 1 round."""

    def fits(self, *shapes: Any) -> None:
        self.at(1, shapes[0])


class Roll(_InPlace):
    """Moves numbers along axes; what falls off at an end comes in at the other."""

    first = ("shift", "axis")
    example: ClassVar[Any] = {"shift": 1, "axis": 1}

    shift: Axes

    def rules(self) -> None:
        shifts, axes = self.shift, self.axis
        one = isinstance(shifts, int) and not isinstance(axes, tuple)
        each = isinstance(shifts, tuple) and isinstance(axes, tuple)
        if not one and not (each and len(several(shifts)) == len(several(axes or 0))):
            text = f"{self.title()} needs a shift for each axis, and as many axes"
            hint = "both are a number, or lists of the same length"
            raise ArgumentError("shift", "wrong-type", text, hint)


class Rot90(Moving):
    """Turns the plane of two axes by right angles."""

    tensor_arguments = ("array",)
    first = ("k", "axes")
    example: ClassVar[Any] = {"axes": [1, 2]}
    shape_rule = "the input's, with the sizes of axes exchanged for an odd k"

    k: int = 1
    axes: tuple[int, ...] = (0, 1)

    def rules(self) -> None:
        if len(self.axes) != 2 or self.axes[0] == self.axes[1]:
            text = (
                f"{self.title()}.axes must be two axes; found {flow(list(self.axes))}"
            )
            raise ArgumentError("axes", "wrong-type", text, "write axes: [1, 2]")

    def fits(self, *shapes: Any) -> None:
        places = [self.at(axis, shapes[0]) for axis in self.axes]
        if 0 in places:
            raise mixes("would turn the batch, which is axis 0", "write axes: [1, 2]")
        if places[0] == places[1]:
            raise ShapeError("names an axis twice", "write axes: [1, 2]")

    def shape(self, *shapes: Any) -> Any:
        sizes = list(shapes[0])
        one, other = self.axes
        sizes[one], sizes[other] = sizes[other], sizes[one]
        return tuple(sizes)

    def running(self, output: Any, *shapes: Any) -> Any:
        return output if self.k % 2 else shapes[0]

    def at_run(self) -> str:
        return "" if self.k % 2 else "turned over, its sizes stay"


def several(axes: Axes) -> Sequence[int]:
    """A list of numbers, where one may stand for it."""
    return (axes,) if isinstance(axes, int) else axes

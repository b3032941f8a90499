"""Operations that choose numbers of a tensor, repeat them, or put them in order.

Source of the rules: keras/src/ops/numpy.py, nn.py and math.py, Keras 3.15.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.layers.base import MOVED, WHOLE, Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.arranging import Moving
from cnnspec.catalogue.operations.base import (
    OF_LAYERS,
    NumberType,
    Operation,
    mixes,
    with_batch,
)
from cnnspec.catalogue.operations.pairs import spread
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import Positive, kind
from cnnspec.ground.shapes import Shape, Size

_SLICE = re.compile(r"(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?")


def _key(value: Any) -> str:
    """The text between the brackets, in one form."""
    text = str(value).strip() if type(value) in (int, str) else ""
    if text[:1] == "[" and text[-1:] == "]":
        text = text[1:-1]
    found = ", ".join(part.strip() for part in text.removesuffix(",").split(","))
    if items_of(found).count(...) > 1:
        raise ValueError
    return found


@cache
def items_of(key: str) -> tuple[Any, ...]:
    """Whole numbers, slices, `...` and None: what the text of an index says.

    Raises:
        ValueError: it says something else.
    """
    return tuple(_item(part.strip()) for part in key.split(","))


def _item(text: str) -> Any:
    if text == "...":
        return ...
    if text in ("None", "null"):
        return None
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    found = _SLICE.fullmatch(text)
    if not found:
        raise ValueError
    start, stop, step = (None if one is None else int(one) for one in found.groups())
    if step == 0:
        raise ValueError
    return slice(start, stop, step)


_KEY_SAYS = (
    "a text as between Python's brackets, such as ':, 0' or ':, 1:-1, ...', of whole "
    "numbers, ':', '...' and None"
)
_Key = Annotated[
    Any, kind(_key, _KEY_SAYS, {"anyOf": [{"type": "string"}, {"type": "integer"}]})
]


class GetItem(Operation):
    """Takes part of a tensor, as Python's brackets do."""

    unfit = types.NOTHING
    spelt_out = ("key",)
    example: ClassVar[Any] = {"key": ":, 0"}
    shape_rule = "the input's without axes that a number is given for"

    key: _Key

    @property
    def items(self) -> tuple[Any, ...]:
        """What is taken, axis by axis."""
        return items_of(self.key)

    def call(
        self, given: Sequence[Any], own: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        return [*given, self.items], {}

    def rules(self) -> None:
        if self.items in ((...,), (slice(None),)):
            raise ArgumentError(
                "key",
                "wrong-type",
                f"{self.title()}.key '{self.key}' takes all, for which Keras has "
                "no row",
                "say what to take along an axis, as in ':, 0'",
            )

    def _items(self, x: Shape) -> list[Any]:
        """What is taken of each axis, with all that is left out written out."""
        items = list(self.items)
        taken = sum(item is not None and item is not ... for item in items)
        if taken > len(x):
            raise ShapeError(
                f"takes [{self.key}] of {with_batch(x)}, which has fewer axes",
                "leave some out",
            )
        if ... not in items:
            items.append(...)
        place = items.index(...)
        return [*items[:place], *[slice(None)] * (len(x) - taken), *items[place + 1 :]]

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        items = self._items(x)
        sizes = iter(enumerate(x))
        for item in items:
            if item is None:
                continue
            place, size = next(sizes)
            if type(item) is int and size is not None and not -size <= item < size:
                raise ShapeError(
                    f"takes number {item} along axis {place} of {with_batch(x)}, which "
                    f"has {size}",
                    "they count from 0, and from -1 backwards",
                )
        if items[0] != slice(None):
            self._refuse(items[0])

    def _refuse(self, first: Any) -> None:
        if first is None:
            raise mixes(
                f"[{self.key}] would put an axis before the batch",
                "begin with ':', the batch",
            )
        raise mixes(
            f"[{self.key}] takes samples out of the batch, which is axis 0",
            f"to leave it whole, begin with ':', as in ':, {self.key}'",
        )

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        found: list[Size] = []
        sizes = iter(x)
        for item in self._items(x):
            if item is None:
                found.append(1)
                continue
            size = next(sizes)
            if isinstance(item, slice):
                known = size is not None
                found.append(len(range(*item.indices(size))) if known else None)
        return tuple(found)

    def at_run(self) -> str:
        return "its sizes are known when it runs"

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        items = self._items(shapes[0])
        return () if all(item == slice(None) for item in items[:-1]) else MOVED


def _indices(value: Any) -> Any:
    if type(value) is int:
        return value
    if isinstance(value, list | tuple) and value:
        found = tuple(map(_indices, value))
        lengths = {len(one) if isinstance(one, tuple) else 0 for one in found}
        if len(lengths) == 1:
            return found
    raise ValueError


_Indices = Annotated[
    Any,
    kind(
        _indices,
        "a whole number, or a list of them",
        {"anyOf": [{"type": "integer"}, {"type": "array"}]},
    ),
]


class Take(Operation):
    """Takes what stands at given places along an axis."""

    unfit = types.NOTHING
    first = ("indices", "axis")
    example: ClassVar[Any] = {"indices": [0, 2], "axis": 1}
    shape_rule = "the input's, with the axes of indices in place of axis"

    indices: _Indices
    axis: int | None = None

    def fits(self, *shapes: Any) -> None:
        if self.axis is None:
            raise mixes(
                "without an axis takes of the numbers of all samples", "write axis: 1"
            )
        if self.at(self.axis, shapes[0]) == 0:
            raise mixes("along axis 0 takes samples out of the batch", "write axis: 1")

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        place = self.at(self.axis or 0, x)
        return (*x[:place], *_sizes_of(self.indices), *x[place + 1 :])

    def running(self, output: Any, *shapes: Any) -> Any:
        size = shapes[0][self.at(self.axis or 0, shapes[0])]
        for number in _flat(self.indices):
            if size is not None and not -size <= number < size:
                raise ShapeError(
                    f"takes number {number} along an axis of {size}",
                    "they count from 0, and from -1 backwards",
                )
        return output

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        x = shapes[0]
        return () if self.at(self.axis or 0, x) == len(x) - 1 > 1 else MOVED


def _sizes_of(indices: Any) -> Shape:
    """The shape of a list of lists."""
    if not isinstance(indices, tuple):
        return ()
    return (len(indices), *_sizes_of(indices[0]))


def _flat(indices: Any) -> list[int]:
    if not isinstance(indices, tuple):
        return [indices]
    return [number for one in indices for number in _flat(one)]


class TakeAlongAxis(Operation):
    """Takes what stands along an axis where a second tensor says."""

    joins_paths = True
    tensor_arguments = ("x", "indices")
    example: ClassVar[Any] = {"axis": 1}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6), (None, 2, 6))
    shape_rule = "the input's, with the size of the second tensor along axis"

    axis: int | None = None

    def fits(self, *shapes: Any) -> None:
        x, indices = shapes
        if self.axis is None:
            raise mixes(
                "without an axis takes of the numbers of all samples", "write axis: 1"
            )
        if len(x) != len(indices):
            raise ShapeError(
                f"needs tensors of as many axes; they are {with_batch(x)} and "
                f"{with_batch(indices)}"
            )
        if self.at(self.axis, x) == 0:
            raise mixes("along axis 0 takes samples out of the batch", "write axis: 1")
        self.shape(*shapes)

    def shape(self, *shapes: Any) -> Any:
        x, indices = shapes
        place = self.at(self.axis or 0, x)
        return spread(((*x[:place], indices[place], *x[place + 1 :]), indices))


class OneHot(Moving):
    """Makes a row of zeros with a single 1 of each whole number."""

    unfit = types.TEXT
    lacks = OF_LAYERS
    first = ("num_classes", "axis", "dtype", "sparse")
    rearranges = False
    spelt_as: ClassVar[dict[str, str]] = {"num_classes": "depth num_tokens classes"}
    example: ClassVar[Any] = {"num_classes": 10}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 8),)
    shape_rule = "the input's, with num_classes at axis"

    num_classes: Positive
    axis: int = -1
    dtype: NumberType | None = None
    sparse: Literal[False] = False

    def _place(self, x: Shape) -> int:
        if self.axis == -1:
            return len(x)
        if not 0 <= self.axis < len(x):
            raise ShapeError(
                f"has no place {self.axis} for its new axis",
                f"its axis is -1, or 1 to {len(x) - 1}",
            )
        return self.axis

    def fits(self, *shapes: Any) -> None:
        if self._place(shapes[0]) == 0:
            raise mixes("would put an axis before the batch", "write axis: -1")

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        place = self._place(x)
        return (*x[:place], self.num_classes, *x[place:])

    def gives(self, *given: Any) -> Any:
        return self.dtype or types.FLOATX


class TopK(Operation):
    """The largest numbers along the last axis, and where they stand."""

    unfit = types.NO_TRUTH
    first = ("k", "sorted")
    example: ClassVar[Any] = {"k": 3}
    shape_rule = "twice the input's, with k along the last axis"

    k: Positive
    sorted: bool = True

    def others_called(self, count: int) -> list[str]:
        return ["places"]

    def fits(self, *shapes: Any) -> None:
        if len(shapes[0]) < 2:
            raise mixes("chooses among the samples of a batch")

    def shape(self, *shapes: Any) -> Any:
        return [(*shapes[0][:-1], self.k)] * 2

    def gives(self, *given: Any) -> Any:
        return [given[0], "int32"]

    def running_dtype(self, told: Any, *given: Any) -> Any:
        return [super().running_dtype(given[0], *given), "int32"]

    def running(self, output: Any, *shapes: Any) -> Any:
        size = shapes[0][-1]
        if size is not None and size < self.k:
            text = f"wants the {self.k} largest of {size} along the last axis"
            raise ShapeError(text, "choose a smaller k")
        return output

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return () if len(shapes[0]) > 2 else WHOLE

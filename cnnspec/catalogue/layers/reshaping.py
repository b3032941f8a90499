"""Layers that only move numbers: reshaping, cropping, padding and up-sampling.

Source of the rules: keras/src/layers/reshaping, and `compute_reshape_output_shape` in
keras/src/ops/operation_utils.py, Keras 3.15.
"""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import ANYTHING, FLOATS, USUAL
from cnnspec.catalogue.layers.arguments import DataFormat
from cnnspec.catalogue.layers.base import MOVED, WHOLE, Layer, Reach, Window, need_rank
from cnnspec.catalogue.layers.spatial import Spatial
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import (
    Kind,
    Pair,
    Positive,
    Triple,
    any_case,
    kind,
    list_of,
    sizes,
)
from cnnspec.ground.shapes import Shape, Size, product, show


class Flatten(Layer):
    """Lays all numbers of a sample out in one row, as Dense needs them."""

    sparse_axes, keeps_sparse = 9, True
    linear = True
    runs_on, hands_on = ANYTHING, ANYTHING
    elsewhere: ClassVar[dict[str, Any]] = {"평탄화 펼치기 플래튼": {}}
    hands_on_integers = True
    role = "one vector"
    renamed: ClassVar[dict[str, Any]] = dict.fromkeys(
        ("start_dim", "end_dim"), "it flattens all but the batch; remove it"
    )
    rearranges = True
    result = "flattened"
    shape_rule = "the product of all sizes but the batch's"
    example_inputs = ((None, 7, 7, 64),)

    data_format: DataFormat | None = None

    def output(self, x: Shape) -> Shape:
        return (x[0], product(x[1:]))

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        [(_, *sizes)] = shapes
        worked_out = len(sizes) > 1 and None not in sizes
        return {1: "·".join(map(str, sizes))} if worked_out else {}

    def without_sizes(self, x: Shape) -> str:
        """The mean of each channel is a row whose length doesn't hang on the sizes."""
        axes = len(x) - 2
        known = 1 <= axes <= 3 and x[-1] is not None
        return f"GlobalAveragePooling{axes}D" if known else ""

    def reach(self, x: Shape) -> Reach:
        return MOVED


def _target_size(value: Any) -> int | None:
    if value is None or (type(value) is int and value >= -1):
        return value
    raise ValueError


_TARGET_SIZE = kind(
    _target_size,
    "a whole number of 0 or more, null where it isn't known, or -1",
    {"type": ["integer", "null"], "minimum": -1},
)


class Reshape(Layer):
    """Gives the same numbers, in the same order, other axes."""

    sparse_axes, keeps_sparse = 9, True
    linear = True
    runs_on, hands_on = ANYTHING, ANYTHING
    hands_on_integers = True
    spelt_as: ClassVar[dict[str, str]] = {
        "target_shape": "shape dims new_shape size sizes output_shape unflattened_size",
    }
    elsewhere: ClassVar[dict[str, Any]] = {"형태변경": {}, "View Unflatten": {}}
    rearranges = True
    result = "reshaped"
    shape_rule = "target_shape; an axis of -1 takes what the others leave over"
    example: ClassVar[Any] = {"target_shape": [14, 14, -1]}

    target_shape: Annotated[tuple[Size, ...], list_of(_TARGET_SIZE)]

    def rules(self) -> None:
        if self.target_shape.count(-1) > 1:
            raise ArgumentError(
                "target_shape",
                "open-sizes",
                f"Reshape.target_shape may hold one -1; {self._target_text()} "
                f"holds {self.target_shape.count(-1)}",
                "keep one -1 and write the other sizes out",
            )

    def check(self, x: Shape) -> None:
        count = product(x[1:])
        if count is None or None in self.target_shape:
            return
        given = self._given()
        if -1 in self.target_shape:
            fits = given > 0 and count % given == 0
        else:
            fits = given == count
        if not fits:
            raise ShapeError(
                f"can't lay the {count:,} numbers of its {show(x[1:])} input out as "
                f"{self._target_text()}",
                gives=[{"target_shape": sizes} for sizes in self._fitting(count)],
            )

    def _fitting(self, count: int) -> Iterator[list[Size]]:
        """Targets of as many numbers that differ in one axis, the last first."""
        if 0 in self.target_shape:
            return
        sizes = [1 if size == -1 else size for size in self.target_shape]
        for axis in reversed(range(len(sizes))):
            others = product([*sizes[:axis], *sizes[axis + 1 :]])
            if others and count % others == 0:
                yield [*sizes[:axis], count // others, *sizes[axis + 1 :]]

    def output(self, x: Shape) -> Shape:
        return (x[0], *(self._left(x) if n == -1 else n for n in self.target_shape))

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        [(_, *sizes)] = shapes
        if -1 not in self.target_shape or None in (*sizes, *self.target_shape):
            return {}
        whole, given = ("·".join(map(str, found)) for found in (sizes, self._others()))
        by = f" / ({given})" if "·" in given else f" / {given}" if given else ""
        return {self.target_shape.index(-1) + 1: f"{whole}{by}" or "1"}

    def running(self, output: Any, *shapes: Any) -> Any:
        """The one axis of null that there may be gets what the others leave over."""
        [x] = shapes
        count, open_sizes = product(x[1:]), self.target_shape.count(None)
        if count is None or not open_sizes:
            return output
        if open_sizes + self.target_shape.count(-1) > 1:
            text = f"can't work out more than one size of {self._target_text()}"
            raise ShapeError(text, "keep one null or -1 and write the other sizes out")
        given = self._given()
        if not given or count % given:
            text = f"can't lay the {count:,} numbers of its {show(x[1:])} input out as "
            raise ShapeError(f"{text}{self._target_text()}")
        return (x[0], *(count // given if n is None else n for n in self.target_shape))

    def reach(self, x: Shape) -> Reach:
        return MOVED

    def _left(self, x: Shape) -> Size:
        """The size of the axis that is given as -1."""
        count = product(x[1:])
        if count is None or None in self.target_shape:
            return None
        return count // self._given()

    def _given(self) -> int:
        """The product of the sizes that are written out."""
        return prod(self._others())

    def _others(self) -> list[int]:
        """The sizes that are written out."""
        return [n for n in self.target_shape if n is not None and n != -1]

    def _target_text(self) -> str:
        sizes = ("null" if n is None else str(n) for n in self.target_shape)
        return f"[{', '.join(sizes)}]"


class Permute(Layer):
    """Puts the axes of a sample in another order; `dims` counts them from 1."""

    sparse_axes, keeps_sparse = 9, True
    linear = True
    runs_on, hands_on = ANYTHING, ANYTHING
    hands_on_integers = True
    spelt_as: ClassVar[dict[str, str]] = {
        "dims": "order perm axes permutation pattern",
    }
    elsewhere: ClassVar[dict[str, Any]] = {"Transpose": {}}
    rearranges = True
    shape_rule = "the sizes of the input in the order of dims"
    example: ClassVar[Any] = {"dims": [2, 1]}
    example_inputs = ((None, 10, 64),)

    dims: tuple[Positive, ...]

    def rules(self) -> None:
        count = len(self.dims)
        if sorted(self.dims) != list(range(1, count + 1)):
            raise ArgumentError(
                "dims",
                "permutation",
                f"Permute.dims must name each axis once, from 1 to {count}; found "
                f"{list(self.dims)}",
                "the batch axis is not counted",
            )

    def check(self, x: Shape) -> None:
        if len(x) != len(self.dims) + 1:
            raise ShapeError(
                f"has dims {list(self.dims)}, for a tensor of {len(self.dims)} axes; "
                f"its input is {show(x[1:])}, which has {len(x) - 1}",
                "let dims name each axis of the input once, the batch not counted",
            )

    def output(self, x: Shape) -> Shape:
        return (x[0], *(x[axis] for axis in self.dims))

    def reach(self, x: Shape) -> Reach:
        return MOVED


class RepeatVector(Layer):
    """Repeats a vector n times, so that a recurrent layer reads it at each step."""

    linear = True
    runs_on, hands_on = ANYTHING, ANYTHING
    shape_rule = "(n, features)"
    example: ClassVar[Any] = {"n": 3}
    example_inputs = ((None, 32),)

    n: Positive

    def check(self, x: Shape) -> None:
        need_rank(x, "features")

    def output(self, x: Shape) -> Shape:
        return (x[0], self.n, x[1])

    def reach(self, x: Shape) -> Reach:
        return WHOLE


def _ends(value: Any) -> tuple[int, int]:
    """What to take from or add to the two ends of one axis."""
    if type(value) is int:
        value = (value, value)
    if type(value) not in (list, tuple) or len(value) != 2:
        raise ValueError
    if any(type(size) is not int or size < 0 for size in value):
        raise ValueError
    before, after = value
    return before, after


def _edges(count: int) -> Kind:
    """`_ends` for each of `count` axes; a single number stands for all ends."""

    def convert(value: Any) -> tuple[tuple[int, int], ...]:
        if type(value) is int:
            value = (value,) * count
        if type(value) not in (list, tuple) or len(value) != count:
            raise ValueError
        return tuple(_ends(ends) for ends in value)

    number = "a whole number of 0 or more"
    says = f"{number}, or a list of {count}, each one such number or a list of two"
    items = sizes(2, least=0).json
    array = {"type": "array", "items": items, "minItems": count, "maxItems": count}
    json = {"anyOf": [{"type": "integer", "minimum": 0}, array]}
    found = kind(convert, says, json)
    found.one_for_all = True
    return found


Edges = tuple[tuple[int, int], ...]
"""How much at the two ends of each axis."""


def _sum_of(size: Size, sign: str, before: int, after: int) -> str:
    """`28 + 1 + 1`: a size with what comes to its two ends, or goes from them."""
    return "" if size is None else f"{size} {sign} {before} {sign} {after}"


class _Resized(Spatial):
    """The same channels, along spatial axes of other sizes."""

    linear = True

    def sizes(self, spatial: Shape) -> tuple[Size, ...]:
        """The output's sizes along the spatial axes."""
        raise NotImplementedError

    def check(self, x: Shape) -> None:
        self.need_axes(x)

    def output(self, x: Shape) -> Shape:
        spatial, channels = self.split(x)
        return self.join(x, self.sizes(spatial), channels)


class _Cropping(_Resized):
    """Cuts positions off at both ends of each axis."""

    runs_on, hands_on = ANYTHING, ANYTHING
    spelt_as: ClassVar[dict[str, str]] = {
        "cropping": "crop size",
    }
    result = "cropped"
    first = ("cropping", "data_format")
    shape_rule = "size - before - after; the channels stay"

    cropping: Any

    def edges(self) -> Edges:
        """What is cut off at the two ends of each axis."""
        edges: Edges = self.cropping
        return edges

    def sizes(self, spatial: Shape) -> tuple[Size, ...]:
        return tuple(
            None if size is None else size - sum(ends)
            for size, ends in zip(spatial, self.edges(), strict=True)
        )

    def axis_sums(self, spatial: Shape) -> Sequence[str]:
        pairs = zip(spatial, self.edges(), strict=True)
        return [_sum_of(size, "−", *ends) for size, ends in pairs]

    def check(self, x: Shape) -> None:
        super().check(x)
        spatial, _ = self.split(x)
        if any(size is not None and size < 1 for size in self.sizes(spatial)):
            away = [sum(ends) for ends in self.edges()]
            raise self.misfit(
                f"cuts {show(away)} positions off its {show(spatial)} input, so that "
                "nothing is left along an axis",
                x,
                {"cropping": self._smaller(spatial)},
            )

    def _smaller(self, spatial: Shape) -> Any:
        """A cropping, in the form of the argument, that leaves one position or more."""
        ends = [
            list(pair)
            if size is None or sum(pair) < size
            else [min(end, (size - 1) // 2) for end in pair]
            for pair, size in zip(self.edges(), spatial, strict=True)
        ]
        return ends[0] if len(ends) == 1 else ends


class Cropping1D(_Cropping):
    """Cuts steps off at the start and the end."""

    lacks = ("data_format",)
    axes = "steps"
    example: ClassVar[Any] = {"cropping": [1, 2]}
    example_inputs = ((None, 100, 16),)

    cropping: Annotated[tuple[int, int], sizes(2, least=0)] = (1, 1)

    def edges(self) -> Edges:
        return (self.cropping,)


class Cropping2D(_Cropping):
    """Cuts rows and columns off the edges of an image."""

    elsewhere: ClassVar[dict[str, Any]] = {"Crop Cropping Crop2D": {}}
    axes = "height, width"
    example: ClassVar[Any] = {"cropping": [[2, 2], [4, 4]]}

    cropping: Annotated[Edges, _edges(2)] = ((0, 0), (0, 0))


class Cropping3D(_Cropping):
    """Cuts positions off the faces of a volume."""

    axes = "depth, height, width"
    example: ClassVar[Any] = {"cropping": [[1, 1], [2, 2], [2, 4]]}
    example_inputs = ((None, 16, 28, 28, 3),)

    cropping: Annotated[Edges, _edges(3)] = ((1, 1), (1, 1), (1, 1))


class _ZeroPadding(_Resized):
    """Adds zeros at both ends of each axis."""

    runs_on, hands_on = ANYTHING, ANYTHING
    spelt_as: ClassVar[dict[str, str]] = {
        "padding": "pad size",
    }
    result = "padded"
    first = ("padding", "data_format")
    shape_rule = "size + before + after; the channels stay"

    padding: Any

    def edges(self) -> Edges:
        """What is added at the two ends of each axis."""
        edges: Edges = self.padding
        return edges

    def sizes(self, spatial: Shape) -> tuple[Size, ...]:
        return tuple(
            None if size is None else size + sum(ends)
            for size, ends in zip(spatial, self.edges(), strict=True)
        )

    def axis_sums(self, spatial: Shape) -> Sequence[str]:
        pairs = zip(spatial, self.edges(), strict=True)
        return [_sum_of(size, "+", *ends) for size, ends in pairs]


class ZeroPadding1D(_ZeroPadding):
    """Adds steps of zeros at the start and the end."""

    elsewhere: ClassVar[dict[str, Any]] = {"ZeroPad1D Pad1D Padding1D": {}}
    axes = "steps"
    example: ClassVar[Any] = {"padding": [2, 0]}
    example_inputs = ((None, 100, 16),)

    padding: Annotated[tuple[int, int], sizes(2, least=0)] = (1, 1)

    def edges(self) -> Edges:
        return (self.padding,)


class ZeroPadding2D(_ZeroPadding):
    """Frames an image with zeros, so that a kernel can reach its border."""

    elsewhere: ClassVar[dict[str, Any]] = {
        "Pad Padding ZeroPad ZeroPadding ZeroPad2D Pad2D Padding2D": {},
    }
    axes = "height, width"
    example: ClassVar[Any] = {"padding": [[1, 1], [2, 2]]}

    padding: Annotated[Edges, _edges(2)] = ((1, 1), (1, 1))


class ZeroPadding3D(_ZeroPadding):
    """Wraps a volume in zeros, so that a kernel can reach its border."""

    elsewhere: ClassVar[dict[str, Any]] = {"ZeroPad3D Pad3D Padding3D": {}}
    axes = "depth, height, width"
    example: ClassVar[Any] = {"padding": 1}
    example_inputs = ((None, 16, 28, 28, 3),)

    padding: Annotated[Edges, _edges(3)] = ((1, 1), (1, 1), (1, 1))


class _UpSampling(_Resized):
    """Makes each axis so many times as long, without weights."""

    runs_on, hands_on = ANYTHING, ANYTHING
    spelt_as: ClassVar[dict[str, str]] = {
        "size": "scale_factor scale factor stride strides up_size",
        "interpolation": "mode method",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "align_corners": "Keras doesn't align them; remove it"
    }
    role = "enlarging"
    result = "enlarged"
    first = ("size", "data_format")
    shape_rule = "size of the input · size; the channels stay"

    size: Any

    def factors(self) -> tuple[int, ...]:
        """How many positions come of one, axis by axis."""
        factors: tuple[int, ...] = self.size
        return factors

    def sizes(self, spatial: Shape) -> tuple[Size, ...]:
        return tuple(
            None if size is None else size * factor
            for size, factor in zip(spatial, self.factors(), strict=True)
        )

    def axis_sums(self, spatial: Shape) -> Sequence[str]:
        pairs = zip(spatial, self.factors(), strict=True)
        return ["" if size is None else f"{size}·{by}" for size, by in pairs]

    def reach(self, x: Shape) -> Reach:
        from fractions import Fraction

        return [Window(1, Fraction(1, factor)) for factor in self.factors()]


class UpSampling1D(_UpSampling):
    """Repeats each step."""

    lacks = ("data_format",)
    axes = "steps"
    example: ClassVar[Any] = {"size": 2}
    example_inputs = ((None, 100, 16),)

    size: Positive = 2

    def factors(self) -> tuple[int, ...]:
        return (self.size,)


_TAPS = {"nearest": 1, "bilinear": 2, "bicubic": 4, "lanczos3": 6, "lanczos5": 10}
"""Positions along an axis that an output position is mixed from."""


class UpSampling2D(_UpSampling):
    """Enlarges an image without weights; a Conv2D after it smooths the steps."""

    elsewhere: ClassVar[dict[str, Any]] = {
        "Upsample Upsampling UpsamplingNearest2d Unpooling2D": {},
        "UpsamplingBilinear2d": {"interpolation": "bilinear"},
    }
    axes = "height, width"
    example: ClassVar[Any] = {"size": 2, "interpolation": "bilinear"}

    size: Pair = (2, 2)
    interpolation: Annotated[str, any_case(*_TAPS)] = "nearest"

    def kinds(self) -> tuple[str, str]:
        if self.interpolation == "nearest":
            return super().kinds()
        return f"{FLOATS} {USUAL}", USUAL

    def reach(self, x: Shape) -> Reach:
        from fractions import Fraction

        taps = _TAPS[self.interpolation]
        return [Window(taps, Fraction(1, factor)) for factor in self.size]


class UpSampling3D(_UpSampling):
    """Enlarges a volume by repeating each position."""

    axes = "depth, height, width"
    example: ClassVar[Any] = {"size": 2}
    example_inputs = ((None, 8, 14, 14, 16),)

    size: Triple = (2, 2, 2)

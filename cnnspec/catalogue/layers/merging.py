"""Layers that make one tensor of several.

Source of the rules: keras/src/layers/merging, Keras 3.15. What Keras builds and what it
can later compute are not the same here: it joins sizes that aren't known more freely
than `keras.ops`, and never asks Concatenate or Dot to run (docs/keras-quirks.md).
"""

from collections.abc import Iterator
from functools import reduce
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import (
    ANYTHING,
    FLOATS,
    INTEGERS,
    NUMBERS,
    REALS,
    TEXTS,
)
from cnnspec.catalogue.layers.base import WHOLE, Layer, MixedSamples, Reach
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import kind
from cnnspec.ground.shapes import Shape, Size, product, show
from cnnspec.ground.yaml_text import flow


def _from(value: Any, _: Any) -> str:
    """What to write for the tensors that a layer takes."""
    return f"write from: {flow(value)}"


class _Merge(Layer):
    """Takes several tensors."""

    sparse_axes, keeps_sparse = 9, True
    renamed: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("layers", "inputs"), _from),
        "mode": "each of these layers has one way of its own; remove it",
    }
    role = "merging"
    joins_paths = True
    inputs = 2
    inputs_limit: ClassVar[int | None] = None
    example_inputs: ClassVar[tuple[Shape, ...]] = (
        (None, 28, 28, 32),
        (None, 28, 28, 32),
    )


class _Elementwise(_Merge):
    """Joins the numbers that stand at the same place."""

    runs_on, hands_on = REALS, INTEGERS
    shape_rule = (
        "size by size, the last ones first: equal sizes stay, 1 is stretched to the "
        "other's, and an unknown size makes the result's unknown; an axis that only "
        "one tensor has stays; the batch is known if any tensor's is"
    )

    def check(self, *shapes: Shape) -> None:
        batches = sorted({shape[0] for shape in shapes if shape[0] is not None})
        if len(batches) > 1:
            raise ShapeError(
                f"can't join batches of {' and '.join(map(str, batches))}",
                "give all its inputs the same batch size, or null",
            )
        reduce(_stretched, (shape[1:] for shape in shapes))

    def bridges(self, x: Shape, to: Shape) -> Iterator[Any]:
        """A projection, as He et al. (2015) give their shortcuts.

        https://arxiv.org/abs/1512.03385, section 3.3.
        """
        if len(x) != len(to) or None in x[1:] or None in to[1:] or len(x) > 5:
            return
        pairs = zip(x[1:-1], to[1:-1], strict=True)
        steps = [-(-a // b) if a and b else 1 for a, b in pairs]
        strides = {} if set(steps) <= {1} else {"strides": _alike(steps)}
        if len(x) == 2:
            yield {"Dense": to[-1]}
        else:
            kernel = {"filters": to[-1], "kernel_size": 1, **strides}
            yield {f"Conv{len(x) - 2}D": kernel}

    def output(self, *shapes: Shape) -> Shape:
        batches = (shape[0] for shape in shapes if shape[0] is not None)
        return (next(batches, None), *reduce(_stretched, (s[1:] for s in shapes)))


def _stretched(a: Shape, b: Shape) -> Shape:
    """The sizes, without the batch, of two tensors joined number by number.

    Source: `_compute_elemwise_op_output_shape` in base_merge.py.

    Raises:
        ShapeError: two sizes differ and neither is 1.
    """
    if len(a) < len(b):
        a, b = b, a
    extra = len(a) - len(b)
    sizes: list[Size] = list(a[:extra])
    for i, j in zip(a[extra:], b, strict=True):
        if i is None or j is None:
            sizes.append(None)
        elif i == j or j == 1:
            sizes.append(i)
        elif i == 1:
            sizes.append(j)
        else:
            raise _misfit(a, b)
    return tuple(sizes)


def _alike(sizes: list[Any]) -> Any:
    """One number in place of several equal ones."""
    return sizes[0] if len(set(map(str, sizes))) == 1 else sizes


def _misfit(a: Shape, b: Shape) -> ShapeError:
    text = f"can't join {show(a)} and {show(b)}: sizes must be equal, or 1"
    return ShapeError(text)


class Add(_Elementwise):
    """Adds tensors element by element; a shortcut lets layers learn the residual."""

    adds = True
    linear = True
    runs_on, hands_on = f"{REALS} {TEXTS}", f"{INTEGERS} {TEXTS}"
    elsewhere: ClassVar[dict[str, Any]] = {
        "더하기 덧셈": {},
        "Sum Addition ElementwiseAdd Residual Merge:sum Merge:add": {},
    }
    commutes = True
    result = "total"


class Subtract(_Elementwise):
    """Takes the second tensor from the first."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {"Sub Subtraction": {}}
    inputs_limit = 2


class Multiply(_Elementwise):
    """Multiplies number by number; values from 0 to 1 say how much may pass."""

    elsewhere: ClassVar[dict[str, Any]] = {
        "Mul Product ElementwiseMultiply Merge:mul": {},
    }
    commutes = True


class Average(_Elementwise):
    """The mean of tensors, number by number."""

    linear = True
    runs_on, hands_on = REALS, ""
    elsewhere: ClassVar[dict[str, Any]] = {"Merge:ave": {}}
    commutes = True


class Maximum(_Elementwise):
    """The largest of the numbers that stand at the same place."""

    elsewhere: ClassVar[dict[str, Any]] = {"Max Merge:max": {}}
    commutes = True


class Minimum(_Elementwise):
    """The smallest of the numbers that stand at the same place."""

    elsewhere: ClassVar[dict[str, Any]] = {"Min": {}}
    commutes = True


class Concatenate(_Merge):
    """Puts tensors side by side along one axis, mostly that of the channels."""

    linear = True
    runs_on, hands_on = ANYTHING, ANYTHING
    spelt_as: ClassVar[dict[str, str]] = {
        "axis": "concat_axis",
    }
    elsewhere: ClassVar[dict[str, Any]] = {
        "이어붙이기 연결": {},
        "Concat Cat Merge Merge:concat": {},
    }
    result = "joined"
    shape_rule = (
        "the first input's, with the sum of all sizes along axis, which is unknown if "
        "one of them is; all other sizes must agree"
    )
    example_inputs: ClassVar[tuple[Shape, ...]] = (
        (None, 28, 28, 32),
        (None, 28, 28, 16),
    )

    axis: int = -1

    def check(self, *shapes: Shape) -> None:
        for shape in shapes:
            if not -len(shape) <= self.axis < len(shape):
                raise ShapeError(
                    f"has no axis {self.axis} in its input {_with_batch(shape)}",
                    f"{_with_batch(shape)} has the axes 0, the batch, to "
                    f"{len(shape) - 1}",
                )
            if self.axis >= 0 and shape[self.axis] is None:
                # Keras has its answer, and doesn't look for the axis any further.
                break
        others = [self._others(shape) for shape in shapes]
        agree = len({len(sizes) for sizes in others}) == 1 and all(
            len(set(sizes) - {None}) < 2 for sizes in zip(*others, strict=True)
        )
        if not agree:
            texts = [_with_batch(shape) for shape in shapes]
            raise ShapeError(
                f"can't put {', '.join(texts[:-1])} and {texts[-1]} side by side along "
                f"axis {self.axis}: all other sizes must agree",
                gives=[{"axis": -1}],
            )

    def bridges(self, x: Shape, to: Shape) -> Iterator[Any]:
        """A border of zeros around the smaller one, or off the larger one."""
        if len(x) != len(to) or not 3 <= len(x) <= 5 or self.axis not in (-1, len(x)):
            return
        pairs = list(zip(x[1:-1], to[1:-1], strict=True))
        if any(a is None or b is None for a, b in pairs):
            return
        more = [(b or 0) - (a or 0) for a, b in pairs]
        ends = [[abs(n) // 2, abs(n) - abs(n) // 2] for n in more]
        value = ends[0] if len(ends) == 1 else ends
        if min(more) >= 0:
            yield {f"ZeroPadding{len(x) - 2}D": value}
        elif max(more) <= 0:
            yield {f"Cropping{len(x) - 2}D": value}

    def output(self, *shapes: Shape) -> Shape:
        output = list(shapes[0])
        output[self.axis] = self._total(shapes)
        return tuple(output)

    def keep_samples(self, *shapes: Any) -> None:
        if self.axis in (0, -len(shapes[0])):
            text = "puts the samples of its tensors one behind the other"
            hint = "write axis: -1" if len(shapes[0]) > 1 else ""
            raise MixedSamples(text, hint)

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        sizes, axis = [x[self.axis] for x in shapes], self.axis % len(shapes[0])
        return {axis: " + ".join(map(str, sizes))} if axis and None not in sizes else {}

    def _total(self, shapes: tuple[Shape, ...]) -> Size:
        total = 0
        for shape in shapes:
            size = shape[self.axis]
            if size is None:
                return None
            total += size
        return total

    def _others(self, shape: Shape) -> Shape:
        """The sizes along the other axes; all of them where the axis is missing."""
        axis = self.axis + (len(shape) if self.axis < 0 else 0)
        return shape[:axis] + shape[axis + 1 :]


def _with_batch(shape: Shape) -> str:
    """`(?, 28, 28, 3)`: a shape whose axes can be counted from the batch on."""
    return f"({', '.join('?' if size is None else str(size) for size in shape)})"


def _axes(value: Any) -> Any:
    if type(value) is int:
        return value
    if isinstance(value, list | tuple) and [type(axis) for axis in value] == [int, int]:
        return tuple(value)
    raise ValueError


_TwoAxes = Annotated[
    Any,
    kind(
        _axes,
        "the number of an axis, or a list of 2 of them",
        {
            "anyOf": [
                {"type": "integer"},
                {
                    "type": "array",
                    "items": {"type": "integer"},
                    "minItems": 2,
                    "maxItems": 2,
                },
            ]
        },
    ),
]


class Dot(_Merge):
    """Multiplies along one axis of each of two tensors and sums up: how alike they are.

    Its multiplications are counted, although no weight is part of them, as those of
    attention are.
    """

    spelt_as: ClassVar[dict[str, str]] = {
        "axes": "dot_axes axis",
    }
    elsewhere: ClassVar[dict[str, Any]] = {"DotProduct Merge:dot": {}}
    role = ""
    inputs_limit = 2
    shape_rule = (
        "the sizes of the first input without its axis, then those of the second "
        "without its axis and the batch; a single number per sample has size 1"
    )
    example: ClassVar[Any] = {"axes": 1}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 64), (None, 64))

    axes: _TwoAxes
    normalize: bool = False

    def check(self, a: Shape, b: Shape) -> None:
        pair = self._places(a, b)
        for shape, axis in zip((a, b), pair, strict=True):
            if not -len(shape) <= axis < len(shape) or len(b) < 2:
                raise ShapeError(
                    f"has no axis {axis} to sum over in its input {_with_batch(shape)}",
                    "axes count from 0, the batch; 1 is the first after it",
                )
        sizes = a[pair[0]], b[pair[1]]
        if sizes[0] != sizes[1]:
            raise ShapeError(
                f"can't sum over axis {pair[0]} of {_with_batch(a)} and axis {pair[1]} "
                f"of {_with_batch(b)}: their sizes, {show(sizes[:1])} and "
                f"{show(sizes[1:])}, must be equal",
                gives=[
                    {"axes": [i, j] if i != j else i}
                    for i in range(1, len(a))
                    for j in range(1, len(b))
                    if a[i] is not None and a[i] == b[j]
                ],
            )

    def output(self, a: Shape, b: Shape) -> Shape:
        first, second = self._places(a, b)
        sizes = (*_without(a, first), *_without(b, second)[1:])
        return (*sizes, 1) if len(sizes) == 1 else sizes

    def macs(self, output: Shape, a: Shape, b: Shape) -> int | None:
        return product((*output[1:], a[self._places(a, b)[0]]))

    def reach(self, a: Shape, b: Shape) -> Reach:
        return WHOLE

    def kinds(self) -> tuple[str, str]:
        return (FLOATS, "") if self.normalize else (NUMBERS, NUMBERS)

    def running(self, output: Any, *shapes: Any) -> Any:
        a, b = shapes
        first, second = self._places(a, b)
        over_batch = 0 in (first % len(a), second % len(b))
        if over_batch or min(len(a), len(b)) < 2:
            text = "can't sum over the batch, whose samples have nothing to do with "
            raise ShapeError(f"{text}each other", "choose another of axes")
        return output

    def _places(self, a: Shape, b: Shape) -> tuple[int, int]:
        """The axis of each tensor, as `Dot.build` counts: one negative number wraps."""
        if not isinstance(self.axes, int):
            first, second = self.axes
            return first, second
        if self.axes < 0:
            return self.axes % len(a), self.axes % len(b)
        return self.axes, self.axes


def _without(shape: Shape, axis: int) -> Shape:
    sizes = list(shape)
    del sizes[axis]
    return tuple(sizes)

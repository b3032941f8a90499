"""Operations that make one number of those along axes.

Source of the rules: `reduce_shape` in keras/src/ops/operation_utils.py, Keras 3.15.
"""

import typing
from typing import Annotated, ClassVar

from cnnspec.catalogue.layers.base import WHOLE, Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.base import (
    OF_LAYERS,
    Number,
    NumberType,
    Operation,
    mixes,
)
from cnnspec.catalogue.operations.pairs import spread
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import ZeroToOne, kind, number
from cnnspec.ground.shapes import Shape, agree, show
from cnnspec.ground.yaml_text import flow

Axes = int | tuple[int, ...]
OVER_BATCH = "would put the samples of a batch together"


class Along(Operation):
    """Works along one axis or several."""

    is_base = True
    first: ClassVar[tuple[str, ...]] = ("axis", "keepdims")
    over: ClassVar[str] = "axis"
    """The argument that says along which."""

    axis: Axes | None = None

    def places(self, x: Shape) -> list[int]:
        """The axes that it works along, counted from the first; all without `axis`.

        Raises:
            ShapeError: there is no such axis, or it is there twice.
        """
        written = getattr(self, self.over)
        if written is None:
            return list(range(len(x)))
        axes = (written,) if isinstance(written, int) else written
        found = [self.at(axis, x) for axis in axes]
        if len({*found}) < len(found):
            text = f"has an axis twice in {flow(list(axes))}"
            raise ShapeError(text, "name each axis once")
        return found

    def fits(self, *shapes: typing.Any) -> None:
        x = shapes[0]
        if 0 in self.places(x):
            others = list(range(1, len(x)))
            hint = (
                f"write {self.over}: {flow(others[0] if len(others) == 1 else others)}"
            )
            way = (
                "without an axis"
                if getattr(self, self.over) is None
                else "along the batch"
            )
            raise mixes(f"{way} {OVER_BATCH}", hint if others else "")

    def reach(self, *shapes: typing.Any, **_: typing.Any) -> Reach:
        """The same position, where it works along the last axis of several alone."""
        x = shapes[0]
        return () if self.places(x) == [len(x) - 1] and len(x) > 2 else WHOLE


class Reduction(Along):
    """Makes one number of those along axes."""

    is_base = True
    shape_rule = "the input's without the axes; with keepdims, 1 along them"
    example: ClassVar[typing.Any] = {"axis": 1}

    keepdims: bool = False

    def shape(self, *shapes: typing.Any) -> typing.Any:
        x, gone = shapes[0], self.places(shapes[0])
        if self.keepdims:
            return tuple(1 if place in gone else n for place, n in enumerate(x))
        return tuple(n for place, n in enumerate(x) if place not in gone)


class Mean(Reduction):
    """The mean of the numbers along axes."""

    keeps_sparse = True
    typed = types.averaged


class Sum(Reduction):
    """The sum of the numbers along axes."""

    keeps_sparse = True
    typed = types.summed
    ran = types.added_up


class Prod(Reduction):
    """The product of the numbers along axes."""

    lacks = OF_LAYERS
    typed = types.added_up

    dtype: NumberType | None = None

    def gives(self, *given: typing.Any) -> typing.Any:
        return self.dtype or super().gives(*given)

    def running_dtype(self, told: typing.Any, *given: typing.Any) -> typing.Any:
        """Keras forgets the type that it is told."""
        found = super().running_dtype(told, *given)
        if self.dtype is None:
            return found
        if given[0] == "bool":
            raise self.refused("bool")
        return given[0]


class Max(Reduction):
    """The largest of the numbers along axes."""

    initial: Number | None = None

    def running_dtype(self, told: typing.Any, *given: typing.Any) -> typing.Any:
        """TensorFlow brings what begins to the type of the tensor, as far as it can."""
        if type(self.initial) is float and given[0] in types.WHOLE:
            text = f"doesn't run on {given[0]} with initial={self.initial}"
            whole = self.initial.is_integer()
            hint = f"write initial: {int(self.initial)}" if whole else ""
            raise ShapeError(text, hint or "put - ops.cast: float32 before it")
        return super().running_dtype(told, *given)


class Min(Max):
    """The smallest of the numbers along axes."""


class Amax(Reduction):
    """The largest of the numbers along axes."""


class Amin(Reduction):
    """The smallest of the numbers along axes."""


class Ptp(Reduction):
    """How far the largest and the smallest number along axes lie apart."""

    unfit = types.NO_TRUTH


class All(Reduction):
    """Whether all numbers along axes are other than 0."""

    typed = types.truth


class Any(Reduction):
    """Whether any number along axes is other than 0."""

    typed = types.truth


class Std(Reduction):
    """How far the numbers along axes lie from their mean: the standard deviation."""

    typed = types.fraction


class Var(Reduction):
    """The variance of the numbers along axes."""

    typed = types.with_float


class Median(Reduction):
    """The middle one of the numbers along axes."""

    typed = types.narrow_float


class Logsumexp(Reduction):
    """The logarithm of the sum of e to the power of the numbers along axes."""

    ran = types.same
    unfit = types.ONLY_FLOATS
    typed = types.usual


class CountNonzero(Along):
    """How many numbers along axes are other than 0."""

    typed = types.place
    shape_rule = "the input's without the axes"
    example: ClassVar[typing.Any] = {"axis": 1}

    def shape(self, *shapes: typing.Any) -> typing.Any:
        x, gone = shapes[0], self.places(shapes[0])
        return tuple(n for place, n in enumerate(x) if place not in gone)


class Average(CountNonzero):
    """The mean of the numbers along an axis; some may weigh more than others."""

    typed = types.with_float
    tensor_arguments = ("x", "weights")
    may_lack = ("weights",)
    renamed: ClassVar[dict[str, typing.Any]] = {
        "weights": "a tensor is named under from, as in from: {weights: NAME}",
    }

    axis: int | None = None

    def fits(self, *shapes: typing.Any) -> None:
        super().fits(*shapes)
        x, *others = shapes
        for weights in others:
            if len(weights) == 1:
                raise mixes("with a weight for each sample would put samples together")
            if len(weights) != len(x) or not all(map(agree, weights, x)):
                text = f"takes weights of its input's size, {show(x[1:])}, and is given"
                raise ShapeError(
                    f"{text} {show(weights[1:])}",
                    "write ops.multiply, ops.sum, and ops.true_divide by the weights' "
                    "own sum",
                )

    def running(self, output: typing.Any, *shapes: typing.Any) -> typing.Any:
        """Sizes that weren't known meet, and are spread over each other."""
        return self.shape(spread(shapes))


class _Nan(Reduction):
    """Passes over what is no number (NaN)."""

    typed = types.promoted


class Nanmax(_Nan):
    """The largest of the numbers along axes, without what is none (NaN)."""

    ran = types.same


class Nanmin(_Nan):
    """The smallest of the numbers along axes, without what is none (NaN)."""

    ran = types.same


class Nansum(_Nan):
    """The sum of the numbers along axes, without what is none (NaN)."""

    keeps_sparse = True
    typed = types.summed
    ran = types.added_up


class Nanprod(_Nan):
    """The product of the numbers along axes, without what is none (NaN)."""

    typed = types.added_up


class Nanmean(_Nan):
    """The mean of the numbers along axes, without what is none (NaN)."""

    typed = types.with_float


class Nanmedian(_Nan):
    """The middle one of the numbers along axes, without what is none (NaN)."""

    unfit = types.ONLY_FLOATS
    typed = types.with_float


class Nanstd(_Nan):
    """The standard deviation along axes, without what is none (NaN)."""

    typed = types.with_float


class Nanvar(_Nan):
    """The variance along axes, without what is none (NaN)."""

    typed = types.with_float


class _Place(Reduction):
    """Where a number stands along an axis."""

    typed = types.place

    axis: int | None = None


class Argmax(_Place):
    """Where the largest number stands along an axis, counted from 0."""


class Argmin(_Place):
    """Where the smallest number stands along an axis, counted from 0."""


class Nanargmax(_Place):
    """Where the largest number stands, without what is none (NaN)."""


class Nanargmin(_Place):
    """Where the smallest number stands, without what is none (NaN)."""


_Method = typing.Literal["linear", "lower", "higher", "midpoint", "nearest"]
_Hundred = Annotated[float, number("a number from 0 to 100", ge=0, le=100)]


class Quantile(Reduction):
    """The number below which a share of those along axes lies."""

    typed = types.narrow_float
    first = ("q", "axis", "method")
    example: ClassVar[typing.Any] = {"q": 0.5, "axis": 1}

    q: ZeroToOne
    method: _Method = "linear"


class Nanquantile(Quantile):
    """`quantile` without what is none (NaN)."""

    unfit = types.ONLY_FLOATS


class Percentile(Quantile):
    """The number below which so many of a hundred along axes lie."""

    typed = types.fraction
    example: ClassVar[typing.Any] = {"q": 50, "axis": 1}

    q: _Hundred


class Nanpercentile(Percentile):
    """`percentile` without what is none (NaN)."""

    unfit = types.ONLY_FLOATS
    typed = types.with_float


class Moments(Along):
    """The mean and the variance of the numbers along axes, as two tensors."""

    result = "mean"
    unfit = types.NO_TRUTH | types.WHOLE - {"int32", "int64"}
    shape_rule = "twice the input's without the axes; with keepdims, 1 along them"
    lacks = (*Operation.lacks, "axis")
    over = "axes"
    example: ClassVar[typing.Any] = {"axes": 1}

    axes: Axes
    keepdims: bool = False
    synchronized: bool = False

    def others_called(self, count: int) -> list[str]:
        return ["variance"]

    def shape(self, *shapes: typing.Any) -> typing.Any:
        x, gone = shapes[0], self.places(shapes[0])
        kept = [1 if i in gone else n for i, n in enumerate(x)]
        left = [n for i, n in enumerate(x) if i not in gone]
        return [tuple(kept if self.keepdims else left)] * 2


def _order(value: typing.Any) -> typing.Any:
    if value in ("fro", "nuc") or type(value) in (int, float):
        return value
    raise ValueError


_Order = Annotated[
    typing.Any,
    kind(
        _order,
        "a number, 'fro' or 'nuc'",
        {"anyOf": [{"type": "number"}, {"enum": ["fro", "nuc"]}]},
        ["fro", "nuc"],
    ),
]


class Norm(Reduction):
    """How long the vectors along an axis are, or how large the matrices along two."""

    typed = types.fraction
    first = ("ord", "axis")

    ord: _Order | None = None

    def fits(self, *shapes: typing.Any) -> None:
        super().fits(*shapes)
        count = len(self.places(shapes[0]))
        if count == 1 and isinstance(self.ord, str):
            text = f"has no norm '{self.ord}' of vectors, which it takes along one axis"
            raise ShapeError(text, "name two axes, or another ord")
        if count == 2 and self.ord not in _OF_MATRICES:
            text = f"has no norm {self.ord} of matrices, which it takes along two axes"
            raise ShapeError(text, "ord may be 1, 2, fro or nuc; or name one axis")


_OF_MATRICES = (None, "fro", "nuc", float("inf"), float("-inf"), 1, -1, 2, -2)

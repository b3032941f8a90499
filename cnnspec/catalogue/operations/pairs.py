"""Operations on the numbers that stand at the same place of several tensors.

A number may stand in the place of a tensor. Source of the rules: keras/src/ops/numpy.py
and `broadcast_shapes` in keras/src/ops/operation_utils.py, Keras 3.15.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, ClassVar

from cnnspec.catalogue.layers.base import DENSE, SPARSE, Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.base import (
    Number,
    Numbers,
    Operand,
    Operation,
    mixes,
    shape_of,
    type_of,
    with_batch,
)
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape, Size


def spread(shapes: Iterable[Shape]) -> Shape:
    """The shape of tensors that are spread over each other from their last axes on.

    Raises:
        ShapeError: two sizes differ and neither is 1.
    """
    return reduce(_spread, shapes)


def _spread(a: Shape, b: Shape) -> Shape:
    count = max(len(a), len(b))
    pairs = zip(_longer(a, count), _longer(b, count), strict=True)
    return tuple(_size(i, j, a, b) for i, j in pairs)


def _longer(shape: Shape, count: int) -> Shape:
    return (1,) * (count - len(shape)) + shape


def _size(i: Size, j: Size, a: Shape, b: Shape) -> Size:
    """Source: `broadcast_shapes`, for which an unknown size fits any other."""
    if i == 1:
        return j
    if i is None:
        return None if j == 1 else j
    if j in (1, None, i):
        return i
    text = f"can't join {with_batch(a)} and {with_batch(b)}: sizes must be equal, or 1"
    raise ShapeError(text)


def need_equal_ranks(shapes: Iterable[Shape]) -> None:
    """Refuses tensors of which one's batch would meet another axis of another one.

    Raises:
        ShapeError: they differ in how many axes they have.
    """
    found = sorted((shape for shape in shapes if shape), key=len)
    if found and len(found[0]) != len(found[-1]):
        small, large = found[0], found[-1]
        raise mixes(
            f"would lay the batch of {with_batch(small)} along axis "
            f"{len(large) - len(small)} of {with_batch(large)}",
            "give both as many axes, with ops.expand_dims before it",
        )


class Spread(Operation):
    """Joins the numbers that stand at the same place."""

    is_base = True
    joins_paths = True
    tensor_arguments: ClassVar[tuple[str, ...]] = ("x1", "x2")
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6), (None, 4, 6))
    shape_rule = (
        "size by size, the last ones first: equal sizes stay, 1 is stretched to the "
        "other's, and an unknown size is taken to be the other's"
    )

    def fits(self, *shapes: Any) -> None:
        need_equal_ranks(shapes)
        spread(shapes)

    def shape(self, *shapes: Any) -> Any:
        return spread(shapes)

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return ()


class Pair(Spread):
    """Two tensors, or a tensor and a number."""

    is_base = True
    typed = types.promoted
    first: ClassVar[tuple[str, ...]] = ("x2",)

    x1: Operand | None = None
    x2: Operand | None = None

    def operands(self, *given: Any) -> list[Any]:
        found = super().operands(*given)
        axes = max((len(one) for one in given if isinstance(one, tuple)), default=0)
        return [one.over(axes) if isinstance(one, Numbers) else one for one in found]

    def check(self, *shapes: Any, **_: Any) -> None:
        super().check(*shapes)
        for one in self.operands(*shapes):
            if isinstance(one, Numbers) and one.shape[0] != 1:
                raise mixes(
                    f"has numbers for a batch of {one.shape[0]}",
                    "give numbers for one sample",
                )

    def computed(self, *given: Any) -> Sequence[Any]:
        """That in which all meet, but for texts, which meet nothing else."""
        if "string" in given:
            return given
        return [types.promoted(*map(type_of, self.operands(*given)))]


class Add(Pair):
    """Adds, number by number."""

    keeps_sparse = True
    adds = True
    unfit = types.TRUTH
    commutes = True
    sign = "+"


class Subtract(Pair):
    """Takes the second from the first, number by number."""

    keeps_sparse = True
    unfit = types.NO_TRUTH
    sign = "-"


class Multiply(Pair):
    """Multiplies number by number."""

    makes_sparse = True
    unfit = types.NO_TRUTH
    commutes = True
    sign = "*"

    def taken_for_sparse(self, given: Sequence[Any]) -> bool:
        return any(one != DENSE for one in given)


class Divide(Pair):
    """Divides the first by the second, number by number."""

    typed = types.with_float

    def taken_for_sparse(self, given: Sequence[Any]) -> bool:
        first, second = given
        return bool(first == SPARSE != second)


class TrueDivide(Divide):
    """Divides the first by the second, number by number."""

    sign = "/"


class DivideNoNan(Divide):
    """Divides number by number; what is divided by 0 comes to 0."""


class FloorDivide(Pair):
    """Divides number by number, and drops what stands behind the point."""

    unfit = types.NO_TRUTH
    sign = "//"


class Mod(Pair):
    """What is left over when numbers are divided; it has the sign of the second."""

    typed = types.counted_pair
    ran = types.counted_tensors
    sign = "%"


class Fmod(Mod):
    """What is left over when numbers are divided; it has the sign of the first."""

    sign = ""


class Power(Pair):
    """The first to the power of the second, number by number."""

    unfit = types.NO_TRUTH
    sign = "**"


class Maximum(Pair):
    """The larger of the numbers that stand at the same place."""

    keeps_sparse = True
    unfit = types.NO_TRUTH
    commutes = True


class Minimum(Pair):
    """The smaller of the numbers that stand at the same place."""

    keeps_sparse = True
    unfit = types.NO_TRUTH
    commutes = True


class Fmax(Maximum):
    """The larger of two numbers, of which one may be none (NaN)."""


class Fmin(Minimum):
    """The smaller of two numbers, of which one may be none (NaN)."""


class _Compare(Pair):
    """Compares number by number."""

    typed = types.truth

    def turned_round(self) -> bool:
        return self.x1 is not None


class Equal(_Compare):
    """Whether two numbers are the same."""

    unfit = types.NOTHING
    commutes = True


class NotEqual(_Compare):
    """Whether two numbers differ."""

    unfit = types.NOTHING
    commutes = True
    sign = "!="


class Greater(_Compare):
    """Whether the first number is above the second."""

    unfit = types.NO_TRUTH
    sign = ">"


class GreaterEqual(_Compare):
    """Whether the first number is above the second, or the same."""

    unfit = types.NO_TRUTH
    sign = ">="


class Less(_Compare):
    """Whether the first number is below the second."""

    unfit = types.NO_TRUTH
    sign = "<"


class LessEqual(_Compare):
    """Whether the first number is below the second, or the same."""

    unfit = types.NO_TRUTH
    sign = "<="


class LogicalAnd(_Compare):
    """True where neither number is 0."""

    commutes = True


class LogicalOr(_Compare):
    """True where one of the numbers is not 0."""

    commutes = True


class LogicalXor(_Compare):
    """True where one of two numbers is not 0."""

    commutes = True


class Isclose(_Compare):
    """Whether two numbers are nearly the same."""

    rtol: float = 1e-05
    atol: float = 1e-08
    equal_nan: bool = False


class Arctan2(Pair):
    """The angle of the point whose height and width two numbers are."""

    typed = types.angle
    ran = types.dotted_float


class Logaddexp(Pair):
    """The logarithm of the sum of what two numbers are logarithms of."""

    commutes = True
    typed = types.with_float
    ran = types.dotted_float


class Logaddexp2(Logaddexp):
    """`logaddexp` to base 2."""


class Gcd(Pair):
    """The greatest whole number that divides two."""

    unfit = types.NO_FLOATS
    commutes = True
    typed = types.strong
    ran = types.dotted

    def computed(self, *given: Any) -> Sequence[Any]:
        names = {float: "float32", bool: "bool", int: "int32"}
        return [names.get(one, one) for one in map(type_of, self.operands(*given))]


class Lcm(Gcd):
    """The least whole number that two divide."""


class Ldexp(Pair):
    """The first times 2 to the power of the second, number by number."""

    typed = types.strong_float

    def running_dtype(self, told: Any, *given: Any) -> Any:
        second = type_of(self.operands(*given)[1])
        if second in (*types.FLOATS, float, bool, "bool"):
            text = "needs whole numbers in x2"
            raise ShapeError(text, "put - ops.cast: int32 before it")
        return super().running_dtype(told, *given)


class Nextafter(Pair):
    """The next number after the first, seen towards the second."""

    typed = types.strong_float


class Heaviside(Spread):
    """0 below 0, 1 above it, and the second number at 0."""

    unfit = types.NO_TRUTH
    typed = types.smooth_pair


class Hypot(Spread):
    """The square root of the sum of two squares."""

    unfit = types.NO_TRUTH
    commutes = True
    typed = types.smooth_pair


class _Bits(Spread):
    """Joins whole numbers bit by bit.

    Keras gives what comes out the shape of the first tensor, whatever the second's is.
    """

    unfit = types.NO_FLOATS
    typed = types.promoted
    tensor_arguments = ("x", "y")
    shape_rule = "that of the first tensor"

    def fits(self, *shapes: Any) -> None:
        need_equal_ranks(shapes)

    def shape(self, *shapes: Any) -> Any:
        return shapes[0]

    def running(self, output: Any, *shapes: Any) -> Any:
        return spread(map(shape_of, self.operands(*shapes)))


class BitwiseAnd(_Bits):
    """The bits that two whole numbers share."""

    commutes = True


class BitwiseOr(_Bits):
    """The bits that one of two whole numbers has."""

    commutes = True


class BitwiseXor(_Bits):
    """The bits in which two whole numbers differ."""

    commutes = True


class LeftShift(_Bits):
    """Moves the bits of whole numbers up."""

    y: int | None = None

    def gives(self, *given: Any) -> Any:
        return given[0] if given[1] is int else types.promoted(*given)


class BitwiseLeftShift(LeftShift):
    """Moves the bits of whole numbers up."""


class RightShift(LeftShift):
    """Moves the bits of whole numbers down."""


class BitwiseRightShift(LeftShift):
    """Moves the bits of whole numbers down."""


class Where(Spread):
    """The first number where a condition is true, and else the second."""

    tensor_arguments = ("condition", "x1", "x2")
    first = ("x1", "x2")
    example: ClassVar[Any] = {"x1": 1, "x2": 0}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6),)

    x1: Number | None = None
    x2: Number | None = None

    def gives(self, *given: Any) -> Any:
        return types.promoted(*given[1:])

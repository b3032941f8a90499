"""Operations on each number by itself.

Source of the rules: keras/src/ops/numpy.py, math.py and core.py, Keras 3.15.
"""

from typing import Any, ClassVar

from cnnspec.catalogue.layers.base import Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.base import OF_LAYERS, Number, NumberType, Operation
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import REQUIRED


class Each(Operation):
    """Changes each number by itself."""

    is_base = True

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return ()


class Absolute(Each):
    """Each number without its sign."""

    keeps_sparse = True
    function = "abs"
    synonyms = ("absolute",)


class Angle(Each):
    """The angle of each number in the complex plane: 0, or π below 0."""

    typed = types.narrow_float


class Arccos(Each):
    """The angle whose cosine each number is."""

    typed = types.narrow_float


class Arccosh(Each):
    """The inverse of the hyperbolic cosine of each number."""

    typed = types.narrow_float


class Arcsin(Each):
    """The angle whose sine each number is."""

    keeps_sparse = True
    typed = types.narrow_float


class Arcsinh(Each):
    """The inverse of the hyperbolic sine of each number."""

    keeps_sparse = True
    typed = types.narrow_float


class Arctan(Each):
    """The angle whose tangent each number is."""

    keeps_sparse = True
    typed = types.narrow_float


class Arctanh(Each):
    """The inverse of the hyperbolic tangent of each number."""

    keeps_sparse = True
    typed = types.narrow_float


class BitwiseInvert(Each):
    """Turns each bit of whole numbers over."""

    unfit = types.NO_FLOATS


class BitwiseNot(Each):
    """Turns each bit of whole numbers over."""

    unfit = types.NO_FLOATS


class Cbrt(Each):
    """The cube root of each number."""

    ran = types.wide_float
    typed = types.wide_root


class Ceil(Each):
    """The next whole number above each number."""

    keeps_sparse = True
    typed = types.narrow_float


class Conjugate(Each):
    """The complex conjugate; real numbers stay."""

    keeps_sparse = True
    unfit = types.NO_TRUTH
    synonyms = ("conj",)


class Copy(Each):
    """The same numbers again."""

    keeps_sparse = True
    unfit = types.NOTHING


class Cos(Each):
    """The cosine of each number."""

    typed = types.narrow_float


class Cosh(Each):
    """The hyperbolic cosine of each number."""

    typed = types.narrow_float


class Deg2rad(Each):
    """Degrees to radians."""

    unfit = types.TEXT | {"uint64"}
    typed = types.wide_float


class Erf(Each):
    """The error function of each number."""

    unfit = types.ONLY_FLOATS


class Erfc(Each):
    """1 less the error function of each number."""

    unfit = types.ONLY_FLOATS
    typed = types.with_float


class Erfinv(Each):
    """The inverse of the error function of each number."""

    unfit = types.ONLY_FLOATS


class Exp(Each):
    """e to the power of each number."""

    typed = types.fraction


class Exp2(Each):
    """2 to the power of each number."""

    typed = types.fraction


class Expm1(Each):
    """e to the power of each number, less 1."""

    keeps_sparse = True
    typed = types.fraction


class Fabs(Each):
    """Each number without its sign, as a fraction."""

    keeps_sparse = True
    typed = types.fraction


class Floor(Each):
    """The next whole number below each number."""

    keeps_sparse = True
    typed = types.narrow_float


class I0(Each):
    """The modified Bessel function of order 0 of each number."""

    unfit = types.TEXT | {"bfloat16"}
    typed = types.wide_float


class Imag(Each):
    """The imaginary part of each number."""

    keeps_sparse = True


class Isfinite(Each):
    """Whether each number is finite."""

    typed = types.truth


class Isinf(Each):
    """Whether each number is infinite."""

    typed = types.truth


class Isnan(Each):
    """Whether each number is none (NaN)."""

    typed = types.truth


class Isneginf(Each):
    """Whether each number is below all others."""

    typed = types.truth


class Isposinf(Each):
    """Whether each number is above all others."""

    typed = types.truth


class Isreal(Each):
    """Whether each number has no imaginary part."""

    typed = types.truth


class Log(Each):
    """The natural logarithm of each number."""

    typed = types.narrow_float


class Log10(Each):
    """The logarithm to base 10 of each number."""

    typed = types.narrow_float


class Log1p(Each):
    """The natural logarithm of 1 and each number."""

    keeps_sparse = True
    typed = types.narrow_float


class Log2(Each):
    """The logarithm to base 2 of each number."""

    typed = types.narrow_float


class LogicalNot(Each):
    """True where a number is 0."""

    typed = types.truth


class Negative(Each):
    """Each number with the other sign."""

    keeps_sparse = True
    unfit = types.UNSIGNED | types.NO_TRUTH
    sign = "-"


class Rad2deg(Each):
    """Radians to degrees."""

    unfit = types.TEXT | {"uint64"}
    typed = types.wide_float


class Real(Each):
    """The real part of each number."""

    keeps_sparse = True
    unfit = types.NO_TRUTH


class Reciprocal(Each):
    """1 divided by each number."""

    ran = types.same
    unfit = types.ONLY_FLOATS
    typed = types.usual


class Rsqrt(Each):
    """1 divided by the square root of each number."""

    unfit = types.ONLY_FLOATS


class Sign(Each):
    """-1, 0 or 1, as each number is below, at or above 0."""

    keeps_sparse = True
    unfit = types.NO_TRUTH | {"uint64"}


class Signbit(Each):
    """Whether each number is below 0."""

    keeps_sparse = True
    typed = types.truth


class Sin(Each):
    """The sine of each number."""

    keeps_sparse = True
    typed = types.narrow_float


class Sinc(Each):
    """The sine of π times each number, divided by that."""

    typed = types.narrow_float


class Sinh(Each):
    """The hyperbolic sine of each number."""

    keeps_sparse = True
    typed = types.narrow_float


class Sqrt(Each):
    """The square root of each number."""

    keeps_sparse = True
    typed = types.narrow_float


class Square(Each):
    """Each number times itself."""

    keeps_sparse = True
    typed = types.counted


class StopGradient(Each):
    """The same numbers, through which training learns nothing."""

    unfit = types.NOTHING
    tensor_arguments = ("variable",)


class Tan(Each):
    """The tangent of each number."""

    keeps_sparse = True
    typed = types.narrow_float


class Tanh(Each):
    """Each number pressed between -1 and 1."""

    keeps_sparse = True
    typed = types.narrow_float


class Trunc(Each):
    """Each number without what stands behind its point."""


class Cast(Each):
    """The same numbers as another type."""

    lacks = OF_LAYERS
    example: ClassVar[Any] = "float16"

    dtype: NumberType = REQUIRED  # type: ignore[assignment]

    def gives(self, *given: Any) -> Any:
        return self.dtype


class SaturateCast(Cast):
    """The same numbers as another type, those beyond its range at its ends."""


class Round(Each):
    """Each number to so many places behind its point."""

    keeps_sparse = True
    unfit = types.NO_TRUTH

    decimals: int = 0


class Clip(Each):
    """Each number, those below or above two limits at the limit."""

    typed = types.counted
    spelt_as: ClassVar[dict[str, str]] = {
        "x_min": "min min_value minimum lower low a_min clip_value_min",
        "x_max": "max max_value maximum upper high a_max clip_value_max",
    }
    example: ClassVar[Any] = {"x_min": 0, "x_max": 6}

    x_min: Number
    x_max: Number

    def running_dtype(self, told: Any, *given: Any) -> Any:
        whole = not types.is_fraction(given[0]) and given[0] != "bool"
        if whole and float in map(type, (self.x_min, self.x_max)):
            text = f"can't clip {given[0]} at a fraction"
            raise ShapeError(text, "give it whole numbers")
        return super().running_dtype(told, *given)


class NanToNum(Each):
    """Numbers in place of what is none (NaN) or infinite."""

    nan: Number = 0.0
    posinf: Number | None = None
    neginf: Number | None = None


class _Like(Each):
    """As many equal numbers as there are in a tensor."""

    lacks = OF_LAYERS

    dtype: NumberType | None = None

    def gives(self, *given: Any) -> Any:
        return self.dtype or types.same(given[0])


class ZerosLike(_Like):
    """As many zeros as there are numbers."""

    keeps_sparse = True


class OnesLike(_Like):
    """As many ones as there are numbers."""

    keeps_sparse = True


class FullLike(_Like):
    """A number as often as there are numbers in a tensor."""

    first = ("fill_value",)
    example: ClassVar[Any] = {"fill_value": 0.5}

    fill_value: Number

"""The types of the numbers that operations give.

Source: keras/src/backend/common/dtypes.py, and `compute_output_spec` of each operation
in keras/src/ops, Keras 3.15, on the TensorFlow backend with float32 as `floatx`.
"""

from functools import cache
from typing import Any

from cnnspec.ground.errors import ShapeError

FLOATX = "float32"
"""Keras's `floatx`, which no dtype policy changes."""
Given = Any
"""The type of a tensor's numbers by name, or that of a number in a tensor's place."""

_HIGHER = {
    "bool": ("int",),
    "uint8": ("int16", "uint16"),
    "uint16": ("int32", "uint32"),
    "uint32": ("int64", "uint64"),
    "uint64": ("float",),
    "int": ("uint8", "int8", "complex64"),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex64": ("complex128",),
    "complex128": (),
}
"""What a type can be turned into next; `int` and `float` are numbers without a type."""
_FOLDED = {"uint64": "uint32", "complex128": "complex64"}
"""Types that Keras computes in half of."""


def promoted(*given: Given) -> str:
    """The type in which numbers of several types meet, Keras's `result_type`.

    Args:
        given: names of types; `int`, `float` and `bool` for numbers of Python.

    Raises:
        ShapeError: texts are among them, which meet nothing but texts.
    """
    names = [_name(one) for one in given]
    if not TEXT.isdisjoint(names) and len({*names}) > 1:
        raise ShapeError("takes numbers, and is given texts")
    found = names[0] if len({*names}) == 1 else _least({*names})
    found = {"int": "int32", "float": FLOATX}.get(found, found)
    return _FOLDED.get(found, found)


def _name(given: Given) -> str:
    if isinstance(given, str):
        return given
    name: str = given.__name__
    return name


def _least(names: set[str]) -> str:
    """The lowest type that all can be turned into."""
    common = frozenset.intersection(*(_above(name) for name in names))
    lowest = common & names or {one for one in common if common <= _above(one)}
    return min(lowest)


@cache
def _above(name: str) -> frozenset[str]:
    found = {name}
    for higher in _HIGHER[name]:
        found |= _above(higher)
    return frozenset(found)


FLOATS = frozenset({"bfloat16", "float16", "float32", "float64"})
SIGNED = frozenset({"int8", "int16", "int32", "int64"})
UNSIGNED = frozenset({"uint8", "uint16", "uint32", "uint64"})
WHOLE = SIGNED | UNSIGNED
NOTHING: frozenset[str] = frozenset()
TRUTH = frozenset({"bool"})
TEXT = frozenset({"string"})
NO_TRUTH = TRUTH | TEXT
NO_FLOATS = FLOATS | NO_TRUTH
ONLY_FLOATS = WHOLE | NO_TRUTH


def is_fraction(dtype: str) -> bool:
    """Whether a type holds fractions."""
    return "float" in dtype or "complex" in dtype


def same(*given: Given) -> str:
    """The type of what is given first."""
    return _name(given[0])


def truth(*given: Given) -> str:
    """True or false."""
    return "bool"


def place(*given: Given) -> str:
    """The number of a place."""
    return "int32"


def usual(*given: Given) -> str:
    """Keras's usual type, whatever is given."""
    return FLOATX


def fraction(x: Given) -> str:
    """Fractions as they come, and the usual type for whole numbers."""
    return x if is_fraction(x) else FLOATX


def with_float(*given: Given) -> str:
    """Where what is given meets a fraction."""
    return promoted(*given, float)


def narrow_float(x: Given) -> str:
    """As `with_float`; whole numbers of 64 bits become the usual type as well."""
    return FLOATX if x == "int64" else promoted(x, float)


def wide_float(x: Given) -> str:
    """Fractions as they come, the usual type for whole numbers, 64 bits for 64."""
    if x in ("int64", "float64"):
        return "float64"
    return x if x in ("bfloat16", "float16") else FLOATX


def wide_root(x: Given) -> str:
    """As `wide_float`, where only whole numbers change."""
    if x == "int64":
        return "float64"
    return x if is_fraction(x) or x == "uint64" else FLOATX


def counted(x: Given) -> str:
    """What is given; truth values become numbers."""
    return "int32" if x == "bool" else x


def added_up(x: Given) -> str:
    """What is given, in 32 bits at least."""
    if x in ("bool", "int8", "int16"):
        return "int32"
    return "uint32" if x in ("uint8", "uint16") else x


def summed(x: Given) -> str:
    """As `added_up`, in 32 bits where Keras folds 64."""
    return promoted(added_up(x))


def averaged(x: Given) -> str:
    """Fractions as they come; whole numbers where they meet a float32."""
    return x if is_fraction(x) else promoted(x, "float32")


def counted_pair(*given: Given) -> str:
    """Where both meet; truth values become numbers."""
    return counted(promoted(*given))


def smooth_pair(*given: Given) -> str:
    """Where both meet, as a fraction."""
    found = promoted(*given)
    if found == "int64":
        return "float64"
    return found if is_fraction(found) or found in ("bool", "uint64") else FLOATX


def strong(*given: Given) -> str:
    """Where types meet, those of numbers in place of tensors as good as others."""
    return promoted(*map(_strong, given))


def strong_float(*given: Given) -> str:
    """As `strong`, as a fraction."""
    return promoted(*map(_strong, given), float)


def angle(*given: Given) -> str:
    """Where types meet as a fraction, numbers being of the usual type."""
    names = (one if isinstance(one, str) else FLOATX for one in given)
    return promoted(*names, float)


def _strong(given: Given) -> str:
    if isinstance(given, str):
        return given
    return {int: "int64", float: "float32", bool: "bool"}[given]


def product(*given: Given) -> str:
    """The type of sums of products: that where all meet."""
    names = given[0] if isinstance(given[0], list) else given
    return promoted(*names) if {*names} != {"int8"} else "int32"


def listed(given: Given) -> str:
    """The type where those of a list of tensors meet."""
    return promoted(*given)


def listed_wide(given: Given) -> str:
    """As `listed`, when it runs: TensorFlow keeps tensors of one type in it."""
    return given[0] if len({*given}) == 1 else promoted(*given)


def dotted(*given: Given) -> str:
    """Where types meet, numbers being tensors of 32 bits."""
    numbers = {int: "int32", float: "float32", bool: "bool"}
    return promoted(*(numbers.get(one, one) for one in given))


def dotted_float(*given: Given) -> str:
    """As `dotted`, as a fraction."""
    return promoted(dotted(*given), float)


def counted_tensors(*given: Given) -> str:
    """As `dotted`; truth values become numbers."""
    return counted(dotted(*given))

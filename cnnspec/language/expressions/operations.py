"""What expressions can do: operators and functions, and how large results may be."""

import math
import operator
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

TEXT_LIMIT = 1_000
"""Characters of one expression."""
NODE_LIMIT = 200
"""Names, numbers and operations of one expression; its depth is no greater."""
NUMBER_LIMIT = 10**40
"""As many digits as a number may have that is written out (source.DIGITS_LIMIT)."""
LENGTH_LIMIT = 10_000
"""Characters of a text that is worked out, or items of a list with all its lists."""
DEPTH_LIMIT = 100
"""How deeply lists may nest, as in a spec's own text (source.DEPTH_LIMIT)."""
STEP_LIMIT = 50_000
"""Names, numbers, operations and items that the comprehensions of a formula take."""
DIGITS_LIMIT = 100
"""`round(1, -n)` computes 10 ** n."""

LIMITS = (
    f"numbers go up to 10 ** 40, texts up to {LENGTH_LIMIT:,} characters and lists up "
    f"to {LENGTH_LIMIT:,} items"
)


class Refused(ArithmeticError):
    """A result that an expression can't have, and why."""

    def __init__(self, message: str, hint: str = LIMITS) -> None:
        self.hint = hint
        super().__init__(message)


FAILURES = (TypeError, ValueError, ArithmeticError, LookupError)
"""What an operation raises that can't be worked out."""


def bounded(value: Any) -> Any:
    """The value itself.

    Raises:
        Refused: it is larger than a value may be.
    """
    kind = type(value)
    if kind is int:
        if not -NUMBER_LIMIT <= value <= NUMBER_LIMIT:
            raise Refused("the result is too large")
    elif kind is float:
        if not math.isfinite(value):
            raise Refused("the result is too large")
    elif kind is str:
        _check_length(len(value))
    elif kind is list or kind is dict:
        _size(value)
    return value


def _check_length(length: int) -> None:
    if length > LENGTH_LIMIT:
        raise Refused("the result is too long")


def _size(value: Any) -> int:
    """How many items a list or mapping holds, with those of all that is inside it."""
    total, depth = 0, 0
    level = [value]
    while level:
        lists: list[Iterable[Any]] = [
            holder for holder in level if type(holder) is list
        ]
        lists += [holder.values() for holder in level if type(holder) is dict]
        level = [item for items in lists for item in items]
        total, depth = total + len(level), depth + 1
        # Lists may share what they hold, so the next level can be far larger.
        _check_length(total)
        if depth > DEPTH_LIMIT:
            raise Refused("the result nests too deeply")
    return total


def weight(value: Any) -> int:
    """How many items an operation on a value may have to look at.

    Raises:
        Refused: it is larger than a value may be.
    """
    if type(value) is str:
        return len(value) // 100
    return _size(value) if type(value) is list or type(value) is dict else 0


def _times(a: Any, b: Any) -> Any:
    for several, count in ((a, b), (b, a)):
        if isinstance(several, str | list) and isinstance(count, int):
            length = len(several) if isinstance(several, str) else _size(several)
            _check_length(length * count)
    return a * b


def _power(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int):
        # abs(a) is 2 ** (its bits - 1) or more.
        bits = (abs(a).bit_length() - 1) * b
        if bits > NUMBER_LIMIT.bit_length():
            raise Refused("the result is too large")
    result = a**b
    if isinstance(result, complex):
        raise Refused("a number below 0 has no fractional power", "")
    return result


def _remainder(a: Any, b: Any) -> Any:
    if isinstance(a, str):
        raise TypeError
    return a % b


def _round(number: Any, digits: Any = None) -> Any:
    if isinstance(digits, int) and abs(digits) > DIGITS_LIMIT:
        raise Refused(f"it can't round to more than {DIGITS_LIMIT} digits", "")
    return round(number, digits)


def _sum(numbers: Any) -> Any:
    if not isinstance(numbers, list):
        raise TypeError
    return sum(numbers)


def _range(*limits: Any) -> list[int]:
    numbers = range(*limits)
    _check_length(len(numbers))
    return list(numbers)


def _sorted(items: Any) -> list[Any]:
    if not isinstance(items, list | str):
        raise TypeError
    return sorted(items)


def _zip(*lists: Any) -> list[list[Any]]:
    if not all(isinstance(items, list | str) for items in lists):
        raise TypeError
    _check_length(len(lists) * min(map(len, lists), default=0))
    return [list(items) for items in zip(*lists, strict=False)]


def _str(value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


def sliced(items: Any, start: Any, stop: Any, step: Any) -> Any:
    """Several items of a list, or characters of a text."""
    if not isinstance(items, list | str):
        raise TypeError
    return items[start:stop:step]


# How tightly each binds (docs.python.org/3/reference/expressions, section 6.17).
TERNARY, OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGN, POWER, ATOM = range(10)


class Operator(NamedTuple):
    """An operator: how Python writes it, what it does and what it takes, in words."""

    sign: str
    work: Callable[..., Any]
    takes: str
    level: int


class Builtin(NamedTuple):
    """A function that expressions may call, with at least one value."""

    work: Callable[..., Any]
    takes: str
    most: int = 1
    python: str = ""
    """How Python writes it around the values, if not by the same name."""


_NUMBERS = "it takes two numbers"
_ADDED = "it takes two numbers, texts or lists"
_MULTIPLIED = "it takes two numbers, or a text or list and a whole number"
BINARY = {
    "Add": Operator("+", operator.add, _ADDED, SUM),
    "Sub": Operator("-", operator.sub, _NUMBERS, SUM),
    "Mult": Operator("*", _times, _MULTIPLIED, PRODUCT),
    "Div": Operator("/", operator.truediv, _NUMBERS, PRODUCT),
    "FloorDiv": Operator("//", operator.floordiv, _NUMBERS, PRODUCT),
    "Mod": Operator("%", _remainder, _NUMBERS, PRODUCT),
    "Pow": Operator("**", _power, _NUMBERS, POWER),
}
"""Operators between two values, by the classes of the nodes in Python's tree."""

_NUMBER = "it takes a number"
UNARY = {
    "UAdd": Operator("+", operator.pos, _NUMBER, SIGN),
    "USub": Operator("-", operator.neg, _NUMBER, SIGN),
    "Not": Operator("not ", operator.not_, "", NOT),
}

_ORDER = "compare numbers with numbers, texts with texts, or lists with lists"
_WITHIN = "it looks for something in a list, or for a text in a text"
COMPARISONS = {
    "Eq": Operator("==", operator.eq, _ORDER, COMPARE),
    "NotEq": Operator("!=", operator.ne, _ORDER, COMPARE),
    "Lt": Operator("<", operator.lt, _ORDER, COMPARE),
    "LtE": Operator("<=", operator.le, _ORDER, COMPARE),
    "Gt": Operator(">", operator.gt, _ORDER, COMPARE),
    "GtE": Operator(">=", operator.ge, _ORDER, COMPARE),
    "In": Operator("in", lambda a, b: a in b, _WITHIN, COMPARE),
    "NotIn": Operator("not in", lambda a, b: a not in b, _WITHIN, COMPARE),
}

_EXTREME = "it takes values that compare, or a list of them that isn't empty"
_WHOLE = "it takes a number, or a text that is a whole number"
_ROUNDED = "it takes a number, and how many digits to keep"
CALLS = {
    "min": Builtin(min, _EXTREME, most=NODE_LIMIT),
    "max": Builtin(max, _EXTREME, most=NODE_LIMIT),
    "abs": Builtin(abs, _NUMBER),
    "int": Builtin(int, _WHOLE),
    "round": Builtin(_round, _ROUNDED, most=2),
    "ceil": Builtin(math.ceil, _NUMBER, python="int(np.ceil({}))"),
    "floor": Builtin(math.floor, _NUMBER, python="int(np.floor({}))"),
    "len": Builtin(len, "it takes a text or a list"),
    "sum": Builtin(_sum, "it takes a list of numbers"),
    "range": Builtin(_range, "it takes whole numbers: stop, or start, stop, step", 3),
    "sorted": Builtin(_sorted, "it takes a list of values that compare"),
    "zip": Builtin(_zip, "it takes lists, to be walked together", most=NODE_LIMIT),
    "str": Builtin(_str, "it takes a number or a text"),
}
"""The functions of `cnnspec.language.expressions.FUNCTIONS` but `shape`."""

SLICED = "a slice takes whole numbers, as in sizes[1:3]"

CONSTANTS = {"true": True, "false": False, "null": None}
"""Names that stand for values, besides Python's own."""

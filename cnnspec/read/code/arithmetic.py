"""Python's operators on numbers and texts, within bounds; on tensors and arrays too."""

import ast
import operator
from collections.abc import Callable
from typing import Any

from cnnspec.read.code.arrays import Array, combined
from cnnspec.read.code.building import Tensor
from cnnspec.read.code.machine import ITEMS, Machine
from cnnspec.read.code.operations import of_sign
from cnnspec.read.code.values import Unknown, is_known
from cnnspec.read.found import Place

_BITS = 4096
"""Of a whole number; sizes of models take fewer than 64."""
_BINARY: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
    ast.MatMult: ("@", operator.matmul),
    ast.BitOr: ("|", operator.or_),
    ast.BitAnd: ("&", operator.and_),
    ast.BitXor: ("^", operator.xor),
    ast.LShift: ("<<", operator.lshift),
    ast.RShift: (">>", operator.rshift),
}
_COMPARED: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


def binary(machine: Machine, kind: type, left: Any, right: Any, place: Place) -> Any:
    """What an operator between two values gives."""
    sign, work = _BINARY[kind]
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return of_sign(machine, sign, [left, right], place)
    if isinstance(left, Array) or isinstance(right, Array):
        return combined(sign, left, right)
    if not is_known(left, right) and not _joins(left, right):
        return Unknown("", place)
    if not _is_plain(left) or not _is_plain(right) or _is_large(sign, left, right):
        return Unknown("", place)
    try:
        return work(left, right)
    except (TypeError, ValueError, ArithmeticError, KeyError):
        return Unknown("", place)


def _joins(left: Any, right: Any) -> bool:
    """Whether lists are put together, whatever is in them."""
    is_list = isinstance(left, list | tuple)
    return is_list and (type(left) is type(right) or isinstance(right, int))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(
        value, int | float | complex | str | list | tuple | set | dict | bytes
    )


def _is_large(sign: str, left: Any, right: Any) -> bool:
    """Whether the result could fill the memory."""
    sizes = [len(one) for one in (left, right) if hasattr(one, "__len__")]
    numbers = [one for one in (left, right) if isinstance(one, int)]
    if any(one.bit_length() > _BITS for one in numbers):
        return True
    if sign == "*" and sizes and numbers:
        return sizes[0] * max(numbers[0], 0) > ITEMS
    if sign == "+" and len(sizes) == 2:
        return sum(sizes) > ITEMS
    if sign in ("**", "<<") and len(numbers) == 2:
        more = max(right, 0) if sign == "<<" else left.bit_length() * max(right, 0)
        return bool(more > _BITS)
    return sign == "%" and isinstance(left, str) and _is_wide(left)


def _is_wide(form: str) -> bool:
    """Whether a form of texts asks for many blanks: `%9999d`."""
    digits = "".join(c if c.isdigit() else " " for c in form).split()
    return "*" in form or any(len(number) > 3 for number in digits)


def unary(machine: Machine, kind: type, value: Any, place: Place) -> Any:
    """What an operator before a value gives."""
    if isinstance(value, Tensor):
        if kind is ast.USub:
            return of_sign(machine, "-", [value], place)
        return value if kind is ast.UAdd else Unknown("", place)
    if isinstance(value, Array):
        return value
    try:
        if kind is ast.USub:
            return -value
        return +value if kind is ast.UAdd else ~value
    except TypeError:
        return Unknown("", place)


def compared(machine: Machine, kind: type, left: Any, right: Any, place: Place) -> Any:
    """What a comparison gives."""
    if kind in (ast.Is, ast.IsNot):
        return _is(kind is ast.Is, left, right, place)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown("", place)
    if kind in (ast.In, ast.NotIn):
        return _in(kind is ast.In, left, right, place)
    sign, work = _COMPARED[kind]
    tensors = [one for one in (left, right) if isinstance(one, Tensor)]
    if tensors and sign not in ("==",):
        return of_sign(machine, sign, [left, right], place)
    if isinstance(left, Array) or isinstance(right, Array):
        return combined(sign, left, right)
    if not is_known(left, right):
        return Unknown("", place)
    try:
        return bool(work(left, right))
    except TypeError:
        return Unknown("", place)


def _is(positive: bool, left: Any, right: Any, place: Place) -> Any:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return Unknown("", place)
    same = left is right
    if isinstance(left, int | str) and isinstance(right, int | str):
        same = left == right  # `depth is 3`, as some write
    return same is positive


def _in(positive: bool, left: Any, right: Any, place: Place) -> Any:
    if isinstance(right, dict | set | list | tuple | str | range):
        if not is_known([*right]):
            return Unknown("", place)
        try:
            return (left in right) is positive
        except TypeError:
            return Unknown("", place)
    return Unknown("", place)

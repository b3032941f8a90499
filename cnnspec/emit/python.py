"""Python code from records and values, laid out as ruff lays it out."""

import json
import re
from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

from cnnspec.components import Component, Regularizer
from cnnspec.fields import Field, Record
from cnnspec.layers.base import Layer

WIDTH = 88


class Group(NamedTuple):
    """Items between brackets: a call with its arguments, or a list."""

    opening: str
    items: Sequence[tuple[str, "Code"]]
    """What stands before each item (`padding=`), and the item."""
    closing: str


Code = str | Group


def flat(code: Code) -> str:
    """The code in one line."""
    if isinstance(code, str):
        return code
    inside = ", ".join(before + flat(item) for before, item in code.items)
    return f"{code.opening}{inside}{code.closing}"


def lay_out(
    code: Code, before: str = "", after: str = "", indent: int = 4
) -> list[str]:
    """The code in as few lines as ruff would use.

    Args:
        code: to lay out.
        before: what the first line begins with.
        after: what the last line ends with.
        indent: of the first and the last line.
    """
    margin = " " * indent
    line = f"{margin}{before}{flat(code)}{after}"
    if isinstance(code, str) or not code.items or len(line) <= WIDTH:
        return [line]
    inner = f"{margin}    {flat(code._replace(opening='', closing=''))}"
    if code.opening != "[" and len(inner) <= WIDTH:
        lines = [inner]
    else:
        lines = []
        for prefix, item in code.items:
            lines += lay_out(item, prefix, ",", indent + 4)
    return [f"{margin}{before}{code.opening}", *lines, f"{margin}{code.closing}{after}"]


def call(record: Record, **more: Any) -> Group:
    """The call that makes the object of Keras that a record stands for.

    Args:
        more: arguments that the record doesn't say, to stand last.
    """
    if isinstance(record, Component):
        callee = f"keras.{record.module}.{type(record).__name__}"
    else:
        callee = f"layers.{type(record).__name__}"
    items: list[tuple[str, Code]] = []
    given, fields = {**record.given, **more}, record.fields()
    for place, name in enumerate(fields):
        if name in given:
            by_place = place == len(items) and _by_place(
                record, place, fields[name], given
            )
            code = value(_shortest(fields[name], given[name]))
            items.append(("" if by_place else f"{name}=", code))
    return Group(f"{callee}(", items, ")")


_NEEDS_ITS_NAME = frozenset({"axis", "data_format", "keepdims"})


def _by_place(record: Record, place: int, field: Field, given: dict[str, Any]) -> bool:
    """Whether an argument is clear without its name: Conv2D(50, 3), Dropout(0.5)."""
    if field.required:
        return True
    if place:
        return False
    if isinstance(record, Layer):
        return field.name not in _NEEDS_ITS_NAME and field.name not in Layer.fields()
    return isinstance(record, Regularizer) and len(given) == 1


_ONE_FOR_ALL_AXES = frozenset(
    {
        "cropping",
        "dilation_rate",
        "kernel_size",
        "padding",
        "pool_size",
        "size",
        "strides",
    }
)


def _shortest(field: Field, found: Any) -> Any:
    """One number for several equal ones, where Keras takes that: 3 for (3, 3)."""
    if field.name not in _ONE_FOR_ALL_AXES or not isinstance(found, tuple):
        return found
    if len(set(found)) != 1:
        return found
    from pydantic_core import SchemaValidator, ValidationError

    try:
        same = SchemaValidator(field.kind.schema).validate_python(found[0]) == found
    except ValidationError:
        return found
    return _shortest(field, found[0]) if same else found


def value(found: Any) -> Code:
    """A value as Python writes it."""
    if isinstance(found, Record):
        return call(found)
    if isinstance(found, str):
        return text(found)
    if isinstance(found, float):
        return decimal(found)
    if isinstance(found, list):
        return Group("[", [("", value(item)) for item in found], "]")
    if isinstance(found, tuple) and len(found) == 1:
        return f"({flat(value(found[0]))},)"
    if isinstance(found, tuple):
        return Group("(", [("", value(item)) for item in found], ")")
    return repr(found)


def text(found: str) -> str:
    """A string in double quotes, or in single ones where that saves escapes."""
    if '"' in found and "'" not in found:
        return repr(found)
    return json.dumps(found, ensure_ascii=False)


def decimal(found: float) -> str:
    """A number as one writes it by hand: 0.001, 1e-4."""
    if not isfinite(found):
        return f'float("{found}")'
    if 0 < abs(found) < 0.001:
        mantissa, exponent = f"{found:e}".split("e")
        short = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
        if float(short) == found:
            return short
    return re.sub(r"e([-+]?)0+", r"e\1", repr(found)).replace("e+", "e")


def whole(found: int) -> str:
    """A whole number with its thousands set apart: 87_135."""
    return f"{found:_}"


def identifier(name: str) -> str:
    """A variable's name made of a layer's name."""
    import keyword
    from unicodedata import normalize

    # Python reads names in this form: "ﬁ" as "fi".
    found = "".join(
        char if f"a{char}".isidentifier() else "_" for char in normalize("NFKC", name)
    )
    if not found.strip("_"):
        return "tensor"
    if not found.isidentifier() or keyword.iskeyword(found):
        found = f"_{found}"
    return found

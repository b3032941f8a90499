"""Python code from records and values, laid out as ruff lays it out."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple

from cnnspec.catalogue.components import Component, Regularizer
from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.print.layout import WIDTH, columns
from cnnspec.emit.keras_script.custom import is_custom
from cnnspec.ground.kinds import Argument, NotAllowed
from cnnspec.ground.records import Record
from cnnspec.language.expressions import Formula


class Group(NamedTuple):
    """Items between brackets: a call with its arguments, or a list."""

    opening: str
    items: Sequence[tuple[str, "Code"]]
    """What stands before each item (`padding=`), and the item."""
    closing: str


Code = str | Group
Write = Callable[[Formula], str]
"""Writes a formula as Python."""


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
    if isinstance(code, str) or not code.items or columns(line) <= WIDTH:
        return [line]
    inner = f"{margin}    {flat(code._replace(opening='', closing=''))}"
    if code.opening not in ("[", "{", "(", "([") and columns(inner) <= WIDTH:
        lines = [inner]
    else:
        lines, comma = [], "," if len(code.items) > 1 else ""
        for prefix, item in code.items:
            lines += lay_out(item, prefix, comma, indent + 4)
    return [f"{margin}{before}{code.opening}", *lines, f"{margin}{code.closing}{after}"]


def call(record: Record, codes: Mapping[str, Code] = MappingProxyType({})) -> Group:
    """The call that makes the object of Keras that a record stands for.

    Args:
        record: of a layer, an initializer, an optimizer, …
        codes: arguments that aren't written as the record has them.
    """
    items: list[tuple[str, Code]] = []
    given, fields = {**record.given, **codes}, record.fields()
    for place, name in enumerate(fields):
        if name in given:
            by_place = place == len(items) and _by_place(
                record, place, fields[name], given
            )
            code = codes.get(name)
            if code is None:
                code = value(_shortest(fields[name], given[name]))
            items.append(("" if by_place else f"{name}=", code))
    return Group(f"{_callee(record)}(", items, ")")


# ------------------------------------------------------------------ formulas


def data_code(data: Any, write: Write, opening: str = "[") -> Code:
    """Plain data with formulas as Python writes them.

    Args:
        data: of a spec.
        write: writes a formula.
        opening: the bracket of the lists in it, `(` for tuples.
    """
    if type(data) is Formula:
        return write(data)
    if isinstance(data, dict):
        items = [
            (f"{flat(value(key))}: ", data_code(data[key], write, opening))
            for key in data
        ]
        return Group("{", items, "}")
    if isinstance(data, list):
        codes = [data_code(item, write, opening) for item in data]
        if opening == "(" and len(codes) == 1:
            return f"({flat(codes[0])},)"
        closing = {"[": "]", "(": ")"}[opening]
        return Group(opening, [("", code) for code in codes], closing)
    return value(data)


def formula_call(
    arguments: Any,
    found: Sequence[tuple[Any, Record]],
    write: Write,
    codes: Mapping[str, Code],
) -> Group:
    """The call that makes every one of several objects, whose formulas differ.

    Args:
        arguments: as a spec writes them, with formulas.
        found: the arguments with the values of their formulas, and the record that
            was made of them, each time.
        write: writes a formula.
        codes: further arguments.

    Raises:
        ValueError: no one call makes all of them.
    """
    first = found[0][1]
    if any(
        type(record) is not type(first) or record.given.keys() != first.given.keys()
        for _, record in found
    ):
        raise ValueError
    raws = _by_field(arguments, first)
    values = [_by_field(worked_out, record) for worked_out, record in found]
    written: dict[str, Code] = {}
    for name, field in first.fields().items():
        if name in first.given and has_formula(raws.get(name)):
            pairs = [
                (raw[name], record.given[name])
                for raw, (_, record) in zip(values, found, strict=True)
            ]
            written[name] = argument(raws[name], pairs, write, field)
        elif name in first.given and name not in raws:
            # A formula comes to all arguments at once.
            written[name] = _same([record.given[name] for _, record in found], field)
    return call(first, {**written, **codes})


def _by_field(arguments: Any, record: Record) -> dict[str, Any]:
    """Arguments by name; a value alone is the first one's."""
    if isinstance(arguments, dict):
        return arguments
    if arguments is None:
        return {}
    if type(arguments) is Formula and not record.given:
        return {}
    return {next(iter(record.fields())): arguments}


def has_formula(data: Any) -> bool:
    """Whether there is a formula in plain data."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        return any(map(has_formula, data))
    return type(data) is Formula


def argument(
    raw: Any, found: list[tuple[Any, Any]], write: Write, field: Argument | None = None
) -> Code:
    """The code of an argument: a formula's where Keras takes its values as they are.

    Args:
        raw: as a spec writes it, with formulas.
        found: the values of the formulas, and what the record keeps of them, each time.
        write: writes a formula.
        field: of the record, if it is that of one.

    Raises:
        ValueError: no one code comes to all of them.
    """
    kept = [record for _, record in found]
    if not has_formula(raw):
        return _same(kept, field)
    if type(raw) is Formula:
        ways = {_way(worked_out, record, field) for worked_out, record in found}
        if ways == {"as it is"}:
            return write(raw)
        if ways == {"as a tuple"}:
            return f"tuple({write(raw)})"
        return _same(kept, field)
    if isinstance(raw, dict) and all(isinstance(record, Record) for record in kept):
        plain = [(_component(w), record) for w, record in found]
        return formula_call(_component(raw), plain, write, {})
    if isinstance(raw, list) and all(
        isinstance(record, tuple | list) and len(record) == len(raw) for record in kept
    ):
        items = [
            argument(item, [(w[k], record[k]) for w, record in found], write)
            for k, item in enumerate(raw)
        ]
        if not isinstance(kept[0], tuple):
            return Group("[", [("", item) for item in items], "]")
        if len(items) == 1:
            return f"({flat(items[0])},)"
        return Group("(", [("", item) for item in items], ")")
    return _same(kept, field)


def _component(data: Any) -> Any:
    """The arguments of an object that a mapping of a spec stands for."""
    if not isinstance(data, dict):
        return None
    if "class" in data:
        return {key: item for key, item in data.items() if key != "class"}
    [arguments] = data.values()
    return arguments


def _way(worked_out: Any, kept: Any, field: Argument | None) -> str:
    """How Keras takes a value that the record keeps in a form of its own."""
    if isinstance(kept, Record) or isinstance(worked_out, dict):
        return "never"
    if isinstance(kept, tuple) and field and field.kind.one_for_all:
        return "as it is"  # Keras takes one number for all, and lists
    if isinstance(worked_out, list) and isinstance(kept, tuple):
        deep = any(isinstance(item, list) for item in worked_out)
        return "as a tuple" if list(kept) == worked_out and not deep else "never"
    if isinstance(worked_out, str) and isinstance(kept, str):
        return "as it is" if worked_out.lower() == kept.lower() else "never"
    if isinstance(worked_out, bool) != isinstance(kept, bool):
        return "never"
    return "as it is" if worked_out == kept else "never"


def _same(found: list[Any], field: Argument | None) -> Code:
    """The code of a value that is the same each time.

    Raises:
        ValueError: it isn't.
    """
    if any(other != found[0] for other in found[1:]):
        raise ValueError
    return value(_shortest(field, found[0]) if field else found[0])


def condition(test: str, indent: int) -> list[str]:
    """The lines `if test:`."""
    import ast

    margin = " " * indent
    if len(margin) + len(test) + 4 <= WIDTH:
        return [f"{margin}if {test}:"]
    tree = ast.parse(test, mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) else [tree]
    codes = [ast.get_source_segment(test, part) or "" for part in parts]
    word = (
        "and" if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else "or"
    )
    inside = [f"{margin}    {word} {code}" for code in codes]
    inside[0] = f"{margin}    {codes[0]}"
    return [f"{margin}if (", *inside, f"{margin}):"]


def both(first: str, second: str) -> str:
    """The code of a test that is true where two are."""
    import ast

    codes = []
    for code in (first, second):
        tree = ast.parse(code, mode="eval").body
        is_or = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or)
        loose = is_or or isinstance(tree, ast.IfExp)
        codes.append(f"({code})" if loose else code)
    return " and ".join(codes)


def calls_something(code: Code) -> bool:
    """Whether a function is called when the code is run."""
    import ast

    tree = ast.parse(flat(code), mode="eval")
    return any(isinstance(node, ast.Call) for node in ast.walk(tree))


_OPPOSITES = {
    "==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
    "in": "not in", "not in": "in",
}  # fmt: skip


def opposite(test: str) -> str:
    """The code of a test that is true where another is false."""
    import ast

    tree = ast.parse(test, mode="eval").body
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return ast.get_source_segment(test, tree.operand) or ""
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        left = ast.get_source_segment(test, tree.left) or ""
        right = ast.get_source_segment(test, tree.comparators[0]) or ""
        for sign, other in _OPPOSITES.items():
            if f"{left} {sign} {right}" == test:
                return f"{left} {other} {right}"
    simple = isinstance(tree, ast.Name | ast.Constant | ast.Subscript | ast.Call)
    return f"not {test}" if simple else f"not ({test})"


# ------------------------------------------------------------------ values


def _callee(record: Record) -> str:
    name = type(record).__name__
    if isinstance(record, Component):
        return f"keras.{record.module}.{name}"
    if isinstance(record, Layer) and (record.package or is_custom(type(record))):
        return name  # the script imports the class, or holds it itself
    return f"layers.{name}"


_NEEDS_ITS_NAME = frozenset({"axis", "data_format", "keepdims"})


def _by_place(
    record: Record, place: int, field: Argument, given: dict[str, Any]
) -> bool:
    """Whether an argument is clear without its name: Conv2D(50, 3), Dropout(0.5)."""
    if field.required:
        return True
    if place:
        return False
    if isinstance(record, Layer):
        return field.name not in _NEEDS_ITS_NAME and field.name not in Layer.fields()
    return isinstance(record, Regularizer) and len(given) == 1


def _shortest(field: Argument, found: Any) -> Any:
    """One number for several equal ones, where Keras takes that: 3 for (3, 3)."""
    if not field.kind.one_for_all or not isinstance(found, tuple):
        return found
    if len(set(found)) != 1:
        return found
    try:
        same = field.kind.validated(found[0]) == found
    except NotAllowed:
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


def paragraphs(said: str) -> list[str]:
    """The paragraphs of a description as a docstring has them, each in one line.

    Where YAML folds lines, a blank one comes to a mere line break; a sentence that ends
    with the first line is a summary all the same.
    """
    # A docstring ends at three quotes, and a backslash in it would escape.
    said = said.strip().replace("\\", "\\\\").replace('"', "'")
    parts = re.split(r"\n\s*\n", said)
    if len(parts) == 1 and ".\n" in said:
        first, _, rest = said.partition(".\n")
        parts = [said] if "\n" in first else [f"{first}.", rest]
    return [" ".join(part.split()) for part in parts]


def whole(found: int) -> str:
    """A whole number with its thousands set apart: 87_135."""
    return f"{found:_}"


def identifier(name: str) -> str:
    """A variable's name made of a layer's name; it may be a word of Python's own."""
    from unicodedata import normalize

    # Python reads names in this form: "ﬁ" as "fi".
    plain = normalize("NFKC", name)
    found = "".join(char if f"a{char}".isidentifier() else "_" for char in plain)
    if found != plain or not found.strip("_"):
        found = found.strip("_") or "tensor"
    # The number behind: 1_conv becomes conv_1.
    found = re.sub(r"^(\d+)_(\w*[^\W\d_])$", r"\2_\1", found)
    return found if found.isidentifier() else f"_{found}"

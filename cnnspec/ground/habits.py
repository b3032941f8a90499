"""Python that stands where a spec has YAML, and how the spec says the same.

Imported only when there is something to say.
"""

import re
from typing import Any, NamedTuple

from cnnspec.ground.wide import narrow
from cnnspec.ground.yaml_text import flow


def loop(text: str) -> str:
    """The keys of a repeat for `i in range(3)`; nothing for another text."""
    found = re.fullmatch(r"(?:for )?\s*(\w+) in (.+?):?", text.strip())
    return rounds(found[2], found[1]) or "" if found else ""


def rounds(values: str, variable: str = "") -> str:
    """The keys of a repeat over Python's `range(3)`, or over a list."""
    counted = re.fullmatch(r"range\(([^,()]+)\)", values.strip())
    if counted:
        times = counted[1].strip()
        index = f", index: {variable}" if variable else ""
        return f"times: {times if times.isdigit() else f'${times}'}{index}"
    return f"for: {{{variable}: {values}}}" if variable and "(" not in values else ""


class Call(NamedTuple):
    """A call of Python's, or what was meant as one."""

    name: str
    """The last part of what is called: `Dense` of `keras.layers.Dense`."""
    positional: list[Any]
    named: dict[str, Any]
    module: str = ""
    """What stands before the name: `keras.layers`."""


def call(text: str) -> Call | None:
    """The call that a text holds: `Dense(10)`, `Dense 10`, `Dense units=10`.

    `x = layers.Dense(10)(x)` and `model.add(Dense(10))` are taken for what they add.
    Tuples come as lists, other calls as `Call`, and names of variables as texts.
    """
    # No call is as long, and some of these take its square in time.
    text = re.sub(r"\s+//.*", "", narrow(text[:1000])).rstrip(" ,;")
    text += ")" * (text.count("(") - text.count(")"))
    text = re.sub(r"^\w+\s*=\s*(?=[\w.]+\()", "", text.strip())
    found = re.fullmatch(r"([A-Za-z_][\w.]*)\s*[-:=]?>?\s*(.*)", text, re.DOTALL)
    if not found:
        return None
    name, rest = found.groups()
    if not rest or rest.startswith("("):
        return _parsed(text)
    apart = re.sub(r"(?<=[^\s,]) +(?=[^\s,=]+ *(=|$| ))", ", ", rest)
    return _parsed(f"{name}({rest})") or _parsed(f"{name}({apart})")


def _parsed(text: str) -> Call | None:
    import ast

    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
        node = node.func  # layers.Dense(10)(x)
    if isinstance(node, ast.Name):
        return Call(node.id, [], {})
    found = _value(node)
    if not isinstance(found, Call):
        return None
    if found.name == "add" and len(found.positional) == 1:
        inner = found.positional[0]
        return inner if isinstance(inner, Call) else None
    return found


def _value(node: Any) -> Any:
    """The value of a node of Python's syntax, as YAML would hold it."""
    import ast

    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        named = {k.arg: _value(k.value) for k in node.keywords if k.arg}
        module, _, name = ast.unparse(node.func).rpartition(".")
        values = [_value(argument) for argument in node.args]
        return Call(name, values, named, module)
    if isinstance(node, ast.Tuple | ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict) and all(node.keys):
        pairs = zip(node.keys, node.values, strict=True)
        return {_value(key): _value(value) for key, value in pairs}
    if isinstance(node, ast.Attribute):
        return node.attr
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return ast.unparse(node)


def as_block(found: Call) -> str:
    """How a spec calls a block: `b: 8` or `b: {filters: 8}`."""
    name, positional, named, _ = found
    if named and not positional:
        return f"{name}: {flow(named)}"
    if len(positional) == 1 and not named:
        return f"{name}: {flow(positional[0])}"
    return f"{name}: {{argument: value}}" if positional else name

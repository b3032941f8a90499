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


MODULES = frozenset(
    (
        *("nn", "torch", "F", "functional", "tf", "tensorflow", "keras", "K", "jax"),
        *("layers", "ops", "activations", "initializers", "regularizers"),
    )
)
"""What modules are called; what stands elsewhere before a dot is a tensor."""


class Expression(str):
    """Python that stands for no plain value: the name of a variable, or a sum of some.

    Where a text isn't Python but a short form of a layer, it is a word.
    """

    __slots__ = ()


class Call(NamedTuple):
    """A call of Python's, or what was meant as one."""

    name: str
    """The last part of what is called: `Dense` of `keras.layers.Dense`."""
    positional: list[Any]
    named: dict[str, Any]
    module: str = ""
    """What stands before the name: `keras.layers`."""
    tensors: list[Any] | None = None
    """What its result is called with, as in `Dense(10)(x)`."""


def call(text: str) -> Call | None:
    """The one call that a text holds, as in `calls`."""
    _, found = calls(text)
    return found[0] if len(found) == 1 else None


_ASSIGNED = re.compile(r"(?:self\.(\w+)|\w+)\s*=\s*(?=[\w.]+\()")


def calls(text: str) -> tuple[str, list[Call]]:
    """The calls that a text holds: `Dense(10)`, `Dense 10`, `Dense(10), ReLU()`.

    `x = layers.Dense(10)(x)` and `model.add(Dense(10))` are taken for what they add.
    Tuples come as lists, other calls as `Call`, and variables as `Expression`.

    Returns:
        The name of `self.name = `, if any, and the calls.
    """
    # No call is as long, and some of these take its square in time.
    text = re.sub(r"\s+//.*", "", narrow(text[:1000])).rstrip(" ,;")
    text += ")" * (text.count("(") - text.count(")"))
    assigned = _ASSIGNED.match(text.strip())
    name = assigned[1] or "" if assigned else ""
    text = text.strip()[assigned.end() if assigned else 0 :]
    if "(" in text and (several := _several(text)):
        return name, several
    found = _call(text)
    return name, [found] if found else []


def _several(text: str) -> list[Call]:
    """The calls with commas between."""
    import ast

    found = _evaluated(text)
    if not isinstance(found, ast.Tuple):
        return []
    values = [_value(node) for node in found.elts]
    return values if all(isinstance(one, Call) for one in values) else []


def _call(text: str) -> Call | None:
    found = re.fullmatch(r"([A-Za-z_][\w.]*)\s*[-:=]?>?\s*(.*)", text, re.DOTALL)
    if not found:
        return None
    name, rest = found.groups()
    if not rest or rest[0] in "([.":
        return _parsed(text)
    apart = re.sub(r"(?<=[^\s,]) +(?=[^\s,=]+ *(=|$| ))", ", ", rest)
    short = _parsed(f"{name}({rest})") or _parsed(f"{name}({apart})")
    return _in_words(short) if short else None


def _in_words(value: Any) -> Any:
    """The value with words in place of names, since nobody has given them a value."""
    if isinstance(value, Expression):
        return str(value)
    if isinstance(value, list):
        return [_in_words(item) for item in value]
    if isinstance(value, Call):
        named = {key: _in_words(one) for key, one in value.named.items()}
        return value._replace(positional=_in_words(value.positional), named=named)
    return value


def parsed(text: str) -> Any:
    """The value of Python in a text; None where it is none."""
    node = _evaluated(text)
    return None if node is None else _value(node)


def _evaluated(text: str) -> Any:
    import ast

    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def _parsed(text: str) -> Call | None:
    import ast

    node = _evaluated(text)
    if isinstance(node, ast.Name):
        return Call(node.id, [], {})
    found = None if node is None else _value(node)
    if not isinstance(found, Call):
        return None
    if found.name == "add" and len(found.positional) == 1:
        inner = found.positional[0]
        if not isinstance(inner, list):
            return inner if isinstance(inner, Call) else None
    return found


def _value(node: Any) -> Any:
    """The value of a node of Python's syntax, as YAML would hold it."""
    import ast

    if isinstance(node, ast.Call) and isinstance(node.func, ast.Call):
        made = _value(node.func)  # layers.Dense(10)(x)
        if isinstance(made, Call) and made.tensors is None:
            return made._replace(tensors=[_value(one) for one in node.args])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        named = {k.arg or "**": _value(k.value) for k in node.keywords}
        module, _, name = ast.unparse(node.func).rpartition(".")
        values = [_value(argument) for argument in node.args]
        return Call(name, values, named, module)
    if isinstance(node, ast.Tuple | ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Dict) and all(node.keys):
        pairs = zip(node.keys, node.values, strict=True)
        return {_value(key): _value(value) for key, value in pairs}
    if isinstance(node, ast.Attribute):
        text = ast.unparse(node)
        return node.attr if text.partition(".")[0] in MODULES else Expression(text)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return _product(node) or Expression(ast.unparse(node))


def _product(node: Any) -> int:
    """The number that a product like `16 * 5 * 5` is; 0 for anything else."""
    import ast

    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _product(node.left) * _product(node.right)
    return 0


def as_block(found: Call) -> str:
    """How a spec calls a block: `b: 8` or `b: {filters: 8}`."""
    name, positional, named, *_ = found
    if named and not positional:
        return f"{name}: {flow(named)}"
    if len(positional) == 1 and not named:
        return f"{name}: {flow(positional[0])}"
    return f"{name}: {{argument: value}}" if positional else name

"""Expressions as Python code, as ruff formats it."""

import _ast
from collections.abc import Callable, Iterable

from cnnspec.language.expressions.operations import (
    AND,
    ATOM,
    BINARY,
    CALLS,
    COMPARE,
    COMPARISONS,
    CONSTANTS,
    OR,
    POWER,
    SIGN,
    TERNARY,
    UNARY,
)
from cnnspec.language.expressions.reading import Piece


def python(parts: tuple[Piece, ...], rename: Callable[[str], str]) -> str:
    """Python code for a text that is made of such parts.

    Args:
        parts: one expression, or several parts that are joined to one text.
        rename: gives the name that a variable has in the code.
    """

    def codes(quote: Callable[[str], str]) -> list[str]:
        writer = _Writer(rename, quote)
        return [writer.write(part.tree) for part in parts if not isinstance(part, str)]

    written = codes(_quoted)
    if len(parts) == 1:
        return written[0]
    # Before Python 3.12 an f-string's expressions can't hold its own quote, nor a
    # backslash, so their texts take single quotes.
    inside = codes(repr)
    if not any('"' in code or "\\" in code for code in inside):
        return f'f"{_around(parts, (f"{{{code}}}" for code in inside))}"'
    return f'"{_around(parts, ("{}" for _ in written))}".format({", ".join(written)})'


def _around(parts: tuple[Piece, ...], holes: Iterable[str]) -> str:
    """The text as it stands between double quotes, with a hole for each expression."""
    hole = iter(holes)
    return "".join(
        _escaped(part).replace("{", "{{").replace("}", "}}")
        if isinstance(part, str)
        else next(hole)
        for part in parts
    )


def _escaped(text: str) -> str:
    """Text as it stands between double quotes."""
    # Beside a double quote, repr always takes single ones and escapes those in the
    # text; what it puts before a single quote is therefore its own backslash.
    return repr('"' + text)[2:-1].replace("\\'", "'").replace('"', '\\"')


def _quoted(text: str) -> str:
    if '"' in text and "'" not in text:
        return repr(text)
    return f'"{_escaped(text)}"'


class _Writer:
    """Writes a tree as Python code, with no bracket that isn't needed."""

    def __init__(
        self, rename: Callable[[str], str], quoted: Callable[[str], str]
    ) -> None:
        self._rename, self._quoted = rename, quoted

    def write(self, node: _ast.expr, level: int = TERNARY) -> str:
        """The code of a node that stands where something of `level` may stand."""
        text, own = getattr(self, f"_{type(node).__name__}")(node)
        return text if own >= level else f"({text})"

    # One method for each class of nodes: its code, and how tightly that binds.

    def _Constant(self, node: _ast.Constant) -> tuple[str, int]:
        value = node.value
        return self._quoted(value) if isinstance(value, str) else repr(value), ATOM

    def _Name(self, node: _ast.Name) -> tuple[str, int]:
        if node.id in CONSTANTS:
            return repr(CONSTANTS[node.id]), ATOM
        return self._rename(node.id), ATOM

    def _List(self, node: _ast.List) -> tuple[str, int]:
        return f"[{', '.join(map(self.write, node.elts))}]", ATOM

    def _BinOp(self, node: _ast.BinOp) -> tuple[str, int]:
        sign, _, _, level = BINARY[type(node.op).__name__]
        if level == POWER:
            left, right = self.write(node.left, ATOM), self.write(node.right, SIGN)
            # As ruff's formatter has it: x**2, but sizes[0] ** 2.
            bare = _bare(node.left, left) and _bare(node.right, right)
            space = "" if bare else " "
            return f"{left}{space}**{space}{right}", level
        left, right = self.write(node.left, level), self.write(node.right, level + 1)
        return f"{left} {sign} {right}", level

    def _UnaryOp(self, node: _ast.UnaryOp) -> tuple[str, int]:
        sign, _, _, level = UNARY[type(node.op).__name__]
        # A power would need no brackets, but ruff's formatter gives it some.
        inner = node.operand
        of_power = isinstance(inner, _ast.BinOp) and isinstance(inner.op, _ast.Pow)
        return f"{sign}{self.write(inner, ATOM if of_power else level)}", level

    def _BoolOp(self, node: _ast.BoolOp) -> tuple[str, int]:
        word, level = {"And": ("and", AND), "Or": ("or", OR)}[type(node.op).__name__]
        parts = (self.write(value, level + 1) for value in node.values)
        return f" {word} ".join(parts), level

    def _Compare(self, node: _ast.Compare) -> tuple[str, int]:
        parts = [self.write(node.left, COMPARE + 1)]
        for op, value in zip(node.ops, node.comparators, strict=True):
            sign = COMPARISONS[type(op).__name__].sign
            parts += [sign, self.write(value, COMPARE + 1)]
        return " ".join(parts), COMPARE

    def _IfExp(self, node: _ast.IfExp) -> tuple[str, int]:
        then, test = self.write(node.body, OR), self.write(node.test, OR)
        return f"{then} if {test} else {self.write(node.orelse)}", TERNARY

    def _Subscript(self, node: _ast.Subscript) -> tuple[str, int]:
        return f"{self.write(node.value, ATOM)}[{self.write(node.slice)}]", ATOM

    def _Call(self, node: _ast.Call) -> tuple[str, int]:
        assert isinstance(node.func, _ast.Name)
        name = node.func.id
        values = ", ".join(map(self.write, node.args))
        return f"{CALLS[name].python or name}({values})", ATOM


def _bare(node: _ast.expr, code: str) -> bool:
    """Whether `**` stands beside it without spaces."""
    if isinstance(node, _ast.UnaryOp | _ast.BinOp):
        if code.startswith("("):
            return False
        node = node.operand if isinstance(node, _ast.UnaryOp) else node.left
    is_text = isinstance(node, _ast.Constant) and isinstance(node.value, str)
    return isinstance(node, _ast.Name | _ast.Constant) and not is_text

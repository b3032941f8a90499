"""Expressions as Python code, as ruff formats it."""

import _ast
import re
from collections.abc import Callable, Iterable
from keyword import iskeyword
from typing import TypeGuard

from cnnspec.language.expressions import sizes_of
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


def python(
    parts: tuple[Piece, ...], rename: Callable[[str], str], *, walked: bool = False
) -> str:
    """Python code for a text that is made of such parts.

    Args:
        parts: one expression, or several parts that are joined to one text.
        rename: gives the name that a variable has in the code.
        walked: whether a `for` takes the items, and needs no list of them.
    """
    if walked and not isinstance(parts[0], str):
        return _Writer(rename, _quoted).walked(parts[0].tree)

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
        self._idents: dict[str, str] = {}
        """What comprehensions around call their items."""

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
        return self._idents.get(node.id) or self._rename(node.id), ATOM

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
        if _is_call(node.value, "shape"):
            code = self._of_sizes(node.value, node.slice)
            return f"list({code})" if isinstance(node.slice, _ast.Slice) else code, ATOM
        return f"{self.write(node.value, ATOM)}[{self.write(node.slice)}]", ATOM

    def _of_sizes(self, call: _ast.Call, part: _ast.expr) -> str:
        """A size of a tensor, or several; Keras counts the batch as well."""
        shape = f"{self._rename(_sizes(call))}.shape"
        number = _whole(part)
        if number is not None:
            return f"{shape}[{number + 1 if number >= 0 else number}]"
        if isinstance(part, _ast.Slice) and not part.step:
            start, stop = _whole(part.lower) or 0, _whole(part.upper)
            stops = part.upper is None or stop is not None
            if start >= 0 and stops and (part.lower is None or start):
                end = "" if stop is None else stop + 1 if stop >= 0 else stop
                return f"{shape}[{start + 1}:{end}]"
        return f"{shape}[1:][{self.write(part)}]"

    def _Slice(self, node: _ast.Slice) -> tuple[str, int]:
        limits = [node.lower, node.upper, *([node.step] if node.step else [])]
        codes = [self.write(limit) if limit else "" for limit in limits]
        if all(code == "" or re.fullmatch(r"-?\w+", code) for code in codes):
            return ":".join(codes), ATOM
        # As ruff's formatter has it: sizes[1:], but sizes[i + 1 :].
        first, *others = codes
        spaced = (f":{' ' if code else ''}{code}" for code in others)
        return f"{first}{' ' if first else ''}{' '.join(spaced)}", ATOM

    def _Call(self, node: _ast.Call) -> tuple[str, int]:
        assert isinstance(node.func, _ast.Name)
        name = node.func.id
        if name == "shape":
            return f"list({self.walked(node)})", ATOM
        if name == "range":
            return f"list({self.walked(node)})", ATOM
        if name == "zip":
            return f"[list(items) for items in {self._zipped(node)}]", ATOM
        write = self.walked if name in _WALKING and len(node.args) == 1 else self.write
        values = ", ".join(map(write, node.args))
        form = CALLS[name].python or f"{name}({{}})"
        return form.format(values), ATOM

    # ------------------------------------------------------------- what is walked

    def walked(self, node: _ast.expr, *, parts: bool = False) -> str:
        """The code of a list whose items are taken one by one.

        Args:
            node: the list.
            parts: whether each item is taken apart at once, and may be a tuple.
        """
        if _is_call(node, "shape"):
            return f"{self._rename(_sizes(node))}.shape[1:]"
        if isinstance(node, _ast.Subscript) and _is_call(node.value, "shape"):
            return self._of_sizes(node.value, node.slice)
        if _is_call(node, "range"):
            return f"range({', '.join(map(self.write, node.args))})"
        if not _is_call(node, "zip"):
            return self.write(node, OR)
        return self._zipped(node) if parts else f"map(list, {self._zipped(node)})"

    def _zipped(self, node: _ast.Call) -> str:
        return f"zip({', '.join(map(self.walked, node.args))})"

    def _ListComp(self, node: _ast.ListComp) -> tuple[str, int]:
        [loop] = node.generators
        several = isinstance(loop.target, _ast.Tuple)
        over = self.walked(loop.iter, parts=several)
        around = self._idents
        self._idents = around | self._items(node, loop)
        target = ", ".join(self._idents[name] for name in _targets(loop))
        item = self.write(node.elt)
        tests = "".join(f" if {self.write(test, OR)}" for test in loop.ifs)
        self._idents = around
        comma = "," if several and "," not in target else ""
        return f"[{item} for {target}{comma} in {over}{tests}]", ATOM

    def _items(self, node: _ast.ListComp, loop: _ast.comprehension) -> dict[str, str]:
        """What a comprehension calls its items: no name that its code needs."""
        names, found = _targets(loop), dict[str, str]()
        others = _names((node.elt, *loop.ifs)) - {*names}
        codes = [self._idents.get(name) or self._rename(name) for name in others]
        taken = {
            *_CALLED,
            *(word for code in codes for word in re.findall(r"\w+", code)),
        }
        for name in names:
            ident = name
            while ident in taken or iskeyword(ident):
                ident += "_"
            found[name] = ident
        return found


_WALKING = ("sum", "sorted", "min", "max")
"""Functions that take any iterable for their only list."""
_CALLED = ("list", "map", "np", "tuple", *(name for name in CALLS))
"""What the code of an expression may call."""


def _targets(loop: _ast.comprehension) -> list[str]:
    target = loop.target
    several = target.elts if isinstance(target, _ast.Tuple) else [target]
    return [name.id for name in several if isinstance(name, _ast.Name)]


def _is_call(node: _ast.AST, name: str) -> TypeGuard[_ast.Call]:
    """Whether a node calls the function of a name."""
    return isinstance(node, _ast.Call) and getattr(node.func, "id", "") == name


def _whole(node: _ast.expr | None) -> int | None:
    """The whole number that is written; None for anything else."""
    sign = 1
    if isinstance(node, _ast.UnaryOp) and isinstance(node.op, _ast.USub):
        node, sign = node.operand, -1
    value = node.value if isinstance(node, _ast.Constant) else None
    return sign * value if type(value) is int else None


def _sizes(call: _ast.Call) -> str:
    """The name of the sizes that a call of `shape` asks for."""
    [tensor] = call.args
    assert isinstance(tensor, _ast.Constant)
    return sizes_of(str(tensor.value))


def _names(nodes: Iterable[_ast.AST]) -> set[str]:
    """The names in expressions, and those of the tensors that they ask for."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, _ast.ListComp):
            # What it calls its items, nothing around it knows.
            [loop] = node.generators
            items = _names((node.elt, *loop.ifs)) - {*_targets(loop)}
            found |= items | _names([loop.iter])
            continue
        if isinstance(node, _ast.Name) and node.id not in (*CONSTANTS, *CALLS, "shape"):
            found.add(node.id)
        if _is_call(node, "shape"):
            found.add(_sizes(node))
        for value in vars(node).values():
            inner = value if isinstance(value, list) else [value]
            found |= _names(one for one in inner if isinstance(one, _ast.AST))
    return found


def _bare(node: _ast.expr, code: str) -> bool:
    """Whether `**` stands beside it without spaces."""
    if isinstance(node, _ast.UnaryOp | _ast.BinOp):
        if code.startswith("("):
            return False
        node = node.operand if isinstance(node, _ast.UnaryOp) else node.left
    is_text = isinstance(node, _ast.Constant) and isinstance(node.value, str)
    return isinstance(node, _ast.Name | _ast.Constant) and not is_text

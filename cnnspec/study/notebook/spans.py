"""Places in the text of code, and what is written in their stead."""

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LIBRARIES = frozenset({"keras", "layers", "ops", "np"})
"""The modules that a lesson imports, and that any place of it may speak of."""


Piece = ast.expr | ast.stmt | ast.keyword
"""What of code has a place in its text."""


class Edit(NamedTuple):
    """What stands in place of a piece of a text."""

    start: int
    """The first character that goes."""
    end: int
    """The first that stays."""
    text: str


class Text:
    """Code whose places are told by characters, and not by lines and bytes.

    Attributes:
        code: the text.
        tree: what Python makes of it.
    """

    def __init__(self, code: str) -> None:
        self.code, self.tree = code, ast.parse(code)
        self._lines = code.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: Piece) -> tuple[int, int]:
        """Where a piece of code begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = self._place(node.lineno, node.col_offset)
        return begin, self._place(node.end_lineno, node.end_col_offset)

    def piece(self, node: Piece) -> str:
        """The text of a piece of code."""
        start, end = self.span(node)
        return self.code[start:end]

    def end_of_arguments(self, call: ast.Call) -> int:
        """Where the last argument of a call ends."""
        arguments: list[Piece] = [*call.args, *call.keywords]
        return max(self.span(one)[1] for one in arguments)

    def lines_of(self, node: ast.stmt) -> tuple[int, int]:
        """Where the lines of a statement begin and end."""
        start, end = self.span(node)
        line = self.code.rfind("\n", 0, start) + 1
        after = self.code.find("\n", end)
        return line, len(self.code) if after < 0 else after + 1

    def lines_with_comments(self, node: ast.stmt) -> int:
        """Where the comments right above a statement begin, or the statement itself."""
        line = node.lineno - 1
        while line and self._lines[line - 1].lstrip().startswith("#"):
            line -= 1
        return self._starts[line]

    def _place(self, line: int, byte: int) -> int:
        before = self._lines[line - 1].encode()[:byte]
        return self._starts[line - 1] + len(before.decode())


def edited(code: str, edits: Iterable[Edit]) -> str:
    """A text with pieces of it replaced; the pieces don't overlap."""
    for start, end, text in sorted(set(edits), reverse=True):
        code = code[:start] + text + code[end:]
    return code


def names_in(node: ast.AST) -> Iterator[str]:
    """The variables that code reads or assigns to."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.arg):
            yield inner.arg


def stands_alone(code: str) -> bool:
    """Whether an expression means the same wherever it stands."""
    known = LIBRARIES | vars(builtins).keys()
    return all(name in known for name in names_in(ast.parse(code)))


def assigned(tree: ast.AST) -> Iterator[str]:
    """The variables that code assigns to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id

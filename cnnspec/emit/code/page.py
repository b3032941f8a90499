"""The lines of a function while it is being written."""

from collections.abc import Iterator
from contextlib import contextmanager

from cnnspec.emit.code.print.layout import WIDTH
from cnnspec.emit.code.python import Code, lay_out


class Page:
    """Lines of code, and how far the next one is indented.

    Attributes:
        lines: so far.
        indent: of the next line.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.indent = 4

    @property
    def margin(self) -> str:
        """What stands before the next line."""
        return " " * self.indent

    def emit(self, line: str) -> None:
        """Writes one line."""
        self.lines.append(self.margin + line)

    def lay_out(self, code: Code, before: str = "", after: str = "") -> None:
        """Writes code in as many lines as it needs."""
        self.lines += lay_out(code, before, after, self.indent)

    def add(self, lines: list[str], comment: str = "") -> None:
        """Writes lines that are laid out, and a comment if there is room for it."""
        if len(lines[-1]) + len(comment) <= WIDTH:
            lines = [*lines[:-1], lines[-1] + comment]
        self.lines += lines

    def blank(self) -> None:
        """Ends a paragraph."""
        if self.lines and self.lines[-1]:
            self.lines.append("")

    @contextmanager
    def aside(self, deeper: bool = True) -> Iterator[list[str]]:
        """Lets lines be written into the list that it gives."""
        outside, self.lines = self.lines, []
        self.indent += 4 * deeper
        try:
            yield self.lines
        finally:
            self.indent -= 4 * deeper
            self.lines = outside

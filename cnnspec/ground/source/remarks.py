"""The comments of a YAML document, and what each of them is about."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from yaml.nodes import MappingNode, Node, SequenceNode

from cnnspec.ground.errors import Path
from cnnspec.ground.ignores import scalars
from cnnspec.ground.source.nodes import child


class Remarks(NamedTuple):
    """What an author's comments say of one thing."""

    above: tuple[str, ...] = ()
    """Of lines of their own, in order."""
    behind: str = ""
    """Of the line where it begins."""


_TO_PROGRAMS = ("cnnspec:", "yaml-language-server:", "yamllint ", "vim:", "-*-")
"""What comments begin with that are for a program."""


class _Comment(NamedTuple):
    column: int
    alone: bool
    said: str


class Comments:
    """The comments of one document."""

    def __init__(self, text: str, root: Node) -> None:
        """Reads them.

        Args:
            text: of the document.
            root: of its nodes.
        """
        self._root, self._text = root, text
        self._lines: dict[int, _Comment] = {}
        begun = end = -2
        for line, found in _comments(text):
            last = self._lines.get(begun)
            # Behind a line there may be more than one line.
            continues = last and found.alone and line == end + 1
            if last and continues and found.column == last.column:
                said = f"{last.said} {found.said}"
                self._lines[begun], end = last._replace(said=said), line
                continue
            self._lines[line] = found
            begun, end = -2 if found.alone else line, line
        self._blank = {
            number
            for number, line in enumerate(text.split("\n"))
            if not line.strip("# -=\t") or _is_for_a_program(line)
        }

    def head(self) -> list[list[str]]:
        """The lines of each paragraph that stands above all else in the file."""
        paragraphs: list[list[str]] = [[]]
        for number in range(self._text.count("\n") + 1):
            comment = self._lines.get(number)
            if comment and comment.alone:
                paragraphs[-1].append(comment.said)
            elif number in self._blank:
                paragraphs.append([])
            else:
                break
        return [lines for lines in paragraphs if lines]

    def of(self, path: Path, *, whole: bool) -> Remarks:
        """What is said of a value, above it and behind the line where it begins.

        A comment is about the outermost and first thing that begins in its line.

        Args:
            path: of the value.
            whole: whether what is said of its parts belongs to it.
        """
        node, taken, line = self._root, set[int](), -1
        value: Node | None = node
        for step in path:
            taken |= {line, *_before(node, step)}
            key, value = child(node, step)
            if value is None:
                return Remarks()
            node, line = value, key.start_mark.line
        if line in taken:
            return Remarks()
        inside = range(line + 1, _end(node) + 1 if whole else line)
        parts = [self._lines[place].said for place in inside if place in self._lines]
        behind = self._lines[line].said if line in self._lines else ""
        return Remarks((*self._above(line), *parts), behind)

    def _above(self, line: int) -> list[str]:
        """What stands between a line and the one before; the file's head is its own."""
        found: list[str] = []
        for before in range(line - 1, -1, -1):
            comment = self._lines.get(before)
            if comment and comment.alone:
                found.insert(0, comment.said)
            elif before not in self._blank:
                return found
        return []


def _is_for_a_program(line: str) -> bool:
    line = line.lstrip()
    return line.startswith("#") and line.lstrip("# ").startswith(_TO_PROGRAMS)


def _comments(text: str) -> Iterator[tuple[int, _Comment]]:
    """Each comment with the line that it stands in, from 0."""
    begins, ends = scalars(text)
    at = 0
    for number, line in enumerate(text.split("\n")):
        column = line.find("#")
        while column >= 0:
            place = at + column
            around = bisect_right(begins, place)
            in_text = around and ends[around - 1] > place
            if not in_text and (column == 0 or line[column - 1] in " \t"):
                said = line[column:].lstrip("#").strip()
                if said.strip("-= ") and not said.startswith(_TO_PROGRAMS):
                    alone = not line[:column].strip()
                    yield number, _Comment(column, alone, said)
                break
            column = line.find("#", column + 1)
        at += len(line) + 1


def _before(node: Node, step: str | int) -> Iterator[int]:
    """The line of what stands before a child, if that is not its own."""
    key, _ = child(node, step)
    children: list[Node] = []
    if isinstance(node, SequenceNode):
        children = node.value
    elif isinstance(node, MappingNode):
        children = [pair[0] for pair in node.value]
    for earlier, later in pairwise(children):
        if later is key:
            yield earlier.start_mark.line


def _end(node: Node) -> int:
    """The last line of a node; libyaml's own mark stands behind the comments below."""
    is_block = isinstance(node, SequenceNode | MappingNode) and not node.flow_style
    if not is_block or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)

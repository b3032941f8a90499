"""A document as a person writes it: short things in one line, long ones in several."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from cnnspec.ground.columns import WIDTH, columns
from cnnspec.ground.errors import Path
from cnnspec.ground.yaml_text import BLANK, flow, scalar

_SPREAD = frozenset({"layers", "blocks", "then", "else"})
"""Keys whose values stand on lines of their own, if they have more than one part."""
_OPEN = (("layers",), ("blocks",), ("defaults",))
"""What does so in any case, by its path."""
_SEPARATE = frozenset({"blocks", "defaults", "layers", "expect", "data", "train"})
"""Keys of a document that a blank line stands before."""
_TRIES = 3
"""Lines that a mapping between braces may have."""


def laid_out(
    document: Mapping[str, Any],
    comments: Mapping[Path, Sequence[str]] | None = None,
    notes: Mapping[Path, str] | None = None,
) -> str:
    """The text of a spec.

    Args:
        document: plain data; `BLANK` has nothing after its colon.
        comments: lines to stand above keys and items, by their paths; at `()` those of
            the head.
        notes: what stands behind items in their lines, where there is room.
    """
    layout = _Layout(comments or {}, notes or {})
    lines = layout.comment((), 0)
    for key, value in document.items():
        if key in _SEPARATE and lines:
            lines.append("")
        lines += layout.comment((key,), 0)
        lines += layout.pair(key, value, 0, (key,))
    return "\n".join([*lines, ""])


class _Layout:
    def __init__(
        self, comments: Mapping[Path, Sequence[str]], notes: Mapping[Path, str]
    ) -> None:
        self._comments, self._notes = comments, notes

    def comment(self, path: Path, indent: int) -> list[str]:
        """The lines above a place."""
        start = " " * indent + "# "
        found: list[str] = []
        for text in self._comments.get(path, ()):
            if not text:
                found.append("")
                continue
            found += wrap(text, WIDTH, initial_indent=start, subsequent_indent=start)
        return found

    def pair(self, key: Any, value: Any, indent: int, path: Path) -> list[str]:
        """The lines of a key with its value."""
        start = f"{' ' * indent}{scalar(key)}:"
        if value is BLANK:
            return [start]
        if isinstance(value, str) and "\n" in value and _is_literal(value):
            inside = " " * (indent + 2)
            lines = value.rstrip("\n").split("\n")
            end = "" if value.endswith("\n") else "-"
            return [
                f"{start} |{end}",
                *(inside + line if line else "" for line in lines),
            ]
        if isinstance(value, str) and _is_prose(value, start):
            return _prose(start, value, indent)
        opened = _is_open(key, value) or path in _OPEN
        if not opened and not _has_long_text(value):
            line = f"{start} {_inline(value)}"
            if _fits(line):
                return [line]
            if lines := _between_braces(start, value):
                return lines
        if isinstance(value, dict) and value:
            return [start, *self._mapping(value, indent + 2, path)]
        if isinstance(value, list) and value:
            plain = not opened and not any(map(_is_nested, value))
            if plain and (lines := _wrapped(start, value)):
                return lines
            return [start, *self._list(value, indent + 2, path)]
        return [f"{start} {_inline(value)}"]

    def _mapping(self, value: Mapping[Any, Any], indent: int, path: Path) -> list[str]:
        found: list[str] = []
        for key, item in value.items():
            if found and path == ("blocks",):
                found.append("")
            found += self.comment((*path, key), indent)
            found += self.pair(key, item, indent, (*path, key))
        return found

    def _list(self, items: Sequence[Any], indent: int, path: Path) -> list[str]:
        found: list[str] = []
        noted: dict[int, str] = {}
        for number, item in enumerate(items):
            where = (*path, number)
            found += self.comment(where, indent)
            lines = self._item(item, indent + 2, where)
            lines[0] = f"{' ' * indent}- {lines[0][indent + 2 :]}"
            found += lines
            if where in self._notes and _is_between_braces(lines):
                noted[len(found) - 1] = f"  # {self._notes[where]}"
        room = WIDTH - max(map(len, noted.values()), default=0)
        widths = [columns(found[place]) for place in noted]
        start = max((width for width in widths if width <= room), default=0)
        for place, note in noted.items():
            line = f"{found[place]:<{start}}{note}"
            found[place] = line if columns(line) <= WIDTH else found[place]
        return found

    def _item(self, item: Any, indent: int, path: Path) -> list[str]:
        """The lines of an item, the first one without its dash."""
        if isinstance(item, dict) and item:
            return self._mapping(item, indent, path)
        if isinstance(item, list) and item:
            return self._list(item, indent, path)
        return [" " * indent + _inline(item)]


def _fits(line: str) -> bool:
    """Whether a line isn't too wide; no letter takes less than one column."""
    return len(line) <= WIDTH and columns(line) <= WIDTH


def _is_between_braces(lines: Sequence[str]) -> bool:
    """Whether an item is one line, or goes on until a brace closes."""
    return len(lines) == 1 or lines[-1].endswith("}") and "{" in lines[0]


def _inline(value: Any) -> str:
    """A value in one line, where no brace stands around it."""
    return scalar(value) if isinstance(value, str) else flow(value, exact=True)


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)


def _is_open(key: Any, value: Any) -> bool:
    """Whether a value takes lines of its own, however short it is."""
    if isinstance(value, dict):
        return any(map(_is_open, value, value.values())) or any(
            key in _SPREAD for key in value
        )
    if not isinstance(value, list):
        return False
    if key in _SPREAD and (len(value) > 1 or any(_is_open("", v) for v in value)):
        return True
    return any(
        _is_open("", item)
        or isinstance(item, list)
        and any(isinstance(one, dict) for one in item)
        for item in value
    )


def _has_long_text(value: Any) -> bool:
    """Whether a mapping holds a text that is too long for a line, as a table is."""
    return isinstance(value, dict) and any(
        isinstance(one, str) and len(one) > WIDTH for one in value.values()
    )


def _is_literal(value: str) -> bool:
    """Whether a text of several lines can stand as it is."""
    lines = value.removesuffix("\n").split("\n")
    known = all(line.isprintable() and line == line.rstrip() for line in lines)
    return known and lines[0] == lines[0].lstrip() != "" != lines[-1]


def _is_prose(value: str, start: str) -> bool:
    return " " in value and columns(start) + columns(value) + 1 > WIDTH


def _prose(start: str, value: str, indent: int) -> list[str]:
    """A long text, folded."""
    inside = " " * (indent + 2)
    lines = wrap(value, WIDTH, initial_indent=inside, subsequent_indent=inside)
    if " ".join(line.strip() for line in lines) != value:
        return [f"{start} {scalar(value)}"]
    return [f"{start} >-", *lines]


def _between_braces(start: str, value: Any) -> list[str]:
    """A mapping in a few lines between braces; nothing where it doesn't fit."""
    if not isinstance(value, dict):
        return []
    parts = [f"{flow(k, exact=True)}: {flow(v, exact=True)}" for k, v in value.items()]
    if not all(map(_fits, parts)):
        return []
    return _filled(f"{start} {{", parts, "}")


def _wrapped(start: str, items: Sequence[Any]) -> list[str]:
    """A list of plain values between brackets."""
    return _filled(f"{start} [", [flow(item, exact=True) for item in items], "]", 99)


def _filled(start: str, parts: list[str], end: str, most: int = _TRIES) -> list[str]:
    inside = " " * columns(start)
    lines, line = [], start
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        piece = part + (end if last else ",")
        begins = line in (start, inside)
        if columns(line) + columns(piece) + (not begins) > WIDTH:
            if begins:
                return []
            lines.append(line)
            line, begins = inside, True
        line += piece if begins else f" {piece}"
        if columns(line) > WIDTH:
            return []
    return [*lines, line] if len(lines) < most else []

"""A model that was read as a document, whose places are those of its source."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from yaml.error import Mark as NodeMark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cnnspec.ground.data import plain
from cnnspec.ground.errors import Diagnostic, Mark, Path
from cnnspec.ground.source import Source
from cnnspec.ground.source.nodes import PLAIN, STR
from cnnspec.read.found import Found, Place, Unknown

UNKNOWN = "unknown-in-source"
"""The code of what a source doesn't say."""


class PlacedMark(Mark):
    """A place in a file that may have no lines."""

    place: Place
    order: tuple[int, ...]
    """Where it stands among others of its file."""

    @classmethod
    def at(cls, path: str, place: Place, order: tuple[int, ...] = ()) -> "PlacedMark":
        """The mark of a place in a file."""
        found = cls(path, place.line, place.column or min(place.line, 1))
        found.place, found.order = place, order
        return found

    def __str__(self) -> str:
        where = f"{super().__str__().removesuffix(f':{self.line}:{self.column}')}"
        if self.place.cell:
            where += f":cell {self.place.cell}"
        if self.line:
            where += f":{self.line}:{self.column}"
        return where if self.line else ": ".join(filter(None, (where, self.label)))

    @property
    def label(self) -> str:
        """What the place is called, with all of it visible."""
        from cnnspec.ground.visible import visible

        return visible(self.place.label)

    def _rank(self) -> tuple[Any, ...]:
        return self.path, self.place.cell, self.line, self.column, self.order

    def __lt__(self, other: tuple[Any, ...]) -> bool:
        if isinstance(other, PlacedMark):
            return self._rank() < other._rank()
        return super().__lt__(other)


class FoundSource(Source):
    """A model that was read, in the place of a spec's text."""

    def __init__(self, found: Found, path: str) -> None:
        """Takes the model that `path` holds."""
        self.path = self.asked = path
        self.found = found
        self.data = self._own = plain(found.document, path)
        self._text = ""
        self.has_formulas = False
        self.everywhere = False
        self.ignores = []
        self.rivals = []
        self._included, self._brought, self._appended = (), {}, ()
        self._base = self._comments = None
        self._overrides = {}
        self.problems = [_diagnostic(path, one) for one in found.unknowns]

    @cached_property
    def _root(self) -> Node:  # type: ignore[override]
        # A model without faults is never asked where something stands.
        return _node(self.data, (), self.found.places, _Where(Place(), ()))

    def mark(self, path: Path, at_key: bool = False) -> Mark:
        """Where the nearest thing around a value that has a place stands."""
        source, node = self._place(path, at_key)
        if source is not self:
            return source.mark(path, at_key)
        where = node.start_mark
        assert isinstance(where, _Where)
        return PlacedMark.at(self.path, where.place, where.order)

    def line(self, path: Path) -> str:
        """`line 31`, or what the place is called in a source without lines."""
        mark = self.mark(path, at_key=True)
        if not isinstance(mark, PlacedMark):
            return super().line(path)
        place = mark.place
        cell = f"cell {place.cell}, " if place.cell else ""
        return f"{cell}line {place.line}" if place.line else place.label or self.path


class _Where(NodeMark):
    """The place of a node, in place of libyaml's mark."""

    def __init__(self, place: Place, order: tuple[int, ...]) -> None:
        super().__init__("", 0, place.line - 1, place.column - 1, None, 0)
        self.place, self.order = place, order


def _node(value: Any, path: Path, places: Mapping[Path, Place], where: _Where) -> Node:
    """The nodes of data, as a text of it would have them."""
    if path in places:
        where = _Where(places[path], where.order)
    if isinstance(value, dict):
        pairs = [
            (
                ScalarNode(PLAIN if not isinstance(key, str) else STR, str(key), below),
                _node(item, (*path, key), places, below),
            )
            for key, item, below in _below(value.items(), path, places, where)
        ]
        return MappingNode(PLAIN, pairs, where)
    if isinstance(value, list):
        items = _below(enumerate(value), path, places, where)
        nodes = [_node(item, (*path, n), places, below) for n, item, below in items]
        return SequenceNode(PLAIN, nodes, where)
    tag = STR if isinstance(value, str) else PLAIN
    return ScalarNode(tag, str(value), where)


def _below(
    items: Iterable[tuple[Any, Any]],
    path: Path,
    places: Mapping[Path, Place],
    where: _Where,
) -> Iterable[tuple[Any, Any, _Where]]:
    """Keys and values, each with its place, which is also its key's."""
    for number, (key, item) in enumerate(items):
        place = places.get((*path, key), where.place)
        yield key, item, _Where(place, (*where.order, number))


def _diagnostic(path: str, unknown: Unknown) -> Diagnostic:
    """What a source doesn't say, as a finding."""
    layer, argument, candidates, why, place, counts = unknown
    of_layer = f"'{layer}'" if layer else "the model"
    text = f"{argument} of {of_layer} isn't known: {why}"
    options = ", ".join(map(str, candidates))
    severity = "error" if counts else "warning"
    hint = f"it may be {options}; import the model, and write which" if options else ""
    return Diagnostic(severity, UNKNOWN, PlacedMark.at(path, place), text, hint)

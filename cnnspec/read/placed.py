"""A model that was read as a document, whose places are those of its source."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from yaml.error import Mark as NodeMark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from cnnspec.ground.data import plain
from cnnspec.ground.errors import Diagnostic, Mark, PartMark, Path
from cnnspec.ground.source import Source
from cnnspec.ground.source.nodes import PLAIN, STR
from cnnspec.ground.yaml_text import flow
from cnnspec.read.found import Found, Place, Unknown

if TYPE_CHECKING:
    from cnnspec.ground.source.remarks import Remarks

UNKNOWN = "unknown-in-source"
"""The code of what a source doesn't say, and a shape or a count depends on."""
ASSUMED = "assumed-value"
"""The code of what else it doesn't say."""


def mark_of(path: str, place: Place, order: Sequence[int] = ()) -> Mark:
    """The mark of a place in a file.

    Args:
        path: of the file.
        place: in it.
        order: of the value there in the document, where places are alike.
    """
    line, column, cell, label = place
    column = column or min(line, 1)
    part = f"cell {cell}" if cell else "" if line else label
    return PartMark.at(path, line, column, part, (cell, line, column, *order))


_TODO = "cnnspec import writes the spec of it, where you can choose"


class FoundSource(Source):
    """A model that was read, in the place of a spec's text."""

    is_read = True

    def __init__(self, found: Found, path: str) -> None:
        """Takes the model that `path` holds."""
        self.path = self.asked = path
        self.found = found
        self.others = found.others
        self.held = found.figures.layers if found.figures else {}
        self._text = ""
        # What a layer of one's own gives is made of the sizes of its input.
        self.has_formulas = "custom" in found.document
        self.everywhere = False
        self.ignores = []
        if found.ignores:
            from cnnspec.ground.ignores import Ignore

            marks = [(mark_of(path, place), codes) for place, codes in found.ignores]
            self.ignores = [Ignore(mark, codes) for mark, codes in marks]
        self.rivals = []
        self._included, self._brought, self._appended = (), {}, ()
        self._base = self._comments = None
        self._overrides, self._elsewhere = {}, {}
        self.problems = told(path, found.unknowns, _TODO)

    @cached_property
    def data(self) -> Any:
        """The model as a spec has it."""
        return self._own

    @cached_property
    def _own(self) -> Any:
        # To import a model, nobody asks its source for that.
        found = self.found
        data = plain(found.document, self.path)
        if found.figures and found.figures.expected:
            data.setdefault("expect", found.figures.expected)
        return data

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
        return mark_of(self.path, where.place, where.order)

    def line(self, path: Path) -> str:
        """`line 31`, or what the place is called in a source without lines."""
        mark = self.mark(path, at_key=True)
        line = f"line {mark.line}" if mark.line else ""
        return ", ".join(filter(None, (mark.part, line))) or "the file"

    def line_of_text(self, path: Path, line: int) -> int:
        """The line on which a line of the text under `path` stands.

        Where the source has no lines, or doesn't say in which one the text begins, it
        is that of the text.
        """
        first = self.mark(path).line if path in self.found.places else 0
        return first + line - 1 if first else line

    def diagnostic(
        self,
        severity: str,
        code: str,
        path: Path,
        message: str,
        hint: str = "",
        at_key: bool = False,
    ) -> Diagnostic:
        """As that of a spec; what to write stands in the spec of it."""
        if path[:1] == ("data",) and hint.startswith("set input"):
            path = ("input",) if "input" in self.data else ("inputs",)
        found = super().diagnostic(severity, code, path, message, hint, at_key)
        if found.mark.line and code == "unknown-field" and path:
            return found._replace(hint=_in_code(str(path[-1]), found.hint))
        if found.mark.line and path and path[0] in _LAYERS:
            return found._replace(hint=self.as_said(found.hint))
        if "write " not in found.hint or found.mark.line:
            return found
        return found._replace(hint=f"in the spec of it, {found.hint}")

    def as_said(self, hint: str) -> str:
        """What to do, in a program as code has it: `write padding="same"`."""
        if self.found.format not in _CODE:
            return hint
        from cnnspec.read.said import as_python

        return as_python(hint, self.found.input_word)

    def remarks(self, path: Path, *, whole: bool = True) -> "Remarks":
        """What its reader has to say of the value under a path."""
        from cnnspec.ground.source.remarks import Remarks

        said = self.found.comments.get(path)
        return Remarks((said,)) if said else Remarks()

    def head(self) -> list[list[str]]:
        """Nothing: what stands above a model elsewhere isn't about it alone."""
        return []


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


def told(path: str, unknowns: Iterable[Unknown], todo: str = "") -> list[Diagnostic]:
    """What a source doesn't say, as findings: what is the same of several layers, once.

    Args:
        path: of the source.
        unknowns: what it is.
        todo: what to do where a shape or a count depends on it.
    """
    alike: dict[str, list[Unknown]] = {}
    for one in unknowns:
        key = repr((one.argument, one.candidates, one.why, one.counts))
        alike.setdefault(key, []).append(one)
    return [_finding(path, several, todo) for several in alike.values()]


def _finding(path: str, several: Sequence[Unknown], todo: str) -> Diagnostic:
    """What several layers leave open, at the place of the first."""
    layer, argument, candidates, why, place, counts = several[0]
    who, leave = f"'{layer}'" if layer else "the model", "leaves"
    if more := len(several) - 1:
        others = f"{more:,} other layer{'' if more == 1 else 's'}"
        who, leave = f"{who} and {others}", "leave"
    text = f"{who} {leave} {argument} open: {why}"
    severity, code = ("error", UNKNOWN) if counts else ("warning", ASSUMED)
    hints = [_taken(candidates), todo if counts else ""]
    hint = "; ".join(filter(None, hints))
    return Diagnostic(severity, code, mark_of(path, place), text, hint)


def _taken(candidates: Sequence[Any]) -> str:
    """`1 is taken; 2 or 3 would do, too`; nothing where nothing is known."""
    if not candidates:
        return ""
    first, *others = (flow(one) for one in candidates)
    *but, last = others or [""]
    would = f"{', '.join(but)} or {last}" if but else last
    return f"{first} is taken; {would} would do, too" if last else f"{first} is taken"


_CODE = ("python", "notebook")
_LAYERS = ("layers", "blocks", "input", "inputs", "data", "train")


def _in_code(name: str, hint: str) -> str:
    """What to do about an argument that no layer has, in a program.

    A layer of a spec never says its input, and one of a program may.
    """
    from cnnspec.catalogue.layers.base import FROM_ABOVE
    from cnnspec.ground.likeness import meant

    if hint != FROM_ABOVE:
        return hint
    of_input = ("input_shape", "input_dim", "input_length", "batch_input_shape")
    found = meant(name, of_input)
    return f"did you mean '{found}'?" if found else "remove it"

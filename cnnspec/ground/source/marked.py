"""A YAML document: its data, and where each of its keys and values stands."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, Node, ScalarNode

from cnnspec.ground.errors import (
    Diagnostic,
    Frame,
    Mark,
    Path,
    Problem,
    SpecError,
    Trail,
)
from cnnspec.ground.source.nodes import PLAIN, child, mark_of
from cnnspec.ground.source.parsing import Parser, Reader

if TYPE_CHECKING:
    from cnnspec.ground.edits import Edit
    from cnnspec.ground.ignores import Ignore
    from cnnspec.ground.source.remarks import Comments, Remarks

CARRIED = "cnnspec:"
"""What the name of a file begins with that comes with cnnspec."""


class Source:
    """A YAML document: its data, and the place of every key and value in it.

    Attributes:
        path: the file's name as messages show it.
        data: mappings, lists, strings, numbers, booleans and None.
        problems: duplicate keys and the like, which leave the rest readable.
        has_formulas: whether a `$` stands anywhere in it.
        ignores: its comments that silence warnings, and those of what it extends.
        asked: the path of the spec that was asked for, where this one is a base of it.
        everywhere: whether it may name files outside of its project.
        is_read: whether it was made of another file than a spec.
        held: how many numbers that file holds for each layer, in order.
        others: further models in that file.
        rivals: what an included file brings that another one has brought: the section,
            the name, and the number of the file among all.
    """

    is_read = False
    held: Mapping[str, int] = {}
    others: Sequence[str] = ()

    def __init__(self, text: str, path: str = "<spec>") -> None:
        """Reads `text`.

        Raises:
            SpecError: the text is not one YAML 1.2 document.
        """
        self.path = path
        # YAML ends lines so, too (YAML 1.2.2, section 5.4); messages count one kind.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        self._root = Parser(text, path).document()
        self._text = text
        reader = Reader(path, text)
        self.data: Any = reader.value(self._root)
        self.problems = reader.problems
        self.has_formulas = "$" in text
        self.ignores: list[Ignore] = []
        if "cnnspec:" in text:
            from cnnspec.ground.ignores import read_ignores

            self.ignores = read_ignores(text, path)
        self.asked, self.everywhere = path, False
        self._own = self.data
        self.rivals: list[tuple[str, Any, int]] = []
        self._included: Sequence[Source] = ()
        self._brought: dict[Path, int] = {}
        self._appended: Sequence[tuple[Source, int]] = ()
        self._base: Source | None = None
        self._overrides: dict[Path, str] = {}
        self._elsewhere: dict[Path, tuple[Source, Path]] = {}
        self._comments: Comments | None = None

    def __eq__(self, other: object) -> bool:
        """Whether it is the same text under the same name, with the same changes."""
        if type(self) is not type(other) or not isinstance(other, Source):
            return False
        mine, theirs = (
            (one.path, one._text, one._base, one._included, one._overrides)
            for one in (self, other)
        )
        return mine == theirs

    def __hash__(self) -> int:
        return hash((self.path, self._text))

    def reread(self) -> "Source":
        """The same text, without what it extends and what has been changed."""
        again = type(self).__new__(type(self))
        Source.__init__(again, self._text, self.path)
        return again

    @property
    def length(self) -> int:
        """Characters of its text."""
        return len(self._text)

    def refuse_foreign(self) -> None:
        """Refuses a document of another tool, whatever else is wrong with it.

        Raises:
            SpecError: it is one.
        """
        from cnnspec.ground.source import foreign

        mark = self.mark(())
        found = foreign.of_data(mark, self.data)
        if not found and not isinstance(self.data, dict):
            found = foreign.of_text(self.path, self._text)
        if found:
            raise SpecError([found])

    def read_beside(self, given: str) -> tuple[str, str]:
        """The path of a file that the document names, and its text.

        Raises:
            SpecError: it can't be read, or is none of the project's.
        """
        from cnnspec.ground.source.files import read_text, refuse_outside

        name = os.path.join(os.path.dirname(self.path), given)
        if not self.everywhere:
            refuse_outside(name, self.asked)
        return name, read_text(name)

    def note_base(self, base: "Source") -> None:
        """Notes the document that has what this one lacks, for the places of both."""
        self._base = base
        self.problems = [*self.problems, *base.problems]
        self.has_formulas |= base.has_formulas
        self.ignores = [*self.ignores, *base.ignores]

    def chain(self) -> Iterator["Source"]:
        """The document, what it extends, what that extends, and so on."""
        one: Source | None = self
        while one is not None:
            yield one
            one = one._base

    def note_included(self, files: "Sequence[Source]") -> None:
        """Notes the documents that this one includes, for their places."""
        self._included = tuple(files)
        for file in files:
            self.problems = [*self.problems, *file.problems]
            self.has_formulas |= file.has_formulas
            self.ignores = [*self.ignores, *file.ignores]

    def said(self, key: str) -> Any:
        """What the document says itself under a key, without what it extends."""
        return self._own.get(key) if isinstance(self._own, dict) else None

    def note_appended(self) -> list[Any]:
        """The layers that it and its bases append, those of the last base first."""
        own = self.said("append")
        count = len(own) if isinstance(own, list) else 0
        base = self._base if self.said("layers") is None else None
        if base is not None:
            base.note_appended()
        before = base._appended if base else ()
        self._appended = (*before, *((self, place) for place in range(count)))
        return [source.said("append")[place] for source, place in self._appended]

    def note_brought(self, path: Path, number: int) -> None:
        """Notes that a value comes from an included document, the how manieth."""
        self._brought[path] = number

    def included_in(self, path: Path) -> int | None:
        """The number of the included document that a value comes from; None if none."""
        return self._brought.get(path[:2])

    @property
    def included(self) -> "Sequence[Source]":
        """The documents that it includes, in order."""
        return self._included

    def note_override(self, path: Path, assignment: str) -> None:
        """Notes the `KEY=VALUE` that changed a value, for messages about it."""
        self.has_formulas |= "$" in assignment
        self._overrides[path] = " ".join(assignment.split())

    def note_place(self, path: Path, document: "Source", where: Path) -> None:
        """Notes that a value which was changed from outside stands in a document."""
        self._elsewhere[path] = document, where

    def apart(self) -> "Source":
        """The same document, whose data can be changed without changing this one's."""
        found = object.__new__(type(self))
        vars(found).update(vars(self), data=_copied(self.data, {}))
        found._overrides, found._elsewhere = {}, {}
        return found

    def mark(self, path: Path, at_key: bool = False) -> Mark:
        """Where the value that `path` leads to begins, or its key.

        A path that leads past the document's end gives the last place on its way, so a
        problem with something missing points at what should have held it.
        """
        source, node = self._place(path, at_key)
        return mark_of(source.path, node.start_mark)

    def line(self, path: Path) -> str:
        """`line 31`, or `line 31 of base.yaml` where another file holds the value."""
        mark = self.mark(path, at_key=True)
        is_here = mark.path == self.path and not self._elsewhere
        where = "" if is_here else f" of {mark.path}"
        return f"line {mark.line}{where}"

    def value(self, path: Path) -> Any:
        """The value that a path leads to; None where there is none."""
        found = self.data
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def origin(self, path: Path) -> str:
        """`in line 31`, or `by --set vars.width=8`."""
        text = self._assigned(path)
        return f"by --set {text}" if text else f"in {self.line(path)}"

    def is_given(self, path: Path) -> bool:
        """Whether a value is there by `--set`, and not by the file."""
        return bool(self._override(path))

    def edited(self, edits: "Sequence[Edit]") -> "Source":
        """The document as it would be after some changes of its data.

        Its places stay those of before, so they hold up to the first change of a list.
        """
        from cnnspec.ground.edits import edited

        changed = object.__new__(type(self))
        vars(changed).update(vars(self), data=edited(self.data, edits))
        changed.has_formulas |= "$" in repr(edits)
        return changed

    def _assigned(self, path: Path) -> str:
        """The `KEY=VALUE` of a value that stands in no document."""
        return "" if self._placed(path) else self._override(path)

    def _placed(self, path: Path) -> "tuple[Source, Path] | None":
        """The document that a value from outside stands in, and its path there."""
        for given, (document, where) in self._elsewhere.items():
            if path[: len(given)] == given:
                return document, (*where, *path[len(given) :])
            if given[: len(path)] == path and not self._says(path):
                return document, where
        return None

    def _override(self, path: Path) -> str:
        """The `KEY=VALUE` that changed or made a value from outside, the last one."""
        found = ""
        for given, text in self._overrides.items():
            made = given[: len(path)] == path and not self.holds(path)
            if made or path[: len(given)] == given:
                found = text
        return found if len(found) < 80 else f"{found[:77]}..."

    def is_blank(self, path: Path) -> bool:
        """Whether nothing at all is written where a value should stand."""
        _, node = self._place(path)
        return isinstance(node, ScalarNode) and node.value == "" and node.tag == PLAIN

    def _place(self, path: Path, at_key: bool = False) -> "tuple[Source, Node]":
        """The node that a path leads to, and the document that it stands in."""
        source, path = self._home(path)
        return source._own_place(path, at_key)

    def _own_place(self, path: Path, at_key: bool) -> "tuple[Source, Node]":
        """The same for what the document says itself, or what it extends."""
        node, place = self._root, self._root
        for number, step in enumerate(path):
            key, value = child(node, step)
            if value is None:
                # What a mapping lacks, the base may have; a list stands for itself.
                base = self._base if isinstance(node, MappingNode) else None
                if base and base.holds(path[: number + 1]):
                    return base._place(path, at_key)
                break
            node = value
            place = key if at_key and number == len(path) - 1 else value
        return self, place

    def _home(self, path: Path) -> "tuple[Source, Path]":
        """The document that has a value which this one hasn't, and its path there."""
        if self._elsewhere and (placed := self._placed(path)):
            return placed
        if self._included:
            if path[:1] == ("include",) and len(path) > 1:
                return self._included[int(path[1])], path[2:]
            if (number := self._brought.get(path[:2])) is not None:
                return self._included[number], path
        if self._appended and path[:1] == ("append",) and len(path) > 1:
            source, place = self._appended[int(path[1])]
            return source, ("append", place, *path[2:])
        return self, path

    def holds(self, path: Path) -> bool:
        """Whether a path leads to a value that is written in the document."""
        source, path = self._home(path)
        return source._says(path)

    def _says(self, path: Path) -> bool:
        """The same for what the document says itself, or what it extends."""
        node: Node | None = self._root
        for step in path:
            assert node is not None
            _, value = child(node, step)
            if value is None:
                base = self._base if isinstance(node, MappingNode) else None
                return base is not None and base.holds(path)
            node = value
        return True

    def writes(self, path: Path) -> bool:
        """Whether the file itself writes a value, and not one that it extends.

        What is changed from outside counts as written.
        """
        if self._override(path):
            return True
        return self.holds(path) and self.mark(path).path == self.path

    def line_of_text(self, path: Path, line: int) -> int:
        """The document's line on which a line of the text under `path` stands.

        Only a block (`|`) keeps the lines of its text; of another text it is the first.
        """
        _, node = self._place(path)
        block = isinstance(node, ScalarNode) and node.style == "|"
        return self.mark(path).line + (line if block else 0)

    def remarks(self, path: Path, *, whole: bool = True) -> "Remarks":
        """What the author's comments say of the value under a path.

        Args:
            path: of the value.
            whole: whether what is said of its parts belongs to it.
        """
        from cnnspec.ground.source.remarks import Remarks

        if self._elsewhere:  # what a value is for is said where it stood before
            return self.apart().remarks(path, whole=whole)
        if not self.holds(path):
            return Remarks()
        source, _ = self._place(path)
        return source._remarks().of(path, whole=whole)

    def head(self) -> list[list[str]]:
        """What they say above all else: the lines of each paragraph."""
        return self._remarks().head()

    def _remarks(self) -> "Comments":
        from cnnspec.ground.source.remarks import Comments

        if self._comments is None:
            self._comments = Comments(self._text, self._root)
        return self._comments

    def diagnostic(
        self,
        severity: str,
        code: str,
        path: Path,
        message: str,
        hint: str = "",
        at_key: bool = False,
    ) -> Diagnostic:
        """A diagnostic that points at the value under `path`."""
        if text := self._assigned(path):
            message = f"{message} (given by --set {text})"
        return Diagnostic(severity, code, self.mark(path, at_key), message, hint)

    def as_said(self, hint: str) -> str:
        """What to do with layers, in the words of the file."""
        return hint

    def error(self, problem: Problem) -> Diagnostic:
        """The diagnostic of a problem whose path leads from the document's root."""
        path, code, message, hint, at_key, trail, severity, times = problem
        if trail:
            several = f"{times:,} times; first: " if times > 1 else ""
            way = self.way(trail)
            if call := self._call_of_carried(path, trail):
                way = f"in {self.line(path)}, {way}"
                path, at_key = call.path, True
            message = f"{message} ({several}{way})"
        return self.diagnostic(severity, code, path, message, hint, at_key)

    def _call_of_carried(self, path: Path, trail: Trail) -> Frame | None:
        """The call that a person can change, where a path leads to what nobody can."""
        if not self.is_carried(path):
            return None
        calls = (one for one in reversed(trail) if not self.is_carried(one.path))
        return next(calls, None)

    def is_carried(self, path: Path) -> bool:
        """Whether a value stands in a file that comes with cnnspec."""
        included = bool(self._included)
        return included and self._place(path)[0].path.startswith(CARRIED)

    def way(self, trail: Sequence[Frame]) -> str:
        """`in mlpconv, called at line 31, second time round`: innermost first."""
        return ", ".join(
            f"{_ordinal(frame.round)} time round"
            if frame.round
            else f"in {frame.block}, called at {self.line(frame.path)}"
            for frame in reversed(trail)
        )

    @property
    def assignments(self) -> list[str]:
        """The `KEY=VALUE` of all that was changed from outside, in their order."""
        return list(self._overrides.values())

    @property
    def overridden(self) -> Collection[Path]:
        """The paths of values that were changed from outside."""
        return self._overrides.keys()

    def is_overridden(self, *keys: str) -> bool:
        """Whether a value below one of the document's keys was changed from outside."""
        return any(path[0] in keys for path in self._overrides)


def _copied(value: Any, seen: dict[int, Any]) -> Any:
    """Plain data of their own, in which what was one thing still is."""
    # deepcopy, which asks each value for its way, takes twice as long.
    if isinstance(value, dict):
        if id(value) not in seen:
            seen[id(value)] = {key: _copied(one, seen) for key, one in value.items()}
        return seen[id(value)]
    if isinstance(value, list):
        if id(value) not in seen:
            seen[id(value)] = [_copied(one, seen) for one in value]
        return seen[id(value)]
    return value


_ORDINALS = (
    *("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
    *("ninth", "tenth", "eleventh", "twelfth"),
)


def _ordinal(number: int) -> str:
    """`second`; in figures above twelve: `21st`."""
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ends = {1: "st", 2: "nd", 3: "rd"}
    teen = 10 < number % 100 < 20
    return f"{number}{'th' if teen else ends.get(number % 10, 'th')}"

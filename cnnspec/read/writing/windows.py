"""Parts of a model that look alike: stretches that stand there several times."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from cnnspec.read.writing.items import (
    APPLY,
    CHOICE,
    REPEAT,
    Item,
    Scope,
    Seq,
)

LONGEST = 16
"""Items of a stretch."""
WALKED = 24
"""Rounds whose values are listed; nobody counts through more."""


class Stretch(NamedTuple):
    """Some items of a sequence."""

    seq: Seq
    start: int
    stop: int

    @property
    def items(self) -> Seq:
        """The items."""
        return self.seq[self.start : self.stop]


def looks(item: Item) -> Hashable:
    """What an item has in common with those that it may be written as one with."""
    if not item.branches and not item.body:  # as most are
        return item.form, item.kind, len(item.reads), 0, (), ()
    branches = [tuple(map(looks, seq)) for seq in item.branches]
    longest = max(branches, key=len, default=())
    body = tuple(map(looks, item.body))
    return item.form, item.kind, len(item.reads), len(branches), longest, body


def repeats_itself(signs: Sequence[Hashable]) -> bool:
    """Whether a stretch is made of equal ones, the last of which may end early."""
    return any(signs[size:] == signs[:-size] for size in range(1, len(signs) // 2 + 1))


def lines(items: Seq) -> int:
    """How many lines items take, about."""
    return sum(map(_lines, items))


def _lines(item: Item) -> int:
    words = len(str(item.name or "")) + len(item.kind)
    for key, value in item.arguments.items():
        words += len(key) + len(str(value)) + 4
    total = 1 if words < _LINE else 2
    if item.form in (REPEAT, CHOICE):
        total += 2
    if item.branches:
        total += 1 + sum(lines(seq) or 1 for seq in item.branches)
    return total + lines(item.body) if item.body else total


_LINE = 75
"""Letters that are about a line."""


class Readers:
    """Who reads which tensor of a model, whose items stay as they are meanwhile."""

    def __init__(self, scope: Scope) -> None:
        self._readers: dict[str, set[str]] = {}
        for ref in scope.outputs:
            self._readers.setdefault(ref.name, set()).add("")
        self.fixed: set[str] = set()
        self._known: dict[int, tuple[list[str], list[str]]] = {}
        self._note(scope.items)

    def _note(self, items: Seq) -> None:
        for item in items:
            for ref in item.reads:
                self._readers.setdefault(ref.name, set()).add(item.key)
            if item.form == APPLY:
                self.fixed |= {item.key, item.arguments["layer"]}
            elif item.said and item.settings:
                self.fixed.add(item.key)
            for seq in _outer(item):
                self._note(seq)

    def _inside(self, item: Item) -> tuple[list[str], list[str]]:
        """The keys of an item and of those in it, and what they read."""
        if id(item) not in self._known:
            keys, reads = [item.key], [ref.name for ref in item.reads]
            for inner in chain.from_iterable(_outer(item)):
                more_keys, more_reads = self._inside(inner)
                keys += more_keys
                reads += more_reads
            self._known[id(item)] = keys, reads
        return self._known[id(item)]

    def entry(self, items: Seq) -> str | None:
        """The one tensor that items are given; None where they can't be a part.

        They can't where they read several, or where what others read isn't their last.
        """
        inside: set[str] = set()
        entries: set[str] = set()
        for item in items:
            keys, reads = self._inside(item)
            inside.update(keys)
            entries.update(reads)
        entries -= inside
        if len(entries) != 1 or not inside.isdisjoint(self.fixed):
            return None
        for key in inside - {items[-1].key}:
            if key in self._readers and not self._readers[key] <= inside:
                return None
        return entries.pop()

    def outside(self, items: Seq) -> set[str]:
        """The keys of what reads the last of some items; '' for the model's end."""
        inside = {key for item in items for key in self._inside(item)[0]}
        return self._readers.get(items[-1].key, set()) - inside


def sequences(items: Seq) -> Iterator[Seq]:
    """A sequence and all sequences inside of it."""
    yield items
    for item in items:
        for seq in item.inside():
            yield from sequences(seq)


def _outer(item: Item) -> Iterable[Seq]:
    """The sequences in an item, but not the rounds of a repeat."""
    return item.branches if item.form == REPEAT else item.inside()

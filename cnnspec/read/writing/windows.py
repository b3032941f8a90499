"""Parts of a model that look alike: stretches that stand there several times."""

from collections.abc import Hashable, Iterator, Sequence
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
    branches = [tuple(map(looks, seq)) for seq in item.branches]
    longest = max(branches, key=len, default=())
    body = tuple(map(looks, item.body))
    return item.form, item.kind, len(item.reads), len(branches), longest, body


def repeats_itself(signs: Sequence[Hashable]) -> bool:
    """Whether a stretch is made of equal ones, the last of which may end early."""
    return any(signs[size:] == signs[:-size] for size in range(1, len(signs) // 2 + 1))


def lines(items: Seq) -> int:
    """How many lines items take, about."""
    total = 0
    for item in items:
        words = sum(len(str(k)) + len(str(v)) + 4 for k, v in item.arguments.items())
        words += len(str(item.name or "")) + len(item.kind)
        total += 1 if words < 75 else 2
        if item.form in (REPEAT, CHOICE):
            total += 2
        if item.branches:
            total += 1 + sum(lines(seq) or 1 for seq in item.branches)
        total += lines(item.body)
    return total


class Readers:
    """Who reads which tensor of a model."""

    def __init__(self, scope: Scope) -> None:
        self._readers: dict[str, set[str]] = {}
        for ref in scope.outputs:
            self._readers.setdefault(ref.name, set()).add("")
        self.fixed: set[str] = set()
        for item in _outer(scope.items):
            for ref in item.reads:
                self._readers.setdefault(ref.name, set()).add(item.key)
            if item.form == APPLY:
                self.fixed |= {item.key, item.arguments["layer"]}
            elif item.said and item.settings:
                self.fixed.add(item.key)

    def entry(self, items: Seq) -> str | None:
        """The one tensor that items are given; None where they can't be a part.

        They can't where they read several, or where what others read isn't their last.
        """
        inside = {item.key for item in _outer(items)}
        if inside & self.fixed:
            return None
        entries = {ref.name for item in _outer(items) for ref in item.reads} - inside
        if len(entries) != 1:
            return None
        for key in inside - {items[-1].key}:
            if self._readers.get(key, set()) - inside:
                return None
        return entries.pop()

    def outside(self, items: Seq) -> set[str]:
        """The keys of what reads the last of some items; '' for the model's end."""
        inside = {item.key for item in _outer(items)}
        return self._readers.get(items[-1].key, set()) - inside


def sequences(items: Seq) -> Iterator[Seq]:
    """A sequence and all sequences inside of it."""
    yield items
    for item in items:
        for seq in item.inside():
            yield from sequences(seq)


def _outer(items: Seq) -> Iterator[Item]:
    """Items and those in their branches, but not the rounds of repeats."""
    for item in items:
        for seq in item.branches if item.form == REPEAT else item.inside():
            yield from _outer(seq)
        yield item

"""Parts whose names begin alike: what stands in most of them is one block with choices.

The names that somebody gave tell where a part begins and ends, and which layers of two
parts are the same one: `block_1_expand` and `block_2_expand`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnspec.ground.patterns import pattern
from cnnspec.read.writing.items import CALL, LAST, Item, Ref, Scope, Seq, each_item
from cnnspec.read.writing.windows import Stretch

_DEPTH = 3
"""Words of a name that may be those of a part."""
_LEAST = 3
"""Parts."""
_CHOICES = 4
"""Layers that some parts lack, one behind the other counted once, at most."""
_NUMBER = pattern(r"\d+[a-z]?(?=_|$)")


class Part(NamedTuple):
    """Layers whose names begin alike."""

    stretch: Stretch
    start: str
    """What their names begin with."""


def parts_by_name(scope: Scope) -> Iterator[list[Part]]:
    """Parts of a model whose names differ in their numbers."""
    words = [_words(item) for item in scope.items]
    if not any(words):
        return
    for depth in range(1, _DEPTH + 1):
        groups: dict[str, list[Part]] = {}
        start = 0
        while start < len(words):
            first = _start(words[start], depth)
            stop = start + 1
            while first and stop < len(words) and _start(words[stop], depth) == first:
                stop += 1
            if first and stop - start + len(words[start]) > 2:
                shape = _NUMBER.sub("#", first)
                stretch = Stretch(scope.items, start, stop)
                groups.setdefault(shape, []).append(Part(stretch, first))
            start = stop
        for group in groups.values():
            if len(group) >= _LEAST:
                yield group


def _words(item: Item) -> list[list[str]]:
    """The words of the names in an item; nothing if one has none."""
    if item.form == CALL:
        return []
    names = [one.name for one in each_item([item])]
    return [] if None in names else [str(name).split("_") for name in names]


def _start(words: list[list[str]], depth: int) -> str:
    """The first words of some names, if they are the same in all."""
    starts = {"_".join(one[:depth]) for one in words if len(one) > depth}
    alike = len(starts) == 1 and all(len(one) > depth for one in words)
    found = starts.pop() if alike else ""
    return found if _NUMBER.search(found) else ""


def columns(parts: Sequence[Part], entries: Sequence[str]) -> list[list[Item | None]]:
    """The layers of each part, with None in the place of those that it lacks.

    Args:
        parts: to be written as one.
        entries: the key of the tensor that each is given.

    Returns:
        Lists of one length; none where the parts have their layers in another order, or
        hardly one in common.
    """
    rows = [
        {str(item.name)[len(part.start) + 1 :]: item for item in _line(part, entry)}
        for part, entry in zip(parts, entries, strict=True)
    ]
    order: list[str] = []
    for row in sorted(rows, key=len, reverse=True):
        place = 0
        for name in row:
            if name in order:
                place = order.index(name) + 1
            else:
                order.insert(place, name)
                place += 1
    found = [[row.get(name) for name in order] for row in rows]
    for row, aligned in zip(rows, found, strict=True):
        if [item for item in aligned if item is not None] != [*row.values()]:
            return []
    there = [[row[place] is not None for row in found] for place in range(len(order))]
    changes = sum(
        not all(one) and (not number or there[number - 1] != one)
        for number, one in enumerate(there)
    )
    return (
        found if changes <= _CHOICES and 2 * sum(map(all, there)) > len(order) else []
    )


def _line(part: Part, entry: str) -> Iterator[Item]:
    """The layers of a part, one behind the other where that can be."""
    current = entry
    for item in _flat(part.stretch.items, entry):
        if not item.branches:
            item.reads = tuple(
                ref._replace(name=LAST) if ref.name == current else ref
                for ref in item.reads
            )
        current = item.key
        yield item


def _flat(items: Seq, entry: str) -> Iterator[Item]:
    """Copies of items; one that joins a path with the part's beginning as a chain."""
    for item in items:
        item = item.copy()
        filled = [place for place, seq in enumerate(item.branches) if seq]
        begin = {
            r.name for r, s in zip(item.reads, item.branches, strict=False) if not s
        }
        if len(filled) != 1 or begin != {entry}:
            yield item
            continue
        [place] = filled
        chain = item.branches[place]
        yield from _flat(chain, entry)
        reads = [Ref(entry)] * len(item.branches)
        reads[place] = Ref(chain[-1].key)
        item.reads, item.branches = tuple(reads), ()
        yield item

"""Parts that follow one another become a repeat."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from cnnspec.read.writing.items import (
    ENTRY,
    LAYER,
    REPEAT,
    Item,
    Ref,
    Scope,
    Seq,
    Spec,
    each_item,
)
from cnnspec.read.writing.naming import vary
from cnnspec.read.writing.parameters import Mismatch
from cnnspec.read.writing.template import Template, is_readable
from cnnspec.read.writing.windows import (
    WALKED,
    Readers,
    lines,
    looks,
    repeats_itself,
)

_LONGEST = 12
"""Items of a round."""
_LISTS = 3
"""Lists that a repeat walks, at most."""
_GAIN = 2
"""Lines that a repeat has to save."""
_LETTERS = "ijklmn"


class _Run(NamedTuple):
    """Equal parts, one behind the other."""

    gain: int
    start: int
    size: int
    item: Item


def make_long_rounds(spec: Spec) -> None:
    """Makes repeats of more equal rounds than anybody would count through.

    Where so many unnamed layers go on alike, nobody has to look for blocks in them.
    """
    for scope in spec.scopes():
        if len(scope.items) > WALKED:
            _in_scope(spec, scope, frozenset(), WALKED)


def make_rounds(spec: Spec) -> None:
    """Makes repeats of what follows one another, the best ones first."""
    for scope in spec.scopes():
        _in_scope(spec, scope, frozenset())
    for name, block in spec.blocks.items():
        scope = Scope([ENTRY], block.body, [Ref(block.body[-1].key)], {})
        _in_scope(spec, scope, frozenset(block.params))
        spec.blocks[name] = block._replace(body=scope.items)


def _in_scope(spec: Spec, scope: Scope, taken: frozenset[str], above: int = 0) -> None:
    if len(scope.inputs) == 1:
        _in_sequence(spec, scope, scope.items, taken, Readers(scope), above)


def _in_sequence(
    spec: Spec,
    scope: Scope,
    seq: Seq,
    taken: frozenset[str],
    readers: Readers,
    above: int,
) -> Readers:
    """Makes the repeats of a sequence, and tells who reads what behind that."""
    while True:
        runs = _runs(spec, seq, readers, taken, above)
        best = max(runs, key=lambda run: run.gain, default=None)
        if best is None:
            break
        stop = best.start + best.size * _rounds(best.item)
        seq[best.start : stop] = [best.item]
        readers = Readers(scope)
    for item in seq:
        around = taken | set(_variables([item])) if item.form == REPEAT else taken
        for inner in item.inside():
            readers = _in_sequence(spec, scope, inner, around, readers, above)
    return readers


def _rounds(item: Item) -> int:
    lists: dict[str, list[Any]] | None = item.arguments.get("for")
    times: int = item.arguments.get("times", 0)
    return len(next(iter(lists.values()))) if lists else times


def _runs(
    spec: Spec, seq: Seq, readers: Readers, taken: frozenset[str], above: int
) -> Iterator[_Run]:
    """The repeats that could be made in a sequence.

    Args:
        spec: it is of.
        seq: the sequence.
        readers: who reads what in it.
        taken: names of variables around.
        above: how many rounds are too few; if any, they have to be plain and equal.
    """
    if len(seq) <= above:
        return
    spec.spend(2 * len(seq))
    said = _numbered(map(_says, seq))
    seen = said if above else _numbered(map(looks, seq))
    for signs in (said,) if above else (said, seen):
        for size in range(1, min(_LONGEST, len(seq) // 2) + 1):
            for start, count in _counted(signs, size):
                if (
                    count <= above
                    or above
                    and not _are_plain(seq[start : start + size])
                ):
                    continue
                if _may_be_rounds(said, seen, start, size, count, signs is said):
                    found = _run(spec, seq, start, size, count, readers, taken)
                    if found:
                        yield found


def _are_plain(items: Seq) -> bool:
    """Whether they are layers that read one tensor each, and have no names."""
    return all(
        item.form == LAYER and item.name is None and len(item.reads) == 1
        for item in items
    )


def _numbered(signs: Iterable[Any]) -> list[int]:
    """Numbers in place of signs: equal ones for equal ones."""
    numbers: dict[Any, int] = {}
    return [numbers.setdefault(sign, len(numbers)) for sign in signs]


def _counted(signs: list[int], size: int) -> Iterator[tuple[int, int]]:
    """Where parts stand several times, one behind the other, and how often."""
    start = 0
    while start + 2 * size <= len(signs):
        if signs[start] != signs[start + size]:  # as nearly everywhere
            start += 1
            continue
        count = _count(signs, start, size)
        if count > 1:
            yield start, count
        start += size * (count - 1) + 1


def _may_be_rounds(
    said: list[int], seen: list[int], start: int, size: int, count: int, exactly: bool
) -> bool:
    """Whether it is worth working out what parts have in common.

    Args:
        said: equal numbers for items that say the same.
        seen: equal numbers for items that look alike.
        start: of the first part.
        size: of each.
        count: how often it stands there.
        exactly: whether all say the same.
    """
    part = slice(start, start + size)
    if exactly:
        # Some of many calls of a block, twice: that is mere chance.
        is_chance = count == 2 and repeats_itself(seen[part])
        return not is_chance and not repeats_itself(said[part])
    if count - 1 > WALKED:
        return False
    walked = {
        tuple(_numbered(said[one : start + size * count : size]))
        for one in range(start, start + size)
    }
    return 1 < len(walked | {(0,) * count}) <= _LISTS + 1


def _says(item: Item) -> Any:
    """What an item is with all that it says, but for names."""
    if not item.branches and not item.body:  # as most are
        return looks(item), repr(item.arguments), (), ()
    branches = tuple(tuple(map(_says, seq)) for seq in item.branches)
    body = tuple(map(_says, item.body))
    return looks(item), repr(item.arguments), branches, body


def _count(signs: list[int], start: int, size: int) -> int:
    """How often a part stands there, one behind the other."""
    part, count = signs[start : start + size], 1
    while signs[start + count * size : start + (count + 1) * size] == part:
        count += 1
    return count


def _run(
    spec: Spec,
    seq: Seq,
    start: int,
    size: int,
    count: int,
    readers: Readers,
    taken: frozenset[str],
    fewer: bool = True,
) -> _Run | None:
    """The repeat that equal parts make; without the first of them, if need be."""
    if size * (count - 1) - 3 < _GAIN:  # unless some take several lines
        whole = seq[start : start + size * count]
        if lines(whole) - lines(whole[:size]) - 3 < _GAIN:
            return None
    found = _repeat(spec, seq, start, size, count, readers, taken)
    if found is None and count > 2 and fewer:
        # The first often differs: it changes the sizes.
        behind = start + size, size, count - 1
        return _run(spec, seq, *behind, readers, taken, fewer=False)
    return found


def _repeat(
    spec: Spec,
    seq: Seq,
    start: int,
    size: int,
    count: int,
    readers: Readers,
    taken: frozenset[str],
) -> _Run | None:
    stop = start + size * count
    parts = [seq[one : one + size] for one in range(start, stop, size)]
    entries = [readers.entry(part) for part in parts]
    behind = {item.key for item in each_item(seq[stop : stop + 1])}
    ends = [start and seq[start - 1].key, *(part[-1].key for part in parts[:-1])]
    if None in entries or (entries[1:] != ends[1:] or start and entries[0] != ends[0]):
        return None
    outside = readers.outside(parts[-1])
    if not outside <= behind and (behind or len(outside) > 1):
        return None
    inside = set(_variables(parts[0]))
    index = next(one for one in _LETTERS if one not in inside | taken)
    try:
        template = Template(
            spec, parts, [str(one) for one in entries], _LISTS, taken | inside
        )
        vary(template, count, "", index)
    except Mismatch:
        return None
    lists = template.parameters.vectors
    if lists and count > WALKED:
        return None
    if _reads_entry_late(template.body) or not is_readable(template.body):
        return None
    item = Item(REPEAT, REPEAT, {}, seq[stop - 1].key)
    item.name, item.body, item.reads = None, template.body, (Ref(str(entries[0])),)
    if lists:
        item.arguments["for"] = dict(lists)
    else:
        item.arguments["times"] = count
    used = f"${index}", f"${{{index}"
    if any(word in str(one.name) for one in each_item(item.body) for word in used):
        item.arguments["index"] = index
    item.original = seq[start:stop]
    item.comments = [text for one in each_item(parts[0]) for text in one.comments]
    for one in each_item(item.body):
        one.comments = []
    before, after = lines(item.original), lines([item]) + len(item.arguments) - 1
    written = sum(len(str(values)) for values in lists.values())
    gain = before - after - len(lists) - written // 30
    return _Run(gain, start, size, item) if gain >= _GAIN else None


def _variables(items: Seq) -> Iterator[str]:
    for item in each_item(items):
        if item.form == REPEAT:
            yield from item.arguments.get("for", ())
            yield item.arguments.get("index", "")


def _reads_entry_late(body: Seq) -> bool:
    """Whether a round reads what it is given where that isn't the current tensor."""
    return any(
        Ref(ENTRY) in item.reads and not item.branches
        for item in chain.from_iterable(
            [each_item(seq) for item in body[1:] for seq in ([item], *item.branches)]
        )
    )

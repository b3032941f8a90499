"""Parts that stand in several places become blocks, what differs parameters."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from cnnspec.language.steps import STATEMENTS
from cnnspec.read.writing.aligned import columns, parts_by_name
from cnnspec.read.writing.items import (
    CALL,
    ENTRY,
    Block,
    Item,
    Ref,
    Scope,
    Seq,
    Spec,
    each_item,
)
from cnnspec.read.writing.naming import name_call
from cnnspec.read.writing.parameters import LABEL, NUMBER, Mismatch
from cnnspec.read.writing.template import Template, is_readable
from cnnspec.read.writing.titles import title_of
from cnnspec.read.writing.windows import (
    LONGEST,
    WALKED,
    Readers,
    Stretch,
    lines,
    looks,
    repeats_itself,
    sequences,
)

_ROUNDS = 12
"""Blocks that are looked for, at most."""
_TRIED = 12
"""Candidates that are worked out for each."""
_PARAMETERS = 7
"""Above this many a call is no easier to read than what it stands for."""
_UNNATURAL = 3
"""Lines that it has to save more if a person would cut it otherwise."""
_GAIN = 4
"""Lines that a block has to save."""
_MANY = 8
"""Instances of which one alone is better left as it is than told apart in all."""


class Candidate(NamedTuple):
    """A block that could be made."""

    gain: int
    stretches: list[Stretch]
    entries: list[str]
    template: Template
    calls: list[str] | None
    is_repeat: bool
    """Whether its parts stand one behind the other, as the rounds of a repeat do."""


def make_blocks(spec: Spec) -> None:
    """Makes blocks of parts that stand in several places, the best ones first."""
    for _ in range(_ROUNDS):
        best = _best(spec)
        if best is None:
            return
        _apply(spec, best)


def _best(spec: Spec) -> Candidate | None:
    """The block that saves most, and takes no repeat apart that saves more."""
    found = [*_by_names(spec)]
    best = max((one.gain for one in found if not one.is_repeat), default=0)
    readers = {id(seq): r for scope in spec.scopes() for seq, r in _readers(scope)}
    for promise, stretches in _repeated(spec):
        if best >= promise:
            break
        if one := _candidate(spec, stretches, readers):
            found.append(one)
            best = best if one.is_repeat else max(best, one.gain)
    repeats = [one for one in found if one.is_repeat]
    blocks = [
        one
        for one in found
        if not (one.is_repeat or any(_takes_apart(one, other) for other in repeats))
    ]
    return max(blocks, key=lambda one: one.gain, default=None)


def _takes_apart(block: Candidate, repeat: Candidate) -> bool:
    """Whether a block cuts through the rounds of a repeat that saves more."""
    rounds = repeat.stretches
    start, size = rounds[0].start, rounds[0].stop - rounds[0].start
    return repeat.gain > block.gain and any(
        one.seq is rounds[0].seq
        and one.start < rounds[-1].stop
        and start < one.stop
        and (one.stop - start - 1) // size > (one.start - start) // size
        and ((one.start - start) % size or (one.stop - start) % size)
        for one in block.stretches
    )


def _repeated(spec: Spec) -> list[tuple[int, list[Stretch]]]:
    """Stretches that look alike, those first that promise to save most lines."""
    seqs = [seq for scope in spec.scopes() for seq in sequences(scope.items)]
    # All sequences one behind the other, with what is like nothing else between.
    places = [(seq, start) for seq in seqs for start in range(len(seq) + 1)]
    numbers: dict[Hashable, int] = {}
    signs: list[int] = []
    heights: list[int] = []
    for number, seq in enumerate(seqs, 1):
        spec.spend(len(seq))
        signs += [numbers.setdefault(looks(i), len(numbers)) for i in seq]
        signs.append(-number)
        heights += accumulate((lines([item]) for item in seq), initial=0)
    ranked = []
    for starts, size in _alike(signs):
        first = starts[0]
        promise = _promise(starts, size, heights[first + size] - heights[first])
        seq, start = places[first]
        if promise >= _GAIN and _is_a_part(seq[start : start + size]):
            ranked.append((promise, starts, size))
    ranked.sort(key=lambda one: -one[0])
    return [
        (promise, [Stretch(seq, n, n + size) for seq, n in map(places.__getitem__, at)])
        for promise, at, size in ranked[:_TRIED]
    ]


def _alike(signs: Sequence[int]) -> list[tuple[list[int], int]]:
    """Where stretches begin that look alike, and their sizes.

    Left out are those that are made of smaller ones that do.

    Args:
        signs: of items, equal where these look alike; negative behind a sequence.
    """
    padded = [*signs, *([-1] * LONGEST)]
    groups = [[*range(len(signs))]]
    found: list[tuple[list[int], int]] = []
    for size in range(1, LONGEST + 1):
        longer = []
        for group in groups:
            split: dict[int, list[int]] = {}
            for start in group:
                split.setdefault(padded[start + size - 1], []).append(start)
            longer += [
                part for sign, part in split.items() if sign >= 0 and len(part) > 1
            ]
        groups = longer
        found += [
            (group, size)
            for group in groups
            if not repeats_itself(signs[group[0] : group[0] + size])
        ]
    return sorted(found, key=lambda one: (one[0][0], one[1]))


def _is_a_part(items: Seq) -> bool:
    """Whether it is more than one layer, and no run of calls, which a repeat may be."""
    if len(items) == 1:
        return bool(items[0].branches)
    return not any(
        one.form == other.form == CALL and one.kind == other.kind
        for one, other in pairwise(items)
    )


def _promise(starts: Iterable[int], size: int, height: int) -> int:
    """Lines that a block may save.

    Args:
        starts: of the stretches, some of which may overlap.
        size: how many items each has.
        height: how many lines.
    """
    count = end = 0
    for start in starts:
        if start >= end:
            count, end = count + 1, start + size
    return (count - 1) * height - count - 4


def _apart(group: Iterable[Stretch], takes: Callable[[Stretch], bool]) -> list[Stretch]:
    """Those of some stretches that don't overlap, the first ones first.

    Args:
        group: the stretches.
        takes: whether one may be among them.
    """
    found: list[Stretch] = []
    ends: dict[int, int] = {}
    for one in group:
        if one.start >= ends.get(id(one.seq), 0) and takes(one):
            found.append(one)
            ends[id(one.seq)] = one.stop
    return found


def _candidate(
    spec: Spec, group: Iterable[Stretch], readers: Mapping[int, Readers]
) -> Candidate | None:
    """The block that stretches make, if they do.

    Args:
        spec: where they stand.
        group: that look alike, some of which may overlap.
        readers: by the identities of the sequences.
    """
    entries: list[str] = []

    def is_closed(one: Stretch) -> bool:
        entry = readers[id(one.seq)].entry(one.items)
        entries.extend([] if entry is None else [entry])
        return entry is not None

    stretches = _apart(group, is_closed)
    while len(stretches) > 1:
        found = _made(spec, stretches, entries, [one.items for one in stretches])
        odd = _odd_one(found) if found else None
        if odd is None:
            return found
        stretches, entries = (
            [*those[:odd], *those[odd + 1 :]] for those in (stretches, entries)
        )
    return None


def _odd_one(found: Candidate) -> int | None:
    """The one of many unnamed instances that a parameter is needed for, if there is."""
    vectors = found.template.parameters.vectors.values()
    if len(found.stretches) < _MANY or any(_names(found.template.body)):
        return None
    for values in ([*map(repr, vector)] for vector in vectors):
        often = Counter(values)
        rare = min(often, key=lambda value: often[value])
        if len(often) == 2 and often[rare] == 1:
            return values.index(rare)
    return None


def _by_names(spec: Spec) -> Iterator[Candidate]:
    """The blocks that parts make whose names begin alike."""
    for scope in spec.scopes():
        readers = Readers(scope)
        for parts in parts_by_name(scope):
            entries = [readers.entry(part.stretch.items) for part in parts]
            if None in entries:
                continue
            given = [str(entry) for entry in entries]
            if rows := columns(parts, given):
                found = _made(spec, [part.stretch for part in parts], given, rows)
                if found:
                    yield found


def _made(
    spec: Spec,
    stretches: list[Stretch],
    entries: list[str],
    instances: Sequence[Sequence[Item | None]],
) -> Candidate | None:
    """The block that instances make, if it saves something."""
    try:
        template = Template(spec, instances, entries, _PARAMETERS)
        calls = name_call(template, len(stretches), spec.calls)
    except Mismatch:
        return None
    count = len(template.parameters.vectors)
    if not is_readable(template.body):
        return None
    is_repeat = _is_for_a_repeat(stretches, template, calls)
    labels = sum(name.startswith(LABEL) for name in template.parameters.vectors)
    before = sum(lines(one.items) for one in stretches)
    after = lines(template.body) + 3 + bool(count)
    after += 0 if is_repeat else _of_calls(template, stretches, calls)
    named = any(_names(template.body))
    gain = before - after - (max(count - 3, 0) if named else count) - 4 * labels
    offsets = {name for name in _names(template.body) if f"{{{NUMBER} " in name}
    odd = _is_cut_oddly(template.body, named) + max(len(offsets) - 1, 0)
    gain -= _UNNATURAL * odd
    if gain < _GAIN:
        return None
    return Candidate(gain, stretches, entries, template, calls, is_repeat)


def _names(body: Seq) -> Iterator[str]:
    return (str(item.name) for item in each_item(body) if item.name)


def _is_cut_oddly(body: Seq, named: bool) -> bool:
    """Whether it begins with what belongs to another part, or ends with a part.

    That is an activation, and where no names tell the parts, a normalization too.
    """
    first, last = body[0], body[-1]
    begins = first.layer is not None and (
        first.layer.activates or not named and first.layer.keeps_shape()
    )
    return begins or last.form == CALL and any(item.form != CALL for item in body)


def _readers(scope: Scope) -> Iterator[tuple[Seq, Readers]]:
    readers = Readers(scope)
    for seq in sequences(scope.items):
        yield seq, readers


def _is_for_a_repeat(
    stretches: Sequence[Stretch], template: Template, calls: list[str] | None
) -> bool:
    """Whether they stand one after the other and hardly differ."""
    adjacent = all(
        one.seq is other.seq and one.stop == other.start
        for one, other in pairwise(stretches)
    )
    branches = any(item.branches for item in template.body)
    vectors = template.parameters.vectors
    few = len(vectors) < 3 and (not vectors or len(stretches) <= WALKED)
    return adjacent and not branches and not calls and few


def _of_calls(
    template: Template, stretches: Sequence[Stretch], calls: list[str] | None
) -> int:
    total = 0
    said = template.parameters.given()
    for number, arguments in zip(range(len(stretches)), said, strict=False):
        call = Item(CALL, "", dict(arguments), "")
        call.name = calls[number] if calls else None
        total += lines([call])
    return total


def _apply(spec: Spec, found: Candidate) -> None:
    """Puts calls in the places of the stretches."""
    template, calls = found.template, found.calls
    calls_blocks = any(item.form == CALL for item in each_item(template.body))
    spec.calls |= {*(calls or ())}
    taken = {*spec.blocks, *spec.models, *STATEMENTS, *template.parameters.vectors}
    taken |= {item.key for scope in spec.scopes() for item in each_item(scope.items)}
    name = title_of(template.body, calls, taken, calls_blocks)
    body = _in_line(template.body)
    spec.blocks[name] = Block(template.parameters.defaults(), body)
    places = range(len(found.stretches))
    given = [*zip(places, template.parameters.given(), strict=False)]
    for number, arguments in reversed(given):
        seq, start, stop = found.stretches[number]
        items = seq[start:stop]
        call = Item(CALL, name, dict(arguments), items[-1].key)
        call.name = calls[number] if calls else None
        call.reads = (Ref(found.entries[number]),)
        call.original = items
        call.comments = [text for item in each_item(items) for text in item.comments]
        seq[start:stop] = [call]
    for item in each_item(body):
        item.comments = []


def _in_line(body: Seq) -> Seq:
    """A block whose first layer adds one path to its input, as a chain."""
    first = body[0]
    filled = [place for place, seq in enumerate(first.branches) if seq]
    if len(filled) != 1 or len(first.branches) < 2:
        return body
    [place] = filled
    chain = first.branches[place]
    reads = [Ref(ENTRY)] * len(first.branches)
    reads[place] = Ref(chain[-1].key)
    first.reads, first.branches = tuple(reads), ()
    return [*chain, *body]

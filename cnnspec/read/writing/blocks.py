"""Parts that stand in several places become blocks, what differs parameters."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise
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
    Readers,
    Stretch,
    lines,
    looks,
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


class Candidate(NamedTuple):
    """A block that could be made."""

    gain: int
    stretches: list[Stretch]
    entries: list[str]
    template: Template
    calls: list[str] | None


def make_blocks(spec: Spec) -> None:
    """Makes blocks of parts that stand in several places, the best ones first."""
    for _ in range(_ROUNDS):
        best = max(_by_names(spec), key=lambda one: one.gain, default=None)
        for promise, stretches in _repeated(spec)[:_TRIED]:
            if best and best.gain >= promise:
                break
            found = _candidate(spec, stretches)
            if found and (best is None or found.gain > best.gain):
                best = found
        if best is None:
            return
        _apply(spec, best)


def _repeated(spec: Spec) -> list[tuple[int, list[Stretch]]]:
    """Stretches that look alike, those first that promise to save most lines."""
    groups: dict[Hashable, list[Stretch]] = {}
    numbers: dict[Hashable, int] = {}
    for scope in spec.scopes():
        for seq in sequences(scope.items):
            spec.spend(len(seq))
            signs = [numbers.setdefault(looks(i), len(numbers)) for i in seq]
            for start in range(len(seq)):
                for stop in range(start + 1, min(start + LONGEST, len(seq)) + 1):
                    key = tuple(signs[start:stop])
                    groups.setdefault(key, []).append(Stretch(seq, start, stop))
    ranked = [
        (_promise(group), number, group)
        for number, (key, group) in enumerate(groups.items())
        if len(group) > 1 and _is_primitive(key) and _is_a_part(group[0].items)
    ]
    ranked.sort(key=lambda one: (-one[0], one[1]))
    return [(promise, group) for promise, _, group in ranked if promise >= _GAIN]


def _is_a_part(items: Seq) -> bool:
    """Whether it is more than one layer, and no run of calls, which a repeat may be."""
    if len(items) == 1:
        return bool(items[0].branches)
    return not any(
        one.form == other.form == CALL and one.kind == other.kind
        for one, other in pairwise(items)
    )


def _is_primitive(key: Hashable) -> bool:
    """Whether a stretch isn't itself made of equal ones."""
    assert isinstance(key, tuple)
    size = len(key)
    return not any(
        size % part == 0 and key == key[:part] * (size // part)
        for part in range(1, size)
    )


def _promise(group: list[Stretch]) -> int:
    count, size = len(_apart(group)), lines(group[0].items)
    return (count - 1) * size - count - 4


def _apart(group: list[Stretch]) -> list[Stretch]:
    """Those of some stretches that don't overlap, the first ones first."""
    found: list[Stretch] = []
    ends: dict[int, int] = {}
    for one in group:
        if one.start >= ends.get(id(one.seq), 0):
            found.append(one)
            ends[id(one.seq)] = one.stop
    return found


def _candidate(spec: Spec, group: list[Stretch]) -> Candidate | None:
    """The block that stretches make, if they do."""
    readers = {id(seq): r for scope in spec.scopes() for seq, r in _readers(scope)}
    found = [(one, readers[id(one.seq)].entry(one.items)) for one in group]
    closed = [(one, entry) for one, entry in found if entry is not None]
    stretches = _apart([one for one, _ in closed])
    entries = [entry for one, entry in closed if any(one is s for s in stretches)]
    if len(stretches) < 2:
        return None
    return _made(spec, stretches, entries, [one.items for one in stretches])


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
        calls = name_call(template, len(stretches))
    except Mismatch:
        return None
    count = len(template.parameters.vectors)
    if _is_for_a_repeat(stretches, template, calls) or not is_readable(template.body):
        return None
    labels = sum(name.startswith(LABEL) for name in template.parameters.vectors)
    before = sum(lines(one.items) for one in stretches)
    after = (
        lines(template.body) + 3 + bool(count) + _of_calls(template, stretches, calls)
    )
    named = any(_names(template.body))
    gain = before - after - (max(count - 3, 0) if named else count) - 4 * labels
    offsets = {name for name in _names(template.body) if f"{{{NUMBER} " in name}
    odd = _is_cut_oddly(template.body, named) + max(len(offsets) - 1, 0)
    gain -= _UNNATURAL * odd
    return (
        Candidate(gain, stretches, entries, template, calls) if gain >= _GAIN else None
    )


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
    return (
        adjacent and not branches and not calls and len(template.parameters.vectors) < 3
    )


def _of_calls(
    template: Template, stretches: Sequence[Stretch], calls: list[str] | None
) -> int:
    total = 0
    for number in range(len(stretches)):
        call = Item(CALL, "", template.parameters.given(number), "")
        call.name = calls[number] if calls else None
        total += lines([call])
    return total


def _apply(spec: Spec, found: Candidate) -> None:
    """Puts calls in the places of the stretches."""
    template, calls = found.template, found.calls
    calls_blocks = any(item.form == CALL for item in each_item(template.body))
    taken = {*spec.blocks, *spec.models, *STATEMENTS, *template.parameters.vectors}
    taken |= {item.key for scope in spec.scopes() for item in each_item(scope.items)}
    name = title_of(template.body, calls, taken, calls_blocks)
    body = _in_line(template.body)
    spec.blocks[name] = Block(template.parameters.defaults(), body)
    for number in reversed(range(len(found.stretches))):
        seq, start, stop = found.stretches[number]
        items = seq[start:stop]
        call = Item(CALL, name, template.parameters.given(number), items[-1].key)
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

"""Which rounds of a repeat, and which calls of a block, do the same one by one.

Neighbours are alike where their layers have the same arguments and read one another in
the same way, each round reading the one before it where the first reads what stands
above. Then one of them can be drawn for all: nothing is lost but numbers that change
from round to round.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from cnnspec.emit.picture.captions import Bundle
from cnnspec.ground.errors import Frame
from cnnspec.model.summary import Row

Trait = Callable[[Row], Hashable]
"""What else has to be the same for two layers to be drawn as one."""


class Group(NamedTuple):
    """What a call or a round holds, or layers that stand in none."""

    frame: Frame | None
    bundles: Sequence[Bundle]


def groups(bundles: Sequence[Bundle], depth: int) -> list[Group]:
    """The calls and rounds at one depth, in their order."""
    return [
        Group(frame, list(found))
        for frame, found in groupby(bundles, lambda b: [*b[0].trail, None][depth])
    ]


def runs(
    found: Sequence[Group],
    depth: int,
    readers: Mapping[str, set[str]],
    trait: Trait,
) -> Iterator[list[Group]]:
    """The groups, those together that are alike.

    Args:
        found: in their order.
        depth: how many steps of a layer's trail lead to them.
        readers: the names of what reads each tensor.
        trait: what else has to be the same.
    """
    run: list[Group] = []
    patterns: list[list[_Pattern]] = []
    for group in found:
        if run:
            pattern = _patterns(group, run[-1], depth, trait)
            if (
                _kin(run[-1].frame, group.frame)
                and _fits(patterns[-1], pattern, is_first=len(run) == 1)
                and not _leaks(run[-1], group, readers)
            ):
                run.append(group)
                patterns.append(pattern)
                continue
            yield run
        run, patterns = [group], [_patterns(group, None, depth, trait)]
    if run:
        yield run


def together(run: Sequence[Group]) -> list[Bundle]:
    """The bundles of alike groups, those of one place as one."""
    return [
        tuple(row for bundle in place for row in bundle)
        for place in zip(*(group.bundles for group in run), strict=True)
    ]


def _kin(one: Frame | None, other: Frame | None) -> bool:
    """Whether two groups are calls of one block, or rounds of one repeat."""
    if one is None or other is None or one.block != other.block:
        return False
    return bool(one.block) or one.path == other.path


_INSIDE, _BEFORE, _OUTSIDE = "inside", "before", "outside"
_Read = tuple[str, Hashable]


class _Pattern(NamedTuple):
    """A layer, with what it reads told by place and not by name."""

    is_like: Hashable
    reads: Sequence[_Read]


def _patterns(
    group: Group, before: Group | None, depth: int, trait: Trait
) -> list[_Pattern]:
    inside = _places(group)
    previous = _places(before) if before else {}

    def read(name: str) -> _Read:
        if name in inside:
            return _INSIDE, inside[name]
        if name in previous:
            return _BEFORE, previous[name]
        return _OUTSIDE, name

    return [
        _Pattern(
            (_content(row, depth), row.dtype, trait(row)),
            [read(name) for name in (*row.inputs, *filter(None, [row.shares]))],
        )
        for row, *_ in group.bundles
    ]


def _content(row: Row, depth: int) -> Hashable:
    """What a layer is, and in which calls and rounds of its group it stands."""
    # How much is dropped changes no size and no weight, and may grow by the round.
    drops = row.layer.family() == "regularization"
    given = {
        name: repr(value)
        for name, value in row.layer.given.items()
        if name != "name" and not (drops and isinstance(value, float))
    }
    steps = tuple((frame.block, frame.round) for frame in row.trail[depth + 1 :])
    return row.type, bool(row.shares), frozenset(given.items()), steps


def _places(group: Group) -> dict[str, int]:
    """Where the layers of a group stand in it, by their names."""
    return {bundle[0].name: n for n, bundle in enumerate(group.bundles)}


def _fits(one: Sequence[_Pattern], other: Sequence[_Pattern], is_first: bool) -> bool:
    """Whether the second group does what the first does.

    Args:
        one: of the first group.
        other: of the second.
        is_first: whether what the second reads in the first may be anything outside
            for the first.
    """
    return len(one) == len(other) and all(
        a.is_like == b.is_like
        and len(a.reads) == len(b.reads)
        and all(
            x == y or (is_first and x[0] == _OUTSIDE and y[0] == _BEFORE)
            for x, y in zip(a.reads, b.reads, strict=True)
        )
        for a, b in zip(one, other, strict=True)
    )


def _leaks(group: Group, following: Group, readers: Mapping[str, set[str]]) -> bool:
    """Whether anything reads a group but itself and the one behind it."""
    known = {
        row.name
        for each in (group, following)
        for bundle in each.bundles
        for row in bundle
    }
    return any(
        readers.get(row.name, set()) - known
        for bundle in group.bundles
        for row in bundle
    )

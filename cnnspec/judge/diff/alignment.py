"""Pair the layers of two models in their order, at the least cost.

Needleman and Wunsch (1970) find the best pairing in time proportional to the product of
the lengths, so it is kept for short stretches: equal layers at both ends are paired
before it, and long stretches are cut at layers of which either model has just one.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple


class Item(NamedTuple):
    """What a layer is known by."""

    kind: Any
    """Its class and arguments; layers of one kind cost nothing to pair."""
    shape: Hashable
    """Of its output."""
    name: str
    """Nothing where nobody chose it."""
    gap: int
    """What it costs to leave the layer without a partner."""


class Stretch(NamedTuple):
    """Layers `i` to `end_i` of one model, and `j` to `end_j` of the other."""

    i: int
    end_i: int
    j: int
    end_j: int

    @property
    def cells(self) -> int:
        """How many pairs there could be."""
        return (self.end_i - self.i) * (self.end_j - self.j)


Match = tuple[int, int]
Cost = Callable[[Any, Any], int]
NEVER = 1 << 40
"""The cost of a pair that must not be."""
OTHER_SHAPE = 5
OTHER_NAME = 4
_CELLS = 250_000
"""Pairs that are compared one by one, a tenth of a second's work."""
_WINDOW = 150
_ANCHORS = ((True, 1), (False, 1), (True, 8), (False, 8))
"""What may be unique: whether names count, and of how many layers in a row."""
_PAIR, _SKIP_I, _SKIP_J = range(3)


def align(one: Sequence[Item], other: Sequence[Item], cost: Cost) -> list[Match]:
    """The pairs, in order, as positions in both sequences.

    Args:
        one: the layers of one model.
        other: those of the other.
        cost: of pairing two kinds that differ, or `NEVER`.
    """
    return _Aligner(one, other, cost).align()


class _Aligner:
    def __init__(self, one: Sequence[Item], other: Sequence[Item], cost: Cost) -> None:
        self.one, self.other, self.cost = one, other, cost
        self.found: list[Match] = []
        self.costs: dict[Hashable, dict[Hashable, int]] = {}

    def align(self) -> list[Match]:
        left = [Stretch(0, len(self.one), 0, len(self.other))]
        while left:
            stretch = self._trim(left.pop())
            if stretch.cells <= _CELLS:
                self._best(stretch, whole=True)
            elif cuts := self._cuts(stretch):
                left += cuts
            else:
                self._slide(stretch)
        return sorted(self.found)

    def _trim(self, stretch: Stretch) -> Stretch:
        """Pairs what is equal at both ends, and returns what lies between."""
        i, end_i, j, end_j = stretch
        one, other = self.one, self.other
        while i < end_i and j < end_j and _equal(one[i], other[j]):
            self.found.append((i, j))
            i, j = i + 1, j + 1
        while i < end_i and j < end_j and _equal(one[end_i - 1], other[end_j - 1]):
            end_i, end_j = end_i - 1, end_j - 1
            self.found.append((end_i, end_j))
        return Stretch(i, end_i, j, end_j)

    def _cuts(self, stretch: Stretch) -> list[Stretch]:
        """The stretches between layers that surely belong together.

        Those are equal layers of which there is one on either side, or the first of
        several in a row of which that holds, as far as they stand in the same order
        (the anchors of a patience diff).
        """
        i, end_i, j, end_j = stretch
        for named, run in _ANCHORS:
            ones = _only(self.one[i:end_i], named, run)
            others = _only(self.other[j:end_j], named, run)
            both = [(i + ones[key], j + others[key]) for key in ones if key in others]
            if both:
                break
        else:
            return []
        cuts = []
        for anchor in _rising(both):
            self.found.append(anchor)
            cuts.append(Stretch(i, anchor[0], j, anchor[1]))
            i, j = anchor[0] + 1, anchor[1] + 1
        return [*cuts, Stretch(i, end_i, j, end_j)]

    def _slide(self, stretch: Stretch) -> None:
        """Pairs a long stretch window by window."""
        i, end_i, j, end_j = stretch
        while i < end_i and j < end_j:
            window = Stretch(i, min(i + _WINDOW, end_i), j, min(j + _WINDOW, end_j))
            last = window.end_i == end_i and window.end_j == end_j
            i, j = self._best(window, whole=last)
            i, _, j, _ = self._trim(Stretch(i, end_i, j, end_j))

    def _best(self, stretch: Stretch, *, whole: bool) -> Match:
        """Pairs the layers of a stretch at the least cost.

        Args:
            whole: whether both sides must be used up. If not, the pairing ends where
                either is, wherever that is cheapest.

        Returns:
            Where it ended.
        """
        first_i, end_i, first_j, end_j = stretch
        others = self.other[first_j:end_j]
        above = [0]
        for item in others:
            above.append(above[-1] + item.gap)
        moves = [bytearray([_SKIP_J]) * len(above)]
        ends = [(above[-1], 0, len(others))]
        for i, item in enumerate(self.one[first_i:end_i], 1):
            gap = item.gap
            left = above[0] + gap
            costs, chosen = [left], bytearray([_SKIP_I])
            pairs = self._pair_costs(item, others)
            for j, (pair, right) in enumerate(zip(pairs, others, strict=True)):
                # On a tie what is left over stands as late as it can.
                best, move = above[j] + pair, _PAIR
                if (skipped := above[j + 1] + gap) <= best:
                    best, move = skipped, _SKIP_I
                if (skipped := left + right.gap) <= best:
                    best, move = skipped, _SKIP_J
                left = best
                costs.append(best)
                chosen.append(move)
            moves.append(chosen)
            above = costs
            ends.append((left, i, len(others)))
        i, j = len(moves) - 1, len(others)
        if not whole:
            ends += [(cost, i, j) for j, cost in enumerate(above)]
            _, i, j = min(ends)
        end = first_i + i, first_j + j
        while i or j:
            move = moves[i][j]
            i -= move != _SKIP_J
            j -= move != _SKIP_I
            if move == _PAIR:
                self.found.append((first_i + i, first_j + j))
        return end

    def _pair_costs(self, item: Item, others: Sequence[Item]) -> list[int]:
        known = self.costs.setdefault(item.kind, {})
        for other in others:
            if other.kind not in known:
                same = other.kind == item.kind
                known[other.kind] = 0 if same else self.cost(item.kind, other.kind)
        shape, name = item.shape, item.name
        return [
            known[o.kind]
            + OTHER_SHAPE * (o.shape != shape)
            + OTHER_NAME * bool(name and o.name and o.name != name)
            for o in others
        ]


def _equal(one: Item, other: Item) -> bool:
    return one[:3] == other[:3]


def _only(items: Sequence[Item], named: bool, run: int) -> dict[Hashable, int]:
    """The positions where a run of layers begins that is found nowhere else."""
    keys = [item[: 2 + named] for item in items]
    runs = list(zip(*(keys[k:] for k in range(run)), strict=False))
    count = Counter(runs)
    return {key: place for place, key in enumerate(runs) if count[key] == 1}


def _rising(matches: Sequence[Match]) -> list[Match]:
    """The most of the matches that rise on both sides; they come sorted by the first.

    The longest increasing subsequence, by patience sorting.
    """
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for place, (_, j) in enumerate(matches):
        pile = bisect_left(tops, j)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        piles[pile : pile + 1] = [place]
    found = []
    place = piles[-1]
    while place >= 0:
        found.append(matches[place])
        place = before[place]
    return found[::-1]

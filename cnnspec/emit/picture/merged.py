"""Two models as one: every layer of either once, those that are paired at one place.

Its layout is one for both, so what belongs together stands at one height. A layer that
the other model lacks stands between those around it, and the other model's arrow leads
through its place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cnnspec.ground.errors import Frame
from cnnspec.judge.diff.comparison import (
    ADDED,
    REMOVED,
    Difference,
    InputPairing,
    Pairing,
)
from cnnspec.model.graph import Graph
from cnnspec.model.summary import Summary

Edge = tuple[str, str]
"""A layer or input that is read, and what reads it, by their keys."""


@dataclass
class Side:
    """What one of the two models has."""

    summary: Summary
    keys: dict[str, str] = field(default_factory=dict)
    """Of its inputs and layers, by their names."""
    edges: list[Edge] = field(default_factory=list)

    @property
    def outputs(self) -> list[str]:
        """The keys of its outputs."""
        return [self.keys[name] for name in self.summary.graph.outputs]


@dataclass
class Merged:
    """Two models as one. Its layers and inputs are called by keys."""

    summary: Summary
    sides: tuple[Side, Side]
    pairings: Mapping[str, Pairing]
    inputs: Mapping[str, InputPairing]


def merge(difference: Difference) -> Merged:
    """Both models of a difference as one."""
    inputs = {f"input {n}": one for n, one in enumerate(difference.inputs)}
    pairings = {str(n): one for n, one in enumerate(_outside(difference))}
    sides = Side(difference.before), Side(difference.after)
    for number, side in enumerate(sides):
        both: dict[str, InputPairing | Pairing] = {**inputs, **pairings}
        for key, pairing in both.items():
            own = pairing.after if number else pairing.before
            if own is not None:
                side.keys[own.name] = key
        side.edges = [
            (side.keys[name], side.keys[row.name])
            for row in side.summary.rows
            for name in dict.fromkeys(row.inputs)
        ]
    summary = _summary(inputs, pairings, sides)
    return Merged(summary, sides, pairings, inputs)


def _outside(difference: Difference) -> Iterator[Pairing]:
    """The pairings of what is a box: a model inside is one, and its layers aren't."""
    boxes = [{r.name for r in s.rows} for s in (difference.before, difference.after)]
    for one in difference.pairings:
        before = one.before if one.before and one.before.name in boxes[0] else None
        after = one.after if one.after and one.after.name in boxes[1] else None
        if before and after:
            yield one
        elif before or after:
            yield Pairing(REMOVED if before else ADDED, before, after)


def _summary(
    inputs: Mapping[str, InputPairing],
    pairings: Mapping[str, Pairing],
    sides: tuple[Side, Side],
) -> Summary:
    reads: dict[str, list[str]] = {key: [] for key in pairings}
    for start, end in _edges(pairings, sides):
        reads[end].append(start)
    frames = _frames(pairings.values())
    rows = []
    for key, pairing in pairings.items():
        row = pairing.after or pairing.before
        assert row
        trail = tuple(frames.get(frame, frame) for frame in row.trail)
        shares = sides[1 if pairing.after else 0].keys.get(row.shares, "")
        rows.append(
            row._replace(name=key, inputs=tuple(reads[key]), trail=trail, shares=shares)
        )
    tensors = []
    for key, one in inputs.items():
        tensor = one.after or one.before
        assert tensor
        tensors.append(tensor._replace(name=key))
    outputs = dict.fromkeys(key for side in sides for key in side.outputs)
    graph = Graph("", tuple(tensors), (), tuple(outputs))
    return Summary(graph, tuple(rows))


def _frames(pairings: Iterable[Pairing]) -> dict[Frame, Frame]:
    """What the calls and rounds of the first model are called in the second."""
    found: dict[Frame, Frame] = {}
    for pairing in pairings:
        if pairing.before and pairing.after:
            for one, other in zip(
                pairing.before.trail, pairing.after.trail, strict=False
            ):
                if one.block == other.block:
                    found.setdefault(one, other)
    return found


def _edges(pairings: Mapping[str, Pairing], sides: tuple[Side, Side]) -> list[Edge]:
    """The arrows of the layout: those of both, but for what another way stands for."""
    before, after = (dict.fromkeys(side.edges) for side in sides)
    links = list(_replacing(pairings))
    has = [{*side.keys.values()} for side in sides]
    through_added = _readers([*after, *links])
    through_removed = _readers([*before, *links])
    kept = [e for e in before if e in after or not _path(e, through_added, has[0])]
    kept += [e for e in after if e in before or not _path(e, through_removed, has[1])]
    kept += links
    # A way may have led through an arrow that another way stands for.
    readers = _readers(dict.fromkeys(kept))
    for edges, own in zip((before, after), has, strict=True):
        left_out = (edge for edge in edges if edge not in kept)
        kept += [edge for edge in left_out if not _path(edge, readers, own)]
    place = {key: n for n, key in enumerate(pairings)}
    return sorted(dict.fromkeys(kept), key=lambda edge: place[edge[1]])


def _replacing(pairings: Mapping[str, Pairing]) -> Iterator[Edge]:
    """From the last of what was removed to the first of what was added in its place."""
    for (one, before), (other, after) in pairwise(pairings.items()):
        if before.change == REMOVED and after.change == ADDED:
            yield one, other


def _readers(edges: Iterable[Edge]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for start, end in edges:
        found.setdefault(start, []).append(end)
    return found


def _path(edge: Edge, readers: Mapping[str, Sequence[str]], has: set[str]) -> list[str]:
    """A way of several steps through what a side doesn't have; nothing without one."""
    start, end = edge
    came: dict[str, str] = {}
    waiting = [key for key in readers.get(start, ()) if key not in has]
    came |= dict.fromkeys(waiting, start)
    while waiting:
        key = waiting.pop()
        for reader in readers.get(key, ()):
            if reader == end:
                way = [end, key]
                while way[-1] != start:
                    way.append(came[way[-1]])
                return way[::-1]
            if reader not in has and reader not in came:
                came[reader] = key
                waiting.append(reader)
    return []

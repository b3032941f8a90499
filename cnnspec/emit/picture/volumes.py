"""A model as its tensors: boxes to scale, as in the figures of papers."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from cnnspec.emit.picture.boxes import Box, Link, Picture
from cnnspec.emit.picture.captions import Captions, first_shape
from cnnspec.emit.picture.diagram import arrow, keys
from cnnspec.emit.picture.document import BORDER, Page, document, n, text
from cnnspec.emit.picture.measure import SMALL
from cnnspec.emit.picture.parts import assemble
from cnnspec.emit.picture.placing import (
    Groups,
    Joint,
    Placed,
    by_level,
    in_layers,
    in_lines,
    is_chain,
)
from cnnspec.emit.picture.points import Route
from cnnspec.emit.picture.resolution import goes_down_and_up, levels
from cnnspec.emit.picture.solids import HIGHEST, LEAST, Solid, drawn, scale, solid
from cnnspec.model.summary import Row, Summary

_THICK = 1.6


def volumes(summary: Summary, captions: Captions, unroll: bool) -> str:
    """The tensors of a model whose every number is known: the text of an SVG file.

    The same summary gives the same text.
    """
    picture = assemble(summary, captions, unroll=unroll)
    solids = solids_of(summary, picture)
    links = [link for link in picture.links if link.target in solids]
    joints = list(
        dict.fromkeys((solids[link.source], solids[link.target]) for link in links)
    )
    every = list(solids.values())
    arrange, highest = _arrangement(every, joints)
    first = any(_channels_first(row) for row in summary.rows)
    small = scale(every, first, highest)
    repeated = {
        box: [solids[part] for part in box.walk() if part in solids]
        for box in picture.frames
        if box.rounds > 1
    }
    width, height, routes = arrange(every, joints, list(repeated.values()))
    notes = [captions.say("volumes")]
    if small:
        notes.append(captions.say("least", n=n(LEAST)))
    if repeated:
        notes.append(captions.say("repeats"))
    by_joint = {(solids[link.source], solids[link.target]): link for link in links}
    ways = [(by_joint[joint], way) for joint, way in zip(joints, routes, strict=True)]
    return document(
        Page(
            picture.name,
            picture.counts,
            captions.say("describes", counts=picture.counts),
            width,
            height,
            _drawing(repeated, every, ways),
            keys([box.entries[0] for box in solids], captions),
            notes,
            captions.lang,
        )
    )


def solids_of(summary: Summary, picture: Picture) -> dict[Box, Solid]:
    """What each layer gives; outputs give nothing."""
    halved = levels(summary)
    times = {
        box.parts[0]: box.title
        for box in picture.frames
        if box.rounds > 1 and len(box.parts) == 1
    }
    read = {link.source for link in picture.links}
    found = {}
    for box in picture.leaves:
        if not box.is_tensor or box in read:
            name = box.entries[-1].name
            shape = first_shape(picture.shapes[name])
            found[box] = solid(box, shape, halved[name], times.get(box, ""))
    return found


def _channels_first(row: Row) -> bool:
    return getattr(row.layer, "data_format", None) == "channels_first"


_Arrange = Callable[[Sequence[Solid], Sequence[Joint], Groups], Placed]


def _arrangement(
    solids: Sequence[Solid], joints: Sequence[Joint]
) -> tuple[_Arrange, float]:
    """What gives solids their places, and how high the highest is to be drawn."""
    if is_chain(solids, joints):
        return in_lines, HIGHEST
    if goes_down_and_up([each.level for each in solids if len(each.shape) > 2]):
        return by_level, 1.25 * HIGHEST
    return in_layers, HIGHEST


def _drawing(
    repeated: dict[Box, list[Solid]],
    solids: Sequence[Solid],
    ways: Sequence[tuple[Link, Route]],
) -> Iterator[str]:
    for box, inside in repeated.items():
        if len(inside) > 1:
            yield from _around(box, inside)
    for link, route in ways:
        link.thickness = _THICK
        yield arrow(link, route)
    for each in solids:
        yield from drawn(each)


def _around(box: Box, inside: Sequence[Solid]) -> Iterator[str]:
    """A frame around what stands for several rounds, one in each line of a chain."""
    for _, line in groupby(inside, lambda each: each.line):
        members = list(line)
        left = min(each.left for each in members) - 6
        right = max(each.left + each.room for each in members) + 6
        top = min(each.top for each in members) - 6
        bottom = max(each.bottom + each.text_height for each in members) + 2
        yield (
            f'<rect x="{n(left)}" y="{n(top)}" width="{n(right - left)}" '
            f'height="{n(bottom - top)}" rx="6" fill="#f4f6f9" stroke="{BORDER}" '
            'stroke-dasharray="5 4"/>'
        )
        yield text(left + 6, top - 4, box.title, SMALL + 1, bold=True)

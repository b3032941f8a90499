"""A model as a diagram: blocks as boxes that hold their layers, arrows for tensors.

The picture is an SVG document with nothing outside itself: a browser opens it, a slide
or a page shows it at any size. Layers of one kind share a colour, and always say what
they are, since colours alone don't tell everybody. An arrow is as thick as its tensor
is large.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from cnnspec.emit.picture.boxes import FIRST, Box, Cell, Link, Picture
from cnnspec.emit.picture.captions import INDENT, Captions, Entry, first_shape
from cnnspec.emit.picture.document import (
    ARROW,
    BORDER,
    EDGE,
    PALE,
    Key,
    Page,
    document,
    headed,
    n,
    text,
    tooltip,
)
from cnnspec.emit.picture.layout import HEADER, LABEL_HEIGHT, lay_out
from cnnspec.emit.picture.measure import SMALL, text_width
from cnnspec.emit.picture.parts import assemble
from cnnspec.emit.picture.points import Point, Route
from cnnspec.emit.picture.resolution import goes_down_and_up, levels
from cnnspec.emit.picture.swatches import OTHER, SWATCHES
from cnnspec.model.summary import Summary

_GROUNDS = ("#f4f6f9", "#e9edf2", "#dde3ea")
"""Of a box in the picture, of one in that box, and so on."""
_HEAD = 7.0
"""Length of an arrow's head."""
_BEND = 10.0
"""Radius of an arrow's corners."""
_BESIDE = 18.0
"""How far a label may reach into the margin of the page."""
_CARD = 4.0
"""By how much the box behind one that stands for several looks out."""


def diagram(summary: Summary, captions: Captions, unroll: bool) -> str:
    """The diagram of a model whose every number is known: the text of an SVG file.

    The same summary gives the same text.
    """
    picture = assemble(summary, captions, unroll=unroll)
    size_frames(picture)
    routes = lay_out(picture.root, picture.links, up=_rises(summary, picture))
    return document(
        Page(
            picture.name,
            picture.counts,
            captions.say("describes", counts=picture.counts),
            picture.root.width,
            picture.root.height,
            _drawing(picture, routes),
            keys(picture.entries, captions),
            notes(picture, captions),
            captions.lang,
        )
    )


def _rises(summary: Summary, picture: Picture) -> Box | None:
    """The part of a model with which it begins to go up again."""
    if any(len(shape) < 3 for shape in map(first_shape, picture.shapes.values())):
        return None
    found = levels(summary)
    boxes = {box: part for part in picture.root.parts for box in part.walk()}
    order = [(found[row.name], boxes[picture.homes[row.name]]) for row in summary.rows]
    if not goes_down_and_up([level for level, _ in order]):
        return None
    return next(part for level, part in order if level == max(found.values()))


def size_frames(picture: Picture) -> None:
    """Gives boxes that hold others the width that their titles need."""
    for box in picture.frames:
        box.width = text_width(box.title, SMALL + 1, bold=True) + 2 * INDENT


def notes(picture: Picture, captions: Captions) -> list[str]:
    """What stands below the legend."""
    repeated = any(box.rounds > 1 for box in picture.frames)
    return [captions.say(name) for name in ("thickness", *["repeats"] * repeated)]


def keys(entries: Iterable[Entry], captions: Captions) -> list[Key]:
    """The legend: the families that occur."""
    found = {entry.swatch for entry in entries}
    return [
        Key(captions.family(swatch), swatch.colour)
        for swatch in (*SWATCHES.values(), OTHER)
        if swatch in found
    ]


def _drawing(picture: Picture, routes: Sequence[Route]) -> Iterator[str]:
    yield from frames(picture.root, lambda box: True)
    for link, route in zip(picture.links, routes, strict=True):
        yield arrow(link, route)
    for box in picture.frames:
        yield bar(box)
    for box in picture.leaves:
        for cell in box.cells():
            yield from layer(cell)
    for link, route in zip(picture.links, routes, strict=True):
        if link.says:
            yield label(link, route)


def frames(box: Box, shown: Callable[[Box], bool], depth: int = 0) -> Iterator[str]:
    """The rectangles of the boxes that hold others, the outermost first."""
    ground = _GROUNDS[min(depth, len(_GROUNDS) - 1)]
    looks = f'rx="6" fill="{ground}" stroke="{BORDER}"'
    for part in box.parts:
        if part.entries or not shown(part):
            continue
        if part.rounds > 1:
            yield f"<rect {_area(part, _CARD)} {looks}/>"
        dashes = "" if part.is_call else ' stroke-dasharray="5 4"'
        yield f'<rect class="box" {_area(part)} {looks}{dashes}/>'
        yield from frames(part, shown, depth + 1)


def bar(box: Box) -> str:
    """The title of a box, over the arrows that enter it."""
    x, right = box.x + 0.5, box.x + box.width - 0.5
    fill = "#cdd6e0" if box.is_call else "#ffffff"
    side, turn = (-1, 0) if box.upwards else (1, 1)
    edge = (box.y + box.height if box.upwards else box.y) + 0.5 * side
    end, corner = edge + side * HEADER, edge + side * 5.5
    line = (
        f"M{n(x)} {n(end)}V{n(corner)}a5.5 5.5 0 0 {turn} 5.5 {n(-5.5 * side)}"
        f"H{n(right - 5.5)}a5.5 5.5 0 0 {turn} 5.5 {n(5.5 * side)}V{n(end)}z"
    )
    said = text(
        box.x + box.width / 2,
        edge + side * HEADER / 2 + 4,
        box.title,
        SMALL + 1,
        bold=box.is_call or box.rounds > 1,
        anchor="middle",
    )
    return f'<g>{tooltip(box.tooltip)}<path d="{line}" fill="{fill}"/>{said}</g>'


def layer(cell: Cell) -> Iterator[str]:
    """The rectangle of a layer, an input or an output."""
    entry, is_tensor = cell.entry, cell.entry.is_tensor
    rounding = n(cell.height / 2) if is_tensor else "3"
    left, right = cell.x + INDENT, cell.x + cell.width - INDENT
    bottom = cell.y + cell.height - 5
    yield f'<g class="{"tensor" if is_tensor else "layer"}">'
    if entry.tooltip:
        yield tooltip(entry.tooltip)
    yield (
        f'<rect x="{n(cell.x)}" y="{n(cell.y)}" width="{n(cell.width)}" '
        f'height="{n(cell.height)}" rx="{rounding}" fill="{entry.swatch.colour}" '
        f"{EDGE}/>"
    )
    if cell.height < FIRST:
        yield text(left, bottom, entry.brief, SMALL)
    else:
        yield headed(left, cell.y + 14, entry.type, entry.arguments)
        yield text(left, bottom, entry.label, SMALL, fill=PALE)
        if entry.note:
            yield text(right, bottom, entry.note, SMALL, fill=PALE, anchor="end")
    yield "</g>"


def arrow(link: Link, points: Sequence[Point]) -> str:
    """An arrow along its corners, as thick as its tensor is large."""
    said = f"{link.names[0]} → {link.names[1]}: {link.carries}"
    thick, end = link.thickness, points[-1]
    back = _towards(end, points[-2], _HEAD)
    dx, dy = (end.x - back.x) / _HEAD, (end.y - back.y) / _HEAD
    half = thick / 2 + 2.5
    corners = (
        Point(back.x - dy * half, back.y + dx * half),
        Point(back.x + dy * half, back.y - dx * half),
        end,
    )
    head = " ".join(f"{n(x)},{n(y)}" for x, y in corners)
    inside = Point(back.x + dx, back.y + dy)
    return (
        f'<g class="arrow">{tooltip(said)}'
        f'<path d="{_path([*points[:-1], inside])}" fill="none" stroke="{ARROW}" '
        f'stroke-width="{n(thick)}"/><polygon points="{head}" fill="{ARROW}"/></g>'
    )


def _path(points: Sequence[Point]) -> str:
    """A line with round corners."""
    steps = [f"M{n(points[0].x)} {n(points[0].y)}"]
    for before, point, after in zip(points, points[1:], points[2:], strict=False):
        a = _towards(point, before, _BEND, 0.5)
        b = _towards(point, after, _BEND, 0.5)
        steps.append(f"L{n(a.x)} {n(a.y)}Q{n(point.x)} {n(point.y)} {n(b.x)} {n(b.y)}")
    return f"{''.join(steps)}L{n(points[-1].x)} {n(points[-1].y)}"


def _towards(point: Point, other: Point, most: float, share: float = 1.0) -> Point:
    """The place at a distance from a point on the way to another."""
    dx, dy = other.x - point.x, other.y - point.y
    length = abs(dx) + abs(dy)
    part = min(most, length * share) / length if length else 0.0
    return Point(point.x + dx * part, point.y + dy * part)


def label(link: Link, route: Route) -> str:
    """The shape that an arrow carries, on white, so that it can be read over lines."""
    said, width = link.carries, text_width(link.carries, SMALL)
    start, turn = route[:2]
    half = min(abs(turn.y - start.y) / 2, LABEL_HEIGHT)
    # A long one beside the edge stays on the page, whose margin it may take.
    x = max(start.x, width / 2 - _BESIDE)
    y = start.y + (half if turn.y > start.y else -half)
    return (
        f'<rect x="{n(x - width / 2)}" y="{n(y - 6.5)}" '
        f'width="{n(width)}" height="13" fill="#ffffff" fill-opacity=".8"/>'
        f"{text(x, y + 3.5, said, SMALL, anchor='middle')}"
    )


def _area(box: Box, aside: float = 0.0) -> str:
    return (
        f'x="{n(box.x + aside)}" y="{n(box.y + aside)}" '
        f'width="{n(box.width)}" height="{n(box.height)}"'
    )

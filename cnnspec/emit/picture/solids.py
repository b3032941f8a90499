"""A tensor as a solid: a box as high, deep and wide as it has rows, columns, channels.

Lengths are in pixels. A vector has no rows, and is a bar.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from cnnspec.emit.picture.boxes import Box
from cnnspec.emit.picture.captions import shapes_text
from cnnspec.emit.picture.document import PALE, n, text, tooltip
from cnnspec.emit.picture.measure import SMALL, text_width
from cnnspec.emit.picture.points import Point
from cnnspec.ground.shapes import Shape

LEAST = 4.0
"""What is smaller is drawn as large as that."""
HIGHEST, _WIDEST, _BAR, _BAR_WIDTH = 150.0, 64.0, 4.0, 9.0
_ASLANT = 0.35
"""The part of a depth that goes to the right, and up."""
_UNKNOWN = 128.0
"""What a size is taken for at the full resolution, where it isn't known."""
_LINE = 12.0
_LONGEST = 11
"""Characters of a type in one line."""


@dataclass(eq=False)
class Solid:
    """What a layer gives, and what is written below it."""

    box: Box
    shape: Shape
    level: int
    """How often the resolution was halved."""
    lines: Sequence[str]
    """Written below it, the first of them in bold: what it is, and its shape last."""
    heads: int
    """How many lines say what it is."""
    height: float = 0.0
    depth: float = 0.0
    breadth: float = 0.0
    x: float = 0.0
    """Of its front's left side."""
    middle: float = 0.0
    """The height of its middle."""
    line: int = 0
    """Of a chain that is broken into lines."""
    beside: float = 0.0
    """Where the gap to the right of its column is."""

    @property
    def width(self) -> float:
        """From its left to its right."""
        return self.breadth + self.depth

    @property
    def top(self) -> float:
        """The height of its upper end."""
        return self.middle - (self.height + self.depth) / 2

    @property
    def bottom(self) -> float:
        """The height of its lower end."""
        return self.middle + (self.height + self.depth) / 2

    @property
    def room(self) -> float:
        """The width that it takes with its text."""
        heads, rest = self.lines[: self.heads], self.lines[self.heads :]
        widths = [text_width(line, SMALL, bold=True) for line in heads]
        widths += [text_width(line, SMALL) for line in rest]
        return max(self.width, *widths)

    @property
    def left(self) -> float:
        """Where the room for it and its text begins."""
        return self.x - (self.room - self.width) / 2

    @property
    def text_height(self) -> float:
        """What is written below it takes."""
        return _LINE * len(self.lines) + 6

    @property
    def entry(self) -> Point:
        """Where arrows come to it."""
        return Point(self.x, self.middle)

    @property
    def exit(self) -> Point:
        """Where arrows leave it."""
        return Point(self.x + self.width, self.middle)


def solid(box: Box, shape: Shape, level: int, times: str = "") -> Solid:
    """The solid of what a box gives, not yet to scale.

    Args:
        box: without parts.
        shape: of what it gives.
        level: how often the resolution was halved.
        times: written below all else: for how many rounds it stands.
    """
    entry = box.entries[0]
    window = [part for part in entry.arguments.split(", ") if "×" in part]
    heads = _broken(entry.type)
    lines = [*heads, *([] if box.is_tensor else window[:1]), shapes_text(shape)]
    lines += [times] if times else []
    return Solid(box, shape, level, lines, len(heads))


def _broken(name: str) -> list[str]:
    """A class's name in lines: `Global`, `Average`, `Pooling2D`."""
    lines = [""]
    for word in filter(None, re.findall(r"[A-Z]?[^A-Z]*(?:(?<=\d)D)?", name)):
        if lines[-1] and len(lines[-1] + word) > _LONGEST:
            lines.append("")
        lines[-1] += word
    return lines


def scale(
    solids: Sequence[Solid], channels_first: bool, highest: float = HIGHEST
) -> bool:
    """Gives all their sizes, so that one pixel is as much for each of them.

    Args:
        solids: of one picture.
        channels_first: whether shapes have the channels in front of the rows.
        highest: what the most rows are drawn as.

    Returns:
        Whether one is smaller than `LEAST`, and drawn larger.
    """
    sizes = {each: _sizes(each, channels_first) for each in solids}
    maps = [size for size in sizes.values() if len(size) > 1]
    vectors = [size[0] for size in sizes.values() if len(size) == 1]
    side = highest / max((max(size[:2]) for size in maps), default=1.0)
    channel = min(4.0, _WIDEST / max((size[2] for size in maps), default=1.0))
    bar = min(_BAR, HIGHEST / sqrt(max(vectors, default=1.0)))
    found = False
    for each, size in sizes.items():
        if len(size) == 1:
            each.height, each.breadth = bar * sqrt(size[0]), _BAR_WIDTH
        else:
            height, depth, breadth = size
            each.height, each.breadth = side * height, channel * breadth
            each.depth = _ASLANT * side * depth
        small = min(each.height, each.breadth) < LEAST
        found = found or small
        each.height, each.breadth = max(each.height, LEAST), max(each.breadth, LEAST)
    return found


def _sizes(each: Solid, channels_first: bool) -> tuple[float, ...]:
    """Rows, columns and channels; or the length of a vector."""
    unknown = _UNKNOWN / 2**each.level
    sizes = [float(unknown if size is None else size) for size in each.shape[1:]]
    if len(sizes) < 2:
        return (sizes[0] if sizes else 1.0,)
    if channels_first:
        sizes = [*sizes[1:], sizes[0]]
    if len(sizes) == 2:
        return sizes[0], 0.0, sizes[1]
    return sizes[0], sizes[1], sizes[-1]


# ------------------------------------------------------------------ drawn


def drawn(each: Solid) -> Iterator[str]:
    """Its three faces, and what is written below it."""
    x, y = each.x, each.top + each.depth
    right, bottom, aside = x + each.breadth, y + each.height, each.depth
    back = each.top
    colour = each.box.entries[0].swatch.colour
    kind = "tensor" if each.box.is_tensor else "layer"
    said = "\n".join(entry.tooltip or entry.name for entry in each.box.entries)
    front = [(x, y), (right, y), (right, bottom), (x, bottom)]
    top = [(x, y), (x + aside, back), (right + aside, back), (right, y)]
    side = [
        (right, y),
        (right + aside, back),
        (right + aside, back + each.height),
        (right, bottom),
    ]
    yield f'<g class="{kind}">{tooltip(said)}'
    if aside:
        yield _face(top, _mixed(colour, 255, 0.45))
        yield _face(side, _mixed(colour, 0, 0.2))
    yield _face(front, colour)
    yield "</g>"
    middle, line = x + each.width / 2, each.bottom + _LINE + 2
    for number, said in enumerate(each.lines):
        is_head = number < each.heads
        yield text(
            middle,
            line,
            said,
            SMALL,
            bold=is_head,
            anchor="middle",
            fill="" if is_head else PALE,
        )
        line += _LINE


def _face(corners: Sequence[tuple[float, float]], colour: str) -> str:
    points = " ".join(f"{n(x)},{n(y)}" for x, y in corners)
    return (
        f'<polygon points="{points}" fill="{colour}" stroke="#4a5563" '
        'stroke-width=".8" stroke-linejoin="round"/>'
    )


def _mixed(colour: str, other: int, share: float) -> str:
    """A colour with a share of white (255) or black (0)."""
    parts = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(p + (other - p) * share):02x}" for p in parts)

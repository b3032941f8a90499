"""Boxes that hold layers or boxes, and arrows between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import fsum, log10
from typing import NamedTuple

from cnnspec.emit.picture.captions import (
    Bundle,
    Entry,
    first_shape,
    shapes_text,
    spanned,
)
from cnnspec.emit.picture.measure import SMALL, text_width
from cnnspec.ground.shapes import Shapes, product

FIRST, OTHER_ROW = 32.0, 16.0
"""Heights of a layer, with two lines of text, and of what goes with it."""


@dataclass(eq=False)
class Box:
    """A rectangle: a layer with those that go with it, or what holds others."""

    entries: list[Entry] = field(default_factory=list)
    """A layer, and those behind it that leave the shape as it is; nothing in a box
    that holds others."""
    parts: list["Box"] = field(default_factory=list)
    """What it holds, each after those that it reads."""
    title: str = ""
    tooltip: str = ""
    is_call: bool = True
    """Whether it is a call of a block; else rounds of a repeat."""
    rounds: int = 1
    """How many calls or rounds it stands for."""
    width: float = 0.0
    height: float = 0.0
    x: float = 0.0
    y: float = 0.0
    upwards: bool = False
    """Whether what it holds runs up, and not down."""

    def cells(self) -> Iterator["Cell"]:
        """The rectangles of its entries: the first, behind it the others in rows."""
        for cell in self._cells():
            if self.upwards:
                y = 2 * self.y + self.height - cell.y - cell.height
                yield cell._replace(y=y)
            else:
                yield cell

    def _cells(self) -> Iterator["Cell"]:
        first, *others = self.entries
        yield Cell(first, self.x, self.y, self.width, FIRST)
        y = self.y + FIRST
        for row in _rows(others, self.width):
            needed, x = fsum(entry.short_width for entry in row), self.x
            for entry in row:
                width = entry.short_width / needed * self.width
                yield Cell(entry, x, y, width, OTHER_ROW)
                x += width
            y += OTHER_ROW

    def measure(self, width: float) -> None:
        """Gives a box without parts its size."""
        self.width = width
        self.height = FIRST + OTHER_ROW * len(_rows(self.entries[1:], width))

    def walk(self) -> Iterator["Box"]:
        """The box and all that it holds, outermost first."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def is_tensor(self) -> bool:
        """Whether it is an input or an output."""
        return bool(self.entries) and self.entries[0].is_tensor


class Cell(NamedTuple):
    """The rectangle of an entry."""

    entry: Entry
    x: float
    y: float
    width: float
    height: float


def _rows(entries: Sequence[Entry], width: float) -> list[list[Entry]]:
    """Entries in rows of at most that width."""
    rows: list[list[Entry]] = []
    for entry in entries:
        taken = fsum(other.short_width for other in rows[-1]) if rows else width
        if taken + entry.short_width > width:
            rows.append([])
        rows[-1].append(entry)
    return rows


@dataclass(eq=False)
class Link:
    """An arrow: a tensor that one box without parts gives and another reads."""

    source: Box
    target: Box
    names: tuple[str, str]
    """Of the layers or tensors that it joins."""
    carries: str
    """The shape of the tensor."""
    thickness: float
    says: bool = True
    """Whether the shape is written at it."""

    @property
    def label_width(self) -> float:
        """What the shape takes where it is written."""
        return text_width(self.carries, SMALL) + 6 if self.says else 0.0


@dataclass(eq=False)
class Picture:
    """The boxes of a model and the arrows between them."""

    name: str
    counts: str
    root: Box
    links: list[Link]
    shapes: dict[str, Shapes]
    """Of the tensors, by the names of what gives them."""
    homes: dict[str, Box]
    """The boxes without parts that give them."""
    bundles: dict[str, Bundle]
    """What each layer stands for: those of its place in the rounds that are alike."""

    @property
    def leaves(self) -> list[Box]:
        """The boxes without parts, in the order of the model."""
        return [box for box in self.root.walk() if box.entries]

    @property
    def entries(self) -> list[Entry]:
        """All that the boxes without parts say."""
        return [entry for box in self.leaves for entry in box.entries]

    @property
    def frames(self) -> list[Box]:
        """The boxes that hold others, outermost first."""
        return [box for box in self.root.walk() if not box.entries][1:]


def link(
    source: Box, target: Box, names: tuple[str, str], several: Sequence[Shapes]
) -> Link:
    """An arrow that is as thick as its tensor is large.

    Args:
        source: what gives the tensor.
        target: what reads it.
        names: of both layers.
        several: the tensor's shape in each of the rounds that it stands for.
    """
    size = product(first_shape(several[0])[1:])
    thickness = min(7.0, 1 + 0.8 * log10(size)) if size else 1.5
    return Link(source, target, names, spanned(map(shapes_text, several)), thickness)


def say_once(links: Sequence[Link]) -> None:
    """Leaves a shape to the first of the arrows that carry the same tensor."""
    said = set()
    for link in links:
        place = (link.source, link.carries)
        link.says = place not in said
        said.add(place)

"""What is drawn of a model: boxes that hold layers or boxes, and arrows between."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import fsum, log10
from typing import NamedTuple

from cnnspec.catalogue.registry import ACCOMPANYING
from cnnspec.emit.picture.captions import (
    Bundle,
    Captions,
    Entry,
    first_shape,
    shapes_text,
    spanned,
    within,
)
from cnnspec.emit.picture.measure import SMALL, shortened, text_width
from cnnspec.emit.picture.repeats import Group, Trait, groups, runs, together
from cnnspec.ground.errors import Frame, Path
from cnnspec.ground.shapes import Shapes, product
from cnnspec.model.summary import Row, Summary

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


def assemble(
    summary: Summary,
    captions: Captions,
    *,
    unroll: bool = False,
    trait: Trait = lambda row: None,
) -> Picture:
    """What is drawn of a model whose every number is known.

    Args:
        summary: the model.
        captions: what is said of it.
        unroll: draws every round and call, alike or not.
        trait: what else has to be the same for layers to be drawn as one.
    """
    builder = _Builder(summary, captions)
    builder.unroll, builder.trait = unroll, trait
    return builder.picture()


class _Builder:
    def __init__(self, summary: Summary, captions: Captions) -> None:
        self.summary, self.captions = summary, captions
        self.unroll = False
        self.trait: Trait = lambda row: None
        self.root = Box()
        self.homes: dict[str, Box] = {}
        """The boxes that give the tensors."""
        self.holders: dict[Box, Box] = {}
        self.call = ""
        """The call around what is drawn."""
        self.drawn: list[Bundle] = []
        self.bundles: dict[str, Bundle] = {}
        """Layers of one place in rounds that are alike, by the name of the first."""
        self.shapes: dict[str, Shapes] = {
            tensor.name: tensor.shape for tensor in summary.graph.inputs
        }
        self.shapes |= {row.name: row.output_shape for row in summary.rows}
        self.readers: dict[str, set[str]] = defaultdict(set)
        for row in summary.rows:
            for name in row.inputs:
                self.readers[name].add(row.name)
        for name in summary.graph.outputs:
            self.readers[name].add("")
        self.rounds = _rounds(summary.rows)

    def picture(self) -> Picture:
        graph = self.summary.graph
        for tensor in graph.inputs:
            box = self._leaf(self.captions.input(tensor), self.root)
            self.homes[tensor.name] = box
        self._grow([(row,) for row in self.summary.rows], self.root, 0)
        links = self._links()
        for name in graph.outputs:
            box = self._leaf(self.captions.output(name, self.shapes[name]), self.root)
            links.append(self._link(name, name, box))
        say_once(links)
        for box in self.root.walk():
            _measure(box)
        counts = self.captions.counts(self.summary)
        return Picture(
            graph.name,
            counts,
            self.root,
            links,
            self.shapes,
            self.homes,
            self.bundles,
        )

    def _leaf(self, entry: Entry, parent: Box) -> Box:
        box = Box([entry])
        self.holders[box] = parent
        parent.parts.append(box)
        return box

    # -------------------------------------------------------------- boxes

    def _grow(self, bundles: Sequence[Bundle], parent: Box, depth: int) -> None:
        """Puts layers into a box, with a box for each call and round among them.

        Args:
            bundles: the layers.
            parent: the box.
            depth: how many steps of each layer's trail led to the box.
        """
        # What is read is the tensor of one round, and stands for those of the others.
        self.bundles |= {bundle[0].name: bundle for bundle in bundles}
        found = groups(bundles, depth)
        if self.unroll:
            alike = [[group] for group in found]
        else:
            alike = list(runs(found, depth, self.readers, self.trait))
        for run in alike:
            if run[0].frame is None:
                for bundle in run[0].bundles:
                    self._add(bundle, parent)
            else:
                self._add_frame(run[0].frame, run, parent, depth)

    def _add_frame(
        self, frame: Frame, run: Sequence[Group], parent: Box, depth: int
    ) -> None:
        box = Box(is_call=bool(frame.block), rounds=len(run))
        around = self.call
        self.call = frame.name or around
        self._grow(together(run), box, depth + 1)
        self.call = around
        frames = [group.frame for group in run if group.frame]
        if len(box.parts) == 1 and not frame.block:
            (inner,) = box.parts
            if len(run) == 1:
                # A border around a single thing would only be one line more.
                return self._adopt(box.parts, parent)
            if inner.parts and inner.rounds == 1:
                inner.rounds = len(run)
                inner.title += f" {self._times(len(run))}"
                return self._adopt(box.parts, parent)
        box.title = self._title(frame, len(run))
        box.tooltip = "\n".join(
            dict.fromkeys(each.name for each in frames if each.name)
        )
        return self._adopt([box], parent)

    def _adopt(self, boxes: Sequence[Box], parent: Box) -> None:
        for box in boxes:
            self.holders[box] = parent
            parent.parts.append(box)

    def _title(self, frame: Frame, rounds: int) -> str:
        """What the bar of a box that holds others says."""
        times = self._times(rounds)
        if not frame.block:
            if rounds > 1:
                return times
            return self.captions.say(
                "round", n=frame.round, all=self.rounds[frame.path]
            )
        block = shortened(frame.block)
        if rounds > 1:
            return f"{block} {times}"
        if frame.name in ("", frame.block):
            return block
        return f"{shortened(within(frame.name, self.call))} ({block})"

    def _times(self, rounds: int) -> str:
        return self.captions.say("times", n=rounds)

    def _add(self, bundle: Bundle, parent: Box) -> None:
        entry, row = self.captions.layer(bundle), bundle[0]
        source = self.homes[row.inputs[0]] if row.inputs else None
        if source and self.holders[source] is parent and self._continues(row, source):
            source.entries.append(entry)
            home = source
        else:
            home = self._leaf(entry, parent)
        for each in bundle:
            self.homes[each.name] = home
        self.drawn.append(bundle)

    def _continues(self, row: Row, source: Box) -> bool:
        """Whether a layer stands below the one it reads without an arrow between."""
        (name, *others) = row.inputs
        return (
            not others
            and not source.is_tensor
            and row.layer.family() in ACCOMPANYING
            and source.entries[-1].name == name
            and self.shapes[name] == row.output_shape
            and all(len(self.readers[each.name]) == 1 for each in self.bundles[name])
        )

    # -------------------------------------------------------------- arrows

    def _links(self) -> list[Link]:
        found = []
        for row, *_ in self.drawn:
            home = self.homes[row.name]
            for name in dict.fromkeys(row.inputs):
                if self.homes[name] is not home:
                    found.append(self._link(name, row.name, home))
        return found

    def _link(self, name: str, reader: str, target: Box) -> Link:
        # Within a box that stands for several rounds it is a tensor of each of them.
        names = [row.name for row in self.bundles.get(name, ())] or [name]
        shapes = [self.shapes[each] for each in names]
        return link(self.homes[name], target, (name, reader), shapes)


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


def _measure(box: Box) -> None:
    """Gives the boxes without parts in a box their sizes: one width side by side."""
    leaves = [part for part in box.parts if part.entries]
    needed = {part: _needed(part) for part in leaves}
    layers = [width for part, width in needed.items() if not part.is_tensor]
    for part in leaves:
        part.measure(needed[part] if part.is_tensor else max(layers))


def _needed(box: Box) -> float:
    first, *others = box.entries
    return max([first.width, *(entry.short_width for entry in others)])


def _rounds(rows: Sequence[Row]) -> dict[Path, int]:
    """How many rounds each repeat has, by its place in the document."""
    found: dict[Path, int] = {}
    for row in rows:
        for frame in row.trail:
            if not frame.block:
                found[frame.path] = max(frame.round, found.get(frame.path, 0))
    return found

"""What is drawn of a model, and which of its rounds are drawn as one."""

from collections import defaultdict
from collections.abc import Sequence

from cnnspec.catalogue.registry import ACCOMPANYING
from cnnspec.emit.picture.boxes import Box, Link, Picture, link, say_once
from cnnspec.emit.picture.captions import (
    Bundle,
    Captions,
    Entry,
    within,
)
from cnnspec.emit.picture.measure import shortened
from cnnspec.emit.picture.repeats import Group, Trait, groups, runs, together
from cnnspec.ground.errors import Frame, Path
from cnnspec.ground.shapes import Shapes
from cnnspec.model.summary import Row, Summary


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
            dict.fromkeys(each.name for each in frames if each.given)
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
        if not frame.given or frame.name == frame.block:
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

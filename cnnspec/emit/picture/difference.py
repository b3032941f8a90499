"""Two models side by side, with what differs in colour and with a mark.

The colours are told apart by who sees no red or green (Okabe, Ito: Color Universal
Design, 2008), and each has a mark besides.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from cnnspec.emit.picture.boxes import Box, Link, Picture, link, say_once
from cnnspec.emit.picture.captions import Bundle, Captions, Entry
from cnnspec.emit.picture.diagram import (
    arrow,
    bar,
    frames,
    label,
    layer,
    notes,
    size_frames,
)
from cnnspec.emit.picture.document import PALE, Key, Page, document, group, text
from cnnspec.emit.picture.layout import SLIDE, lay_out
from cnnspec.emit.picture.measure import HEADING, SMALL, shortened, text_width
from cnnspec.emit.picture.merged import Merged, Side, merge
from cnnspec.emit.picture.parts import assemble
from cnnspec.emit.picture.points import Point, Route, joined, same
from cnnspec.emit.picture.swatches import Swatch
from cnnspec.ground.shapes import Shapes
from cnnspec.ground.visible import visible
from cnnspec.judge.diff.comparison import (
    ADDED,
    AFFECTED,
    CHANGED,
    REMOVED,
    SAME,
    Difference,
    Pairing,
)
from cnnspec.judge.diff.wording import MARKS, edits
from cnnspec.model.graph import Input
from cnnspec.model.summary import Row

CHANGES = {
    CHANGED: "#f5e27a",
    AFFECTED: "#d3dae2",
    ADDED: "#9ccdf2",
    REMOVED: "#f4b494",
    SAME: "#ffffff",
}
"""The colours of what differs, and of what doesn't."""
_GAP = 48.0
"""Between the models."""
_TOP = 46.0
"""Height of what stands above each."""


def side_by_side(
    difference: Difference, titles: tuple[str, str], captions: Captions, unroll: bool
) -> str:
    """Two models side by side: the text of an SVG file.

    Args:
        difference: of the models.
        titles: what to call them.
        captions: the texts.
        unroll: draws every round of a repeat, alike or not.
    """
    before, after = map(visible, titles)
    merged = merge(difference)
    spoken = _Spoken(captions, merged)
    picture = assemble(merged.summary, spoken, unroll=unroll, trait=spoken.trait)
    size_frames(picture)
    routes = lay_out(picture.root, picture.links, aspect=SLIDE / 2)
    least = max(text_width(title, HEADING, bold=True) for title in (before, after))
    room = max(picture.root.width, least)
    panels = [
        _Panel(picture, routes, side, entries)
        for side, entries in zip(merged.sides, spoken.entries, strict=True)
    ]
    changed = {pairing.change for pairing in difference.pairings}
    return document(
        Page(
            f"{before} → {after}",
            _counts(difference, captions),
            captions.say("differs", before=before, after=after),
            2 * room + _GAP,
            picture.root.height + _TOP,
            [
                panels[0].titled(before, captions, room, 0),
                panels[1].titled(after, captions, room, room + _GAP),
            ],
            [
                Key(captions.texts["changes"][change], colour, MARKS[change].strip())
                for change, colour in CHANGES.items()
                if change in changed
            ],
            notes(picture, captions),
            captions.lang,
        )
    )


def _counts(difference: Difference, captions: Captions) -> str:
    """How many layers were changed, added, and so on."""
    changes = [pairing.change for pairing in difference.pairings]
    said = [
        captions.say(
            "counted",
            n=f"{changes.count(change):,}",
            mark=MARKS[change],
            what=captions.texts["changes"][change],
        )
        for change in CHANGES
        if change in changes
    ]
    return "; ".join(text.strip() for text in said)


class _Spoken(Captions):
    """What is said of the layers of two models at once, and noted for each of them."""

    def __init__(self, captions: Captions, merged: Merged) -> None:
        self.texts, self.lang = captions.texts, captions.lang
        self.merged = merged
        self.entries: tuple[dict[str, Entry], dict[str, Entry]] = ({}, {})
        """Of both models, by the keys of layers; those of outputs have `>` in front."""

    def layer(self, bundle: Bundle) -> Entry:
        """What the rectangle of a layer says, in either model."""
        key = bundle[0].name
        pairings = [self.merged.pairings[row.name] for row in bundle]
        first = pairings[0]
        found = []
        for number in (0, 1):
            rows = [pairing[1 + number] for pairing in pairings]
            own = tuple(row for row in rows if isinstance(row, Row))
            if own:
                entry = _marked(super().layer(own), first.change)
                if number and first.change == CHANGED and first.before and first.after:
                    what = "; ".join(edits(first, first.before, first.after))
                    entry = entry._replace(
                        note=what, tooltip=f"{what}\n{entry.tooltip}"
                    )
                found.append(self.entries[number].setdefault(key, entry))
        return found[-1]._replace(name=key, others=tuple(found))

    def input(self, tensor: Input) -> Entry:
        """What the rectangle of an input says, in either model."""
        pairing = self.merged.inputs[tensor.name]
        found = []
        for number, own in enumerate((pairing.before, pairing.after)):
            if own is not None:
                entry = _marked(super().input(own), pairing.change)
                found.append(self.entries[number].setdefault(tensor.name, entry))
        return found[-1]._replace(name=tensor.name, others=tuple(found))

    def output(self, name: str, shapes: Shapes) -> Entry:
        """What the rectangle of an output says, in either model."""
        found = []
        for number, side in enumerate(self.merged.sides):
            if name in side.outputs:
                own = next(given for given, key in side.keys.items() if key == name)
                rows = {row.name: row.output_shape for row in side.summary.rows}
                entry = super().output(own, rows.get(own, shapes))
                found.append(self.entries[number].setdefault(f">{name}", entry))
        return found[-1]._replace(name=f">{name}", others=tuple(found))

    def trait(self, row: Row) -> Hashable:
        """What has to be the same in both models for layers to be drawn as one."""
        pairing = self.merged.pairings[row.name]
        before = pairing.before.layer.given.items() if pairing.before else ()
        given = frozenset((k, repr(v)) for k, v in before if k != "name")
        return pairing.change, repr(pairing.arguments), given


def _marked(entry: Entry, change: str) -> Entry:
    mark = MARKS[change].strip()
    return entry._replace(
        type=f"{mark} {entry.type}".strip(),
        brief=f"{mark} {entry.brief}".strip(),
        swatch=Swatch(change, CHANGES[change]),
    )


def _edited(entry: Entry, pairing: Pairing) -> Entry:
    """What a layer says that was changed: what in it was."""
    assert pairing.before and pairing.after
    what = "; ".join(edits(pairing, pairing.before, pairing.after))
    return entry._replace(note=shortened(what), tooltip=f"{what}\n{entry.tooltip}")


class _Panel:
    """One of the two models, at the places of the merged one."""

    def __init__(
        self,
        picture: Picture,
        routes: Sequence[Route],
        side: Side,
        entries: dict[str, Entry],
    ) -> None:
        self.picture, self.side = picture, side
        self.routes = {
            (link.source, link.target): route
            for link, route in zip(picture.links, routes, strict=True)
        }
        self.following: dict[Box, list[tuple[Box, Route]]] = defaultdict(list)
        for (source, target), route in self.routes.items():
            self.following[source].append((target, route))
        self.cells = {
            box: [
                cell._replace(entry=entries[cell.entry.name])
                for cell in box.cells()
                if cell.entry.name in entries
            ]
            for box in picture.leaves
        }
        """What it has in each box."""
        self.names = {key: name for name, key in side.keys.items()}
        self.shapes: dict[str, Shapes] = {
            side.keys[name]: shape
            for name, shape in (
                *((tensor.name, tensor.shape) for tensor in side.summary.graph.inputs),
                *((row.name, row.output_shape) for row in side.summary.rows),
            )
        }

    def titled(self, title: str, captions: Captions, room: float, x: float) -> str:
        """The model with its name above.

        Args:
            title: what to call it.
            captions: the texts.
            room: the width that it has.
            x: where that begins.
        """
        aside = (room - self.picture.root.width) / 2
        elements = [
            text(0, 16, title, HEADING - 4, bold=True),
            text(0, 32, captions.counts(self.side.summary), SMALL + 1, fill=PALE),
            group(aside, _TOP, self.elements()),
        ]
        return group(x, 0, elements)

    def elements(self) -> Iterator[str]:
        """All that is drawn."""
        yield from frames(self.picture.root, self._shows)
        links = self._links()
        for one, route in links.items():
            yield arrow(one, route)
        for box in self.picture.frames:
            if self._shows(box):
                yield bar(box)
        for cells in self.cells.values():
            for cell in cells:
                yield from layer(cell)
        for one, route in links.items():
            if one.says:
                yield label(one, route)

    def _shows(self, box: Box) -> bool:
        """Whether the model has anything in a box."""
        return any(self.cells.get(part) for part in box.walk())

    def _links(self) -> dict[Link, Route]:
        """The arrows, each between two boxes once."""
        homes = self.picture.homes
        drawn = {
            entry.name: box for box in self.picture.leaves for entry in box.entries
        }
        edges = [*self.side.edges, *((key, f">{key}") for key in self.side.outputs)]
        found: dict[tuple[Box, Box], tuple[Link, Route]] = {}
        for key, reader in edges:
            source, target = homes[key], drawn.get(reader)
            if target and source is not target and (source, target) not in found:
                names = self.names[key], self.names[reader.removeprefix(">")]
                rows = self.picture.bundles.get(key, ())
                several = [self.shapes[row.name] for row in rows] or [self.shapes[key]]
                one = link(source, target, names, several)
                found[source, target] = one, self._route(source, target)
        links = dict(found.values())
        say_once(list(links))
        return links

    def _route(self, source: Box, target: Box) -> Route:
        """A way from box to box, through the places of those that aren't there."""
        boxes = self._way(source, target)
        last = self.cells[source][-1]
        points = [Point(0.0, last.y + last.height)]
        for step in pairwise(boxes):
            start, *rest = self.routes[step]
            if len(points) > 1 and not same(points[-1].x, start.x):
                middle = (points[-1].y + start.y) / 2
                points += [Point(points[-1].x, middle), Point(start.x, middle)]
            points += [start, *rest]
        points[0] = Point(points[1].x, points[0].y)
        points.append(Point(points[-1].x, self.cells[target][0].y))
        return joined(points)

    def _way(self, source: Box, target: Box) -> list[Box]:
        """The boxes of the straightest such way."""
        waiting: list[tuple[float, int, list[Box]]] = [(0.0, 0, [source])]
        seen: set[Box] = set()
        while waiting[0][2][-1] is not target:
            aside, _, way = heappop(waiting)
            if way[-1] in seen or (way[-1] is not source and self.cells[way[-1]]):
                continue
            seen.add(way[-1])
            for end, route in self.following[way[-1]]:
                more = sum(abs(b.x - a.x) for a, b in pairwise(route))
                item = (aside + more, len(seen) + len(waiting), [*way, end])
                heappush(waiting, item)
        return waiting[0][2]

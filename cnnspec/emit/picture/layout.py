"""Where the boxes and arrows of a picture go: the work of graphlay.

It lays out a graph in layers (Sugiyama, Tagawa, Toda: Methods for Visual Understanding
of Hierarchical System Structures, 1981), boxes in boxes from the innermost out, and
draws arrows by right angles round what stands in their way. Lengths are in pixels, y
grows downwards.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from cnnspec.emit.picture.boxes import Box, Link
from cnnspec.emit.picture.folding import fold
from cnnspec.emit.picture.points import Point, Route, joined, same
from cnnspec.emit.picture.turning import turned_up
from cnnspec.ground.errors import NotInstalledError

PADDING = 14.0
"""From a box's border to what it holds."""
HEADER = 20.0
"""Height of the bar at the top of a box that holds others."""
SPACE = 16.0
"""Between neighbours, and from one to the next."""
LABEL_HEIGHT = 14.0
_NEAR, _SOON = 16.0, 60.0
"""Bends that are as small, and as near to a box, are taken out of an arrow."""
SLIDE = 16 / 9
"""Width by height."""


def lay_out(
    root: Box,
    links: Sequence[Link],
    *,
    aspect: float = SLIDE,
    downwards: bool = True,
    spacing: float = SPACE,
    whole: Sequence[Sequence[Box]] = (),
    up: Box | None = None,
) -> list[Route]:
    """Gives every box its place, and those with parts their sizes.

    Args:
        root: holds all others.
        links: between boxes without parts.
        aspect: width by height that the whole shall come near to.
        downwards: whether the model runs down, and not to the right.
        spacing: from a box to the next.
        whole: boxes that shall stay together where the rest is cut into columns.
        up: of a model that goes down and up again, the part where it is lowest.

    Returns:
        The way of each link's arrow.

    Raises:
        NotInstalledError: graphlay has no wheel for this system.
    """
    graph, ways, edges = _graph(root, links)
    laid = _laid(graph, _options(downwards, spacing))
    left, top = laid.bounds["min"]["x"], laid.bounds["min"]["y"]
    root.width = laid.bounds["max"]["x"] - left
    root.height = laid.bounds["max"]["y"] - top
    for box, node in zip(list(root.walk())[1:], laid.nodes, strict=False):
        box.width, box.height = node["size"]["width"], node["size"]["height"]
        box.x = node["center"]["x"] - box.width / 2 - left
        box.y = node["center"]["y"] - box.height / 2 - top
    pieces = {
        step: [Point(p["x"] - left, p["y"] - top) for p in edge["points"]]
        for step, edge in zip(edges, laid.edges, strict=False)
    }
    routes: Sequence[Route] = [joined(_through(way, pieces)) for way in ways]
    if up is not None and (found := turned_up(root, links, routes, up)):
        return found
    if downwards:
        return list(_tidied(links, fold(root, links, routes, aspect, whole)))
    # To the right is down, in a mirror.
    _mirror(root)
    routes = fold(root, links, _mirrored(routes), 1 / aspect, whole)
    _mirror(root)
    return _mirrored(routes)


def _mirror(root: Box) -> None:
    for box in root.walk():
        box.x, box.y, box.width, box.height = box.y, box.x, box.height, box.width


def _mirrored(routes: Sequence[Route]) -> list[Route]:
    return [[Point(y, x) for x, y in route] for route in routes]


def _graph(
    root: Box, links: Sequence[Link]
) -> tuple[dict[str, Any], list["_Way"], Iterable["_Step"]]:
    """What graphlay is given.

    Returns:
        The graph, the boxes first; the way of each link; and the steps that its edges
        stand for.
    """
    boxes = list(root.walk())[1:]
    number: dict[Stop, int] = {box: n for n, box in enumerate(boxes)}
    nodes = [_node(box.width, box.height) for box in boxes]
    for box in boxes:
        for part in box.parts:
            nodes[number[part]]["parent"] = number[box]
    ways = _ways(root, links)
    for fork in (stop for way in ways for stop in way if isinstance(stop, Fork)):
        if fork not in number:
            number[fork] = len(nodes)
            nodes.append(_node(8.0, 2.0) | {"parent": number[fork.box]})
    edges = _edges(links, ways, number)
    graph = {"nodes": nodes, "edges": list(edges.values())}
    _leave_room(graph, boxes, number)
    return graph, ways, edges


class Fork(NamedTuple):
    """Where the way of a tensor into a box parts, so that one arrow leads there."""

    source: Box
    box: Box


Stop = Box | Fork
_Way = list[Stop]
_Step = tuple[Stop, Stop]


def _ways(root: Box, links: Sequence[Link]) -> list[_Way]:
    """What each link leads through: its source, forks, its target."""
    holder = {part: box for box in root.walk() for part in box.parts}
    entered = [_entered(link, holder) for link in links]
    followed: dict[Fork, set[Box]] = defaultdict(set)
    for link, (*boxes, target) in zip(links, entered, strict=True):
        for box, following in pairwise([*boxes, target]):
            followed[Fork(link.source, box)].add(following)
    return [
        [
            link.source,
            *(
                fork
                for box in boxes
                if len(followed[fork := Fork(link.source, box)]) > 1
            ),
            target,
        ]
        for link, (*boxes, target) in zip(links, entered, strict=True)
    ]


def _entered(link: Link, holder: dict[Box, Box]) -> list[Box]:
    """The boxes that hold a link's target and not its source, then the target."""
    around, box = set(), link.source
    while box in holder:
        box = holder[box]
        around.add(box)
    found, box = [link.target], link.target
    while holder[box] not in around:
        box = holder[box]
        found.append(box)
    return found[::-1]


def _edges(
    links: Sequence[Link], ways: Sequence[_Way], number: dict[Stop, int]
) -> dict[_Step, dict[str, Any]]:
    """Each step of a way once, as graphlay takes it."""
    found: dict[_Step, dict[str, Any]] = {}
    for link, way in zip(links, ways, strict=True):
        for step in pairwise(way):
            start, end = step
            edge = found.setdefault(
                step,
                {
                    "source": number[start],
                    "target": number[end],
                    "thickness": link.thickness,
                },
            )
            if link.says and start is link.source:
                size = {"width": link.label_width, "height": LABEL_HEIGHT}
                edge["label_size"] = size
    return found


def _leave_room(
    graph: dict[str, Any], boxes: Sequence[Box], number: dict[Stop, int]
) -> None:
    """Puts something above what a box holds, where no arrow from outside does."""
    nodes, edges = graph["nodes"], graph["edges"]
    around: list[int | None] = [node.get("parent") for node in nodes]
    entered: set[int | None] = set()
    for edge in edges:
        inside, box = set(), around[edge["source"]]
        while box is not None:
            inside.add(box)
            box = around[box]
        box = edge["target"]
        while box is not None and box not in inside:
            entered.add(box)
            box = around[box]
    for box in boxes:
        if box.parts and number[box] not in entered:
            nodes.append(_node(1.0, HEADER - PADDING) | {"parent": number[box]})
            edges += (
                {"source": len(nodes) - 1, "target": number[part]}
                for part in box.parts
                if number[part] not in entered
            )


def _through(way: _Way, pieces: dict[_Step, list[Point]]) -> Iterator[Point]:
    """The corners of a way, which passes a fork in its middle."""
    last: Point | None = None
    for step in pairwise(way):
        points = list(pieces[step])
        if last is not None:
            start, turn = points[:2]
            if len(points) > 2 and turn.y - start.y <= SPACE:
                points[:2] = [Point(last.x, start.y), Point(last.x, turn.y)]
            else:
                soon = start.y + SPACE / 2
                points[:1] = [Point(last.x, soon), Point(start.x, soon)]
        yield from points
        last = points[-1]


def _tidied(links: Sequence[Link], routes: Sequence[Route]) -> Iterator[Route]:
    """Ways without small bends: an arrow that is alone at a side stands where it fits.

    Where it leaves a box it stands in the middle, where it comes to one right below the
    place that it comes from.
    """
    joints = list(zip(links, routes, strict=True))
    leaving = Counter(
        source for source, _ in {(link.source, route[0].x) for link, route in joints}
    )
    coming = Counter(link.target for link in links)
    for link, route in joints:
        points = list(route)
        middle = link.source.x + link.source.width / 2
        if leaving[link.source] == 1 and _turns_soon(points[:3]):
            points[:2] = [Point(middle, point.y) for point in points[:2]]
        if coming[link.target] == 1 and _turns_soon(points[:-4:-1]):
            x = points[-3].x
            if abs(x - points[-1].x) < _NEAR and _stands_on(x, link.target):
                points[-2:] = [Point(x, point.y) for point in points[-2:]]
        yield joined(points)


def _turns_soon(points: Sequence[Point]) -> bool:
    """Whether a way turns aside near its end."""
    if len(points) < 3:
        return False
    end, turn, after = points
    return abs(turn.y - end.y) < _SOON and same(turn.y, after.y)


def _stands_on(x: float, box: Box) -> bool:
    return box.x + _NEAR / 2 < x < box.x + box.width - _NEAR / 2


def _laid(graph: dict[str, Any], options: dict[str, Any]) -> Any:
    try:
        import graphlay
    except ImportError:
        text = "a picture wants pip install graphlay: 'graphlay' is not installed"
        raise NotInstalledError(text) from None
    return graphlay.layout(graph, preset="process_map", options=options)


def _node(width: float, height: float) -> dict[str, Any]:
    # What a box holds makes it larger than its title, and nothing has no size at all.
    size = {"width": max(width, 1.0), "height": max(height, 1.0)}
    return {"size": size, "shape": "box"}


def _options(downwards: bool, spacing: float) -> dict[str, Any]:
    return {
        "direction": "topbottom" if downwards else "leftright",
        "spacing": {
            "layer_gap": spacing,
            "node_gap": spacing,
            # Its own header is room that arrows may pass.
            "compound_padding": PADDING,
        },
        "routing": {"style": "orthogonal", "port_sides": "facing_only"},
    }

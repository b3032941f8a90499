"""Where the boxes and arrows of a picture go.

A box may hold boxes. Each is laid out by itself, from the innermost out: its parts are
put into ranks, every part below those it reads, and stands from then on for all that it
holds. An arrow between parts of different boxes passes the borders of both at ports,
whose places the inner layout chooses and the outer one has to meet. Lengths are in
pixels, y grows downwards.

This is the scheme of Sugiyama, Tagawa, Toda: Methods for Visual Understanding of
Hierarchical System Structures, 1981. The order within a rank is grandalf's work.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import fsum
from typing import Any, NamedTuple

PADDING = 14.0
"""From a box's border to what it holds."""
HEADER = 20.0
"""Height of the bar at the top of a box that holds others."""
SPACE = 26.0
"""Between neighbours in a rank."""
LANE = 20.0
"""The width that an arrow takes where it passes a rank."""
STEP = 22.0
"""Between two ranks."""
LABEL_STEP = 36.0
"""Between two ranks, where the shape of a tensor is written there."""
COLUMN_SPACE = 64.0
"""Between two columns of a folded box."""
TURN = 20.0
"""From the end of a column to the arrow that leads to the next one."""
WORTH = 0.75
"""A box is folded if that leaves no more than this part of its height."""
TRACK = 12.0
"""Between arrows that lead to the next column side by side."""
TRACKS = 3
"""So many of them, at most, and only from a box that would be `VERY_HIGH`: it takes a
patient eye to follow them."""
VERY_HIGH = 4000.0
FAN = 14.0
"""Between the ends of arrows at one side of a box, and from these to its corners."""

IN, OUT = "in", "out"


class Point(NamedTuple):
    """A place in the picture, or in a box counted from its upper left corner."""

    x: float
    y: float


@dataclass(eq=False)
class Box:
    """A rectangle. One with parts gets its size from them."""

    name: str
    width: float = 0.0
    height: float = 0.0
    parts: list["Box"] = field(default_factory=list)
    """What it holds, each after those that it reads."""
    label: float = 0.0
    """The width of the text to the right of an arrow that leaves it."""
    title: float = 0.0
    """The width of the text in the bar of a box with parts."""
    x: float = 0.0
    y: float = 0.0
    ports: dict["Port", float] = field(default_factory=dict)
    """Where arrows pass its border, counted from its left side."""

    def walk(self) -> Iterator["Box"]:
        """The box and all that it holds, outermost first."""
        yield self
        for part in self.parts:
            yield from part.walk()


class Port(NamedTuple):
    """A place on a box's border where a tensor comes in or goes out."""

    side: str
    source: Box
    """The box without parts that gives the tensor."""


Vertex = Box | Port


class Edge(NamedTuple):
    """An arrow, or the piece of it that lies within one box."""

    start: Vertex
    end: Vertex
    source: Box
    """The box without parts that gives the tensor."""


Link = tuple[Box, Box]
Route = list[Point]
"""The corners of an arrow. Where two neighbours differ in both coordinates, the arrow
leaves the one and reaches the other vertically."""


def lay_out(root: Box, links: Sequence[Link]) -> list[Route]:
    """Gives every box its place and size.

    Args:
        root: holds all others.
        links: from a box to one that reads it, both without parts.

    Returns:
        The arrow of each link.
    """
    pieces, edges = _pieces(root, links)
    limit = float("inf")
    routes = _arrange_all(root, edges, limit)
    if root.height > 1.2 * max(root.width, 800):
        # Folded, a column has about the shape of a slide.
        limit = max(800.0, (0.6 * root.width * root.height) ** 0.5)
        routes = _arrange_all(root, edges, limit)
    for box in root.walk():
        for part in box.parts:
            part.x += box.x
            part.y += box.y
    return [
        _joined(
            [
                Point(round(box.x + x, 1), round(box.y + y, 1))
                for box, edge in way
                for x, y in routes[box][edge]
            ]
        )
        for way in pieces
    ]


def _joined(points: Iterable[Point]) -> Route:
    """The corners without those that lie on a line between their neighbours."""
    route: Route = []
    for point in points:
        if point in route[-1:]:
            continue
        if len(route) > 1 and (
            same(route[-2].x, route[-1].x, point.x)
            or same(route[-2].y, route[-1].y, point.y)
        ):
            route.pop()
        route.append(point)
    return route


def same(*lengths: float) -> bool:
    """Whether lengths differ by less than an eye can see."""
    return max(lengths) - min(lengths) < 0.5


EdgesWithin = dict[Box, dict[Edge, None]]
"""The edges within each box, in order."""


def _pieces(
    root: Box, links: Sequence[Link]
) -> tuple[list[list[tuple[Box, Edge]]], EdgesWithin]:
    """Cuts each link where it passes a border.

    Returns:
        The pieces of each link, with the boxes they lie in; and all pieces by box.
    """
    holder = {part: box for box in root.walk() for part in box.parts}
    edges: EdgesWithin = {box: {} for box in root.walk()}
    ways = []
    for source, target in links:
        up, down = _ancestors(source, holder), _ancestors(target, holder)
        while len(up) > 1 and len(down) > 1 and up[-2] is down[-2]:
            up.pop()
            down.pop()
        *leaving, common = up
        entering = down[-2::-1]
        start: Vertex = source
        way = []
        for box in leaving:
            way.append((box, Edge(start, Port(OUT, source), source)))
            start = box
        first: Vertex = entering[0] if entering else target
        way.append((common, Edge(start, first, source)))
        for box, inner in zip(entering, [*entering, target][1:], strict=True):
            way.append((box, Edge(Port(IN, source), inner, source)))
        for box, edge in way:
            edges[box][edge] = None
        ways.append(way)
    return ways, edges


def _ancestors(box: Box, holder: dict[Box, Box]) -> list[Box]:
    """The boxes around a box, innermost first."""
    found = []
    while box in holder:
        box = holder[box]
        found.append(box)
    return found


def _arrange_all(
    root: Box, edges: EdgesWithin, limit: float
) -> dict[Box, dict[Edge, Route]]:
    """Lays out every box, innermost first."""
    place = {box: number for number, box in enumerate(root.walk())}
    return {
        box: _Level(box, list(edges[box]), place, limit).arrange(is_root=box is root)
        for box in reversed(list(root.walk()))
        if box.parts
    }


class _Spot:
    """What takes room in a rank: a part, a port, or an edge on its way past."""

    def __init__(self, vertex: Vertex | None, rank: int) -> None:
        self.vertex, self.rank = vertex, rank
        self.width = self.height = self.x = 0.0
        self.is_lane = False
        """Whether it goes where the others leave room."""
        if isinstance(vertex, Box):
            label = vertex.width / 2 + vertex.label
            self.width, self.height = max(vertex.width, label), vertex.height
        else:
            self.width = LANE

    def anchor(self, edge: Edge, side: str) -> float:
        """Where an edge meets it, counted from its left side."""
        if not isinstance(self.vertex, Box):
            return LANE / 2
        if self.vertex.parts:
            return self.vertex.ports[Port(side, edge.source)]
        return self.vertex.width / 2


class _Step(NamedTuple):
    """The way of an edge from one rank to the next."""

    upper: _Spot
    lower: _Spot
    edge: Edge
    is_lane: bool

    def start(self) -> float:
        return self.upper.x + self.upper.anchor(self.edge, OUT)

    def end(self) -> float:
        return self.lower.x + self.lower.anchor(self.edge, IN)


class _Level:
    """The layout of what one box holds, not looking into its parts."""

    def __init__(
        self, box: Box, edges: list[Edge], place: dict[Box, int], limit: float
    ) -> None:
        self.box, self.edges, self.limit = box, edges, limit
        ports = {v: None for e in edges for v in e[:2] if isinstance(v, Port)}
        # What comes from nearby goes straight on, what comes from afar passes beside.
        nearest = sorted(ports, key=lambda port: -place[port.source])
        self.entries = [port for port in nearest if port.side == IN]
        self.exits = [port for port in nearest if port.side == OUT]
        self.into: dict[Vertex, list[Edge]] = defaultdict(list)
        self.out_of: dict[Vertex, list[Edge]] = defaultdict(list)
        for edge in edges:
            self.into[edge.end].append(edge)
            self.out_of[edge.start].append(edge)
        self.trunk: set[Vertex] = set()
        """What depends on the nearest entry, if there are entries."""

    def arrange(self, *, is_root: bool) -> dict[Edge, Route]:
        """Gives the parts their places, the box its size and ports."""
        self._rank()
        self._connect()
        _untangle(self.ranks, self.steps)
        self._place_parts()
        self._place_lanes()
        self._stack(0.0 if is_root else HEADER)
        self._fold()
        return self._finish()

    # ------------------------------------------------------------------ ranks

    def _rank(self) -> None:
        rank: dict[Vertex, int] = dict.fromkeys(self.entries, 0)
        first = 1 if self.entries else 0
        for part in self.box.parts:
            above = [rank[edge.start] + 1 for edge in self.into[part]]
            rank[part] = max(above, default=first)
        last = max(rank.values()) + 1
        rank |= dict.fromkeys(self.exits, last)
        self.spots = {vertex: _Spot(vertex, rank[vertex]) for vertex in rank}
        self.ranks: list[list[_Spot]] = [[] for _ in range(max(rank.values()) + 1)]
        for spot in self.spots.values():
            self.ranks[spot.rank].append(spot)

    def _connect(self) -> None:
        """Cuts the edges at each rank they pass."""
        beside = self._beside()
        self.ways: dict[Edge, list[_Step]] = {}
        for edge in self.edges:
            start, end = self.spots[edge.start], self.spots[edge.end]
            way = [start]
            for rank in range(start.rank + 1, end.rank):
                way.append(_Spot(None, rank))
                way[-1].is_lane = edge in beside
                self.ranks[rank].append(way[-1])
            self.ways[edge] = [
                _Step(a, b, edge, edge in beside) for a, b in pairwise([*way, end])
            ]
        for port in (*self.entries, *self.exits):
            own = self.out_of[port] + self.into[port]
            self.spots[port].is_lane = all(edge in beside for edge in own)
        self.steps = [step for way in self.ways.values() for step in way]
        self.above: dict[_Spot, list[_Step]] = defaultdict(list)
        self.below: dict[_Spot, list[_Step]] = defaultdict(list)
        for step in self.steps:
            self.above[step.lower].append(step)
            self.below[step.upper].append(step)

    def _beside(self) -> set[Edge]:
        """Edges that skip what lies between their ends, which shall not give way."""
        order: list[Vertex] = [*self.entries, *self.box.parts, *self.exits]
        bit = {vertex: 1 << number for number, vertex in enumerate(order)}
        reach: dict[Vertex, int] = {}
        for vertex in reversed(order):
            reach[vertex] = bit[vertex]
            for edge in self.out_of[vertex]:
                reach[vertex] |= reach[edge.end]
        if self.entries:
            nearest = reach[self.entries[0]]
            self.trunk = {vertex for vertex in order if nearest & bit[vertex]}
        found = set()
        for vertex in order:
            for edge in self.out_of[vertex]:
                others = (e.end for e in self.out_of[vertex] if e.end != edge.end)
                if any(reach[other] & bit[edge.end] for other in others):
                    found.add(edge)
        for ports, edges in ((self.entries, self.out_of), (self.exits, self.into)):
            near = {p for p in ports if any(self._span(e) == 1 for e in edges[p])}
            if near:
                found |= {e for port in ports if port not in near for e in edges[port]}
        return {edge for edge in found if self._span(edge) > 1}

    def _span(self, edge: Edge) -> int:
        return self.spots[edge.end].rank - self.spots[edge.start].rank

    # ------------------------------------------------------------------ places

    def _place_parts(self) -> None:
        """From the top down, each below what it reads; then the top above the rest."""
        for _ in range(2):
            for rank in self.ranks:
                self._spread(rank, self.above)
            self._spread(self.ranks[0], self.below)
        for rank in self.ranks[1:]:
            self._spread(rank, self.above)
        leaving = [spot for spot in self.ranks[-1] if not spot.is_lane]
        if self.entries and self.exits and len(leaving) == 1:
            # Below the entry, or a column of such boxes would stray to one side.
            leaving[0].x = self.spots[self.entries[0]].x

    def _spread(self, rank: list[_Spot], steps: dict[_Spot, list[_Step]]) -> None:
        """Moves the parts of a rank towards their neighbours in the next one."""
        places = [n for n, spot in enumerate(rank) if not spot.is_lane]
        row = [rank[n] for n in places]
        wanted = []
        for spot in row:
            own = [step for step in steps[spot] if not step.is_lane]
            # What a box is given from afar joins its trunk, which goes straight on.
            own = [step for step in own if step.edge.start in self.trunk] or own
            shifts = [s.start() - s.end() for s in own]
            if steps is self.below:
                shifts = [-shift for shift in shifts]
            wanted.append(spot.x + fsum(shifts) / len(own) if own else spot.x)
        gaps = [
            rank[a].width + SPACE + sum(lane.width for lane in rank[a + 1 : b])
            for a, b in pairwise(places)
        ]
        for spot, x in zip(row, _apart(wanted, gaps), strict=True):
            spot.x = x

    def _place_lanes(self) -> None:
        """Lets the edges that pass beside run as straight as the parts allow."""
        for _ in range(3):
            for rank in self.ranks:
                self._line_up(rank, self.above)
            for rank in reversed(self.ranks):
                self._line_up(rank, self.below)

    def _line_up(self, rank: list[_Spot], steps: dict[_Spot, list[_Step]]) -> None:
        parts = [n for n, spot in enumerate(rank) if not spot.is_lane]
        first = parts[0] if parts else 0
        edge = rank[first].x - SPACE / 2
        for spot in reversed(rank[:first]):
            spot.x = min(self._course(spot, steps), edge - spot.width)
            edge = spot.x
        edge = float("-inf")
        for number, spot in enumerate(rank[first:], first):
            if spot.is_lane:
                spot.x = max(self._course(spot, steps), edge)
                following = next((n for n in parts if n > number), None)
                if following is not None:
                    room = sum(lane.width for lane in rank[number:following])
                    spot.x = min(spot.x, rank[following].x - SPACE / 2 - room)
                edge = spot.x + spot.width
            else:
                edge = spot.x + spot.width + SPACE / 2

    def _course(self, spot: _Spot, steps: dict[_Spot, list[_Step]]) -> float:
        """Where a lane would go straight on."""
        if steps is self.above:
            courses = [step.start() - LANE / 2 for step in steps[spot]]
        else:
            courses = [
                step.lower.x for step in steps[spot] if step.lower.vertex is None
            ]
        return max(courses, default=spot.x)

    def _stack(self, header: float) -> None:
        """The tops and bottoms of the ranks, the bar at the top being the entries'."""
        heights = [max(spot.height for spot in rank) for rank in self.ranks]
        if self.entries:
            heights[0] = header
        self.tops, self.bottoms = [], []
        y = 0.0 if self.entries else header + STEP
        for number, rank in enumerate(self.ranks):
            self.tops.append(y)
            y += heights[number]
            self.bottoms.append(y)
            labelled = any(isinstance(s.vertex, Box) and s.vertex.label for s in rank)
            y += LABEL_STEP if labelled else STEP
            # A long way to the side needs height, or the curve would lie down.
            steps = (step for spot in rank for step in self.below[spot])
            aside = max((abs(s.end() - s.start()) for s in steps), default=0.0)
            y += min(40.0, aside / 10)

    # ------------------------------------------------------------------ columns

    def _fold(self) -> None:
        """Lets a box that is too high go on in a column beside the first."""
        starts = self._columns()
        self.column = [0] * len(self.ranks)
        for start in starts[1:]:
            for rank in range(start, len(self.ranks)):
                self.column[rank] += 1
        self.turns: list[float] = []
        left, first = 0.0, self.tops[1 if self.entries else 0]
        for number, start in enumerate(starts):
            ranks = [r for r, column in enumerate(self.column) if column == number]
            spots = [spot for r in ranks for spot in self.ranks[r]]
            least = min(spot.x for spot in spots)
            most = max(spot.x + spot.width for spot in spots)
            for spot in spots:
                spot.x += left - least
            if number:
                tracks = self._tracks(start)
                up = self.tops[start] - first - TURN - (len(tracks) - 1) * TRACK
                for r in ranks:
                    self.tops[r] -= up
                    self.bottoms[r] -= up
            left += most - least
            self.inner_width = left
            self.turns.append(left + COLUMN_SPACE / 2)
            left += COLUMN_SPACE + (len(self._tracks(ranks[-1] + 1)) - 1) * TRACK

    def _columns(self) -> list[int]:
        """The ranks that begin a column: of equal heights, as far as that can be.

        A column ends where a single tensor leads on, or else few of them.
        """
        end = len(self.ranks) - (1 if self.exits else 0)
        first = 2 if self.entries else 1
        crossing = [len(self._tracks(rank)) for rank in range(end)]

        def fill(limit: float, most: int) -> list[int]:
            cuts = {rank for rank in range(first, end) if crossing[rank] <= most}
            starts, cut = [0], 0
            for rank in range(1, end):
                cut = rank if rank in cuts else cut
                if self.bottoms[rank] - self.tops[starts[-1]] > limit and cut:
                    starts.append(cut)
                    cut = 0
            return starts

        height = self.bottoms[end - 1]
        for most in range(1, (TRACKS if height > VERY_HIGH else 1) + 1):
            starts = fill(self.limit, most)
            low, high = 0.0, self.limit
            while len(starts) > 1 and high - low > 10:
                middle = (low + high) / 2
                if len(fill(middle, most)) > len(starts):
                    low = middle
                else:
                    high = middle
            starts = fill(high, most)
            ends = [self.bottoms[rank - 1] for rank in (*starts[1:], end)]
            heights = [b - self.tops[a] for a, b in zip(starts, ends, strict=True)]
            if max(heights) < WORTH * height:
                return starts
        return [0]

    def _tracks(self, rank: int) -> list[tuple[_Spot, Box]]:
        """The tensors that pass from one rank to the next, from right to left.

        Args:
            rank: the lower of the two.
        """
        if rank >= len(self.ranks):
            return []
        starts = {
            (step.upper, step.edge.source): step.start()
            for spot in self.ranks[rank]
            for step in self.above[spot]
        }
        return sorted(starts, key=lambda start: -starts[start])

    # ------------------------------------------------------------------ results

    def _finish(self) -> dict[Edge, Route]:
        box = self.box
        last = len(self.ranks) - (1 if self.exits else 0)
        floor = max(self.bottoms[:last])
        if self.column[-1]:
            starts = (self.column.index(n) for n in range(1, self.column[-1] + 1))
            most = max(len(self._tracks(start)) for start in starts)
            floor += TURN + (most - 1) * TRACK
        labelled = any(
            isinstance(edge.start, Box) and edge.start.label
            for port in self.exits
            for edge in self.into[port]
        )
        box.width = max(box.title, self.inner_width) + 2 * PADDING
        box.height = floor + (LABEL_STEP if labelled else PADDING)
        shift = (box.width - self.inner_width) / 2
        for rank in self.ranks:
            for spot in rank:
                spot.x += shift
        self.turns = [x + shift for x in self.turns]
        if self.exits:
            self.tops[-1] = self.bottoms[-1] = box.height
        for vertex, spot in self.spots.items():
            if isinstance(vertex, Port):
                box.ports[vertex] = spot.x + LANE / 2
            else:
                band = self.bottoms[spot.rank] - self.tops[spot.rank]
                vertex.x = spot.x
                vertex.y = self.tops[spot.rank] + (band - vertex.height) / 2
        ends = self._fans()
        return {edge: self._route(edge, ends) for edge in self.edges}

    def _fans(self) -> dict[tuple[Edge, str], float]:
        """Where edges end that share the side of a part."""
        found: dict[tuple[Edge, str], float] = {}
        for vertex, spot in self.spots.items():
            if isinstance(vertex, Port) or vertex.parts:
                continue
            for side, steps in ((IN, self.above[spot]), (OUT, self.below[spot])):
                middle = vertex.x + vertex.width / 2
                if len(steps) < 2 or (side == OUT and self._turns(steps[0])):
                    found |= {(step.edge, side): middle for step in steps}
                    continue
                least, most = vertex.x + FAN, vertex.x + vertex.width - FAN
                aims = [s.start() if side == IN else s.end() for s in steps]
                order = sorted(range(len(steps)), key=lambda n: aims[n])
                wanted = [min(max(aims[n], least), most) for n in order]
                # The one that goes straight stays where it is.
                weights = [1e6 if same(x, middle) else 1.0 for x in wanted]
                others = len(steps) - 1
                gap = min(FAN, (most - least) / others)
                places = _apart(wanted, [gap] * others, weights)
                for before, (n, x) in enumerate(zip(order, places, strict=True)):
                    x = min(x, most - (others - before) * gap)
                    found[steps[n].edge, side] = max(x, least + before * gap)
        return found

    def _route(self, edge: Edge, ends: dict[tuple[Edge, str], float]) -> Route:
        way = self.ways[edge]
        first, last = way[0].upper, way[-1].lower
        x = ends.get((edge, OUT), way[0].start())
        route = [Point(x, self._side(first, OUT)), Point(x, self.bottoms[first.rank])]
        for step in way:
            lower = step.lower
            x = ends.get((edge, IN), step.end()) if lower is last else step.end()
            if self._turns(step):
                tracks = self._tracks(lower.rank)
                track = tracks.index((step.upper, edge.source))
                rest = len(tracks) - 1 - track
                aside = self.turns[self.column[step.upper.rank]] + track * TRACK
                bottom = self.bottoms[step.upper.rank] + TURN + track * TRACK
                top = self.tops[lower.rank] - TURN - rest * TRACK
                route += [Point(route[-1].x, bottom), Point(aside, bottom)]
                route += [Point(aside, top), Point(x, top)]
            route.append(Point(x, self.tops[lower.rank]))
            if lower is not last:
                route.append(Point(x, self.bottoms[lower.rank]))
        route.append(Point(x, self._side(last, IN)))
        return route

    def _turns(self, step: _Step) -> bool:
        """Whether an edge leads to the next column there."""
        return self.column[step.upper.rank] != self.column[step.lower.rank]

    def _side(self, spot: _Spot, side: str) -> float:
        """The height at which an edge leaves or reaches a vertex."""
        if not isinstance(spot.vertex, Box):
            return self.tops[spot.rank]
        return spot.vertex.y + (spot.vertex.height if side == OUT else 0.0)


def _apart(
    wanted: Sequence[float],
    gaps: Sequence[float],
    weights: Sequence[float] | None = None,
) -> list[float]:
    """The places nearest to those wanted that keep their order and their distances.

    Nearest by least squares: without the gaps it is isotonic regression, solved by
    pooling neighbours that are out of order (Best, Chakravarti: Active set algorithms
    for isotonic regression, 1990).

    Args:
        wanted: a place for each.
        gaps: the least distance from each to the next.
        weights: how much it matters where each is.
    """
    shifts = [0.0, *accumulate(gaps)][: len(wanted)]
    pools: list[tuple[float, float, int]] = []  # mean, weight, members
    for number, (place, shift) in enumerate(zip(wanted, shifts, strict=True)):
        pool = (place - shift, weights[number] if weights else 1.0, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, weight, members = pools.pop()
            total = weight + pool[1]
            mean = (mean * weight + pool[0] * pool[1]) / total
            pool = (mean, total, members + pool[2])
        pools.append(pool)
    means = [mean for mean, _, members in pools for _ in range(members)]
    return [mean + shift for mean, shift in zip(means, shifts, strict=True)]


def _untangle(ranks: list[list[_Spot]], steps: Sequence[_Step]) -> None:
    """Orders each rank so that few edges cross.

    Every spot without one above it hangs from a root of its own rank above all, by as
    many spots as it takes, because grandalf orders connected graphs and finds ranks by
    itself.
    """
    if all(len(rank) == 1 for rank in ranks):
        return
    from grandalf.graphs import Edge as Bond
    from grandalf.graphs import Graph
    from grandalf.graphs import Vertex as Knot
    from grandalf.layouts import SugiyamaLayout, VertexViewer

    root = Knot()
    knots = {spot: Knot(spot) for rank in ranks for spot in rank}
    bonds = [Bond(knots[step.upper], knots[step.lower]) for step in steps]
    hung = {step.lower for step in steps}
    extra = []
    for spot, knot in knots.items():
        if spot in hung:
            continue
        above: Any = root
        for _ in range(spot.rank):
            extra.append(Knot())
            bonds.append(Bond(above, extra[-1]))
            above = extra[-1]
        bonds.append(Bond(above, knot))
    vertices = [root, *knots.values(), *extra]
    for vertex in vertices:
        vertex.view = VertexViewer()
    graph = Graph(vertices, bonds)
    layout = SugiyamaLayout(graph.C[0])
    layout.init_all(roots=[root], inverted_edges=[])
    for _ in range(4):
        for _ in layout.ordering_step():
            pass
    for rank, ordered in zip(ranks, layout.layers[1:], strict=True):
        rank[:] = [vertex.data for vertex in ordered if vertex.data is not None]

"""Where solids go: a chain in lines, what goes down and up by its resolution."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cnnspec.emit.picture.boxes import Box, Link
from cnnspec.emit.picture.layout import SLIDE, lay_out
from cnnspec.emit.picture.points import Point, Route, joined
from cnnspec.emit.picture.solids import Solid

_SPACE = 22.0
"""Between neighbours: room for an arrow."""
_BETWEEN = 26.0
"""Between two lines or levels."""
_LANE = 9.0
"""Between arrows that pass above a level."""
_LINES = 8
_AROUND = 140.0
"""Height of what stands above and below a picture."""

Joint = tuple[Solid, Solid]
Groups = Sequence[Sequence[Solid]]
"""Solids that stand for several rounds together."""
Placed = tuple[float, float, list[Route]]
"""Width and height of a picture, and the way of each joint."""


def is_chain(solids: Sequence[Solid], joints: Sequence[Joint]) -> bool:
    """Whether each but the first reads the one before it, and nothing else."""
    return list(joints) == list(pairwise(solids))


# ------------------------------------------------------------------ lines


def in_lines(
    solids: Sequence[Solid], joints: Sequence[Joint], groups: Groups
) -> Placed:
    """A chain from left to right, in as many lines as fill a slide best."""

    def fits(lines: Sequence[Sequence[Solid]]) -> float:
        width = max(_line_width(line) for line in lines)
        height = sum(map(_line_height, lines)) + _BETWEEN * (len(lines) - 1)
        return min(SLIDE / width, 1 / (height + _AROUND))

    most = min(_LINES, len(solids))
    best = max((_broken(solids, count) for count in range(1, most + 1)), key=fits)
    y, ends = 0.0, []
    for number, line in enumerate(best):
        x = 0.0
        for each in line:
            each.line = number
            each.x = x + (each.room - each.width) / 2
            each.middle = y + max((e.height + e.depth) / 2 for e in line)
            x += each.room + _SPACE
        y += _line_height(line) + _BETWEEN
        ends.append(y - _BETWEEN / 2)
    width = max(_line_width(line) for line in best)
    routes: list[Route] = []
    breaks = {line[-1]: end for line, end in zip(best[:-1], ends, strict=False)}
    for one, other in joints:
        start, end = one.exit, other.entry
        if one in breaks:
            right, down = width + 8, breaks[one]
            way = [Point(right, start.y), Point(right, down), Point(-12.0, down)]
            routes.append([start, *way, Point(-12.0, end.y), end])
        else:
            routes.append([start, end])
    return width, y - _BETWEEN, routes


def _broken(solids: Sequence[Solid], count: int) -> list[list[Solid]]:
    """Solids in at most that many lines, as equal in length as can be."""
    low = max(each.room for each in solids)
    high = _line_width(solids)
    while high - low > 2:
        middle = (low + high) / 2
        if len(_filled(solids, middle)) > count:
            low = middle
        else:
            high = middle
    return _filled(solids, high)


def _filled(solids: Sequence[Solid], width: float) -> list[list[Solid]]:
    lines: list[list[Solid]] = [[]]
    for each in solids:
        if lines[-1] and _line_width([*lines[-1], each]) > width + 0.1:
            lines.append([])
        lines[-1].append(each)
    return lines


def _line_width(line: Sequence[Solid]) -> float:
    return sum(each.room for each in line) + _SPACE * (len(line) - 1)


def _line_height(line: Sequence[Solid]) -> float:
    solids = max(each.height + each.depth for each in line)
    return solids + max(each.text_height for each in line)


# ------------------------------------------------------------------ levels


def by_level(
    solids: Sequence[Solid], joints: Sequence[Joint], groups: Groups
) -> Placed:
    """From left to right in columns, each at the height of its resolution.

    So nothing stands in the way of an arrow that goes up or down beside a column, nor
    of one that goes along above a level.
    """
    width = _columns(solids, joints)
    place = {each: number for number, each in enumerate(solids)}
    above = _lanes(solids, joints, place)
    y, tops = 0.0, {}
    for level in sorted({each.level for each in solids}):
        row = [each for each in solids if each.level == level]
        most = max(
            (lane for joint, lane in above.items() if joint[1] in row), default=-1
        )
        tops[level] = y + (most + 1) * _LANE
        y = tops[level] + 8
        for each in row:
            each.middle = y + max((e.height + e.depth) / 2 for e in row)
        y += _line_height(row) + _BETWEEN
    routes: list[Route] = []
    for joint in joints:
        lane = tops[joint[1].level] - above[joint] * _LANE if joint in above else None
        routes.append(joined(_climbing(*joint, lane)))
    return width, y - _BETWEEN, routes


def _columns(solids: Sequence[Solid], joints: Sequence[Joint]) -> float:
    """Puts each into a column of its own, or into that of what it reads, one level off.

    Returns:
        The width of all.
    """
    known, columns = set(joints), [[solids[0]]]
    for one, other in pairwise(solids):
        taken = {each.level for each in columns[-1]}
        if (one, other) in known and other.level not in taken:
            columns[-1].append(other)
        else:
            columns.append([other])
    x = 0.0
    for column in columns:
        room = max(each.room for each in column)
        for each in column:
            each.x = x + (room - each.width) / 2
            each.beside = x + room + _SPACE / 2
        x += room + _SPACE
    return x - _SPACE


def _climbing(one: Solid, other: Solid, lane: float | None) -> Iterator[Point]:
    """The way from one solid to another, through a lane if there is one for it."""
    if one.beside == other.beside:
        x = max(one.x + one.width / 2, other.x + other.width / 2)
        down = one.middle < other.middle
        yield Point(x, one.bottom + one.text_height if down else one.top)
        yield Point(x, other.top if down else other.bottom + other.text_height)
        return
    yield one.exit
    if lane is None:
        yield other.entry
        return
    middle = other.x + other.width / 2
    yield from (Point(one.beside, one.middle), Point(one.beside, lane))
    yield from (Point(middle, lane), Point(middle, other.top))


def _lanes(
    solids: Sequence[Solid], joints: Sequence[Joint], place: dict[Solid, int]
) -> dict[Joint, int]:
    """The lane above its target's level of each joint that can't go straight."""
    found: dict[Joint, int] = {}
    taken: dict[int, list[list[tuple[int, int]]]] = defaultdict(list)
    for one, other in sorted(joints, key=lambda j: place[j[1]] - place[j[0]]):
        start, end = place[one], place[other]
        between = solids[start + 1 : end]
        beside = one.level == other.level and all(
            each.level != other.level for each in between
        )
        if beside or one.beside == other.beside:
            continue
        lanes = taken[other.level]
        free = (n for n, lane in enumerate(lanes) if _is_free(lane, start, end))
        number = next(free, len(lanes))
        if number == len(lanes):
            lanes.append([])
        lanes[number].append((start, end))
        found[one, other] = number
    return found


def _is_free(lane: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return all(end <= a or b <= start for a, b in lane)


# ------------------------------------------------------------------ any


def in_layers(
    solids: Sequence[Solid], joints: Sequence[Joint], groups: Groups
) -> Placed:
    """Any graph from left to right, those of a group in one line."""
    boxes = {each: Box(each.box.entries, width=each.room + 12) for each in solids}
    for each, box in boxes.items():
        # Its middle is where arrows come and go.
        box.height = each.height + each.depth + 2 * each.text_height
    flat = Box(parts=list(boxes.values()))
    links = [
        Link(boxes[one], boxes[other], ("", ""), "", 1.5, says=False)
        for one, other in joints
    ]
    whole = [[boxes[each] for each in group] for group in groups]
    routes = lay_out(flat, links, downwards=False, spacing=_SPACE, whole=whole)
    for each, box in boxes.items():
        each.x = box.x + (box.width - each.width) / 2
        each.middle = box.y + box.height / 2
    ways = [
        _to_faces(*joint, route) for joint, route in zip(joints, routes, strict=True)
    ]
    return flat.width, flat.height, ways


def _to_faces(one: Solid, other: Solid, route: Route) -> Route:
    """A way between the rooms of two solids, led to the middles of their faces."""
    points = _levelled(list(route), one.middle)
    points = _levelled(points[::-1], other.middle)[::-1]
    return joined([one.exit, *points, other.entry])


def _levelled(points: list[Point], middle: float) -> list[Point]:
    """A way that begins at a height: what turns soon anyway turns from there."""
    start, turn, *rest = points
    if rest and abs(turn.x - start.x) < _SPACE:
        return [Point(start.x, middle), Point(turn.x, middle), *rest]
    return [Point(start.x, middle), *points]

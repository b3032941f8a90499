"""A model that goes down and up again as a U: down on the left, up on the right.

What stands below the lowest level is turned upside down beside what stands above it.
What one arm hands to the other crosses between them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cnnspec.emit.picture.boxes import Box, Link
from cnnspec.emit.picture.points import Point, Route, joined

_TURN, _TRACK, _ASIDE = 18.0, 12.0, 20.0
"""Below the arms, between arrows side by side, and from these to the arms."""


@dataclass
class _Arm:
    """One side of the U, and how its places are moved."""

    boxes: list[Box]
    routes: list[Route]
    x: float = 0.0
    y: float = 0.0
    upwards: bool = False

    def moved(self, point: Point) -> Point:
        """Where a place goes."""
        y = self.y - point.y if self.upwards else self.y + point.y
        return Point(point.x + self.x, y)

    @property
    def sides(self) -> tuple[float, float]:
        """Its left and right before it is moved."""
        xs = [x for route in self.routes for x, _ in route]
        xs += [x for box in self.boxes for x in (box.x, box.x + box.width)]
        return min(xs), max(xs)


def turned_up(
    root: Box, links: Sequence[Link], routes: Sequence[Route], first: Box
) -> list[Route] | None:
    """Turns all behind the lowest level up, beside what leads down to it.

    Args:
        root: holds all boxes, which are moved; gets the size of the whole.
        links: between boxes without parts.
        routes: the way of each link's arrow, all of them downwards.
        first: of the part that goes up.

    Returns:
        The ways as they are then; None where they can't be drawn so.
    """
    cut = first.y - 3
    left = _Arm([part for part in root.parts if part.y < cut], [])
    right = _Arm([part for part in root.parts if part.y >= cut], [], upwards=True)
    crossing = []
    for link, route in zip(links, routes, strict=True):
        if route[0].y < cut < route[-1].y:
            crossing.append((link, route))
        else:
            (left if route[0].y < cut else right).routes.append(route)
    skips = {link: way for link, way in crossing if _leaves(left, way, cut) is not None}
    if not skips:
        return None
    for link, way in crossing:
        below = [point for point in way if point.y > cut]
        right.routes.append(_tail(right, way, cut)[0] if link in skips else below)
    height = max(cut, root.height - cut)
    (least, most), (begin, end) = left.sides, right.sides
    gap = 2 * _ASIDE + (len(skips) - 1) * _TRACK
    left.x, left.y = -least, height - cut
    right.x, right.y = most - least + gap - begin, height + cut
    across, bottom = _crossings(left, right, skips, cut, height + _TURN)
    for link, way in sorted(crossing, key=lambda item: -item[1][0].x):
        if link not in skips:
            across[link] = _below(left, right, way, cut, bottom)
            bottom += _TRACK
    found = [
        across[link]
        if link in across
        else [(left if way[0].y < cut else right).moved(point) for point in way]
        for link, way in zip(links, routes, strict=True)
    ]
    for arm in (left, right):
        _move(arm)
    root.width, root.height = most - least + gap + end - begin, bottom
    return [joined(route) for route in found]


def _crossings(
    left: _Arm, right: _Arm, skips: dict[Link, Route], cut: float, bottom: float
) -> tuple[dict[Link, Route], float]:
    """The ways from arm to arm, and the height below those that come from below."""
    across: dict[Link, Route] = {}
    begin = left.moved(Point(left.sides[1], 0)).x + _ASIDE
    for number, (link, way) in enumerate(_in_order(left, right, skips)):
        under = Point(begin + number * _TRACK, bottom)
        across[link] = _across(left, right, way, cut, under)
        bottom += _TRACK * any(point.y == bottom for point in across[link])
    return across, bottom


def _leaves(arm: _Arm, way: Route, cut: float) -> int | None:
    """The corner at which an arrow turns aside between the boxes of an arm."""
    for number, (point, other) in enumerate(pairwise(way)):
        if point.y == other.y < cut:
            inside = (box.y <= point.y <= box.y + box.height for box in arm.boxes)
            if not any(inside):
                return number
    return None


def _in_order(
    left: _Arm, right: _Arm, skips: dict[Link, Route]
) -> Sequence[tuple[Link, Route]]:
    """The arrows from arm to arm from left to right, so that few of them cross."""
    falls = sum(right.moved(w[-1]).y - left.moved(w[0]).y for w in skips.values())
    return sorted(skips.items(), key=lambda item: item[1][0].y, reverse=falls > 0)


def _across(
    left: _Arm, right: _Arm, way: Route, cut: float, under: Point
) -> list[Point]:
    """The way from arm to arm: between two levels, or from below.

    Args:
        left: where it begins.
        right: where it ends.
        way: as it was.
        cut: the height of the lowest level.
        under: where it goes if it has to come from below.
    """
    leaves = _leaves(left, way, cut)
    assert leaves is not None
    head = [left.moved(point) for point in way[: leaves + 1]]
    points, turns = _tail(right, way, cut)
    tail = [right.moved(point) for point in points]
    if not turns:
        tail.insert(0, Point(tail[0].x, under.y))
    return [*head, Point(under.x, head[-1].y), Point(under.x, tail[0].y), *tail]


def _tail(arm: _Arm, way: Route, cut: float) -> tuple[Route, bool]:
    """The end of a way: from its last turn between boxes on, or all below a height.

    Returns:
        The corners, and whether there is such a turn.
    """
    for number in range(len(way) - 1, 0, -1):
        if way[number - 1].y == way[number].y > cut:
            y = way[number].y
            if not any(box.y <= y <= box.y + box.height for box in arm.boxes):
                return way[number:], True
    return [point for point in way if point.y > cut], False


def _below(
    left: _Arm, right: _Arm, way: Route, cut: float, bottom: float
) -> list[Point]:
    """The way from the end of one arm to the beginning of the other."""
    head = [left.moved(point) for point in way if point.y < cut]
    tail = [right.moved(point) for point in way if point.y > cut]
    turns = [Point(head[-1].x, bottom), Point(tail[0].x, bottom)]
    return [*head, *turns, *tail]


def _move(arm: _Arm) -> None:
    boxes: Iterable[Box] = (box for part in arm.boxes for box in part.walk())
    for box in boxes:
        corner = Point(box.x, box.y + box.height if arm.upwards else box.y)
        box.x, box.y = arm.moved(corner)
        box.upwards = arm.upwards

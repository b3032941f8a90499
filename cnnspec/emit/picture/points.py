"""Places in a picture, and the ways of arrows through them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


Route = Sequence[Point]
"""The corners of an arrow, from the border of one box to that of another."""


def joined(points: Iterable[Point]) -> list[Point]:
    """A way without the points that lie on a line between their neighbours."""
    found: list[Point] = []
    for point in points:
        if found and same(found[-1].x, point.x) and same(found[-1].y, point.y):
            continue
        if len(found) > 1 and (
            same(found[-2].x, found[-1].x, point.x)
            or same(found[-2].y, found[-1].y, point.y)
        ):
            found.pop()
        found.append(point)
    return found


def same(*lengths: float) -> bool:
    """Whether lengths differ by less than an eye can see."""
    return max(lengths) - min(lengths) < 0.5

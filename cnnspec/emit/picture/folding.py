"""A picture that is too high goes on in a column beside the first.

It is cut between two ranks of boxes, where few arrows lead on, and each of these turns
round to the top of the next column.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from cnnspec.emit.picture.boxes import Box, Link
from cnnspec.emit.picture.points import Point, Route, joined, same

_TURN = 18.0
"""From the end of a column to the nearest arrow that leads to the next one."""
_TRACK = 12.0
"""Between arrows that lead to the next column side by side."""
_ASIDE = 20.0
"""From a column to the arrows that lead to the next one, and from these to that."""
_LOW = 600.0
"""What isn't higher stays in one column."""
_COLUMNS = 40
_TRACKS = 8
"""So many arrows lead from a column to the next, at most: it takes a patient eye to
follow them."""
_PATIENCE = 0.86
"""What it is worth less for each arrow that leads on beside another."""
_FEWER = 0.97
"""What it is worth less for each column."""
_HIGH = 1.5
"""By how much too high a folded picture may be before frames are taken away."""
_AROUND = 140.0
"""Height of what stands above and below a picture."""
_WORTH = 1.1
"""By how much larger it must be shown, folded, on a page of the wanted shape."""


class _Cut(NamedTuple):
    """A height at which a picture may be cut."""

    y: float
    crossing: tuple[tuple[Box, float], ...]
    """The boxes whose tensors cross it and where, from right to left."""


class _Column(NamedTuple):
    """A part of a picture from one cut to the next."""

    top: float
    bottom: float
    left: float
    right: float
    crossing: tuple[tuple[Box, float], ...]
    """What leads on to the next."""


def fold(
    root: Box,
    links: Sequence[Link],
    routes: Sequence[Route],
    aspect: float,
    whole: Sequence[Sequence[Box]] = (),
) -> list[Route]:
    """Cuts a picture into columns, if that brings it nearer to a shape.

    Args:
        root: holds all boxes, which are moved; gets the size of the whole.
        links: between boxes without parts.
        routes: the way of each link's arrow.
        aspect: width by height that the whole shall come near to.
        whole: boxes that shall stay together.

    Returns:
        The way of each link's arrow, turned where it leads to another column.
    """

    def scale(columns: Sequence[_Column]) -> float:
        width, height = _size(columns)
        turns = sum(max(0, len(column.crossing) - 1) for column in columns)
        patience = _PATIENCE**turns * _FEWER ** len(columns)
        return min(aspect / width, 1 / (height + _AROUND)) * patience

    if root.height < _LOW:
        return list(routes)
    uncut = [_column(root, routes, 0.0, root.height, ())]

    def fitting() -> list[_Column]:
        cuts = [cut for cut in _cuts(root, links, routes) if not _parts(cut, whole)]
        return max(_choices(root, routes, cuts), key=scale, default=uncut)

    best = fitting()
    while not whole and _is_high(best, aspect) and _open(root, _size(best)[1] / 2):
        best = fitting()
    if len(best) == 1 or scale(best) < _WORTH * scale(uncut):
        return list(routes)
    shifts = list(_shifts(best))
    for box in list(root.walk())[1:]:
        shift = shifts[_place(best, box.y + box.height / 2)]
        box.x, box.y = box.x + shift.x, box.y + shift.y
    root.width, root.height = _size(best)
    return [
        _straight(joined(_turned(link, route, best, shifts)), best)
        for link, route in zip(links, routes, strict=True)
    ]


def _is_high(columns: Sequence[_Column], aspect: float) -> bool:
    width, height = _size(columns)
    return height * aspect > _HIGH * width


def _open(root: Box, height: float) -> bool:
    """Takes away the frames of what is higher than that, so that it can be cut.

    What they held says where it comes from.

    Returns:
        Whether there were any.
    """
    opened: list[Box] = []
    for part in root.parts:
        is_frame = part.parts and part.rounds == 1
        if not is_frame or part.height <= height:
            opened.append(part)
            continue
        for inner in part.parts:
            if inner.parts:
                inner.title = f"{part.title.partition(' (')[0]} · {inner.title}"
            opened.append(inner)
    found = opened != root.parts
    root.parts = opened
    return found


# ------------------------------------------------------------------ where to cut


def _cuts(root: Box, links: Sequence[Link], routes: Sequence[Route]) -> Iterator[_Cut]:
    """The places between two ranks where few arrows lead on, all of them straight."""
    sweep = _Sweep(links, routes)
    bottom = 0.0
    for part in sorted(root.parts, key=lambda part: part.y):
        if bottom and part.y > bottom + 4:
            # Arrows leave a rank straight, and turn aside between it and the next.
            for y in (bottom + 3, part.y - 3):
                found = sweep.crossing(y)
                if found is not None:
                    yield _Cut(y, found)
                    break
        bottom = max(bottom, part.y + part.height)


class _Sweep:
    """The pieces of arrows at a height, asked for from the top down."""

    def __init__(self, links: Sequence[Link], routes: Sequence[Route]) -> None:
        self.waiting = sorted(
            (
                (min(a.y, b.y), max(a.y, b.y), a.x, link.source)
                for link, route in zip(links, routes, strict=True)
                for a, b in pairwise(route)
            ),
            key=lambda piece: -piece[0],
        )
        self.here: list[tuple[float, float, float, Box]] = []

    def crossing(self, y: float) -> tuple[tuple[Box, float], ...] | None:
        """The tensors that cross a height; None if too many do, or one lies on it."""
        while self.waiting and self.waiting[-1][0] < y + 1:
            self.here.append(self.waiting.pop())
        self.here = [piece for piece in self.here if piece[1] > y - 1]
        if any(top == bottom for top, bottom, _, _ in self.here):
            return None
        found = dict.fromkeys(
            (source, x) for top, bottom, x, source in self.here if top < y < bottom
        )
        if len(found) > _TRACKS:
            return None
        return tuple(sorted(found, key=lambda each: -each[1]))


def _parts(cut: _Cut, whole: Sequence[Sequence[Box]]) -> bool:
    """Whether a cut would part what shall stay together."""
    return any(len({box.y < cut.y for box in boxes}) > 1 for boxes in whole)


def _choices(
    root: Box, routes: Sequence[Route], cuts: Sequence[_Cut]
) -> Iterator[list[_Column]]:
    """Columns as equal in height as can be, two of them, three, and so on."""
    for count in range(2, min(_COLUMNS, len(cuts) + 1) + 1):
        low, high = root.height / count, root.height
        while high - low > 8:
            middle = (low + high) / 2
            chosen = _filled(root.height, cuts, middle)
            if chosen is None or len(chosen) >= count:
                low = middle
            else:
                high = middle
        chosen = _filled(root.height, cuts, high)
        if chosen:
            ends = [*chosen, _Cut(root.height, ())]
            tops = [0.0, *(cut.y for cut in chosen)]
            yield [
                _column(root, routes, top, end.y, end.crossing)
                for top, end in zip(tops, ends, strict=True)
            ]


def _filled(height: float, cuts: Sequence[_Cut], limit: float) -> list[_Cut] | None:
    """The cuts that leave no column higher than a limit; None if none do."""
    chosen: list[_Cut] = []
    top, last = 0.0, None
    for cut in (*cuts, _Cut(height, ())):
        if cut.y - top > limit:
            if last is None:
                return None
            chosen.append(last)
            top, last = last.y, None
            if cut.y - top > limit:
                return None
        last = cut
    return chosen


def _column(
    root: Box,
    routes: Sequence[Route],
    top: float,
    bottom: float,
    crossing: tuple[tuple[Box, float], ...],
) -> _Column:
    inside = [part for part in root.parts if top <= part.y < bottom]
    xs = [x for route in routes for x, y in route if top <= y <= bottom]
    xs += [x for part in inside for x in (part.x, part.x + part.width)]
    return _Column(top, bottom, min(xs), max(xs), crossing)


# ------------------------------------------------------------------ moving


def _gap(column: _Column) -> float:
    """The width between a column and the next."""
    return 2 * _ASIDE + (len(column.crossing) - 1) * _TRACK


def _head(columns: Sequence[_Column]) -> float:
    """The height above and below all columns, for arrows that turn there."""
    most = max(len(column.crossing) for column in columns)
    return _TURN + max(0, most - 1) * _TRACK if most else 0.0


def _size(columns: Sequence[_Column]) -> tuple[float, float]:
    width = sum(column.right - column.left for column in columns)
    width += sum(_gap(column) for column in columns[:-1])
    height = max(column.bottom - column.top for column in columns)
    return width, height + 2 * _head(columns)


def _shifts(columns: Sequence[_Column]) -> Iterator[Point]:
    """By how much each column is moved."""
    x, head = 0.0, _head(columns)
    for column in columns:
        yield Point(x - column.left, head - column.top)
        x += column.right - column.left + _gap(column)


def _place(columns: Sequence[_Column], y: float) -> int:
    """The column that a height of the picture before folding belongs to."""
    return sum(y > column.bottom for column in columns[:-1])


def _turned(
    link: Link, route: Route, columns: Sequence[_Column], shifts: Sequence[Point]
) -> Iterable[Point]:
    """A way with its turns to the next columns."""
    for n, point in enumerate(route):
        here = _place(columns, point.y)
        before = _place(columns, route[n - 1].y) if n else here
        for column in range(before, here):
            yield from _turn(link, route[n - 1].x, column, columns, shifts)
        yield Point(point.x + shifts[here].x, point.y + shifts[here].y)


def _turn(
    link: Link,
    x: float,
    number: int,
    columns: Sequence[_Column],
    shifts: Sequence[Point],
) -> Iterator[Point]:
    """The way from the end of a column to the top of the next."""
    column, head = columns[number], _head(columns)
    track = column.crossing.index((link.source, x))
    rest = len(column.crossing) - 1 - track
    bottom = head + column.bottom - column.top + _TURN + track * _TRACK
    top = head - _TURN - rest * _TRACK
    aside = column.right + shifts[number].x + _ASIDE + track * _TRACK
    yield Point(x + shifts[number].x, bottom)
    yield Point(aside, bottom)
    yield Point(aside, top)
    yield Point(x + shifts[number + 1].x, top)


def _straight(route: Route, columns: Sequence[_Column]) -> Route:
    """A way that turns aside at the top of a column and not again below it."""
    if any(len(column.crossing) > 1 for column in columns):
        return route
    top = _head(columns) - _TURN
    for n, (a, b, c, d) in enumerate(
        zip(route, route[1:], route[2:], route[3:], strict=False)
    ):
        if same(a.y, b.y, top) and same(c.y, d.y) and c.y - top < 3 * _TURN:
            return joined([*route[: n + 1], Point(d.x, top), *route[n + 3 :]])
    return route

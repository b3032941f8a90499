"""What a variant costs against what it scores: a point for each."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnspec.emit.picture.document import group, text
from cnnspec.emit.picture.measure import text_width
from cnnspec.study.report.pictures import page
from cnnspec.study.report.pictures.axes import Scale, counts_scale, scale

NAMED = 12
"""Up to so many variants have their names beside their points."""
_MARGIN, _HEAD = 16.0, 70.0
_WIDTH, _HEIGHT = 330.0, 300.0
_LONGEST, _LETTERS = 240.0, 11.0


class Point(NamedTuple):
    """A variant: what it costs, by the panel's title, and what it scores."""

    name: str
    brief: str
    is_reference: bool
    costs: Sequence[int | None]
    score: float
    deviation: float
    says: str


class Words(NamedTuple):
    """What the picture says."""

    title: str
    describes: str
    score: str
    costs: Sequence[str]
    notes: Sequence[str]
    lang: str


def picture(points: Sequence[Point], words: Words, *, higher_is_better: bool) -> str:
    """The text of an SVG file.

    Args:
        points: of the variants, with at least one cost that differs.
        words: of the picture.
        higher_is_better: which of two scores is the better one.
    """
    ends = [p.score + sign * p.deviation for p in points for sign in (-1, 1)]
    up = scale(ends, _HEIGHT, 0)
    left = _MARGIN + 8 + max(text_width(up.text(t), page.SMALL) for t in up.ticks())
    elements = [text(_MARGIN, 26, words.title, 16, bold=True)]
    for k, title in enumerate(words.costs):
        found = [point for point in points if point.costs[k] is not None]
        if len({point.costs[k] for point in found}) > 1:
            drawn = _panel(found, k, title, up, words.score, higher_is_better)
            elements.append(group(left, _HEAD, drawn))
            left += _WIDTH + 40 + _names_width(found, k, higher_is_better)
    bottom = _HEAD + _HEIGHT + 46
    elements.append(
        page.pale(
            text(_MARGIN, bottom + 16 * j, note, page.SMALL + 1)
            for j, note in enumerate(words.notes)
        )
    )
    noted = [text_width(note, page.SMALL + 1) + 2 * _MARGIN for note in words.notes]
    width, height = max(left, *noted, 0.0), bottom + 16 * len(words.notes)
    return page.sheet(width, height, words.title, words.describes, words.lang, elements)


def _named(points: Sequence[Point], cost: int, higher: bool) -> Sequence[Point]:
    return points if len(points) <= NAMED else _best(points, cost, higher)


def _names_width(points: Sequence[Point], cost: int, higher: bool) -> float:
    """The room for the names beside a panel."""
    named = _named(points, cost, higher)
    cut = [page.cut(point.brief, _LONGEST, _LETTERS) for point in named]
    return max(text_width(name, _LETTERS, bold=True) for name in cut)


def _panel(
    points: Sequence[Point],
    cost: int,
    title: str,
    up: Scale,
    score: str,
    higher_is_better: bool,
) -> Iterator[str]:
    across = counts_scale([float(p.costs[cost] or 0) for p in points], 0, _WIDTH)
    yield text(0, -14, score, page.TYPE, bold=True)
    yield text(_WIDTH, _HEIGHT + 32, title, page.TYPE, bold=True, anchor="end")
    for tick in up.ticks():
        yield page.grid(0, up.place(tick), _WIDTH, up.place(tick))
    for tick in across.ticks():
        yield page.grid(across.place(tick), 0, across.place(tick), _HEIGHT)
    yield page.pale(
        [
            *(
                text(-6, up.place(t) + 3.5, up.text(t), page.SMALL, anchor="end")
                for t in up.ticks()
            ),
            *(
                text(
                    across.place(t),
                    _HEIGHT + 15,
                    across.text(t),
                    page.SMALL,
                    anchor="middle",
                )
                for t in across.ticks()
            ),
        ]
    )
    yield from _points(points, cost, across, up, higher_is_better)


def _points(
    points: Sequence[Point], cost: int, across: Scale, up: Scale, higher: bool
) -> Iterator[str]:
    best = _best(points, cost, higher)
    named = _named(points, cost, higher)
    places = [up.place(point.score) for point in named]
    for point in points:
        x, y = across.place(float(point.costs[cost] or 0)), up.place(point.score)
        colour = _colour(point, best)
        low, high = (up.place(point.score + sign * point.deviation) for sign in (-1, 1))
        yield page.line(x, low, x, high, colour, 1.4, ' stroke-opacity=".6"')
        yield page.dot(x, y, colour, f"{point.name}\n{point.says}", 4)
    for point, y in zip(named, page.apart(places, 15, 4, _HEIGHT - 4), strict=True):
        x, at = across.place(float(point.costs[cost] or 0)), up.place(point.score)
        colour = _colour(point, best)
        yield page.line(x + 5, at, _WIDTH + 8, y, colour, 0.6, ' stroke-opacity=".6"')
        name = page.cut(point.brief, _LONGEST, _LETTERS)
        bold = point.is_reference
        said = text(_WIDTH + 11, y + 4, name, _LETTERS, bold=bold, fill=colour)
        yield page.named(said, point.name) if name != point.name else said


def _colour(point: Point, best: Sequence[Point]) -> str:
    if point.is_reference:
        return "currentColor"
    return page.BLUE if point in best else page.GREY


def _best(points: Sequence[Point], cost: int, higher: bool) -> list[Point]:
    """Those that no cheaper one beats, and the reference."""
    sign = 1 if higher else -1
    found, most = [], -math.inf
    for point in sorted(points, key=lambda p: (p.costs[cost] or 0, -sign * p.score)):
        if sign * point.score > most:
            most = sign * point.score
            found.append(point)
        elif point.is_reference:
            found.append(point)
    return found

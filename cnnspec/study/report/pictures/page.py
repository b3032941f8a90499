"""The sheet that a picture of results stands on, and what all of them draw with.

Ink is `currentColor` and the paper a rectangle of its own, so that a page can show the
same picture light on dark. The colours are told apart by who sees no red or green, and
stand out from white and from black (after Okabe and Ito: Color Universal Design, 2008).
"""

from collections.abc import Iterable, Sequence
from html import escape

from cnnspec.emit.picture.document import FONT, INK, n, tooltip
from cnnspec.emit.picture.measure import text_width
from cnnspec.ground.visible import visible

SMALL, TYPE = 10.0, 12.0
GREY, BLUE, VERMILION = "#808893", "#1480c4", "#d55e00"
PALETTE = (BLUE, VERMILION, "#009e73", "#c8609b", "#a88400", "#1f9bb0", "#8064d0")
"""The colours of lines, the reference's apart, which is ink."""


def sheet(
    width: float,
    height: float,
    title: str,
    describes: str,
    lang: str,
    elements: Iterable[str],
) -> str:
    """The text of an SVG file.

    Args:
        width, height: of the picture.
        title: what it is called.
        describes: what it shows, for who can't see it.
        lang: the code of its language.
        elements: what is drawn.
    """
    return "\n".join(
        [
            _root(width, height, lang),
            f"<title>{escape(visible(title))}</title>",
            f"<desc>{escape(visible(describes))}</desc>",
            _paper(width, height),
            *elements,
            "</svg>\n",
        ]
    )


def _root(width: float, height: float, lang: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="{lang}" '
        f'viewBox="0 0 {n(width)} {n(height)}" width="{n(width)}" '
        f'height="{n(height)}" font-family="{FONT}" font-size="{n(SMALL)}" '
        f'color="{INK}" fill="currentColor">'
    )


def _paper(width: float, height: float) -> str:
    size = f'width="{n(width)}" height="{n(height)}"'
    return f'<rect class="paper" {size} fill="#ffffff"/>'


def pale(elements: Iterable[str]) -> str:
    """Elements that stand back."""
    return "\n".join(['<g opacity=".72">', *elements, "</g>"])


def line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str,
    width: float,
    more: str = "",
) -> str:
    """A straight line."""
    return (
        f'<line x1="{n(x1)}" y1="{n(y1)}" x2="{n(x2)}" y2="{n(y2)}" '
        f'stroke="{colour}" stroke-width="{width:g}"{more}/>'
    )


def grid(x1: float, y1: float, x2: float, y2: float) -> str:
    """A line of the ground, which figures are read against."""
    return line(x1, y1, x2, y2, GREY, 0.6, ' stroke-opacity=".45"')


def path(points: Sequence[tuple[float, float]], colour: str, more: str = "") -> str:
    """A line through points."""
    return f'<path d="{_through(points)}" fill="none" stroke="{colour}"{more}/>'


def band(
    upper: Sequence[tuple[float, float]],
    lower: Sequence[tuple[float, float]],
    colour: str,
) -> str:
    """What lies between two lines."""
    around = _through([*upper, *reversed(lower)])
    return f'<path d="{around}Z" fill="{colour}" fill-opacity=".2"/>'


def _through(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)


def dot(x: float, y: float, colour: str, said: str, radius: float = 3.2) -> str:
    """A figure of one seed, which says what it is to who points at it."""
    return (
        f'<circle cx="{n(x)}" cy="{n(y)}" r="{radius:g}" fill="{colour}" '
        f'fill-opacity=".55">{tooltip(said)}</circle>'
    )


def cut(said: str, room: float, size: float = SMALL) -> str:
    """A text that fits into a room; where it is long, its middle is left out."""
    found = visible(said)
    kept = len(found)
    while kept > 3 and text_width(found, size) > room:
        kept -= 1
        half = kept // 2
        found = f"{visible(said)[:half]}…{visible(said)[len(visible(said)) - half :]}"
    return found


def apart(
    places: Sequence[float], distance: float, low: float, high: float
) -> list[float]:
    """Places that are moved as little as it takes to be so far apart.

    Args:
        places: along an axis, in any order.
        distance: between two of them.
        low, high: between which they are to stay, if there is room.
    """
    order = sorted(range(len(places)), key=places.__getitem__)
    blocks: list[tuple[float, list[int]]] = []  # the middle of each, and what is in it
    for index in order:
        blocks.append((min(max(places[index], low), high), [index]))
        while len(blocks) > 1 and _overlap(blocks[-2], blocks[-1], distance):
            (one, first), (other, second) = blocks[-2:]
            joined = [*first, *second]
            middle = (one * len(first) + other * len(second)) / len(joined)
            half = (len(joined) - 1) * distance / 2
            middle = min(max(middle, low + half), max(high - half, low + half))
            blocks[-2:] = [(middle, joined)]
    found = [0.0] * len(places)
    for middle, block in blocks:
        for k, index in enumerate(block):
            found[index] = middle + (k - (len(block) - 1) / 2) * distance
    return found


def _overlap(
    above: tuple[float, list[int]], below: tuple[float, list[int]], distance: float
) -> bool:
    halves = (len(above[1]) + len(below[1])) / 2
    return below[0] - above[0] < halves * distance - 1e-6


def named(element: str, said: str) -> str:
    """An element that says more to who points at it."""
    return f"<g>{tooltip(said)}{element}</g>"

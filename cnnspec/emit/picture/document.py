"""The elements of an SVG document, and the page that a picture stands on.

Nothing in it depends on how a program treats blanks, baselines or fonts: each text is
an element of its own with the place of its letters' base line.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from cnnspec.emit.picture.captions import GAP
from cnnspec.emit.picture.measure import HEADING, SMALL, TYPE, text_width
from cnnspec.ground.visible import visible

INK, PALE, ARROW, BORDER = "#1a1a1a", "#303030", "#5b6776", "#8a96a3"
EDGE = 'stroke="#4a5563" stroke-width=".8"'
"""The border of what has a colour."""
MARGIN = 20.0
_LEAST = 440.0
_TOP = MARGIN + HEADING + 26
FONT = (
    "Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'Noto Sans KR', "
    "'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', NanumGothic, "
    "sans-serif"
)


class Key(NamedTuple):
    """What the legend says of a colour."""

    says: str
    colour: str
    mark: str = ""
    """Drawn upon it."""


class Page(NamedTuple):
    """A picture with what stands around it."""

    name: str
    counts: str
    describes: str
    """What it is, for who can't see it."""
    width: float
    height: float
    """Of the drawing alone."""
    drawing: Iterable[str]
    keys: Sequence[Key]
    notes: Sequence[str]
    lang: str


def document(page: Page) -> str:
    """The text of an SVG file."""
    return "\n".join(_document(page))


def _document(page: Page) -> Iterator[str]:
    name = visible(page.name)
    least = max(_LEAST, *(text_width(note, SMALL + 1) for note in page.notes))
    inner = max(page.width, least, text_width(name, HEADING, bold=True))
    legend, legend_height = _legend(page, inner)
    width = inner + 2 * MARGIN
    height = _TOP + page.height + legend_height + MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" lang="{page.lang}" '
        f'viewBox="0 0 {n(width)} {n(height)}" '
        f'width="{n(width)}" height="{n(height)}"'
        f' font-family="{FONT}" font-size="{n(SMALL)}" fill="{INK}">'
    )
    yield f"<title>{escape(name)}</title>"
    yield f"<desc>{escape(visible(page.describes))}</desc>"
    yield f'<rect width="{n(width)}" height="{n(height)}" fill="#ffffff"/>'
    yield text(MARGIN, MARGIN + HEADING - 4, name, HEADING, bold=True)
    yield text(MARGIN, MARGIN + HEADING + 14, page.counts, TYPE, fill=PALE)
    yield group((width - page.width) / 2, _TOP, page.drawing)
    yield group(MARGIN, _TOP + page.height, legend)
    yield "</svg>\n"


def _legend(page: Page, width: float) -> tuple[list[str], float]:
    """The keys in as many lines as it takes, then the notes.

    Returns:
        The elements, and their height.
    """
    found, x, y = [], 0.0, 18.0
    for key in page.keys:
        needed = 26 + text_width(key.says, SMALL + 1)
        if x and x + needed > width:
            x, y = 0.0, y + 20
        found.append(
            f'<rect x="{n(x)}" y="{n(y)}" width="12" height="12" rx="2" '
            f'fill="{key.colour}" {EDGE}/>'
        )
        if key.mark:
            found.append(
                text(x + 6, y + 10, key.mark, TYPE, bold=True, anchor="middle")
            )
        found.append(text(x + 17, y + 10, key.says, SMALL + 1))
        x += needed
    y += 30 if page.keys else 10
    for note in page.notes:
        found.append(text(0, y, note, SMALL + 1, fill=PALE))
        y += 16
    return found, y - 12


def group(x: float, y: float, elements: Iterable[str]) -> str:
    """Elements that are moved together."""
    return "\n".join([f'<g transform="translate({n(x)} {n(y)})">', *elements, "</g>"])


def text(
    x: float,
    y: float,
    said: str,
    size: float,
    *,
    bold: bool = False,
    anchor: str = "",
    fill: str = "",
    turned: bool = False,
) -> str:
    """A line of text; `turned` runs upwards."""
    looks = f' font-size="{n(size)}"' if size != SMALL else ""
    looks += ' font-weight="700"' if bold else ""
    looks += f' text-anchor="{anchor}"' if anchor else ""
    looks += f' fill="{fill}"' if fill else ""
    if turned:
        looks += f' transform="rotate(-90 {n(x)} {n(y)})"'
    return f'<text x="{n(x)}" y="{n(y)}"{looks}>{escape(said)}</text>'


def headed(x: float, y: float, head: str, rest: str) -> str:
    """A word that stands out, and what is said of it."""
    more = ""
    if rest:
        more = (
            f'<tspan dx="{n(GAP)}" font-weight="400" font-size="{n(SMALL + 1)}">'
            f"{escape(rest)}</tspan>"
        )
    return (
        f'<text x="{n(x)}" y="{n(y)}" font-size="{n(TYPE)}" '
        f'font-weight="700">{escape(head)}{more}</text>'
    )


def tooltip(said: str) -> str:
    """What a browser shows to who points at an element."""
    lines = map(visible, said.split("\n"))
    return f"<title>{escape(chr(10).join(lines), quote=False)}</title>"


def n(number: float) -> str:
    """A length, to a tenth of a pixel: `12`, `12.5`."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")

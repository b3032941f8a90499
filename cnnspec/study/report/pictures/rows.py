"""Variants below one another, and their figures to the right of their names.

However many variants there are, each has a line, and their names never meet.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnspec.emit.picture.document import n, text
from cnnspec.emit.picture.measure import text_width
from cnnspec.study.report.pictures import page
from cnnspec.study.report.pictures.axes import Scale

LINE = 22.0
_MARGIN, _HEAD, _GAP = 16.0, 92.0, 28.0
_LONGEST = 300.0
"""Room for a name."""
_PANEL = 300.0


class Name(NamedTuple):
    """What a variant is called."""

    whole: str
    brief: str
    is_reference: bool


class Mark(NamedTuple):
    """What a panel shows of a variant."""

    points: Sequence[tuple[float, str]] = ()
    """A figure of each seed, and what it is in words."""
    mean: float | None = None
    reach: tuple[float, float] | None = None
    """From where to where the mean's line goes."""
    colour: str = page.BLUE
    note: str = ""
    """To the right of the panel."""


class Panel(NamedTuple):
    """Figures of one kind."""

    title: str
    says: str
    """How they are to be read, in smaller letters."""
    marks: Sequence[Mark]
    """One for each name."""
    low: float
    high: float
    zero: float | None = None
    """Where a line is that the figures are held against."""

    @property
    def width(self) -> float:
        """The room that it takes, with the notes to its right."""
        notes = [text_width(mark.note, page.SMALL) for mark in self.marks if mark.note]
        return _PANEL + (max(notes) + 10 if notes else 0.0)


def rows(
    title: str,
    describes: str,
    lang: str,
    names: Sequence[Name],
    panels: Sequence[Panel],
    notes: Sequence[str] = (),
) -> str:
    """A picture with a line for each variant: the text of an SVG file.

    Args:
        title: of the picture.
        describes: what it shows, for who can't see it.
        lang: the code of its language.
        names: of the variants.
        panels: beside one another.
        notes: below it all.
    """
    labels = [page.cut(name.brief, _LONGEST, page.TYPE) for name in names]
    widths = [text_width(label, page.TYPE) for label in labels]
    left = _MARGIN + max(widths, default=0.0) + _GAP / 2
    places = [left]
    for panel in panels:
        places.append(places[-1] + panel.width + _GAP)
    noted = [text_width(note, page.SMALL + 1) for note in notes]
    width = max(
        places[-1] - _GAP + _MARGIN, *(2 * _MARGIN + each for each in noted), 0.0
    )
    bottom = _HEAD + LINE * len(names)
    height = bottom + 34 + 16 * len(notes)
    elements = [text(_MARGIN, 26, title, 16, bold=True)]
    elements += _stripes(names, labels, width)
    for panel, place in zip(panels, places, strict=False):
        elements += _panel(panel, place, bottom)
    said = (
        text(_MARGIN, bottom + 38 + 16 * k, note, page.SMALL + 1)
        for k, note in enumerate(notes)
    )
    elements.append(page.pale(said))
    return page.sheet(width, height, title, describes, lang, elements)


def _stripes(
    names: Sequence[Name], labels: Sequence[str], width: float
) -> Iterator[str]:
    """The names, every other line on a ground of its own."""
    for k, (name, label) in enumerate(zip(names, labels, strict=True)):
        y = _HEAD + LINE * k
        if k % 2 == 0:
            yield (
                f'<rect x="{n(_MARGIN / 2)}" y="{n(y)}" '
                f'width="{n(width - _MARGIN)}" height="{n(LINE)}" '
                f'fill="{page.GREY}" fill-opacity=".09"/>'
            )
        said = text(_MARGIN, y + 15, label, page.TYPE, bold=name.is_reference)
        yield page.named(said, name.whole) if label != name.whole else said


def _panel(panel: Panel, left: float, bottom: float) -> Iterator[str]:
    scale = Scale(panel.low, panel.high, left, left + _PANEL)
    yield text(left, _HEAD - 32, panel.title, page.TYPE, bold=True)
    yield page.pale([text(left, _HEAD - 18, panel.says, page.SMALL)])
    ticks = scale.ticks()
    for tick in ticks:
        x = scale.place(tick)
        yield page.grid(x, _HEAD, x, bottom)
    yield page.pale(
        text(scale.place(tick), y, scale.text(tick), page.SMALL, anchor="middle")
        for tick in ticks
        for y in ((_HEAD - 4, bottom + 14) if len(panel.marks) > 20 else (bottom + 14,))
    )
    if panel.zero is not None and panel.low < panel.zero < panel.high:
        x = scale.place(panel.zero)
        yield page.line(x, _HEAD, x, bottom, "currentColor", 1.2)
    for k, mark in enumerate(panel.marks):
        yield from _mark(mark, scale, _HEAD + LINE * (k + 0.5))


def _mark(mark: Mark, scale: Scale, y: float) -> Iterator[str]:
    if mark.reach is not None:
        low, high = map(scale.place, mark.reach)
        yield page.line(low, y, high, y, mark.colour, 2)
    for figure, said in mark.points:
        yield page.dot(scale.place(figure), y, mark.colour, said)
    if mark.mean is not None:
        x = scale.place(mark.mean)
        yield page.line(x, y - 7, x, y + 7, mark.colour, 2.4)
    if mark.note:
        yield text(scale.end + 10, y + 4, mark.note, page.SMALL)

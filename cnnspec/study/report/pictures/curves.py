"""How the figures went from epoch to epoch: one picture for all variants.

A few are drawn over one another, each in a colour with its name at its end. Of more, no
eye could follow the lines: each has a small picture of its own then, with the reference
behind it, and all have the same axes.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnspec.emit.picture.document import group, text
from cnnspec.emit.picture.measure import text_width
from cnnspec.study.report.histories import Course
from cnnspec.study.report.pictures import page
from cnnspec.study.report.pictures.axes import Scale, scale, steep_scale

TOGETHER = 7
"""Up to so many variants are drawn over one another."""
_POINTS = 160
"""Epochs of a line; of more, each second or third is drawn."""
_MARGIN, _HEAD = 16.0, 84.0
_LARGE, _SMALL = (350.0, 260.0), (210.0, 110.0)
_ACROSS = 4


class Curves(NamedTuple):
    """How one variant went."""

    name: str
    brief: str
    is_reference: bool
    training: Course | None
    validation: Course | None
    note: str = ""


class Words(NamedTuple):
    """What the picture says."""

    title: str
    describes: str
    training: str
    validation: str
    reference: str
    """What the line behind the others is, where they are beside one another."""
    epoch: str
    notes: Sequence[str]
    lang: str


def picture(curves: Sequence[Curves], words: Words, *, falls: bool) -> str:
    """The text of an SVG file.

    Args:
        curves: of the variants, at least one of which has some.
        words: of the picture.
        falls: whether the figure is a loss, which may fall by orders of magnitude.
    """
    if len(curves) <= TOGETHER:
        return _together(curves, words, falls)
    return _beside(curves, words, falls)


def _axes(
    curves: Sequence[Curves], falls: bool, width: float, height: float
) -> tuple[Scale, Scale]:
    """The axes of epochs and of figures, from a panel's lower left corner on."""
    found = [c for each in curves for c in (each.training, each.validation) if c]
    figures = [
        figure
        for each in found
        for mean, deviation in zip(each.means, each.deviations, strict=True)
        for figure in (mean, mean - deviation, mean + deviation)
    ]
    figures += [figure for each in found for line in each.single for figure in line]
    if falls:
        figures = [figure for figure in figures if figure > 0]
    epochs = max(
        max(len(each.means), *(len(line) for line in each.single), 1) for each in found
    )
    across = Scale(1, max(epochs, 2), 8, width - 8)
    return across, (steep_scale if falls else scale)(figures, height, 0)


# ------------------------------------------------------------------ over one another


def _together(curves: Sequence[Curves], words: Words, falls: bool) -> str:
    width, height = _LARGE
    across, up = _axes(curves, falls, width, height)
    colours = _colours(curves)
    both = (
        (words.training, [each.training for each in curves]),
        (words.validation, [each.validation for each in curves]),
    )
    panels = [(title, courses) for title, courses in both if any(courses)]
    left = _MARGIN + 8 + max(text_width(up.text(t), page.SMALL) for t in up.ticks())
    elements = [text(_MARGIN, 26, words.title, 16, bold=True)]
    for title, courses in panels:
        drawn = _panel(title, courses, colours, across, up, words.epoch)
        elements.append(group(left, _HEAD, drawn))
        left += width + 46
    names = [page.cut(each.brief, 300, page.TYPE) for each in curves]
    ends = [_end(course, up) for course in panels[-1][1]]
    said = _names(curves, names, ends, colours, height)
    elements.append(group(left - 40, _HEAD, said))
    right = left - 30 + max(text_width(name, page.TYPE, bold=True) for name in names)
    return _sheet(elements, right + _MARGIN, _HEAD + height + 34, words)


def _colours(curves: Sequence[Curves]) -> list[str]:
    palette = iter(page.PALETTE)
    return ["currentColor" if c.is_reference else next(palette) for c in curves]


def _end(course: Course | None, up: Scale) -> float | None:
    """Where a line ends."""
    if course is None:
        return None
    lines = course.single or (course.means,)
    return up.place(sum(line[-1] for line in lines) / len(lines))


def _names(
    curves: Sequence[Curves],
    names: Sequence[str],
    ends: Sequence[float | None],
    colours: Sequence[str],
    height: float,
) -> Iterator[str]:
    """The names at the ends of the lines; those without a line stand below."""
    places = page.apart([height if e is None else e for e in ends], 15, 6, height)
    for each, name, end, y, colour in zip(
        curves, names, ends, places, colours, strict=True
    ):
        if end is not None:
            yield page.line(-5, end, 6, y, colour, 0.8)
        said = text(9, y + 4, name, page.TYPE, bold=each.is_reference, fill=colour)
        yield page.named(said, each.name) if name != each.name else said


def _panel(
    title: str,
    courses: Sequence[Course | None],
    colours: Sequence[str],
    across: Scale,
    up: Scale,
    epoch: str,
) -> Iterator[str]:
    yield text(0, -14, title, page.TYPE, bold=True)
    yield from _ground(across, up, *_LARGE)
    yield page.pale([text(_LARGE[0], up.start + 28, epoch, page.SMALL, anchor="end")])
    for course, colour in zip(courses, colours, strict=True):
        if course is not None:
            yield from _course(course, colour, across, up, 1.8)


def _ground(
    across: Scale, up: Scale, width: float, height: float, most: int = 5
) -> Iterator[str]:
    """The lines that figures are read against, with the figures of both axes."""
    for tick in up.ticks(most):
        yield page.grid(0, up.place(tick), width, up.place(tick))
    yield page.pale(
        text(-6, up.place(tick) + 3.5, up.text(tick, most), page.SMALL, anchor="end")
        for tick in up.ticks(most)
    )
    yield page.pale(
        text(across.place(tick), height + 14, f"{tick:g}", page.SMALL, anchor="middle")
        for tick in _epochs(across)
    )


def _epochs(across: Scale) -> list[float]:
    """Whole epochs, the first and the last among them."""
    between = [tick for tick in across.ticks(5) if tick == int(tick)]
    least = (across.high - across.low) / 8
    kept = [t for t in between if t - across.low > least and across.high - t > least]
    return [across.low, *kept, across.high]


def _course(
    course: Course, colour: str, across: Scale, up: Scale, width: float, more: str = ""
) -> Iterator[str]:
    """The line of the mean with its band, and what single seeds did after it."""
    step = math.ceil(max(len(course.means), 1) / _POINTS)
    kept = [
        k
        for k in range(len(course.means))
        if k % step == 0 or k == len(course.means) - 1
    ]
    looks = f' stroke-width="{width:g}" stroke-linejoin="round"{more}'
    if any(course.deviations) and not more:
        upper, lower = (
            [
                (
                    across.place(k + 1),
                    up.place(course.means[k] + sign * course.deviations[k]),
                )
                for k in kept
            ]
            for sign in (1, -1)
        )
        yield page.band(upper, lower, colour)
    if kept:
        points = [(across.place(k + 1), up.place(course.means[k])) for k in kept]
        yield page.path(points, colour, looks)
    for line in course.single:
        rest = [
            (across.place(k + 1), up.place(figure))
            for k, figure in enumerate(line)
            if k >= len(course.means) - 1 and k % step == 0
        ]
        if rest:
            yield page.path(rest, colour, f' stroke-width="{width / 2:g}"{more}')


# ------------------------------------------------------------------ beside one another


def _beside(curves: Sequence[Curves], words: Words, falls: bool) -> str:
    width, height = _SMALL
    across, up = _axes(curves, falls, width, height)
    reference = next((each.validation for each in curves if each.is_reference), None)
    left = _MARGIN + 8 + max(text_width(up.text(t, 4), page.SMALL) for t in up.ticks(4))
    elements = [text(_MARGIN, 26, words.title, 16, bold=True), *_key(words, reference)]
    for k, each in enumerate(curves):
        down, right = divmod(k, _ACROSS)
        drawn = _small(each, None if each.is_reference else reference, across, up)
        place = left + right * (width + 46), _HEAD + 8 + down * (height + 54)
        elements.append(group(*place, drawn))
    lines = math.ceil(len(curves) / _ACROSS)
    bottom = _HEAD + 8 + lines * (height + 54)
    return _sheet(elements, left + _ACROSS * (width + 46), bottom, words)


def _key(words: Words, reference: Course | None) -> Iterator[str]:
    keys = [(words.validation, page.BLUE, ""), (words.training, page.BLUE, _DASHED)]
    if reference is not None:
        keys.append((words.reference, page.GREY, ""))
    x = _MARGIN
    for said, colour, more in keys:
        yield page.line(x, 46, x + 24, 46, colour, 1.8, more)
        yield text(x + 30, 50, said, page.SMALL + 1)
        x += 30 + text_width(said, page.SMALL + 1) + 18


_DASHED = ' stroke-dasharray="4 3"'


def _small(
    each: Curves, reference: Course | None, across: Scale, up: Scale
) -> Iterator[str]:
    width, height = _SMALL
    name = page.cut(each.brief, width + 40, 11)
    said = text(0, -8, name, 11, bold=each.is_reference)
    yield page.named(said, each.name) if name != each.name else said
    yield from _ground(across, up, width, height, 4)
    if reference is not None:
        behind = reference._replace(deviations=())
        yield from _course(behind, page.GREY, across, up, 1.6)
    colour = "currentColor" if each.is_reference else page.BLUE
    if each.training is not None:
        yield from _course(each.training, colour, across, up, 1, _DASHED)
    if each.validation is not None:
        yield from _course(each.validation, colour, across, up, 1.8)
    yield text(width - 4, height - 9, each.note, page.SMALL, anchor="end")


# ------------------------------------------------------------------ both


def _sheet(elements: list[str], width: float, bottom: float, words: Words) -> str:
    noted = [text_width(note, page.SMALL + 1) + 2 * _MARGIN for note in words.notes]
    elements.append(
        page.pale(
            text(_MARGIN, bottom + 16 * (k + 1), note, page.SMALL + 1)
            for k, note in enumerate(words.notes)
        )
    )
    height = bottom + 16 * len(words.notes) + _MARGIN
    whole = max(width, *noted, 0.0)
    return page.sheet(whole, height, words.title, words.describes, words.lang, elements)

"""Where the tables of a text stand, and what stands before each of their lines."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from cnnspec.ground.patterns import pattern
from cnnspec.read.tables.cells import number
from cnnspec.read.tables.lines import Line

BARS = "┃│║|"
_BARS = frozenset(BARS)
_HEADING = pattern(
    r"Layer\s{0,3}\(\s{0,3}type(?::depth-idx)?\s?\).*?\bOut.*?\bP[a#]?", re.IGNORECASE
)
_CUT_OFF = pattern(r"Layer\s{0,3}\(type\)\W+Output Shape\W*$")
_WORD = pattern(r"(?<![\w(])Layer(?!\w)")
_IN_BOX = pattern(r"Layer \(.*? Out.*? P")
_BAR = pattern(f"[{BARS}]")
_RULE = pattern(r"[┏━┳┓┡╇┩├─┼┤└┴┘┌┬┐╔═╦╗╠╬╣╚╩╝╞╪╡╭╮╰╯¯┃│║|+=_\-—:\s]*")
_TOTAL = pattern(
    r"\b(?P<which>Total|(?:Non-)?trainable|Optimizer)\s{1,3}params:\s*"
    r"(?P<count>[0-9]{1,15}(?: [0-9]{3}){1,8}(?![0-9])|[0-9][0-9,]{0,25})",
    re.IGNORECASE,
)
_ONE_LINE = pattern(
    r"(?P<heading>.*?Layer\s{1,3}\(type\)\W+Output Shape\W+Param #"
    r"(?:\W+(?:Connected to|Trainable))*)(?P<rows>.*?\(.*?)"
    r"(?P<totals>Total params:.*|$)"
)
_MODEL = pattern(r'Model: "(?P<name>[^"]*)"')


class Table(NamedTuple):
    """A table and the text that belongs to it.

    Attributes:
        line: Where its heading stands.
        heading: The first line of that, without what stands before it.
        lines: Those after the heading, likewise, up to its totals.
        totals: What its totals say, by the word that each has in front.
        total_line: Where they stand.
        name: The model's, if it is printed.
    """

    line: int
    heading: str
    lines: list[Line]
    totals: dict[str, int]
    total_line: int
    name: str | None

    @property
    def is_box(self) -> bool:
        """Whether bars stand between the cells of its heading."""
        return has_bars(self.heading)


class _Head(NamedTuple):
    """Where a heading stands: its first line, the one after it, what is before it."""

    start: int
    end: int
    prefix: str


@lru_cache(1024)  # a table has one again and again
def is_rule(text: str) -> bool:
    """Whether a line separates rows, or is blank."""
    return _RULE.fullmatch(text) is not None


def has_bars(text: str) -> bool:
    """Whether bars stand in a line, as between cells."""
    return any(bar in text for bar in BARS)


def tables_of(lines: Sequence[Line]) -> Iterator[Table]:
    """The tables of a text, by their headings."""
    if any(map(_is_unrolled, lines)):
        lines = [part for line in lines for part in _parts(line)]
    places = [i for i, line in enumerate(lines) if _word(line.text) >= 0]
    heads = [head for i in places if (head := _head(lines, i))]
    before = 0
    stops = [*(head.start for head in heads[1:]), len(lines)]
    for head, stop in zip(heads, stops, strict=False):
        yield _table(lines, head, before, stop)
        before = head.end


def _word(text: str) -> int:
    """Where the first word of a heading stands in a line; -1 if it doesn't."""
    match = _WORD.search(text) if "Layer" in text else None
    return match.start() if match else -1


def _is_unrolled(line: Line) -> bool:
    """Whether a line has a heading and rows behind it."""
    match = _ONE_LINE.match(line.text) if "Param #" in line.text else None
    return bool(match and match["rows"].strip())


def _parts(line: Line) -> Iterator[Line]:
    """A line; or several, if it has a heading and rows behind it."""
    match = _ONE_LINE.match(line.text) if _is_unrolled(line) else None
    for part in match.groups() if match else (line.text,):
        yield Line(line.number, part)


def is_cut_off(text: str) -> bool:
    """Whether a line is a heading that lacks its end."""
    return _CUT_OFF.search(text) is not None


def _head(lines: Sequence[Line], index: int) -> _Head | None:
    """The heading that begins with the word in this line, if one does."""
    text = lines[index].text
    start = _word(text)
    if not has_bars(text[start:]):
        match = _HEADING.search(text)
        return _Head(index, index + 1, text[: match.start()]) if match else None
    before = text[:start].rstrip()
    prefix = before[:-1] if before[-1:] in _BARS else before
    if _HEADING.search(" ".join(cells_of(text.removeprefix(prefix)))):
        return _Head(index, index + 1, prefix)
    return _wrapped_head(lines, index, prefix)


def _wrapped_head(lines: Sequence[Line], index: int, prefix: str) -> _Head | None:
    """The heading of a narrow box, whose cells take several lines."""
    strip = _stripper(prefix)
    first, end = index, index + 1
    while first > max(index - 6, 0) and _is_text(strip(lines[first - 1].text)):
        first -= 1
    while end < min(index + 12, len(lines)) and _is_text(strip(lines[end].text)):
        end += 1
    while not strip(lines[first].text).strip():
        first += 1
    box = [cells_of(strip(line.text))[:3] for line in lines[first:end] if line.text]
    whole = " ".join(" ".join(column) for column in zip(*box, strict=False))
    return _Head(first, end, prefix) if _IN_BOX.match(" ".join(whole.split())) else None


def _is_text(text: str) -> bool:
    """Whether a line has cells of a heading, or is blank between such."""
    if not text.strip():
        return True
    cells = cells_of(text)
    is_row = any(cell.strip()[:1].isdecimal() for cell in cells[1:3])
    return text.strip()[0] in BARS and not is_rule(text) and not is_row


def cells_of(text: str) -> list[str]:
    """What stands between the bars of a line."""
    body = text.strip()
    body = body[1:] if body[:1] in _BARS else body
    body = body[:-1] if body[-1:] in _BARS else body
    return _BAR.split(body)


def _table(lines: Sequence[Line], head: _Head, before: int, end: int) -> Table:
    strip = _stripper(head.prefix)
    stop = next((i for i in range(head.end, end) if _has_total(lines[i].text)), end)
    totals: dict[str, int] = {}
    for line in lines[stop : min(stop + 60, end)]:
        for match in _TOTAL.finditer(line.text):
            which = match["which"].lower().replace("-", "_")
            totals.setdefault(f"{which}_params", number(match["count"]))
    return Table(
        lines[head.start].number,
        strip(lines[head.start].text),
        [
            Line(one.number, strip(one.text).replace("\t", " "))
            for one in lines[head.end : stop]
        ],
        totals,
        lines[min(stop, len(lines) - 1)].number,
        _name(lines[max(before, head.start - 12) : head.start]),
    )


def _has_total(text: str) -> bool:
    return "params:" in text.lower() and _TOTAL.search(text) is not None


def _name(lines: Sequence[Line]) -> str | None:
    for line in reversed(lines):
        if match := _MODEL.search(line.text):
            return match["name"]
    return None


def _stripper(prefix: str) -> Callable[[str], str]:
    """What takes off each line what stands before it.

    Numbers in it, of lines or in times, may differ, and so may its blanks. It may be
    there on some lines alone: a log has it once for all that is logged at once.
    """
    if not prefix:
        return lambda text: text
    parts = re.split(r"([0-9]+|\s+)", prefix.rstrip())
    loose = [
        "[0-9]+" if part.isdecimal() else r"\s*" if part.isspace() else re.escape(part)
        for part in parts
    ]
    blanks = len(prefix) - len(prefix.rstrip())
    found = re.compile(rf"{''.join(loose)}\s{{0,{blanks}}}")

    def strip(text: str) -> str:
        match = found.match(text)
        return text[match.end() :] if match else text

    return strip

"""The cells of a table's lines, and what they say of a layer."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from cnnspec.ground.patterns import pattern
from cnnspec.ground.shapes import Shape, Shapes
from cnnspec.read.tables.rows import PrintedRow, SummaryError

ELLIPSIS = "…"
NO_SHAPE = ("?", "multiple", "None")
"""What Keras prints where it doesn't know the shape."""
COUNT = pattern(
    rf"([0-9][0-9,]{{0,25}}{ELLIPSIS}?|{ELLIPSIS})(?![^\s(|])(?:\s*\(\s?un\w+\))?"
)
_PRINTED = pattern(r"0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+")
"""A number as Python prints it; what else there is has lost a part, or gained one."""
_WITH_BLANKS = pattern(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")
"""Between thousands, as some write them."""
_MORE_COUNT = pattern(r"(?: [0-9]{3})+(?![^\s(|])")
_PARENTHESES = pattern(r"\(([^()]*)\)")
_BRACKETS = pattern(r"\[([^\[\]]+)\]")
_SIZE = pattern(r"[0-9]{1,18}")
_TRAINED = pattern(r"\s+[YN-]$")
_UNKNOWN = ("None", "?", "null", "-1")


class Cells(NamedTuple):
    """What one line has in each column; '' where it has nothing."""

    number: int
    label: str
    shape: str
    params: str
    rest: str = ""
    depth: int = 0

    def starts_row(self) -> bool:
        """Whether this reads as the first line of a row, not as one that goes on."""
        return bool(
            (self.label or self.depth)
            and self.params[:1] not in {"", "(", ","}
            and (self.shape.startswith(("(", "[", "{")) or self.shape in NO_SHAPE)
        )


def deepened(rows: list[PrintedRow]) -> list[PrintedRow]:
    """The rows with the layers of nested models at their depth, told by their numbers.

    Where blanks are lost, all nested layers seem to be equally deep. A model's own
    layers are those that follow it until its number is reached.
    """
    found = list(rows)
    for i, row in enumerate(rows):
        below = found[i + 1 : i + 2]
        if not row.params or not below or not 0 < below[0].depth == found[i].depth:
            continue
        if row.type not in ("Functional", "Sequential", "Model"):
            continue
        left, stop = row.params, i + 1
        while stop < len(rows) and left > 0 and found[stop].depth:
            left -= found[stop].params or 0
            stop += 1
        if left == 0:
            found[i + 1 : stop] = [
                one._replace(depth=one.depth + 1) for one in found[i + 1 : stop]
            ]
    return found


class Row(NamedTuple):
    """A row's cells, each put together from its lines."""

    first: Cells
    label: str
    shape: str
    params: str
    rest: str


def joined(group: Iterable[Cells], glue: str) -> Row:
    """One row of the lines that it takes."""
    lines = list(group)
    if len(lines) == 1:
        return Row(lines[0], *(cell.strip() for cell in lines[0][1:5]))
    *columns, rests = zip(*(line[1:5] for line in lines), strict=True)
    if mark := _TRAINED.search(rests[0]):
        # The last column, where what stands before it goes on in the next line.
        rests = (rests[0][: mark.start()], *rests[1:], mark[0])
    return Row(lines[0], *(glue.join(cell).strip() for cell in (*columns, rests)))


def rows_of(lines: Iterable[Cells | None], glue: str) -> Iterator[PrintedRow]:
    """The rows of lines, where None is a rule between two of them.

    Rules may be missing: a line that reads as the first of a row is one.
    """
    group: list[Cells] = []
    for line in (*lines, None):
        if group and (line is None or line.starts_row()):
            yield printed_row(joined(group, glue))
            group = []
        if line is not None:
            group.append(line)


def printed_row(row: Row) -> PrintedRow:
    """What the cells of a row say.

    Raises:
        SummaryError: they can't be a row's.
    """
    name, bracket, kind = row.label.rpartition("(")
    if not bracket:
        name, kind = row.label, ""
    name, kind = name.rstrip(), kind.strip()
    line = row.first.number
    if not row.label:
        text = "found the cells of a row without the name of its layer"
        raise SummaryError(line, f"{text}; paste the table as Keras printed it")
    try:
        count, unbuilt = _params(row.params)
        shape = _shape(row.shape, kind)
    except _Misread as error:
        raise SummaryError(line, str(error)) from None
    return PrintedRow(
        name=name.rstrip(ELLIPSIS),
        type=kind.rstrip(")" + ELLIPSIS).rstrip(),
        output_shape=shape,
        params=count,
        line=line,
        name_cut=not bracket or name.endswith(ELLIPSIS),
        type_cut=not kind.endswith(")") or ELLIPSIS in kind,
        depth=row.first.depth,
        unbuilt=unbuilt,
        reads=row.rest,
    )


class _Misread(ValueError):
    """A cell that says nothing of what its column is for."""


@lru_cache(1024)  # many rows give the same
def _shape(text: str, kind: str) -> Shapes | None:
    if text not in ("", *NO_SHAPE) and text[0] not in f"([{{{ELLIPSIS}":
        raise _Misread(
            f"found {text!r} in the column 'Output Shape', where a shape such as "
            "(None, 28, 28, 50) is wanted; each column must start under its heading"
        )
    groups = _PARENTHESES.findall(text) or _BRACKETS.findall(text)
    shapes = [_sizes(sizes) for sizes in groups]
    if not shapes or ELLIPSIS in text:
        return None
    # A cut list may hold more, but a Keras 2 input has one output.
    cut = any(text.count(a) != text.count(b) for a, b in ("()", "[]", "{}"))
    if cut and (len(shapes) > 1 or not (kind and "InputLayer)".startswith(kind))):
        return None
    return shapes if len(shapes) > 1 else shapes[0]


def _sizes(text: str) -> Shape:
    sizes = [size.strip() for size in text.split(",")]
    if sizes[-1] == "":  # (None,) or ()
        sizes.pop()
    for size in sizes:
        if size not in _UNKNOWN and not _SIZE.fullmatch(size):
            raise _Misread(
                f"found {size!r} in the output shape ({text}); a size is a whole "
                "number or None"
            )
    return tuple(None if size in _UNKNOWN else int(size) for size in sizes)


@lru_cache(1024)
def _params(text: str) -> tuple[int | None, bool]:
    """The number, or None if it is cut or there is none, and if that is since then."""
    text = _WITH_BLANKS.sub(",", text)
    match = COUNT.fullmatch(text)
    if ELLIPSIS in text or "unb" in text:
        return None, "unb" in text
    if match is None or not _PRINTED.fullmatch(match[1]):
        found = repr(text) if text else "nothing"
        raise _Misread(
            f"found {found} in the column 'Param #', where a number such as 1,275 is "
            "wanted; each column must start under its heading"
        )
    return number(match[1]), False


def count_of(text: str) -> tuple[str, str] | None:
    """The number that a text begins with, as it is printed, and what follows it."""
    match = COUNT.match(text)
    if not match:
        return None
    more = _MORE_COUNT.match(text, match.end())
    end = more.end() if more else match.end()
    return text[:end], text[end:].strip()


def number(text: str) -> int:
    """A count with or without commas."""
    return int(text.replace(",", "").replace(" ", ""))

"""What the columns of a CSV file hold, for the spec that `init --from` writes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

MOST = 20
"""Different values that a column of categories, or the classes of labels, may have."""
_LABELS = ("label", "labels", "target", "class", "y", "outcome", "species", "레이블")
_ROW_NUMBERS = ("", "id", "index", "unnamed: 0", "no", "번호")


class Unreadable(Exception):
    """A file that holds no table; the message says why."""


class Column(NamedTuple):
    """A column of a table."""

    name: str
    values: tuple[str, ...]
    """The different texts in it, in order; no more than one above `MOST`."""
    numeric: bool
    """Whether all of them are numbers."""
    gaps: int
    """How many cells are empty."""

    @property
    def is_category(self) -> bool:
        """Whether it has few different texts."""
        return not self.numeric and len(self.values) <= MOST

    @property
    def is_whole(self) -> bool:
        """Whether it has few different whole numbers."""
        few = self.numeric and len(self.values) <= MOST
        return few and all(float(one).is_integer() for one in self.values)

    @property
    def left_out(self) -> str:
        """Why a model can't be given it; empty where it can."""
        if not self.values:
            return "it is empty"
        if self.name.lower() in _ROW_NUMBERS and not self.is_category:
            return "it numbers the rows"
        if self.numeric or self.is_category:
            return ""
        return f"it has more than {MOST} different texts"


class _Seen:
    """What has been seen of a column so far."""

    def __init__(self) -> None:
        self.values: dict[str, None] = {}
        self.numeric, self.gaps = True, 0

    def take(self, cell: str) -> None:
        if not cell.strip():
            self.gaps += 1
            return
        if len(self.values) <= MOST:
            self.values[cell] = None
        if self.numeric and not _is_number(cell):
            self.numeric = False


def columns(path: str) -> list[Column]:
    """The columns of a CSV file, in their order.

    Raises:
        Unreadable: it is no table with a header, rows and two columns.
    """
    rows = _rows(path)
    header = next(rows, [])
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise Unreadable(f"its header names '{twice}' twice")
    if len(header) < 2:
        raise Unreadable("it needs a header, and a column beside that of the labels")
    seen = [_Seen() for _ in header]
    count = 0
    for count, row in enumerate(rows, start=1):
        if len(row) != len(header):
            text = f"row {count} has {len(row)} cells, and the header {len(header)}"
            raise Unreadable(text)
        for one, cell in zip(seen, row, strict=True):
            one.take(cell)
    if not count:
        raise Unreadable("it has a header and no rows")
    return [
        Column(name, _ordered(one), one.numeric, one.gaps)
        for name, one in zip(header, seen, strict=True)
    ]


def _rows(path: str) -> Iterator[list[str]]:
    import csv

    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            yield from (row for row in csv.reader(file, strict=True) if row)
    except UnicodeDecodeError:
        raise Unreadable("it is no text in UTF-8") from None
    except OSError as error:
        raise Unreadable(error.strerror or "it can't be read") from None
    except csv.Error as error:
        raise Unreadable(f"it is no CSV: {error}") from None


def _ordered(seen: _Seen) -> tuple[str, ...]:
    return tuple(sorted(seen.values, key=float if seen.numeric else None))


def _is_number(cell: str) -> bool:
    from math import isfinite

    try:
        return isfinite(float(cell)) and "_" not in cell
    except ValueError:
        return False


def label_of(found: Sequence[Column]) -> Column:
    """The column that is called like labels, or else the last."""
    called = (one for one in found if one.name.lower() in _LABELS)
    return next(called, found[-1])

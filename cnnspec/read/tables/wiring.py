"""Which tensors a row's layer reads: the row above, or what "Connected to" names."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.ground.patterns import pattern
from cnnspec.read.found import Place, ReadError
from cnnspec.read.tables.rows import PrintedRow

_REF = pattern(
    r"(?<![^\s\[',\]])(?P<name>[^\s\[\],'…]+)"
    r"(?:\[(?P<call>\d+)\]\[(?P<tensor>\d+)\]|(?P<cut>[\[\]0-9]*…))"
)
CUT = "print it with a larger line_length, as model.summary(line_length=150)"
"""What to do where names are cut short."""


class Ref(NamedTuple):
    """A tensor: of which row, of which of its calls, and which of several."""

    row: int
    call: int = 0
    tensor: int = 0


class Guess(NamedTuple):
    """A row of which the table says so little that it is read as the nearest above."""

    row: PrintedRow
    names: list[str]
    """Rows that it may read, the one that is taken first."""


class Part(NamedTuple):
    """A row, and the rows of the layers in it."""

    row: PrintedRow
    inner: list[PrintedRow]


def parts_of(rows: Sequence[PrintedRow]) -> list[Part]:
    """The rows of one model, each with those of its layers below it."""
    depth = rows[0].depth
    parts: list[Part] = []
    for row in rows:
        if row.depth <= depth or not parts:
            parts.append(Part(row, []))
        else:
            parts[-1].inner.append(row)
    return parts


def reads_of(parts: Sequence[Part], guesses: list[Guess]) -> list[list[Ref]]:
    """What each row reads; nothing for an input, and for the first one without any.

    Args:
        parts: the rows of one model.
        guesses: takes the rows that read what is cut short, and may be several.

    Raises:
        ReadError: a name there is no row's.
    """
    said = [part.row.reads for part in parts]
    told = [[*_REF.finditer(reads)] if reads else [] for reads in said]
    if not any(told):
        return [
            [Ref(i - 1)] if i and not is_input(part.row) else []
            for i, part in enumerate(parts)
        ]
    names = _Names([part.row for part in parts])
    if told[0] and not any(names.are(match["name"]) for match in told[0]):
        told[0] = []  # Keras 1 has no row for the input that a first layer was given
    return [
        [_ref(match, parts, place, names, guesses) for match in matches]
        for place, matches in enumerate(told)
    ]


class _Names:
    """The places of rows by their names."""

    def __init__(self, rows: Sequence[PrintedRow]) -> None:
        self._places: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            self._places.setdefault(row.name, []).append(place)
        self._sorted = sorted(self._places)
        self._cut = {row.name for row in rows if row.name_cut}

    def are(self, name: str) -> list[int]:
        """The rows that are called so."""
        return self._places.get(name, [])

    def may_be(self, name: str, is_cut: bool) -> list[int]:
        """The rows that may be meant, of which not all is printed, or of the name."""
        found = {one for one in self._cut if name.startswith(one)}
        if is_cut:
            start = bisect_left(self._sorted, name)
            behind = islice(self._sorted, start, None)
            found.update(takewhile(lambda one: one.startswith(name), behind))
        return sorted(place for one in found for place in self._places[one])


def is_input(row: PrintedRow) -> bool:
    """Whether a row is that of an input."""
    return row.type == INPUT_LAYER or (
        row.type_cut and bool(row.type) and INPUT_LAYER.startswith(row.type)
    )


def _ref(
    match: re.Match[str],
    parts: Sequence[Part],
    place: int,
    names: _Names,
    guesses: list[Guess],
) -> Ref:
    name, reader = match["name"], parts[place].row
    found = names.are(name) or names.may_be(name, match["cut"] == "…")
    found = [i for i in found if i < place] or found
    if not found:
        text = f"'{reader.name}' reads '{name}', which names none of the table's rows"
        raise ReadError(text, CUT, Place(reader.line))
    if len(found) > 1:
        guesses.append(Guess(reader, [parts[i].row.name for i in reversed(found)]))
    return Ref(found[-1], int(match["call"] or 0), int(match["tensor"] or 0))

"""Which tensors a row's layer reads: the row above, or what "Connected to" names."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.read.found import Place, ReadError
from cnnspec.read.tables.rows import PrintedRow

_REF = re.compile(
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
    told = [[*_REF.finditer(part.row.reads)] for part in parts]
    if not any(told):
        return [
            [Ref(i - 1)] if i and not is_input(part.row) else []
            for i, part in enumerate(parts)
        ]
    places: dict[str, list[int]] = {}
    for place, part in enumerate(parts):
        places.setdefault(part.row.name, []).append(place)
    if told[0] and not places.keys() & {match["name"] for match in told[0]}:
        told[0] = []  # Keras 1 has no row for the input that a first layer was given
    return [
        [_ref(match, parts, place, places, guesses) for match in matches]
        for place, matches in enumerate(told)
    ]


def is_input(row: PrintedRow) -> bool:
    """Whether a row is that of an input."""
    return row.type == INPUT_LAYER or (
        row.type_cut and bool(row.type) and INPUT_LAYER.startswith(row.type)
    )


def _ref(
    match: re.Match[str],
    parts: Sequence[Part],
    place: int,
    places: Mapping[str, list[int]],
    guesses: list[Guess],
) -> Ref:
    name, reader = match["name"], parts[place].row
    found = places.get(name, [])
    if not found:
        found = [
            i
            for i, (row, _) in enumerate(parts)
            if (row.name_cut and name.startswith(row.name))
            or (match["cut"] == "…" and row.name.startswith(name))
        ]
    found = [i for i in found if i < place] or found
    if not found:
        text = f"'{reader.name}' reads '{name}', which names none of the table's rows"
        raise ReadError(text, CUT, Place(reader.line))
    if len(found) > 1:
        guesses.append(Guess(reader, [parts[i].row.name for i in reversed(found)]))
    return Ref(found[-1], int(match["call"] or 0), int(match["tensor"] or 0))

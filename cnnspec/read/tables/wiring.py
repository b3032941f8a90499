"""Which tensors a row's layer reads: the row above, or what "Connected to" names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.read.found import Place, ReadError
from cnnspec.read.tables.rows import PrintedRow

_REF = re.compile(
    r"(?<![^\s\[',\]])(?P<name>[^\s\[\],'…]+)"
    r"(?:\[(?P<call>\d+)\]\[(?P<tensor>\d+)\]|(?P<cut>[\[\]0-9]*…))"
)
_CUT = "print it with a larger line_length, as model.summary(line_length=150)"


class Ref(NamedTuple):
    """A tensor: of which row, of which of its calls, and which of several."""

    row: int
    call: int = 0
    tensor: int = 0


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


def reads_of(parts: Sequence[Part]) -> list[list[Ref]]:
    """What each row reads; nothing for an input, and for the first one without any.

    Raises:
        ReadError: a name there is no row's, or may be that of several.
    """
    told = [[*_REF.finditer(part.row.reads)] for part in parts]
    if not any(told):
        return [
            [Ref(i - 1)] if i and not is_input(part.row) else []
            for i, part in enumerate(parts)
        ]
    names = {part.row.name for part in parts}
    if told[0] and not names & {match["name"] for match in told[0]}:
        told[0] = []  # Keras 1 has no row for the input that a first layer was given
    return [
        [_ref(match, parts, part.row) for match in matches]
        for part, matches in zip(parts, told, strict=True)
    ]


def is_input(row: PrintedRow) -> bool:
    """Whether a row is that of an input."""
    return row.type == INPUT_LAYER or (
        row.type_cut and bool(row.type) and INPUT_LAYER.startswith(row.type)
    )


def _ref(match: re.Match[str], parts: Sequence[Part], reader: PrintedRow) -> Ref:
    name = match["name"]
    rows = [part.row for part in parts]
    found = [i for i, row in enumerate(rows) if row.name == name]
    if not found:
        found = [
            i
            for i, row in enumerate(rows)
            if (row.name_cut and name.startswith(row.name))
            or (match["cut"] == "…" and row.name.startswith(name))
        ]
    if len(found) != 1:
        told = "names several" if found else "names none"
        text = f"'{reader.name}' reads '{name}', which {told} of the table's rows"
        raise ReadError(text, _CUT, Place(reader.line))
    return Ref(found[0], int(match["call"] or 0), int(match["tensor"] or 0))

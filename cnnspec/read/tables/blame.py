"""Which row of a table that contradicts itself is to blame.

Imported only for such a table.
"""

from collections.abc import Iterator, Sequence

from cnnspec.catalogue.registry import is_layer
from cnnspec.read.found import Place, ReadError, Unknown
from cnnspec.read.tables.rows import Doubt, PrintedRow, PrintedSummary
from cnnspec.read.tables.steps import Steps
from cnnspec.read.tables.totals import below, doubt

_MOST = 150
"""Rows of a table in which another number is tried in each."""
_TODO = "paste the table as Keras printed it"


def doubtful(table: PrintedSummary, found: Doubt) -> ReadError:
    """What is said of a table that contradicts itself, at the row that is to blame.

    That is one that no arguments explain, where there is just one such row; or else one
    with whose number changed all others agree.
    """
    total = found.message.partition("; ")[0]
    odd = _unexplained(table)
    if odd is not None and len(odd) == 1:
        text = f"{total}; in the row '{odd[0].layer}', {odd[0].why}"
        return ReadError(text, "paste the whole table", odd[0].place)
    changes = [*_changes(table)] if len(table.rows) <= _MOST else []
    if len(changes) == 1:
        [(row, number)] = changes
        text = f"{total}; with {number:,} in place of {row.params:,} in the row"
        return ReadError(f"{text} '{row.name}' all agree", _TODO, Place(row.line))
    return ReadError(found.message, place=Place(found.line))


def _unexplained(table: PrintedSummary) -> list[Unknown] | None:
    """Rows of layers that no arguments explain; None where it goes no further."""
    steps = Steps(table)
    try:
        steps.model()
    except ReadError:
        return None
    known = {row.name for row in table.rows if is_layer(row.type)}
    return [
        one for one in steps.unknowns if one.argument == "class" and one.layer in known
    ]


def _changes(table: PrintedSummary) -> Iterator[tuple[PrintedRow, int]]:
    """Rows, each with the number that would make an end of all contradictions."""
    rows = table.rows
    for place, row in enumerate(rows):
        for step in {*_missing(table)} if row.params else ():
            number = (row.params or 0) + step
            changed = row._replace(params=number)
            other = table._replace(rows=[*rows[:place], changed, *rows[place + 1 :]])
            if number > 0 and not doubt(other, 0) and _unexplained(other) == []:
                yield row, number


def _missing(table: PrintedSummary) -> Iterator[int]:
    """What sums lack: that of all rows, and those of the models in the model."""
    total = table.model_params
    if total is not None:
        yield total - _sum([row for row in table.rows if not row.depth])
    for place, row in enumerate(table.rows):
        inner = below(table.rows, place)
        if inner and row.params is not None:
            yield row.params - _sum(inner)
            yield _sum(inner) - row.params


def _sum(rows: Sequence[PrintedRow]) -> int:
    return sum(row.params or 0 for row in rows)

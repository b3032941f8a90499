"""The tables of a text, each by the reader that makes sense of it.

A reader may take a table for what it isn't, and a table may be damaged. So the rows are
held against the printed total, and where they don't come to it, the table has a doubt.
"""

from collections.abc import Sequence
from functools import lru_cache

from cnnspec.read.tables.boxes import Misfit, box_cells
from cnnspec.read.tables.cells import deepened, rows_of
from cnnspec.read.tables.finding import Table, is_cut_off, tables_of
from cnnspec.read.tables.lines import Line, lines_of
from cnnspec.read.tables.plain import plain_cells
from cnnspec.read.tables.rows import PrintedRow, PrintedSummary, SummaryError
from cnnspec.read.tables.totals import doubt, left_out


def read_summary(text: str) -> PrintedSummary:
    """Read the table of a text that has one.

    Args:
        text: The output of ``model.summary()``; the totals may be missing.

    Returns:
        Rows in printed order, and the totals.

    Raises:
        SummaryError: If there is no table, more than one, or a row that can't be read.
    """
    first, *others = read_tables(text)
    if others:
        raise SummaryError(
            others[0].line,
            "a second table starts here; keep the one that belongs to this model",
        )
    return first


def read_tables(text: str) -> list[PrintedSummary]:
    """Read all tables of a text that can be read.

    Raises:
        SummaryError: If there is none, or none can be read.
    """
    return list(_tables(plain_lines(text)))


def plain_lines(text: str) -> tuple[Line, ...]:
    """The lines of a text as tables are looked for in them, as `lines` has it."""
    return _lines(text.rstrip())


@lru_cache(maxsize=1)
def _lines(text: str) -> tuple[Line, ...]:
    return tuple(lines_of(text))


@lru_cache(maxsize=1)  # what is read of a table is held against the same table
def _tables(lines: tuple[Line, ...]) -> Sequence[PrintedSummary]:
    found: list[PrintedSummary] = []
    errors: list[SummaryError] = []
    for table in tables_of(lines):
        try:
            found.append(_read(table))
        except SummaryError as error:
            errors.append(error)
    if found:
        return found
    if errors:
        raise errors[0]
    if cut := next((line for line in lines if is_cut_off(line.text)), None):
        raise SummaryError(
            cut.number,
            "this table is cut off at the right, where its column 'Param #' stands; "
            "print it in a wider window, or with model.summary(line_length=80)",
        )
    raise SummaryError(
        1,
        "found no table as Keras prints it: no line reads "
        "'Layer (type)   Output Shape   Param #'; paste the whole output of "
        "model.summary(), heading included",
    )


def _read(table: Table) -> PrintedSummary:
    """The table by the reader whose rows come to its total, or else by the first."""
    if "depth-idx" in table.heading:
        from cnnspec.read.tables.torch import tree_rows

        if rows := [*tree_rows(table)]:
            return _summary(rows, table)
    found: list[PrintedSummary] = []
    errors: list[SummaryError] = []
    for cells, glue in ((box_cells, " "), (plain_cells, "")):
        if cells is box_cells and not table.is_box:
            continue
        try:
            rows = [*rows_of(cells(table), glue)]
        except Misfit:
            continue
        except SummaryError as error:
            errors.append(error)
            continue
        if rows:
            found.append(_summary(rows, table))
            if not found[-1].doubt:
                return found[-1]
    if found:
        return found[0]
    if errors:
        raise errors[0]
    raise SummaryError(
        table.line,
        "found the heading of a table but no rows under it; paste the whole "
        "output of model.summary()",
    )


def _summary(rows: list[PrintedRow], table: Table) -> PrintedSummary:
    from_tree = "depth-idx" in table.heading
    if not from_tree and max(row.depth for row in rows) == 1:
        rows = deepened(rows)
    summary = PrintedSummary(rows, model_name=table.name, line=table.line)
    summary = summary._replace(**table.totals)  # type: ignore[arg-type]
    flat = [row._replace(depth=0) for row in rows] if from_tree else rows
    found = left_out(table.lines, rows)
    found = found or doubt(summary._replace(rows=flat), table.total_line)
    if from_tree or not any(row.type for row in rows):
        from cnnspec.read.tables.torch import in_keras, is_of_torch

        if from_tree or is_of_torch(rows):
            summary = in_keras(summary)
    return summary._replace(doubt=found)

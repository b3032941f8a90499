"""The difference of two models as a table for the terminal."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cnnspec.app.tables.form import GAP, write
from cnnspec.judge.diff import wording as differences
from cnnspec.judge.diff.comparison import (
    ADDED,
    AFFECTED,
    CHANGED,
    REMOVED,
    SAME,
    Difference,
)
from cnnspec.judge.diff.wording import MARKS, DiffLine, Sides

_STYLES = {ADDED: "green", REMOVED: "red", CHANGED: "yellow", AFFECTED: "", SAME: "dim"}
_MARGIN = 2
"""Columns for the mark before a layer, and a blank."""
_LEAST_NAME = 12
_BREAKS: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (0, 1), (0, 1, 2))
"""Columns to break before their arrows, in the order in which that is tried."""


class _Column(NamedTuple):
    title: str
    cells: list[Sides]
    right: bool = True
    broken: bool = False
    """Whether what was and what is stand below one another."""

    def texts(self) -> list[list[str]]:
        """The lines of each cell."""
        between = "\n→ " if self.broken else " → "
        return [between.join(cell).split("\n") for cell in self.cells]

    @property
    def width(self) -> int:
        """Columns of the terminal that its longest line takes."""
        lines = [self.title, *(line for text in self.texts() for line in text)]
        return max(map(cell_len, lines))


def show(difference: Difference, titles: tuple[str, str], console: Console) -> None:
    """Prints the difference of two models as a table that fits the console.

    Where there isn't room, the MACs are left out and only their change is shown; then
    names, shapes and counts that changed are broken before their arrows.
    """
    parts: list[RenderableType] = [Text(" → ".join(titles), "bold")]
    parts += map(Text, differences.boundary(difference))
    parts.append("")
    if difference.same:
        parts.append(Text(differences.agreement(difference)))
    else:
        parts += _table(differences.lines(difference), console.width)
        parts += ["", _legend(difference), "", _totals(difference, titles)]
    write(Group(*parts), console)


def _table(lines: Sequence[DiffLine], width: int) -> Iterator[RenderableType]:
    rows = [line for line in lines if line.change != SAME]
    columns, gap = _fit(rows, width - _MARGIN)
    yield Text(
        " " * _MARGIN + _joined([c.title for c in columns], columns, gap), "bold"
    )
    yield Text("─" * (_MARGIN + _width(columns, gap)))
    texts = iter(list(zip(*(column.texts() for column in columns), strict=True)))
    for line in lines:
        style = _STYLES[line.change]
        if line.change == SAME:
            yield _indented(line.name[0], _MARGIN, style)
            continue
        cells = next(texts)
        for place in range(max(map(len, cells))):
            mark = "" if place else MARKS[line.change]
            parts = [cell[place] if place < len(cell) else "" for cell in cells]
            yield Text(mark.ljust(_MARGIN) + _joined(parts, columns, gap), style)
        if line.notes:
            yield _indented("; ".join(line.notes), 2 * _MARGIN, style)


def _joined(texts: Sequence[str], columns: Sequence[_Column], gap: int) -> str:
    """One line of a row."""
    cells = []
    for text, column in zip(texts, columns, strict=True):
        blank = " " * (column.width - cell_len(text))
        cells.append(blank + text if column.right else text + blank)
    return (" " * gap).join(cells).rstrip()


def _width(columns: Sequence[_Column], gap: int) -> int:
    return sum(column.width + gap for column in columns) - gap


def _indented(text: str, indent: int, style: str) -> Padding:
    return Padding(Text(text, style), (0, 0, 0, indent))


def _fit(rows: Sequence[DiffLine], width: int) -> tuple[list[_Column], int]:
    """The columns in a form that fits, and the blanks between them."""
    columns = [
        _Column("Layer", [row.name for row in rows], right=False),
        _Column("Output shape", [row.output for row in rows]),
        _Column("Params", [row.params for row in rows]),
        _Column("Change", [(row.params_change,) for row in rows]),
        _Column("MACs", [row.macs for row in rows]),
        _Column("Change", [(row.macs_change,) for row in rows]),
    ]
    if _width(columns, GAP) > width:
        *columns, _, change = columns
        columns.append(change._replace(title="MACs ±"))
    for breaks in _BREAKS:
        for gap in (GAP, 1):
            broken = [c._replace(broken=n in breaks) for n, c in enumerate(columns)]
            if _width(broken, gap) <= width:
                return broken, gap
    room = max(broken[0].width - _width(broken, 1) + width, _LEAST_NAME)
    return [broken[0]._replace(cells=_chopped(broken[0], room)), *broken[1:]], 1


def _chopped(names: _Column, width: int) -> list[Sides]:
    return [
        ("\n".join(piece for line in text for piece in chop_cells(line, width)),)
        for text in names.texts()
    ]


def _legend(difference: Difference) -> Text:
    counts = differences.counts(difference)
    return Text("   ".join(f"{mark} {text}".strip() for mark, text in counts))


def _totals(difference: Difference, titles: tuple[str, str]) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True)
    for style in ("", "bold", "", ""):
        grid.add_column(no_wrap=True, justify="right", style=style)
    grid.add_row("", *differences.heads(titles), "Change", "Ratio", style="bold")
    for row in differences.sums(difference):
        grid.add_row(*map(Text, row))
    return grid

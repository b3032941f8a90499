"""A summary as a table for the terminal."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from cnnspec.app.tables.form import GAP, ruled, write
from cnnspec.catalogue.components import snake_case
from cnnspec.model.readable import Line, heading, lines, share_text, totals
from cnnspec.model.summary import Summary

_SUM_WIDTH = 32
"""Columns that a sum has where room is short; that of a convolution fits on a line."""
_BAR_LEAST, _BAR_MOST = 4, 20
_EIGHTHS = " ▏▎▍▌▋▊▉"


class _Column(NamedTuple):
    title: str
    cells: list[str]
    right: bool = True

    @property
    def width(self) -> int:
        """Columns of the terminal that its longest line takes."""
        texts = "\n".join((self.title, *self.cells))
        return max(map(cell_len, texts.split("\n")))


_Columns = dict[str, _Column]
_NEEDED = ("layer", "type", "output", "params")
_MOST_TELLING = ("share", "MACs", "receptive field", "output memory", "trainable")


def show(
    summary: Summary, *, why: bool, console: Console, expand: bool = False
) -> None:
    """Prints a summary as a table that fits the console.

    Where there isn't room, long names and sums are wrapped, the type moves below the
    layer's name, and then the least telling columns are left out, which a line below
    the table says.

    Args:
        summary: of a model.
        why: whether to show how sizes come about and parameters are counted.
        console: to print on.
        expand: whether a model inside has its layers' rows below its own.
    """
    rows = lines(summary, expand=expand)
    every = _columns(rows, why)
    columns = _fit(every, rows, console.width)
    name, inputs = heading(summary)
    parts: list[RenderableType] = [
        Text.assemble((name, "bold"), f": {inputs}"),
        "",
        _table(columns, rows, console.width),
        "",
        _totals(summary),
    ]
    left_out = [key for key in every if key not in columns and key != "type"]
    if left_out:
        note = f"Left out to fit {console.width} columns: {', '.join(left_out)}."
        parts += ["", Text(note, "dim")]
    write(Group(*parts), console)


def _columns(rows: Sequence[Line], why: bool) -> _Columns:
    def _sizes(row: Line) -> tuple[str, ...]:
        return (*row.output, *row.sums) if why else row.output

    return {
        "layer": _Column("Layer", [row.name for row in rows], right=False),
        "type": _Column("Type", [row.type for row in rows], right=False),
        "output": _Column("Output\nshape", ["\n".join(_sizes(row)) for row in rows]),
        "params": _Column("Params", [row.why if why else row.params for row in rows]),
        "trainable": _Column("Trainable", [row.trainable for row in rows]),
        "MACs": _Column("MACs", [row.macs for row in rows]),
        "output memory": _Column("Output\nmemory", [row.memory for row in rows]),
        "receptive field": _Column("Receptive\nfield", [row.field for row in rows]),
        "share": _Column("Share of\nparams", _bars(rows, _BAR_LEAST), right=False),
    }


def _fit(columns: _Columns, rows: Sequence[Line], width: int) -> _Columns:
    """As much of the columns as fits."""
    if _width(columns) > width:
        columns = _wrapped(columns, width)
    if _width(columns) > width:
        columns = _folded(columns, rows)
    kept = {key: columns[key] for key in _NEEDED if key in columns}
    for key in _MOST_TELLING:
        if _width(kept | {key: columns[key]}) <= width:
            kept[key] = columns[key]
    return {key: column for key, column in columns.items() if key in kept}


def _width(columns: _Columns) -> int:
    return sum(column.width + GAP for column in columns.values()) - GAP


def _wrapped(columns: _Columns, width: int) -> _Columns:
    """The columns with names and sums broken where they are easiest to read on."""
    layer, params = columns["layer"], columns["params"]
    names = [
        _wrap(re.findall(r"[^_]*_+|[^_]+", name), width // 3) for name in layer.cells
    ]
    sums = [_wrap(re.split(r"(?= [+=] )", text), _SUM_WIDTH) for text in params.cells]
    return columns | {
        "layer": layer._replace(cells=names),
        "params": params._replace(cells=sums),
    }


def _wrap(pieces: Iterable[str], width: int) -> str:
    """The pieces on as few lines as hold them; one that is too long is cut."""
    found = [""]
    for piece in pieces:
        if cell_len(found[-1] + piece) <= width:
            found[-1] += piece
        else:
            found += chop_cells(piece.lstrip(), width)
    return "\n".join(line for line in found if line)


def _folded(columns: _Columns, rows: Sequence[Line]) -> _Columns:
    """The columns with the type below each name that doesn't tell it."""
    cells = []
    for name, row in zip(columns["layer"].cells, rows, strict=True):
        told = re.fullmatch(rf"{snake_case(row.type)}(_\d+)?", row.name)
        cells.append(name if told else f"{name}\n  {row.type}")
    kept = {key: column for key, column in columns.items() if key != "type"}
    return kept | {"layer": columns["layer"]._replace(cells=cells)}


def _bars(rows: Sequence[Line], width: int) -> list[str]:
    return [f"{share_text(row.share):>7} {_bar(row.share * width)}" for row in rows]


def _bar(length: float) -> str:
    whole, eighths = divmod(round(8 * length), 8)
    return ("█" * whole + _EIGHTHS[eighths]).rstrip()


def _table(columns: _Columns, rows: Sequence[Line], width: int) -> Table:
    table = ruled()
    if "share" in columns:
        room = min(_BAR_LEAST + width - _width(columns), _BAR_MOST)
        bars = columns["share"]._replace(cells=_bars(rows, room))
        columns = columns | {"share": bars}
    for key, column in columns.items():
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            style="cyan" if key == "share" else "",
            overflow="fold",
        )
    for cells in zip(*(column.cells for column in columns.values()), strict=True):
        layer, *others = map(Text, cells)
        layer.highlight_regex(r"\n  .+", "dim")
        table.add_row(layer, *others)
    return table


def _totals(summary: Summary) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, style="bold", justify="right")
    grid.add_column(style="dim", overflow="fold")
    for row in totals(summary):
        grid.add_row(*row)
    return grid

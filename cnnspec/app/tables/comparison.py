"""Variants side by side as a table for the terminal."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from cnnspec.app.streams import say
from cnnspec.app.tables.form import GAP, ruled, write
from cnnspec.ground.visible import visible
from cnnspec.study.report.figures import Comparison, Row, shown
from cnnspec.study.report.wording import Column, Wording
from cnnspec.study.statistics import BETTER, WORSE

if TYPE_CHECKING:
    from cnnspec.study.report.writing import Written

_NEEDED = ("score", "difference", "verdict")
_MOST_TELLING = (
    *_NEEDED,
    "seeds",
    "params",
    "epochs",
    "seconds",
    "macs",
    "best",
)
_LEAST_NAME = 16
_STYLES = {BETTER: "green", WORSE: "red"}
_MOST, _ITEMS = 60, 8
"""Rows, and runs of which one thing is told; the files have all."""


def show(comparison: Comparison, console: Console) -> None:
    """Prints variants side by side, as a table that fits the console.

    Where there isn't room, long names are broken, and then the least telling columns
    are left out, which a line below the table says.

    Args:
        comparison: of the variants.
        console: to print on.
    """
    wording = Wording(comparison)
    kept = shown(comparison.rows, _MOST)
    rows = [wording.cells(row) for row in kept]
    every = wording.columns()
    columns, name = _fit(every, rows, console.width)
    parts: list[RenderableType] = [
        Text(visible(comparison.results.title), "bold"),
        Text(" ".join(wording.summary())),
        "",
        _table(columns, rows, kept, name),
    ]
    notes = []
    if len(kept) < len(comparison.rows):
        notes.append(f"{len(kept)} of {len(comparison.rows)} variants.")
    left_out = [each.heading for each in every if each not in columns]
    if left_out:
        said = ", ".join(left_out)
        notes.append(f"Left out to fit {console.width} columns: {said}.")
    for found in wording.problems():
        parts += ["", Text(f"{found.says}:")]
        parts += [Text(f"  {visible(item)}") for item in _first(found.items, wording)]
    parts += [Text(note, "dim") for note in (["", *notes] if notes else [])]
    write(Group(*parts), console)


def show_report(written: "Written", console: Console) -> None:
    """Prints the table of a report, and which files it has written.

    Args:
        written: the report.
        console: to print on.
    """
    show(written.comparison, console)
    print()
    for path in written.paths:
        print(visible(f"wrote {path}"))
    for path in written.kept:
        say(visible(f"cnnspec: {path} was edited, so it is kept"))


def _first(items: Sequence[str], wording: Wording) -> Sequence[str]:
    if len(items) <= _ITEMS:
        return items
    return [*items[:_ITEMS], wording.say("more", n=len(items) - _ITEMS)]


def _fit(
    every: Sequence[Column], rows: Sequence[Mapping[str, str]], width: int
) -> tuple[list[Column], int]:
    """As many columns as fit, and the room for names."""
    widths = {
        each.key: max(
            cell_len(line) for cell in rows for line in (cell[each.key], each.heading)
        )
        for each in every
    }
    first = widths.pop("variant")
    least, name = (min(first, most) for most in (_LEAST_NAME, width // 3))
    room, kept = width - least, {"variant"}
    for key in _MOST_TELLING:
        needs = widths.get(key, width) + GAP
        if needs <= room - (0 if key in _NEEDED else max(name - least, 0)):
            room -= needs
            kept.add(key)
    return [each for each in every if each.key in kept], min(first, least + room)


def _table(
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, str]],
    kept: Sequence[Row],
    name: int,
) -> Table:
    table = ruled()
    for column in columns:
        first = column.key == "variant"
        table.add_column(
            visible(column.heading),
            justify="left" if column.is_text else "right",
            overflow="fold",
            no_wrap=not first,
            width=name if first else None,
        )
    for cells, row in zip(rows, kept, strict=True):
        style = "bold" if row.is_reference else ""
        if row.difference is not None:
            style = _STYLES.get(row.difference.verdict, "")
        elif row.outcome.state:
            style = "dim"
        texts = (Text(visible(cells[column.key]), style) for column in columns)
        table.add_row(*texts)
    return table

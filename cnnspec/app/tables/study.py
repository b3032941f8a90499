"""The variants of a study as a table for the terminal."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from cnnspec.app.tables.form import GAP, ruled, write
from cnnspec.ground.visible import visible
from cnnspec.study.facts import facts_of, further, sizes
from cnnspec.study.plan import Plan, Planned

_MOST_ROWS, _MOST_SAME = 100, 5
"""Variants that a table has, and that are told to be the same as another one."""
_LEAST_NAME = 20
_LEFT_OUT = "left out"
_NEEDED = ("Variant", "Params")
_MOST_TELLING = ("MACs", "Output", "Epochs", "Steps", "Samples", "Input")
"""Other columns: of those there isn't room for, the last ones go first."""


class _Column(NamedTuple):
    title: str
    cells: list[str]

    @property
    def width(self) -> int:
        """Columns of the terminal that it takes."""
        return max(map(cell_len, (self.title, *self.cells)))


def show(plan: Plan, console: Console) -> None:
    """Prints the variants, each with what is known of it, and the number of runs.

    Where there isn't room, names are wrapped, and the least telling columns left out.
    """
    shown = plan.variants[:_MOST_ROWS]
    columns = _fit(_columns(shown), console.width)
    study = plan.study
    parts: list[RenderableType] = [Text(visible(study.title), "bold"), ""]
    parts += [_table(columns, shown, console.width), ""]
    if more := len(plan.variants) - len(shown):
        parts += [Text(f"… and {more:,} more; --format json tells all"), ""]
    parts += [Text(told(plan)), *map(Text, _told_same(plan))]
    write(Group(*parts), console)


def _told_same(plan: Plan) -> Iterator[str]:
    """That variants come to the same: the first of them, and how many others do."""
    told = list(plan.same.items())[:_MOST_SAME]
    for name, other in told:
        text = f"{name} comes to the same as {other}, and is trained beside it"
        yield visible(text)
    if more := len(plan.same) - len(told):
        yield f"… and so do {more:,} more"


def told(plan: Plan) -> str:
    """`9 variants from 3 seeds: 27 runs of 540 epochs in all; results/norm`."""
    left_out = sum(one.model is None for one in plan.variants)
    epochs = sum(run.epochs for run in plan.runs)
    text = f"{_count(len(plan.variants) - left_out, 'variant')} from "
    text += f"{_count(len(plan.study.seeds), 'seed')}: {_count(len(plan.runs), 'run')}"
    text += f" of {_count(epochs, 'epoch')} in all, in {visible(plan.study.folder)}"
    text += f"; {left_out:,} left out" if left_out else ""
    rounds = [f"{_count(count, 'run')} of {more:,}" for count, more in further(plan)]
    return text + (f". The best samples go on: {', '.join(rounds)}" if rounds else "")


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _columns(variants: Sequence[Planned]) -> list[_Column]:
    rows = [_cells(one) for one in variants]
    titles = ("Variant", "Input", "Output", "Params", "MACs", "Samples", "Steps")
    return [
        _Column(title, [row[title] for row in rows]) for title in (*titles, "Epochs")
    ]


def _cells(planned: Planned) -> dict[str, str]:
    name = visible(planned.variant.name)
    if planned.model is None:
        blank = dict.fromkeys(_MOST_TELLING, "")
        return {**blank, "Variant": name, "Params": _LEFT_OUT}
    facts = facts_of(planned.model)
    return {
        "Variant": name,
        "Input": sizes(facts.inputs),
        "Output": sizes(facts.outputs),
        "Params": f"{facts.params:,}",
        "MACs": _number(facts.macs),
        "Samples": _number(facts.samples),
        "Steps": _number(facts.steps),
        "Epochs": f"{facts.epochs:,}",
    }


def _number(count: int | None) -> str:
    return "?" if count is None else f"{count:,}"


def _fit(columns: Sequence[_Column], width: int) -> list[_Column]:
    """Those columns that there is room for."""
    named = {one.title: one for one in columns}
    pieces = [len(piece) for name in named["Variant"].cells for piece in _pieces(name)]
    room = width - min(named["Variant"].width, max(_LEAST_NAME, width // 2, *pieces))
    room -= named["Params"].width + GAP
    kept = set(_NEEDED)
    for title in _MOST_TELLING:
        if (needed := named[title].width + GAP) > room:
            break
        kept.add(title)
        room -= needed
    return [one for one in columns if one.title in kept]


def _table(
    columns: Sequence[_Column], variants: Sequence[Planned], width: int
) -> Table:
    others = sum(one.width + GAP for one in columns if one.title != "Variant")
    width = max(width - others, _LEAST_NAME)
    table = ruled()
    for column in columns:
        is_name = column.title == "Variant"
        table.add_column(
            column.title,
            justify="left" if is_name else "right",
            overflow="fold",
            no_wrap=not is_name,
        )
    cells = zip(*(column.cells for column in columns), strict=True)
    for row, planned in zip(cells, variants, strict=True):
        row = (_broken(row[0], width), *row[1:])
        table.add_row(*row, style="dim" if planned.model is None else "")
    return table


def _broken(name: str, width: int) -> str:
    """A name on as few lines as hold it, broken between words or settings."""
    lines = [""]
    for piece in _pieces(name):
        if cell_len(lines[-1] + piece) <= width:
            lines[-1] += piece
        else:
            lines.append(piece)
    return "\n".join(line.rstrip() for line in lines if line)


def _pieces(name: str) -> list[str]:
    """The words and settings that a name is made of, with what ends each."""
    return re.findall("[^, ]*[, ]|[^, ]+", name)

"""The parameters of a layer, worked out by hand."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.emit.worksheet.sheet import Sheet, Shown, distinct
from cnnspec.model.summary import Row

PLACE, POINTS = 2, 2
_MOST = 4


class Asked(NamedTuple):
    """What the template is told."""

    layer: Shown
    hint: str
    """A layer like it, with its answer."""
    below: str = ""


def find(sheet: Sheet) -> Iterator[Asked]:
    """Asks for a layer of each class, then of each other arithmetic of these."""
    outputs = sheet.summary.graph.outputs
    held = [row for row in sheet.rows() if row.arithmetic]
    rows = [row for row in held if row.name not in outputs] or held
    # A product in which a 1 stands shows less of where its factors come from.
    telling = sorted(rows, key=lambda row: any(1 in w.shape for w in row.weights))
    chosen = distinct(telling, _arithmetic, len(rows))
    first = distinct(chosen, lambda row: type(row.layer), len(rows))
    others = [row for row in chosen if row not in first]
    for row in sorted([*first, *others][:_MOST], key=rows.index):
        sheet.asked.add(row.name)
        yield Asked(sheet.shown(row), _hint(sheet, row))


def _arithmetic(row: Row) -> object:
    """The same for layers that are reckoned alike: all but the numbers of channels."""
    return type(row.layer), tuple(weight.shape[:-2] for weight in row.weights)


def _hint(sheet: Sheet, row: Row) -> str:
    arrays = ", ".join(f"`{weight.name}`" for weight in row.weights)
    like = sheet.example(row, lambda other: other.params != row.params)
    said = sheet.say("parameters_hint", arrays=arrays)
    return f"{said} {sheet.say('parameters_example', example=like)}" if like else said

"""The output shape of a layer, worked out by hand."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.emit.worksheet.sheet import Sheet, Shown, distinct, is_known
from cnnspec.model.summary import Row

PLACE, POINTS = 1, 1
_MOST = 3


class Asked(NamedTuple):
    """What the template is told."""

    layer: Shown
    hint: str
    """A layer like it, with its answer."""
    below: str = ""


def find(sheet: Sheet) -> Iterator[Asked]:
    """Asks for the smallest result of each class that changes sizes."""
    rows = [row for row in sheet.rows() if row.name not in sheet.summary.graph.outputs]
    telling = [*filter(_changes_sizes, rows)] or [*filter(_changes_channels, rows)]
    smallest = sorted(telling, key=lambda row: row.input_shapes[0][1] or 0)
    chosen = distinct(smallest, lambda row: type(row.layer), len(rows))
    for row in sorted(chosen, key=rows.index)[:_MOST]:
        # Numbers of the model itself would tell what other exercises ask for.
        row = sheet.elsewhere(row)
        if not is_known(row):
            continue
        yield Asked(sheet.shown(row), _hint(sheet, row))


def _changes_sizes(row: Row) -> bool:
    merges = len(row.inputs) > 1 and row.output_shape != row.input_shapes[0]
    return merges or row.output_shape[1:-1] != row.input_shapes[0][1:-1]


def _changes_channels(row: Row) -> bool:
    return row.output_shape != row.input_shapes[0]


def _hint(sheet: Sheet, row: Row) -> str:
    like = sheet.example(row, lambda other: other.output_shape not in sheet.seen)
    return sheet.say("output_shape_example", example=like) if like else ""

"""Tables that torchsummary, torchinfo and their like print of models of PyTorch.

Their rows have classes of `torch.nn` and no names, and channels come before the spatial
sizes. They become rows of today's Keras: the class that does the same, channels last,
and the numbers that Keras counts. PyTorch doesn't count what a normalization has seen,
and its recurrent layers have a second bias; of the latter no number is held.

Imported only for such a table.
"""

import re
from collections.abc import Iterator, Sequence

from cnnspec.catalogue.layers.ported import CHANNELS_LAST, counted, counterpart
from cnnspec.ground.shapes import Shape
from cnnspec.read.tables.cells import number
from cnnspec.read.tables.finding import Table
from cnnspec.read.tables.rows import PrintedRow, PrintedSummary

_LABEL = re.compile(r"(?P<kind>[A-Z]\w*)(?:-[0-9]+)?")
_TREE = re.compile(
    r"[\s│├└─|+`-]*(?P<kind>[A-Za-z_]\w*)(?:\s\([\w.]+\))?"
    r"(?::\s(?P<depth>[0-9]+)-[0-9]+)?(?P<cells>\s+(?:\[|--).*)$"
)
_CELL = re.compile(r"\[[^\[\]]*\]|\(recursive\)|--|\(?[0-9][0-9,]*\)?[.0-9]*%?|\w+")
_COLUMN = re.compile(
    r"Input Shape|Output Shape|Param [#%]|Kernel Shape|Mult-Adds|Train"
)


def tree_rows(table: Table) -> Iterator[PrintedRow]:
    """The rows of torchinfo's table, still as PyTorch has them."""
    columns = _COLUMN.findall(table.heading)
    for line in table.lines:
        match = _TREE.match(line.text)
        cells = (
            dict(zip(columns, _CELL.findall(match["cells"]), strict=False))
            if match
            else {}
        )
        if match and "Param #" in cells:
            printed = cells["Param #"].strip("()")
            sizes = re.findall("[0-9]+", cells.get("Output Shape", ""))
            yield PrintedRow(
                match["kind"],
                "",
                tuple(map(int, sizes)) or None,
                number(printed) if printed[:1].isdecimal() else 0,
                line.number,
                type_cut=True,
                depth=int(match["depth"] or 0),
            )


def is_of_torch(rows: Sequence[PrintedRow]) -> bool:
    """Whether each row has a class of PyTorch for its name, and no other."""
    names = [_LABEL.fullmatch(row.name) for row in rows if not row.type]
    known = [match for match in names if match and counterpart(match["kind"])]
    return len(names) == len(rows) and all(names) and bool(known)


def in_keras(summary: PrintedSummary) -> PrintedSummary:
    """A table of PyTorch as one of Keras, as far as both count the same."""
    rows = [_row(row) for row in summary.rows]
    same = [row.params for row in rows] == [row.params for row in summary.rows]
    known = all(row.params is not None for row in rows)
    return summary._replace(
        rows=rows,
        total_params=summary.total_params if same else None,
        trainable_params=summary.trainable_params if known else None,
        non_trainable_params=summary.non_trainable_params if same else None,
    )


def _row(row: PrintedRow) -> PrintedRow:
    match = _LABEL.fullmatch(row.name)
    kind = match["kind"] if match else row.name
    found = counterpart(kind)
    return row._replace(
        type=found,
        type_cut=not found,
        name_cut=False,
        output_shape=_shape(row.output_shape, kind),
        params=counted(kind, row.params or 0),
    )


def _shape(shape: object, kind: str) -> Shape | None:
    """Sizes with the channels last, if it is known where they are."""
    if not isinstance(shape, tuple) or not shape or kind.startswith("Adaptive"):
        return None
    _, *sizes = shape
    if len(sizes) == 2 and not kind.endswith("1d") and kind not in CHANNELS_LAST:
        return None
    if len(sizes) > 1 and kind not in CHANNELS_LAST:
        sizes = [*sizes[1:], sizes[0]]
    return (None, *sizes)

"""A printed table, to a `Found`: rows become layers.

Each row is solved by itself, from the shapes that the rows before it give. So every
number of the table is reproduced, or the row is named that isn't.
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.kinds import LARGEST
from cnnspec.read.found import Choice, Figures, Found, Place, ReadError
from cnnspec.read.tables.reading import plain_lines, read_tables
from cnnspec.read.tables.rows import PrintedRow, PrintedSummary, SummaryError
from cnnspec.read.tables.steps import Steps


def from_text(text: str, choice: Choice) -> Found:
    """The model of a table in a text; of several, the last, unless another is chosen.

    Raises:
        ReadError: none can be read, or a row can't be explained.
    """
    try:
        tables = read_tables(text)
    except SummaryError as error:
        raise ReadError(error.message, place=Place(error.line)) from None
    number = choice.table or len(tables)
    if not 0 < number <= len(tables):
        raise ReadError(f"there is no table {number}; the text has {len(tables)}")
    others = tuple(str(n) for n in range(1, len(tables) + 1) if n != number)
    return _found(tables[number - 1], text, others)


def _sizes(row: PrintedRow) -> Iterator[int]:
    """All that a row says of its output."""
    shapes = row.output_shape or ()
    for shape in shapes if isinstance(shapes, list) else [shapes]:
        yield from (size for size in shape if size is not None)


def _visible(line: str) -> str:
    """A line without what no spec holds."""
    return line if line.isprintable() else "".join(filter(_stays, line)).rstrip()


def _stays(char: str) -> bool:
    return char.isprintable() or char == "\t"


def _found(table: PrintedSummary, text: str, others: tuple[str, ...]) -> Found:
    if table.doubt:
        from cnnspec.read.tables.blame import doubtful

        raise doubtful(table, table.doubt)
    for row in table.rows:
        if large := next((n for n in _sizes(row) if n > LARGEST), 0):
            text = (
                f"'{row.name}' gives a size of {large:,}, and none is above {LARGEST:,}"
            )
            raise ReadError(text, place=Place(row.line))
    unbuilt = next((row for row in table.rows if row.unbuilt), None)
    if unbuilt:
        raise ReadError(
            f"'{unbuilt.name}' had no weights when this was printed, so nothing tells "
            "its sizes",
            "call the model once, or model.build(…), and print it again",
            Place(unbuilt.line),
        )
    steps = Steps(table)
    document: dict[str, Any] = {"name": table.model_name or "model"}
    model = steps.model()
    for key, value in (("custom", steps.custom), ("blocks", steps.blocks)):
        if value:
            document[key] = value
    document |= model
    first, last = table.line - 2, table.rows[-1].line + 8
    lines = (line.text for line in plain_lines(text) if first <= line.number <= last)
    shown = "\n".join(map(_visible, lines)).strip("\n")
    figures = Figures(
        table.model_params,
        table.trainable_params if steps.knows_trained else None,
        table.non_trainable_params if steps.knows_trained else None,
        f"{shown}\n",
    )
    return Found(
        "table", document, steps.places, tuple(steps.unknowns), {}, figures, others
    )

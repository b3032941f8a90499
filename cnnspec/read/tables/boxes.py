"""Tables with bars between their cells: Keras 3's boxes, Markdown, tables of HTML."""

from collections.abc import Iterator

from cnnspec.read.tables.begun import depth_of, row_begun
from cnnspec.read.tables.cells import COUNT, Cells
from cnnspec.read.tables.finding import BARS, Table, cells_of, has_bars, is_rule


class Misfit(Exception):
    """Some line isn't laid out as the heading is."""


def box_cells(table: Table) -> Iterator[Cells | None]:
    """The cells of each line, None for a rule between two rows.

    Raises:
        Misfit: a line has other bars than the heading.
    """
    heading = [cell.strip() for cell in cells_of(table.heading)]
    while heading and not any(map(str.isalnum, heading[-1])):  # behind the table
        heading.pop()
    shape, count = _column(heading, "Out", 1), _column(heading, "Par", 2)
    if len(heading) <= max(shape, count):
        raise Misfit
    for line in table.lines:
        # Markdown has marks of code and of bold letters round names and numbers.
        text = line.text.replace("`", "").strip()
        if not text:
            continue
        if is_rule(text):
            yield None
        elif has_bars(text):
            cells = cells_of(text)
            if len(cells) < len(heading):
                if row_begun(line.number, *depth_of(text, boxed=True)):
                    raise Misfit
                continue
            moved = len(cells) > len(heading) and COUNT.match(cells[count + 1].strip())
            if moved and not cells[0].strip():
                # A corner in front of a name, which an encoding made a bar of.
                cells[:2] = [f"{cells[0]}└{cells[1]}"]
            rest = " ".join(cells[count + 1 :])
            found = _cells(line.number, cells[0], cells[shape], cells[count], rest)
            if text[0] in BARS or (found.starts_row() and COUNT.match(found.params)):
                yield found


def _column(heading: list[str], word: str, usual: int) -> int:
    starts = (i for i, cell in enumerate(heading) if cell.startswith(word))
    return next(starts, usual)


def _cells(number: int, label: str, shape: str, count: str, rest: str) -> Cells:
    corner = label.find("└")
    # Keras sets a nested layer off by three blanks a level and a corner.
    depth = max((corner - 1) // 3, 1) if corner >= 0 else 0
    cells = (label.strip(" └*"), shape.strip(" *"), count.strip(" *"), rest.strip())
    return Cells(number, *cells, depth)

"""Tables with nothing but blanks between their cells, however many are left of them.

A row begins with a layer's name and its class in brackets; a shape in brackets and a
number follow. Keras 2 up to 2.5 cuts each cell where its column ends, so the brackets
may be open. Keras 2.6 to 2.15 wraps a long cell in mid-word: what goes on stands under
its heading, or, where the blanks are lost, is told by what the row still lacks.
"""

from collections.abc import Iterator
from itertools import pairwise

from cnnspec.ground.patterns import pattern
from cnnspec.read.tables import begun
from cnnspec.read.tables.begun import depth_of, is_open, label_is_whole, row_begun
from cnnspec.read.tables.cells import COUNT, Cells, joined
from cnnspec.read.tables.finding import Table, is_rule
from cnnspec.read.tables.lines import Line
from cnnspec.read.tables.rows import SummaryError

_SEGMENT = pattern(r"\S+(?: \S+)*")
_INNER_RULE = pattern(r"[_=]{8,}|[┏┡├└+][━─┳╇┼┴+-]{8,}[┓┩┤┘+]?")
_NEXT = pattern(r"\s(?=[\w./-]+\s+\([A-Z]\w*\)?\s+[\[(]{1,2}(?:None|\?|[0-9]))")
_MORE_LABEL = pattern(r"[\w./:>-]*(?:\s?\(\s?[\w.>]*)?\s?\)(?=\s|$)")
_MORE_IN_COLUMN = pattern(r"[\w./:>-]*(?:\s?\([\w.>]*)?\)?")
_MORE_SHAPE = pattern(r"[0-9A-Za-z_?:,()\[\]{}\s']*")
_MORE_COUNT = pattern(r"[0-9,]*|[\s(a-z]*\)")
_NUMBER = pattern(r"(?<!\S)[0-9,]+(?!\S)")
_NUMBER_LEFT = pattern(
    r"(?:[\w./:>-]*(?:\s?\([\w.>]*)?\)?\s+)?[0-9,]+"
    r"(?:\s+[\w./:\[\]',\s…-]*[\]',])?"
)
_UNBUILT = pattern(r"\(un[a-z]{3,5}\)")
_ONE_WORD = pattern(r"[\w./:>-]+…?")
_READS = pattern(r"(?=.*[\[\]',…])[\w./:\[\]',\s…-]*")


def plain_cells(table: Table) -> Iterator[Cells | None]:
    """The cells of each line that belongs to a row, None where a row ends.

    Raises:
        SummaryError: a line looks like a row, and can't be one.
    """
    reader = _Reader(_columns(table), table.is_box)
    for line in table.lines:
        for part in _parts(line):
            found = list(reader.take(part))
            if reader.ended and not found and not is_rule(part.text):
                return
            yield from found


def _columns(table: Table) -> list[int]:
    """Where the columns start that follow the first; none where blanks were lost."""
    starts = [match.start() for match in _SEGMENT.finditer(table.heading)]
    named = [table.heading[start : start + 3] for start in starts]
    is_known = len(starts) > 2 and named[1] == "Out" and named[2].startswith("P")
    return [] if table.is_box or "\t" in table.heading or not is_known else starts[1:]


def _parts(line: Line) -> Iterator[Line]:
    """A line, or the several lines of a table that were put into one."""
    text = line.text
    while not is_rule(text) and (inner := _INNER_RULE.search(text)):
        yield Line(line.number, text[: inner.start()])
        yield Line(line.number, inner[0])
        text = text[inner.end() :]
    yield Line(line.number, text)


class _Reader:
    """Tells what each line is, given the row that stands above it."""

    def __init__(self, columns: list[int], boxed: bool) -> None:
        self._columns, self._boxed = columns, boxed
        self._row: list[Cells] = []
        self._gap = self._any = self._broken = False
        self.ended = False

    def take(self, line: Line) -> Iterator[Cells | None]:
        """What a line adds: rows, more of one, the end of one."""
        if is_rule(line.text):
            if line.text.strip(" |"):
                self._row, self.ended = [], self._any and "==" in line.text
                yield None
            self._gap = True
            return
        text, depth = depth_of(line.text, self._boxed)
        rows = list(self._begun(line.number, text, depth))
        if rows:
            self._row, self._any = rows[-1:], True
            self._gap = self._broken = self.ended = False
        for row in rows:
            yield from (None, row)
        if not rows and self._row and not self._broken:
            more = self._more(line.number, text, depth)
            self._row += filter(None, [more])
            # What stands behind a line that isn't understood can't be told.
            self._broken = more is None
            yield from filter(None, [more])

    def _begun(self, number: int, text: str, depth: int) -> Iterator[Cells]:
        """The rows that begin in a line: one, unless line ends were lost."""
        row = row_begun(number, text, depth)
        if row and not row.shape and self._needs_label():
            return
        columns = self._in_columns(number, text, depth)
        fits = columns and columns.starts_row() and COUNT.match(columns.params)
        if columns and fits and (not row or is_open(row.shape)):
            yield columns
            return
        if not row:
            begun.refuse_almost(number, text)
        while row and (follows := _NEXT.search(f" {row.rest}")):
            yield row._replace(rest=row.rest[: max(follows.start() - 1, 0)])
            row = row_begun(number, row.rest[follows.start() :], depth)
        if row and "(None" in row.rest:
            raise SummaryError(
                number,
                "found several rows in one line, which can't be told apart; paste the "
                "table as Keras printed it, with its line ends",
            )
        if row:
            yield row

    def _needs_label(self) -> bool:
        return bool(self._row) and not label_is_whole(joined(self._row, "").label)

    def _in_columns(self, number: int, text: str, depth: int) -> Cells | None:
        """A line's cells by where they stand, if none reaches into another column."""
        if not self._columns:
            return None
        if depth:
            return self._in_moved_columns(number, text, depth)
        if any(text[start - 1 : start].strip() for start in self._columns):
            return None
        places = [0, *self._columns, len(text) + max(self._columns)]
        label, shape, count, *rest = (text[a:b].strip() for a, b in pairwise(places))
        return Cells(number, label, shape, count, " ".join(rest).strip())

    def _in_moved_columns(self, number: int, text: str, depth: int) -> Cells:
        """The cells of a row between bars.

        Keras 2 moves its columns by the number of bars, now to the left, now to the
        right, but always leaves two blanks between them.
        """
        cells = ["", "", "", ""]
        for match in _SEGMENT.finditer(text):
            reach = match.start() + 2 * depth
            column = min(sum(reach >= start for start in self._columns), 3)
            cells[column] = cells[column] or match[0]
        label, shape, count, rest = cells
        return Cells(number, label, shape, count, rest, depth)

    def _more(self, number: int, text: str, depth: int) -> Cells | None:
        """More of the row above, or nothing if the line has no part in it."""
        row = joined(self._row, "")
        needs = (not label_is_whole(row.label), is_open(row.shape))
        if not row.label and _ONE_WORD.fullmatch(text.strip()):
            return Cells(number, f"{text.strip()} ", "", "", "", depth)
        if self._gap and not any(needs):
            return None
        found = self._in_columns(number, text, depth)
        if found is None:
            found = _by_need(number, text, needs, row.rest)
        elif not self._fits(found, needs):
            found = None
        if found is None and not self._gap and _NUMBER_LEFT.fullmatch(text.strip()):
            raise _number_below(number, text)
        return found

    def _fits(self, more: Cells, needs: tuple[bool, bool]) -> bool:
        """Whether what stands in each column can go on what is above it there."""
        label, shape = needs
        if more.label and not (label and _MORE_IN_COLUMN.fullmatch(more.label)):
            return False
        # Only what fills its column goes on in yet another line.
        full = self._columns[0] - 4 - 2 * more.depth
        if more.label and ")" not in more.label and len(more.label) < full:
            return False
        if more.shape and not (shape and _MORE_SHAPE.fullmatch(more.shape)):
            return False
        return not more.params or bool(_MORE_COUNT.fullmatch(more.params))


def _by_need(
    number: int, text: str, needs: tuple[bool, bool], reads: str
) -> Cells | None:
    """More of a row whose columns are lost: first what its label lacks, then its shape.

    Only Keras 2.6 breaks names in the middle; it has quotes round those in the last
    column.
    """
    label = shape = ""
    left = text.strip()
    whole = not reads or reads.startswith("[")
    match = _MORE_LABEL.match(left) if whole or left.startswith("(") else None
    if needs[0] and match:
        label, left = match[0], left[match.end() :].lstrip()
    if needs[1] and (piece := begun.rest_of_shape(left)):
        shape, left = piece, left[len(piece) :].lstrip()
    count = _UNBUILT.search(left)
    if count:
        left = left.replace(count[0], "").strip()
    if (label or shape) and _NUMBER.search(left):
        raise _number_below(number, text)
    if left and (_NUMBER.search(left) or not _READS.fullmatch(left)):
        return None
    return Cells(number, label, shape, count[0] if count else "", left)


def _number_below(number: int, text: str) -> SummaryError:
    return SummaryError(
        number,
        f"found {text.strip()!r} below a row, which may belong to the number there; "
        "paste the table as Keras printed it",
    )

"""Whether the rows of a table come to the total that is printed under them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from cnnspec.ground.patterns import pattern
from cnnspec.read.tables.lines import Line
from cnnspec.read.tables.rows import Doubt, PrintedRow, PrintedSummary

_DOTS = pattern(
    r"[\s|│┃]*[(\[<{]?\s*(?:(?:[.…⋮:]\s?)+|중략|생략|snip\w*|omitted)\s*[)\]>}]?[\s|│┃]*"
)
_ROW = pattern(r"[\s|│┃]*([\w./-]+\s+\([A-Z]\w+\)?)[\s|│┃]+[\[(]{1,2}(?:None|\?|[0-9])")
"""What a row begins with."""
_REST = "a row is missing or a number isn't as Keras printed it; paste the whole table"


def doubt(summary: PrintedSummary, total_line: int) -> Doubt | None:
    """Why the table can't be right as it stands, if its numbers contradict each other.

    Args:
        summary: as it was read.
        total_line: where its totals stand.
    """
    total = summary.model_params
    if total is not None:
        top = [row for row in summary.rows if not row.depth]
        known = sum(row.params or 0 for row in top)
        if known != total and (known > total or _all_known(top)):
            first, last = summary.rows[0].line, summary.rows[-1].line
            return Doubt(
                total_line,
                f"the rows of this table (lines {first} to {last}) come to {known:,} "
                f"params, and its total says {total:,} ({total - known:+,}); {_REST}",
            )
        parts = summary.trainable_params, summary.non_trainable_params
        if None not in parts and sum(parts) != total:  # type: ignore[arg-type]
            trained, others = parts
            return Doubt(
                total_line,
                f"the totals contradict each other: {trained:,} trainable and "
                f"{others:,} non-trainable params aren't {total:,}; {_REST}",
            )
    return next(_nested(summary.rows), None) or next(_twice(summary.rows), None)


def _twice(rows: Sequence[PrintedRow]) -> Iterator[Doubt]:
    """Rows of one layer that follow one another, of which Keras prints but one."""
    for one, other in pairwise(rows):
        alike = (one.name, one.depth) == (other.name, other.depth)
        cut = one.name_cut or other.name_cut
        if alike and not cut and one.type[:3] == other.type[:3] != "":
            text = f"the row '{one.name}' stands twice, in lines {one.line} and"
            yield Doubt(other.line, f"{text} {other.line}; {_REST}")


def left_out(lines: Iterable[Line], rows: Sequence[PrintedRow]) -> Doubt | None:
    """Why rows are missing: dots stand in their place, or one can't be read."""
    read = {row.line for row in rows}
    for line, text in lines:
        if line in read or not rows[0].line < line < rows[-1].line:
            continue
        if _DOTS.fullmatch(text):
            found = f"found {text.strip()!r} in line {line}, between two rows"
            return Doubt(line, f"{found}, as where rows are left out; {_REST}")
        if "(" in text and (match := _ROW.match(text)):
            found = f"found '{match[1]}' in line {line}, in a row that can't be read"
            return Doubt(line, f"{found}; {_REST}")
    return None


def _nested(rows: Sequence[PrintedRow]) -> Iterator[Doubt]:
    """Models whose layers, in rows below their own, don't come to what it says."""
    for i, row in enumerate(rows):
        inner = below(rows, i)
        found = sum(one.params or 0 for one in inner)
        if inner and row.params not in (None, found) and _all_known(inner):
            yield Doubt(
                row.line,
                f"the row '{row.name}' has {row.params:,} params, and the rows of its "
                f"layers come to {found:,}; {_REST}",
            )


def below(rows: Sequence[PrintedRow], place: int) -> list[PrintedRow]:
    """The rows of the layers of a model in the model."""
    found = []
    for i in range(place + 1, len(rows)):
        other = rows[i]
        if other.depth <= rows[place].depth:
            break
        if other.depth == rows[place].depth + 1:
            found.append(other)
    return found


def _all_known(rows: Sequence[PrintedRow]) -> bool:
    return all(row.params is not None for row in rows)

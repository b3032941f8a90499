"""Whether the rows of a table come to the total that is printed under them."""

from collections.abc import Iterator, Sequence

from cnnspec.read.tables.rows import Doubt, PrintedRow, PrintedSummary

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
    return next(_nested(summary.rows), None)


def _nested(rows: Sequence[PrintedRow]) -> Iterator[Doubt]:
    """Models whose layers, in rows below their own, don't come to what it says."""
    for i, row in enumerate(rows):
        below = []
        for other in _behind(rows, i):
            if other.depth <= row.depth:
                break
            if other.depth == row.depth + 1:
                below.append(other)
        found = sum(one.params or 0 for one in below)
        if below and row.params not in (None, found) and _all_known(below):
            yield Doubt(
                row.line,
                f"the row '{row.name}' has {row.params:,} params, and the rows of its "
                f"layers come to {found:,}; {_REST}",
            )


def _behind(rows: Sequence[PrintedRow], place: int) -> Iterator[PrintedRow]:
    return (rows[i] for i in range(place + 1, len(rows)))


def _all_known(rows: Sequence[PrintedRow]) -> bool:
    return all(row.params is not None for row in rows)

"""A model held against the numbers that its own file has for each layer.

Imported only where a file has other numbers than its configuration leads to.
"""

from cnnspec.ground.source import Source
from cnnspec.model.order import keras_order
from cnnspec.model.summary import Row, Summary


def first_unlike(summary: Summary, source: Source) -> str:
    """The first layer for which the file holds other numbers; '' if all are the same.

    Args:
        summary: of the model, whose names may count anew.
        source: of the file, or of the spec that was made of it.
    """
    held = {name: count for name, count in source.held.items() if count}
    ours = _called_as(held, summary)
    if ours.keys() < held.keys():
        name = next(name for name in held if name not in ours)
        return f"; the file holds {held[name]:,} for '{name}', which isn't in the model"
    for name, row in ours.items():
        count = held.get(name, 0)
        if count != row.params:
            line = source.line(row.path)
            text = f"; the first difference is '{row.name}' ({line}): {row.params:,}"
            return f"{text}, and the file holds {count:,}"
    return ""


def _called_as(held: dict[str, int], summary: Summary) -> dict[str, Row]:
    """The rows that have weights, by what the file calls them.

    Names that Keras counts may be others in a spec of it; the order isn't.
    """
    rows = {row.name: row for row in summary.rows if row.params and not row.shares}
    if rows.keys() == held.keys() or len(rows) != len(held):
        return rows
    order = [name for name in keras_order(summary.graph) if name in rows]
    return {name: rows[one] for name, one in zip(held, order, strict=True)}

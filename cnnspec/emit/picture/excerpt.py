"""One call of a block as a model of its own, to be drawn alone."""

from collections.abc import Iterator, Sequence

from cnnspec.ground.errors import SettingsError, Trail, either, nearest
from cnnspec.model.graph import Input
from cnnspec.model.summary import Row, Summary, each_row


def excerpt(summary: Summary, name: str) -> Summary:
    """What a call holds: its layers, and what they read from outside as inputs.

    Args:
        summary: of the whole model.
        name: of a call, or of a block, which stands for its first call.

    Raises:
        SettingsError: there is no such call and no such block.
    """
    for model, title, found in _models(summary):
        if name in (model, title):
            called = title if model == title else f"{model} ({title})"
            graph = found.graph._replace(name=f"{summary.graph.name}: {called}")
            return found._replace(graph=graph)
    trail = _trail(summary, name)
    depth = len(trail)
    rows = [row for row in summary.rows if row.trail[:depth] == trail]
    inside = {row.name for row in rows}
    read = {*summary.graph.outputs}
    for row in summary.rows:
        if row.name not in inside:
            read.update(row.inputs)
    call = trail[-1]
    title = (
        call.block if call.name in ("", call.block) else f"{call.name} ({call.block})"
    )
    graph = summary.graph._replace(
        name=f"{summary.graph.name}: {title}",
        inputs=tuple(_inputs(summary, rows)),
        outputs=tuple(row.name for row in rows if row.name in read) or (rows[-1].name,),
    )
    kept = (row._replace(trail=row.trail[depth:]) for row in rows)
    return summary._replace(graph=graph, rows=tuple(kept))


def _trail(summary: Summary, name: str) -> Trail:
    """The way to the call that a name stands for."""
    trails = [
        row.trail[: n + 1]
        for row in summary.rows
        for n, frame in enumerate(row.trail)
        if frame.block
    ]
    for found in ([t[-1].name for t in trails], [t[-1].block for t in trails]):
        if name in found:
            return trails[found.index(name)]
    models = [(title, model) for model, title, _ in _models(summary)]
    calls = [*((t[-1].block, t[-1].name) for t in trails), *models]
    known = list(dict.fromkeys(n for names in calls for n in names if n))
    blocks = list(dict.fromkeys(block for block, _ in calls))
    hint = nearest(name, known) or (
        f"there is {either(blocks)}" if blocks else "it has no blocks"
    )
    where = summary.graph.name
    raise SettingsError(f"no block of {where} and no call is called '{name}'; {hint}")


def _inputs(summary: Summary, rows: Sequence[Row]) -> Iterator[Input]:
    """The tensors that layers read from outside, in the order in which they do."""
    given = {tensor.name: tensor for tensor in summary.graph.inputs}
    made = {row.name: row for row in summary.rows}
    inside = {row.name for row in rows}
    read = dict.fromkeys(name for row in rows for name in row.inputs)
    for name in read:
        if name in given:
            yield given[name]
        elif name not in inside:
            row = made[name]
            several = row.output_shape
            shape = several[0] if isinstance(several, list) else several
            yield Input(name, shape, row.dtype, row.path)


def _models(summary: Summary) -> Iterator[tuple[str, str, Summary]]:
    """The models inside: their names, their blocks, and what is inside of them."""
    for row in each_row(summary, written=True):
        inside = None if row.shares else row.layer.inside(*row.input_shapes)
        if inside and not row.layer.application:
            # The call that made it is the first that is not around it as well.
            block = inside.rows[0].trail[len(row.trail)].block
            yield row.name, block, _within(inside, row)


def _within(inside: Summary, row: Row) -> Summary:
    """What is inside of a model, with the calls and rounds that are inside alone."""
    depth = len(row.trail) + 1
    rows = (one._replace(trail=one.trail[depth:]) for one in inside.rows)
    return inside._replace(rows=tuple(rows))

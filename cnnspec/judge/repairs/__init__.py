"""What change of a spec explains every row in which it differs from a table.

A row by itself says little: where one argument is wrong, all rows behind it may differ.
So changes are tried on the whole model, those nearest to the first row that differs
first, and what is told leaves no row different. Imported only when there is such a row.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from cnnspec.ground.edits import Remedy, edited
from cnnspec.judge.align import is_difference, same_type
from cnnspec.judge.repairs.layers import at_input, at_layer
from cnnspec.judge.repairs.trials import Difference, Table, Trials
from cnnspec.judge.repairs.values import given_elsewhere
from cnnspec.language.program import Program
from cnnspec.model.summary import Row, Summary

_TOLD = 3
"""Changes that a message names."""
_SMALL = 40
"""Rows of a model in which two changes are looked for."""
_WAYS = 6
"""First changes of two that are followed."""


def repairs(program: Program, summary: Summary, table: Table) -> list[Remedy]:
    """Changes that leave no difference, the likeliest first; at most three.

    Args:
        program: a spec that differs from its table.
        summary: of it.
        table: what it is held against.
    """
    found = _single(Trials(program, summary, table), summary)
    if not found and len(summary.rows) <= _SMALL:
        found = _double(Trials(program, summary, table), summary)
    return found


def _single(trials: Trials, summary: Summary) -> list[Remedy]:
    found: list[Remedy] = []
    made: list[Any] = []
    for remedy in _each(trials, summary):
        if not trials.explains(remedy):
            continue
        data = edited(trials.source.data, remedy.edits)
        if data not in made:  # said in another way already
            made.append(data)
            found.append(remedy)
        if len(found) == _TOLD:
            break
    return found


def _double(trials: Trials, summary: Summary) -> list[Remedy]:
    """Two changes: one leaves fewer rows different, the other none."""
    before = len(trials.table.differences(summary))
    for remedy in islice(_each(trials, summary), _WAYS):
        tried = trials.tried(remedy)
        if tried is None or len(trials.table.differences(tried.summary)) >= before:
            continue
        then = trials.after(tried)
        for other in _each(then, tried.summary):
            if then.explains(other):
                text = f"{remedy.text}, and {other.text}"
                return [Remedy(text, (*remedy.edits, *other.edits))]
    return []


def _each(trials: Trials, summary: Summary) -> Iterator[Remedy]:
    """What may explain the first row that differs, each once."""
    seen = set()
    ways: Sequence[Callable[..., Iterator[Remedy]]] = (
        at_input,
        at_layer,
        given_elsewhere,
    )
    found = (
        way(trials, summary, difference)
        for difference in _places(trials, summary)
        for way in ways
    )
    for remedy in chain.from_iterable(found):
        if any(trials.source.is_carried(edit.path) for edit in remedy.edits):
            continue
        if (change := repr(remedy.edits)) not in seen:
            seen.add(change)
            yield remedy


def _places(trials: Trials, summary: Summary) -> Iterator[Difference]:
    """The first row that differs; or that of a layer which can't take its input."""
    first = next(iter(trials.table.differences(summary)), None)
    if not summary.misfits:
        yield from () if first is None else (first,)
        return
    if first is None or isinstance(first.layer, Row | None):
        first = _by_name(trials, summary) or first
    if first is not None and first.layer is not None:
        yield first
    layer = _standing(summary)
    alike = [row for row in trials.table.printed.rows if same_type(row, layer)]
    before = sum(row.type == layer.type for row in summary.rows)
    yield Difference(alike[before] if before < len(alike) else None, layer)


def _by_name(trials: Trials, summary: Summary) -> Difference | None:
    """The first layer whose row is another, of those that are called as one."""
    named = {row.name: row for row in trials.table.printed.rows}
    for layer in summary.rows:
        row = named.get(summary.graph.called(layer.name, layer.shares))
        if row is not None and is_difference(row, layer):
            return Difference(row, layer)
    return None


def _standing(summary: Summary) -> Row:
    """The first layer that can't take its input, in the form of a row of nothing."""
    node = summary.misfits[0].node
    shapes: dict[str, Any] = {one.name: one.shape for one in summary.graph.inputs}
    shapes |= {row.name: row.output_shape for row in summary.rows}
    parts = node.parts or (None,) * len(node.inputs)
    given = tuple(
        shape
        for name, part in zip(node.inputs, parts, strict=True)
        for shape in _each_shape(shapes.get(name), part)
    )
    return Row(
        node.name, node.layer, node.inputs, given, (), (), 0, 0, None, node.path,
        node.trail,
    )  # fmt: skip


def _each_shape(shapes: Any, part: int | None) -> list[Any]:
    """The shapes that a layer reads of what another gives."""
    if isinstance(shapes, list):
        return shapes if part is None else [shapes[part]]
    return [] if shapes is None else [shapes]


__all__ = ["Table", "repairs"]

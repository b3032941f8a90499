"""What `cnnspec diff` found: its words and numbers, as JSON, and as Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from cnnspec.catalogue.components import snake_case
from cnnspec.ground.errors import Trail
from cnnspec.ground.kinds import Argument
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import Shape, Shapes
from cnnspec.ground.visible import json_text, visible
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.diff.comparison import (
    ABSENT,
    ADDED,
    AFFECTED,
    CHANGED,
    REMOVED,
    SAME,
    Difference,
    Edit,
    InputPairing,
    Pairing,
    Total,
)
from cnnspec.model.graph import Input
from cnnspec.model.readable import (
    bytes_text,
    count_text,
    escaped,
    input_data,
    row_data,
    shape_text,
)
from cnnspec.model.summary import Model, Row, Summary, each_row

MARKS = {CHANGED: "~", AFFECTED: ">", ADDED: "+", REMOVED: "-", SAME: " "}
"""What stands before a layer."""
_WORDS = {
    CHANGED: "changed",
    AFFECTED: "same arguments, other input",
    ADDED: "added",
    REMOVED: "removed",
    SAME: "the same",
}

Sides = tuple[str, ...]
"""What was and what is; one text where both are the same or there is only one."""


class DiffLine(NamedTuple):
    """A row of a report, which several `layers` may share."""

    change: str
    layers: int
    name: Sides
    output: Sides = ()
    params: Sides = ()
    params_change: str = ""
    macs: Sides = ()
    macs_change: str = ""
    notes: tuple[str, ...] = ()
    """What was edited: `filters: 64 → 50`; or what the layer is, where it's new."""


def lines(difference: Difference) -> list[DiffLine]:
    """The rows of a report, in the order of the layers.

    Layers that are the same share a row, and so do those of a call of a block that
    was added or removed as a whole; several such calls one after the other share one.
    """
    befores, afters = _before_each(difference.before), _before_each(difference.after)
    calls = _whole_calls(difference.pairings)
    found = []
    pairs = zip(difference.pairings, calls, strict=True)
    groups = [
        _Group(call, [pairing for pairing, _ in group])
        for (_, call), group in groupby(pairs, _together)
    ]
    for _, run in groupby(groups, _looks):
        first, *others = run
        if first.pairings[0].change == SAME:
            found.append(_folded(first.pairings))
        elif first.call:
            found.append(_called([first, *others]))
        else:
            found += [_line(pairing, befores, afters) for pairing in first.pairings]
    return found


class _Group(NamedTuple):
    """Steps that share a row, or have one each."""

    call: Trail
    pairings: Sequence[Pairing]


def _looks(group: _Group) -> object:
    """What calls of a block have in common that can share a row."""
    if not group.call:
        return id(group)
    rows = [
        (type(row.layer), row.params, row.macs, str(row.output_shape))
        for pairing in group.pairings
        for row in (pairing.before, pairing.after)
        if row
    ]
    return group.pairings[0].change, group.call[-1].block, rows


_LEAST_LAYERS = 4
"""A call of a block with fewer is shown layer by layer."""


def _together(item: tuple[Pairing, Trail]) -> tuple[str, Trail]:
    pairing, call = item
    return (
        "" if pairing.change not in (SAME, ADDED, REMOVED) else pairing.change
    ), call


def _whole_calls(pairings: Sequence[Pairing]) -> list[Trail]:
    """The outermost call around each pairing that was added or removed as a whole."""
    sizes, found = Counter[tuple[bool, Trail]](), Counter[tuple[str, Trail]]()
    for pairing in pairings:
        for side, row in enumerate((pairing.before, pairing.after)):
            if row:
                calls = _calls(row)
                sizes.update((bool(side), call) for call in calls)
                if pairing.change in (ADDED, REMOVED):
                    found.update((pairing.change, call) for call in calls)
    whole = {
        (change, call)
        for (change, call), count in found.items()
        if _LEAST_LAYERS <= count == sizes[change == ADDED, call]
    }
    return [
        next((c for c in _pairing_calls(pairing) if (pairing.change, c) in whole), ())
        for pairing in pairings
    ]


def _pairing_calls(pairing: Pairing) -> list[Trail]:
    row = pairing.after if pairing.change == ADDED else pairing.before
    return _calls(row) if row and pairing.change in (ADDED, REMOVED) else []


def _calls(row: Row) -> list[Trail]:
    """The calls of blocks that a layer stands in, outermost first."""
    trail = row.trail
    return [trail[: n + 1] for n, frame in enumerate(trail) if frame.block]


def _called(calls: Sequence[_Group]) -> DiffLine:
    pairings = [pairing for group in calls for pairing in group.pairings]
    first, last = calls[0].call[-1], calls[-1].call[-1]
    rows = [
        row for pairing in pairings for row in (pairing.before, pairing.after) if row
    ]
    sign = 1 if pairings[0].change == ADDED else -1
    params = sum(row.params for row in rows)
    known = [row.macs for row in rows if row.macs is not None]
    macs = sum(known) if len(known) == len(rows) else None
    size = _count(len(calls[0].pairings), "layer")
    if len(calls) == 1:
        note = f"{first.block}: {size}, {rows[0].name} to {rows[-1].name}"
    else:
        ends = f" {first.name} to {last.name}" if first.name else ""
        note = f"{len(calls):,} ×{ends}, each a {first.block} of {size}"
    return DiffLine(
        pairings[0].change,
        len(pairings),
        (visible(first.name or first.block),),
        (_shapes_text(rows[-1].output_shape),),
        (f"{params:,}",),
        signed(sign * params),
        (count_text(macs),),
        signed(None if macs is None else sign * macs, count_text),
        (visible(note),),
    )


def _folded(pairings: Sequence[Pairing]) -> DiffLine:
    names = [visible(pairing.after.name) for pairing in pairings if pairing.after]
    ends = dict.fromkeys((names[0], names[-1]))
    text = f"… {_count(len(pairings), 'layer')} the same: {' to '.join(ends)}"
    return DiffLine(SAME, len(pairings), (text,))


def _line(
    pairing: Pairing, befores: dict[str, str], afters: dict[str, str]
) -> DiffLine:
    rows = [row for row in (pairing.before, pairing.after) if row]
    return DiffLine(
        pairing.change,
        1,
        _pair(visible(row.name) for row in rows),
        _pair(_shapes_text(row.output_shape) for row in rows),
        _pair(f"{row.params:,}" for row in rows),
        signed(pairing.difference("params")),
        _pair(count_text(row.macs) for row in rows),
        signed(pairing.difference("macs"), count_text),
        tuple(map(visible, _notes(pairing, befores, afters))),
    )


def _pair(texts: Iterable[str]) -> Sides:
    return tuple(dict.fromkeys(texts))


def _shapes_text(shapes: Shapes) -> str:
    several: list[Shape] = shapes if isinstance(shapes, list) else [shapes]
    return ", ".join(map(shape_text, several))


def signed(count: int | None, text: Any = "{:,}".format) -> str:
    """`+1,275` or `−1,275`; nothing for 0."""
    if count is None:
        return "?"
    if not count:
        return ""
    return f"{'+' if count > 0 else '−'}{text(abs(count))}"


def _before_each(summary: Summary) -> dict[str, str]:
    """The layer that stands above each, or the first input."""
    names = [row.name for row in each_row(summary)]
    first = [tensor.name for tensor in summary.graph.inputs[:1]]
    return dict(zip(names, [*first, *names], strict=False))


def _notes(
    pairing: Pairing, befores: dict[str, str], afters: dict[str, str]
) -> Iterator[str]:
    """What there is to say of a layer beside its numbers."""
    before, after = pairing.before, pairing.after
    if before and after:
        if pairing.change == CHANGED:
            yield from edits(pairing, before, after)
    elif row := after or before:
        text = _written(row)
        if text != row.type or not _told(row):
            yield text
        above = (afters if after else befores)[row.name]
        if row.reads != [above]:
            yield f"reads {', '.join(row.reads)}"
        if row.shares:
            yield f"shares the weights of {row.shares}"


def edits(pairing: Pairing, before: Row, after: Row) -> Iterator[str]:
    """What changed in a layer: `filters: 64 → 50`."""
    if before.type != after.type:
        yield f"{before.type} → {after.type}"
    for argument in pairing.arguments:
        yield _edit(argument, {**before.layer.arguments(), **after.layer.arguments()})
    if pairing.reconnected:
        yield f"reads {', '.join(before.reads)} → {', '.join(after.reads)}"
    if pairing.reshared:
        yield f"weights {_weights_of(before)} → {_weights_of(after)}"
    if before.input_shapes != after.input_shapes:
        shapes = (row.input_shapes for row in (before, after))
        yield f"input {' → '.join(_shapes_text(list(several)) for several in shapes)}"


def _weights_of(row: Row) -> str:
    return f"of {row.shares}" if row.shares else "of its own"


def _edit(argument: Edit, arguments: Mapping[str, Argument]) -> str:
    name, before, after = argument
    short = arguments[name].kind.one_for_all
    old, new = (flow(plain(value, short)) for value in (before, after))
    if after is ABSENT:
        return f"no {name} (was {old})"
    return f"{name}: {new}" if before is ABSENT else f"{name}: {old} → {new}"


def _told(row: Row) -> bool:
    """Whether a layer's name tells its class."""
    return row.name.startswith(snake_case(row.type))


def _written(row: Row) -> str:
    """A layer as a spec writes it in one line."""
    return ": ".join(flow(text) for text in _entry(row.layer, row.type) if text != {})


def _entry(record: Record, name: str) -> tuple[str, Any]:
    """A record's name in a spec, and what stands under it."""
    arguments = record.arguments()
    given = {
        key: plain(value, arguments[key].kind.one_for_all)
        for key, value in record.given.items()
        if key != "name"
    }
    first = next(iter(arguments), "")
    if list(given) == [first] and not isinstance(given[first], dict | list | None):
        return name, given[first]
    return name, given


def plain(value: Any, one_for_all: bool = False) -> Any:
    """An argument's value as the plain data of a spec.

    Args:
        value: as a record keeps it.
        one_for_all: whether one number may stand for several equal ones.
    """
    if value is ABSENT:
        return None
    if isinstance(value, Record):
        return dict([_entry(value, type(value).__name__)])
    if isinstance(value, list | tuple):
        items = [plain(item, one_for_all) for item in value]
        equal = bool(items) and all(item == items[0] for item in items)
        return items[0] if equal and one_for_all else items
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def titles(before: Model, after: Model, overrides: Sequence[str]) -> tuple[str, str]:
    """What to call both models: by their names if these differ, else by their files."""
    models = before, after
    one, other = (model.summary.graph.name for model in models)
    if one == other and not overrides:
        one, other = (str(model.program.source.path) for model in models)
    if overrides:
        other += f" with {', '.join(overrides)}"
    return visible(one), visible(other)


def heads(titles: tuple[str, str]) -> tuple[str, str]:
    """The titles, or shorter words for the heads of columns."""
    told = titles[0] != titles[1] and all(len(title) <= 16 for title in titles)
    return titles if told else ("Before", "After")


def boundary(difference: Difference) -> list[str]:
    """How the models' inputs and outputs differ, in words."""
    found = [_input_text(s) for s in difference.inputs if s.change != SAME]
    if difference.outputs_changed:
        ends = (difference.before.graph.outputs, difference.after.graph.outputs)
        found.append(f"Output: {' → '.join(', '.join(names) for names in ends)}")
    return [visible(text) for text in found]


def _input_text(pairing: InputPairing) -> str:
    texts = _pair(_tensor_text(t) for t in (pairing.before, pairing.after) if t)
    note = f" ({pairing.change})" if pairing.change in (ADDED, REMOVED) else ""
    return f"Input: {' → '.join(texts)}{note}"


def _tensor_text(tensor: Input) -> str:
    return f"{tensor.name} {shape_text(tensor.shape)} {tensor.about}"


def counts(difference: Difference) -> list[tuple[str, str]]:
    """The mark and number of each sort of layer: `2 added`."""
    changes = [pairing.change for pairing in difference.pairings]
    return [
        (MARKS[change], f"{changes.count(change):,} {words}")
        for change, words in _WORDS.items()
        if change in changes
    ]


def agreement(difference: Difference) -> str:
    """What to say of two models without a difference."""
    summary = difference.after
    text = (
        f"No difference between the models: {_count(len(summary.rows), 'layer')}, "
        f"{summary.total_params:,} params, {count_text(summary.macs)} MACs. "
        "What data: and train: say isn't compared."
    )
    renamed = [
        f"{pairing.before.name} → {pairing.after.name}"
        for pairing in difference.pairings
        if pairing.before
        and pairing.after
        and pairing.before.name != pairing.after.name
    ]
    if renamed:
        more = f", and {len(renamed) - 3:,} more" if len(renamed) > 3 else ""
        text += f" Other names: {', '.join(renamed[:3])}{more}."
    return visible(text)


class Sum(NamedTuple):
    """A row of the totals."""

    what: str
    before: str
    after: str
    change: str
    ratio: str


_SUMS = {
    "layers": ("Layers", "{:,}".format),
    "total_params": ("Params", "{:,}".format),
    "trainable_params": ("  trainable", "{:,}".format),
    "non_trainable_params": ("  non-trainable", "{:,}".format),
    "macs": ("MACs", count_text),
    "weight_bytes": ("Weights", bytes_text),
    "activation_bytes": ("Activations", bytes_text),
}


def sums(difference: Difference) -> list[Sum]:
    """The totals of both models, what was gained or lost, and the ratio."""
    return [_sum(total) for total in difference.totals]


def _sum(total: Total) -> Sum:
    what, text = _SUMS[total.name]
    before, after = (
        "?" if count is None else text(count) for count in (total.before, total.after)
    )
    change = signed(total.difference, text)
    return Sum(what, before, after, change, ratio_text(total.ratio))


def ratio_text(ratio: float | None) -> str:
    """`63 %`; with decimals where it would seem to be all or nothing."""
    if ratio is None:
        return ""
    digits = 0
    while digits < 2 and ratio not in (0, 1) and round(ratio, digits + 2) in (0, 1):
        digits += 1
    return f"{100 * ratio:,.{digits}f} %"


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def markdown(difference: Difference, titles: tuple[str, str]) -> str:
    """The difference as a section of a Markdown document."""
    parts = [f"## {escaped(' → '.join(titles))}", ""]
    for text in boundary(difference):
        parts += [escaped(text), ""]
    if difference.same:
        return "\n".join([*parts, escaped(agreement(difference))])
    parts += [
        "|  | Layer | What | Output shape | Params | Change | MACs | Change |",
        "| :-: | :-- | :-- | --: | --: | --: | --: | --: |",
        *map(_markdown_line, lines(difference)),
        "",
        "; ".join(f"{_code(m)}{text}" for m, text in counts(difference)),
        "",
    ]
    before, after = map(escaped, heads(titles))
    parts += [
        f"| | {before} | {after} | Change | Ratio |",
        "| :-- | --: | --: | --: | --: |",
    ]
    parts += (f"| {' | '.join(text.strip() for text in s)} |" for s in sums(difference))
    return "\n".join(parts)


def _code(mark: str) -> str:
    return f"`{mark}` " if mark.strip() else ""


def _markdown_line(line: DiffLine) -> str:
    if line.change == SAME:
        return f"| | *{escaped(line.name[0])}* | | | | | | |"
    cells = (
        f"`{MARKS[line.change]}`",
        escaped(" → ".join(line.name)),
        escaped("; ".join(line.notes)),
        " → ".join(line.output),
        " → ".join(line.params),
        line.params_change,
        " → ".join(line.macs),
        line.macs_change,
    )
    return f"| {' | '.join(cells)} |"


def as_json(difference: Difference, before: Model, after: Model) -> str:
    """One JSON object."""
    graphs = difference.before.graph, difference.after.graph
    data = {
        "same": difference.same,
        "before": _model(before),
        "after": _model(after),
        "totals": {total.name: _total(total) for total in difference.totals},
        "inputs": [
            {
                "change": change,
                "before": one and input_data(one, graphs[0]),
                "after": other and input_data(other, graphs[1]),
            }
            for change, one, other in difference.inputs
        ],
        "outputs": {
            "changed": difference.outputs_changed,
            "before": list(graphs[0].outputs),
            "after": list(graphs[1].outputs),
        },
        "layers": [_pairing(one, before, after) for one in difference.pairings],
    }
    return json_text(data)


def _model(model: Model) -> dict[str, Any]:
    graph = model.summary.graph
    names = {"name": graph.name, "keras_name": graph.keras_name}
    return {"path": model.program.source.path, **names}


def _total(total: Total) -> dict[str, Any]:
    return {
        "before": total.before,
        "after": total.after,
        "difference": total.difference,
        "ratio": total.ratio,
    }


_COUNTS = ("params", "trainable_params", "macs", "activation_bytes")
_FACTS = (
    *("name", "keras_name", "type", "inputs", "input_shapes", "output_shape"),
    "dtype",
    *_COUNTS,
    "line",
)


def _pairing(pairing: Pairing, before: Model, after: Model) -> dict[str, Any]:
    return {
        "change": pairing.change,
        "before": pairing.before and _row(pairing.before, before),
        "after": pairing.after and _row(pairing.after, after),
        "difference": {count: pairing.difference(count) for count in _COUNTS},
        "arguments": [_argument(argument) for argument in pairing.arguments],
        "reconnected": pairing.reconnected,
        "reshared": pairing.reshared,
    }


def _row(row: Row, model: Model) -> dict[str, Any]:
    return row_data(row, model.summary.graph, model.program.source, _FACTS)


def _argument(argument: Edit) -> dict[str, Any]:
    name, *values = argument
    sides = zip(("before", "after"), values, strict=True)
    known = {side: plain(value) for side, value in sides if value is not ABSENT}
    return {"name": name, **known}

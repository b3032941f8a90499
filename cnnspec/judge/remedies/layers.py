"""Remedies at layers: their arguments, their places, and layers beside them."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from cnnspec.catalogue.layers.base import SIDE_BY_SIDE, TAKEN_FOR_DENSE
from cnnspec.ground.edits import Edit, Remedy
from cnnspec.judge.remedies import inputs
from cnnspec.judge.remedies.way import Way, each_axis, item_of
from cnnspec.model.summary import Row

_NEAR = 8
"""Layers above that are asked."""


def own_arguments(way: Way) -> Iterator[Remedy]:
    """Arguments of the layer itself that let it take what it is given."""
    for gives in way.error.gives:
        yield from way.argument(way.node, gives)


def other_order(way: Way) -> Iterator[Remedy]:
    """The channels last, where the layer takes the first axis for them."""
    for gives in way.error.gives:
        if _ORDER in gives:
            yield from way.argument(way.node, gives)


_ORDER = "data_format"


def put_before(way: Way) -> Iterator[Remedy]:
    """A layer that brings what it is given into its form."""
    for entry in way.error.before:
        yield from way.before(entry)


def kept_axes(way: Way) -> Iterator[Remedy]:
    """The layer that takes axes away which are needed: to keep them, or to go below."""
    if way.error.missing <= 0:
        return
    for row in way.above:
        if keeps := row.layer.keeping(way.error.missing):
            yield from way.argument(row, keeps)
            return
        if len(row.output_shape) < max(map(len, row.input_shapes)):
            if not row.params:
                moved = list(_moved(way, row))
                yield from moved or way.without(row)
            return


def _moved(way: Way, row: Row) -> Iterator[Remedy]:
    """A layer below the one that fails, or below the first after it that serves."""
    *around, start = item_of(row)
    *other, first = item_of(way.node)
    items = way.source.value(tuple(around))
    if around != other or not isinstance(start, int) or not isinstance(first, int):
        return
    for place in range(first, min(first + _NEAR, len(items))):
        edits = (
            Edit((*around, place + 1), items[start], "insert"),
            Edit((*around, start), kind="remove"),
        )
        line = way.source.line((*around, place))
        text = f"move {way.name(row)} to below {line}"
        if way.trials.mends(remedy := Remedy(text, edits)):
            yield remedy
            return


def unknown_sizes(way: Way) -> Iterator[Remedy]:
    """A layer above that needs no sizes in place of one that does, or sizes."""
    if all(None not in shape[1:] for shape in way.shapes):
        return
    for row in way.above[:_NEAR]:
        if not row.layer.has_rule:
            # Keras took its tensor for a sparse one, and so does not know its sizes.
            yield from way.before(TAKEN_FOR_DENSE, row)
        name = row.layer.without_sizes(row.input_shapes[0]) if row.inputs else ""
        if name:
            item = way.source.value(item_of(row))
            written = next(iter(item.values())) if isinstance(item, dict) else None
            kept = {
                key: value
                for key, value in (written if isinstance(written, dict) else {}).items()
                if key in ("name", "from")
            }
            edit = Edit(item_of(row), {name: kept} if kept else name)
            text = f"write {name} in place of {type(row.layer).__name__}"
            yield Remedy(f"{text} in {way.source.line(row.path)}", (edit,))
            break
    yield from inputs.numbers_for_null(way)


def other_tensors(way: Way) -> Iterator[Remedy]:
    """As many tensors as the layer takes, where it is given more or fewer."""
    layer, count = way.node.layer, len(way.shapes)
    most = count if layer.inputs_limit is None else layer.inputs_limit
    if layer.inputs <= count <= most or way.node.arguments:
        return
    if most == 1 < count and (name := way.said_once()):  # one that gives several
        yield way.reading(f"{name}.0")
        yield from way.before(SIDE_BY_SIDE)
        return
    if way.node.trail:
        return
    names = [*_named(way), "input"][:_NEAR]
    if layer.compares_with_itself and count == 1:
        yield way.reading(["prev", "prev"])
    elif count < layer.inputs == 2:
        for name in names:
            if way.node.inputs != (name,):
                yield way.reading(["prev", name])
    elif most == 1:
        for name in names:
            yield way.reading(name)


def too_few(way: Way) -> str:
    """How more tensors are given, where none above fits."""
    if len(way.shapes) >= way.node.layer.inputs:
        return ""
    return "name a layer above, as in name: skip, and write from: [prev, skip]"


def other_skips(way: Way) -> Iterator[Remedy]:
    """Another layer above in place of one of several that don't fit together."""
    listed = way.source.value((*way.node.path, "from"))
    if not isinstance(listed, list) or len(listed) != len(way.shapes):
        return
    names = [name for name in _named(way) if name not in way.node.inputs][:_NEAR]
    for place in reversed(range(len(listed))):
        if listed[place] == "prev" or not isinstance(listed[place], str):
            continue
        for name in names:
            yield way.reading([*listed[:place], name, *listed[place + 1 :]])


def less_growing(way: Way) -> Iterator[Remedy]:
    """A layer just above that enlarges by more than its steps: with `padding: same`."""
    for row in filter(None, map(way.rows.get, way.node.inputs)):
        if not _is_one_to_one(row):
            continue
        out, [x] = row.output_shape, row.input_shapes
        grows = any((out[a] or 0) > (x[a] or 0) for a in each_axis(x))  # type: ignore[operator]
        if grows and getattr(row.layer, "padding", "") == "valid":
            yield from way.argument(row, {"padding": "same"})


def _named(way: Way) -> Iterator[str]:
    """The names that authors gave layers above, nearest first."""
    for row in reversed(way.rows.values()):
        given = way.source.value((*row.path, "name"))
        if not row.trail and isinstance(given, str) and "$" not in given:
            yield given


def channels(way: Way) -> Iterator[Remedy]:
    """As many channels in one tensor as in another."""
    if len(way.shapes) != len(way.node.inputs) or len(way.shapes) < 2:
        return
    for place, other in permutations(range(len(way.shapes)), 2):
        wanted = way.shapes[other][-1]
        if wanted is None or way.shapes[place][-1] == wanted:
            continue
        if row := _maker_of_channels(way, way.node.inputs[place]):
            yield from way.argument(row, {row.layer.grows_with: wanted})


def _maker_of_channels(way: Way, name: str) -> Row | None:
    """The layer above whose argument says how many channels a tensor has."""
    while row := way.rows.get(name):
        if row.layer.grows_with in row.layer.arguments():
            return row
        if len(row.inputs) != 1 or row.output_shape[-1] != row.input_shapes[0][-1]:
            return None
        name = row.inputs[0]
    return None


def bridged(way: Way) -> Iterator[Remedy]:
    """A layer that fits one of several tensors to another."""
    if len(way.shapes) != len(way.node.inputs):
        return
    pairs = permutations(range(len(way.shapes)), 2)
    for place, other in sorted(pairs, key=lambda pair: way.shapes[pair[0]][-1] or 0):
        x, to = way.shapes[place], way.shapes[other]
        for entry in way.node.layer.bridges(x, to):
            yield from way.reads(place, entry)


def less_shrinking(way: Way) -> Iterator[Remedy]:
    """Layers above that make their input smaller: with a border, in smaller steps."""
    if way.error.missing:
        return
    paths = set()
    for row in way.above:
        if row.path in paths or not _shrinks(row):
            continue
        paths.add(row.path)
        if len(paths) > _NEAR:
            return
        if not row.params:
            yield from way.without(row)
        for argument, value in _LESS.items():
            given: Any = getattr(row.layer, argument, None)
            if given is not None and given != value and not _is_one(given):
                yield from way.argument(row, {argument: value})


_LESS = {"padding": "same", "strides": 1}
"""Arguments with which layers that move along an axis leave its size as it was."""


def _is_one(given: Any) -> bool:
    return isinstance(given, tuple) and set(given) == {1}


def _is_one_to_one(row: Row) -> bool:
    """Whether a layer makes one tensor of one, with as many axes."""
    if isinstance(row.output_shape, list) or len(row.input_shapes) != 1:
        return False
    return len(row.output_shape) == len(row.input_shapes[0])


def _shrinks(row: Row) -> bool:
    """Whether a layer gives fewer positions than it takes."""
    if not _is_one_to_one(row):
        return False
    out, [x] = row.output_shape, row.input_shapes
    return any((out[a] or 0) < (x[a] or 0) for a in each_axis(x))  # type: ignore[operator]

"""Sizes that only the data know, worked out from the table that a notebook printed.

A row has the shape and the count of a layer. So a value that isn't in the code is found
by trying those that the row suggests: the one with which the layer comes to the row.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers import layer_class
from cnnspec.ground.errors import ShapeError
from cnnspec.read.code.building import Layer, Model, Node, Tensor
from cnnspec.read.code.networks import ends, walked
from cnnspec.read.code.shapes import known_layer, shape_of
from cnnspec.read.code.values import Unknown, is_known
from cnnspec.read.tables.rows import PrintedRow

_LARGEST = 65_536
"""The last axis of an input, at most."""


def solve(
    model: Model,
    rows: Sequence[PrintedRow],
    tables: Callable[[Model], Sequence[PrintedRow]] = lambda _: (),
) -> list[tuple[Any, str, Unknown]]:
    """Fills in what the rows of a printed table tell.

    Args:
        model: whose layers are changed.
        rows: of the table.
        tables: the rows of the table that a model inside has of its own.

    Returns:
        What was filled in: the layer or input, the argument, and what stood there.
    """
    done: list[tuple[Any, str, Unknown]] = []
    inputs, outputs = ends(model)
    nodes = walked(outputs)
    found = _paired(nodes, rows)
    below = _below(nodes, rows)
    _name_inputs(inputs, rows, done)
    for node in nodes:
        if isinstance(node.layer, Model) and node.layer.base is None:
            inside = below.get(id(node.layer)) or tables(node.layer)
            done += solve(node.layer, inside, tables) if inside else []
            _forget(nodes)
            continue
        row = found.get(id(node.layer))
        if row is None or not isinstance(node.layer, Layer):
            continue
        _solve_input(node, row, done)
        if open_ := _open(node.layer):
            _forget(nodes)
            _solve_layer(node, row, open_, done)
        _settle(node, row)
        _loosen(model, node, row, nodes)
        _forget(nodes)
    return done


def _loosen(model: Model, node: Node, row: PrintedRow, nodes: Sequence[Node]) -> None:
    """Leaves sizes of an input open that the table leaves open.

    Keras 2 built a model for any length, of which only the first samples had one.
    """
    tensor, layer = node.inputs[0], node.layer
    if tensor.node is not None or model.sizes is None or not isinstance(layer, Layer):
        return
    known, shape, wanted = known_layer(layer), tensor.shape, row.output_shape
    if known is None or not _is_whole(shape) or not isinstance(wanted, tuple):
        return
    found = _output(known, [*shape])
    if found is None or found == wanted or len(found) != len(wanted):
        return
    loose = tuple(
        None if place < len(wanted) and wanted[place] is None else size
        for place, size in enumerate(shape)
    )
    if _output(known, [*loose]) == wanted:
        tensor.shape = loose
        for one in nodes:
            one.shapes = None


def _forget(nodes: Sequence[Node]) -> None:
    """Lets shapes that weren't known be worked out anew."""
    for node in nodes:
        if not is_known(node.shapes):
            node.shapes = None


class Slot(NamedTuple):
    """An argument that isn't known, of a layer or of one that it holds."""

    given: dict[str, Any]
    name: str


def _open(layer: Layer) -> list[Slot]:
    """The arguments of a layer that aren't known."""
    if layer.is_of_code or not registry.is_known(layer.kind):
        return []
    found: list[Slot] = []
    for name, value in layer.given.items():
        if isinstance(value, Layer):
            found += _open(value)
        elif not is_known(value):
            found.append(Slot(layer.given, name))
    return found


# ------------------------------------------------------------------ rows and layers


def _paired(nodes: Sequence[Node], rows: Sequence[PrintedRow]) -> dict[int, PrintedRow]:
    """The row of each layer: those of a class belong together in their order."""
    found: dict[int, PrintedRow] = {}
    layers = dict.fromkeys(n.layer for n in nodes if isinstance(n.layer, Layer))
    by_kind: dict[str, list[Layer]] = {}
    for layer in layers:
        by_kind.setdefault(layer.kind, []).append(layer)
    top = [row for row in rows if row.depth == 0]
    for kind, several in by_kind.items():
        alike = [row for row in top if _is_of(row, kind)]
        named = {row.name: row for row in alike}
        if all(layer.name in named for layer in several):
            found |= {id(one): named[str(one.name)] for one in several}
        elif len(alike) == len(several):
            alike.sort(key=_number)
            several.sort(key=lambda layer: layer.serial)
            found |= {id(a): b for a, b in zip(several, alike, strict=True)}
    return found


def _below(
    nodes: Sequence[Node], rows: Sequence[PrintedRow]
) -> dict[int, list[PrintedRow]]:
    """The rows of each model inside, where a table shows them below its own."""
    starts = [
        place
        for place, (row, after) in enumerate(pairwise(rows))
        if row.depth == 0 and after.depth > 0
    ]
    several = {id(n.layer): n.layer for n in nodes if isinstance(n.layer, Model)}
    several = {key: one for key, one in several.items() if one.base is None}
    named = {rows[start].name: start for start in starts}
    found = {k: named[str(m.name)] for k, m in several.items() if m.name in named}
    if not found and len(starts) == len(several):
        found = dict(zip(several, starts, strict=True))
    return {
        key: [
            row._replace(depth=row.depth - 1)
            for row in takewhile(lambda one: one.depth > 0, rows[start + 1 :])
        ]
        for key, start in found.items()
    }


def _is_of(row: PrintedRow, kind: str) -> bool:
    return kind in registry.printed_names(row.type, row.type_cut)


def _number(row: PrintedRow) -> int:
    """The number that Keras gave a layer; layers are numbered as they are made."""
    number = row.name.rpartition("_")[2]
    return int(number) if number.isdigit() and len(number) < 9 else 0


# ------------------------------------------------------------------ inputs


def _name_inputs(
    inputs: Sequence[Tensor], rows: Sequence[PrintedRow], done: list[Any]
) -> None:
    """Takes the shapes of inputs from the rows of their own."""
    own = [r for r in rows if r.type and registry.INPUT_LAYER.startswith(r.type)]
    own = [row for row in own if row.depth == 0]
    if len(own) != len(inputs):
        return
    for tensor, row in zip(inputs, sorted(own, key=_number), strict=True):
        shape = row.output_shape
        shape = shape[0] if isinstance(shape, list) else shape
        if shape is not None and not _is_whole(tensor.shape):
            done.append((tensor, "shape", _unknown_in(tensor.shape)))
            tensor.shape = tuple(shape)


def _is_whole(shape: Any) -> bool:
    return isinstance(shape, tuple) and is_known(*shape)


def _unknown_in(shape: Any) -> Unknown:
    if isinstance(shape, Unknown):
        return shape
    found: Unknown = next(one for one in shape if isinstance(one, Unknown))
    return found


def _solve_input(node: Node, row: PrintedRow, done: list[Any]) -> None:
    """The shape of an input, from the row of the layer that reads it."""
    tensor = node.inputs[0]
    layer = node.layer
    if tensor.node is not None or _is_whole(tensor.shape) or len(node.inputs) > 1:
        return
    assert isinstance(layer, Layer)
    if open_ := _open(layer):
        _guess_outputs(layer, row)
        _solve_alone(layer, row, open_, done)
    known = known_layer(layer)
    if known is None or not isinstance(row.output_shape, tuple):
        return
    before = tensor.shape
    rank = len(before) if isinstance(before, tuple) else _rank(known, row)
    shape = (
        list(before) if isinstance(before, tuple) else [None, *[before] * (rank - 1)]
    )
    found = _input_shape(known, row, shape)
    if found is not None:
        done.append((tensor, "shape", _unknown_in(before)))
        tensor.shape = found


def _solve_alone(
    layer: Layer, row: PrintedRow, open_: list[Slot], done: list[Any]
) -> None:
    """The arguments of a layer whose input isn't known, if its output tells of that."""
    rank = len(layer_class(layer.kind).example_inputs[0])
    shape = row.output_shape
    if isinstance(shape, tuple) and len(shape) >= rank and len(open_) == 1:
        _fill(layer, open_, [shape[:rank]], row, done)


def _guess_outputs(layer: Layer, row: PrintedRow) -> None:
    """Takes what grows with the last axis of what a layer gives from there."""
    grows = layer_class(layer.kind).grows_with
    shape = row.output_shape
    is_open = any(slot == (layer.given, grows) for slot in _open(layer))
    if is_open and isinstance(shape, tuple) and shape:
        layer.given[grows] = shape[-1]


def _rank(known: Any, row: PrintedRow) -> int:
    example: tuple[Any, ...] = known.example_inputs[0]
    own = row.output_shape
    try:
        given = known.output(example)
    except (ShapeError, TypeError, ValueError):
        return len(example)
    same = isinstance(given, tuple) and len(given) == len(example)
    return len(own) if same and isinstance(own, tuple) else len(example)


def _input_shape(known: Any, row: PrintedRow, shape: list[Any]) -> Any:
    """The shape with which a layer comes to a row."""
    probe = [None, *(n if isinstance(n, int) else 64 for n in shape[1:])]
    last = len(shape) - 1
    tells = _count(known, [(*probe[:last], 1)]) != _count(known, [(*probe[:last], 2)])
    if isinstance(shape[last], Unknown) and row.params and tells:
        width = _by_params(known, row.params, probe, last)
        if width is None:
            return None
        probe[last] = shape[last] = width
    for axis in range(1, len(shape)):
        if isinstance(shape[axis], Unknown):
            shape[axis] = probe[axis] = _by_output(known, row, probe, axis)
    return tuple(shape) if is_known(*shape) else None


def _by_params(known: Any, params: int, probe: list[Any], axis: int) -> int | None:
    """The size of the last axis, of which the count tells: both grow together."""

    def count(size: int) -> int:
        return _count(known, [(*probe[:axis], size)])

    one, two = count(1), count(2)
    if one < 0 or two <= one:
        return next((n for n in range(1, 512) if count(n) == params), None)
    size, rest = divmod(params - one, two - one)
    found = size + 1
    return (
        found if not rest and 0 < found < _LARGEST and count(found) == params else None
    )


def _count(known: Any, shapes: list[Any]) -> int:
    try:
        return sum(weight.size for weight in known.weights(*shapes))
    except (ShapeError, TypeError, ValueError, IndexError, ArithmeticError):
        return -1


def _by_output(known: Any, row: PrintedRow, probe: list[Any], axis: int) -> Any:
    """The size of an axis with which the output has the row's sizes."""
    wanted = row.output_shape
    assert isinstance(wanted, tuple)
    if axis < len(wanted) and wanted[axis] is None:
        return None
    for size in range(1, 2049):
        given = [*probe[:axis], size, *probe[axis + 1 :]]
        found = _output(known, given)
        if found is None or len(found) != len(wanted):
            continue
        if axis < len(found) and found[axis] == wanted[axis]:
            return size
    return None


def _output(known: Any, given: list[Any]) -> Any:
    try:
        known.check(tuple(given))
        found = known.output(tuple(given))
    except (ShapeError, TypeError, ValueError, IndexError, ArithmeticError):
        return None
    return found if isinstance(found, tuple) else None


# ------------------------------------------------------------------ arguments


def _solve_layer(
    node: Node, row: PrintedRow, open_: list[Slot], done: list[Any]
) -> None:
    """The arguments of a layer with which it comes to its row."""
    layer = node.layer
    assert isinstance(layer, Layer)
    given = [shape_of(tensor) for tensor in node.inputs]
    shapes = [shape for shape in given if isinstance(shape, tuple) and is_known(*shape)]
    if len(shapes) == len(given) and len(open_) < 3:
        _fill(layer, open_, shapes, row, done)


def _fill(
    layer: Layer,
    open_: list[Slot],
    shapes: list[Any],
    row: PrintedRow,
    done: list[Any],
) -> None:
    """Gives arguments the first values with which a layer comes to its row."""
    before = [slot.given[slot.name] for slot in open_]
    for values in _tried(len(open_), row):
        _give(open_, values)
        if _is_row(layer, shapes, row):
            for slot, unknown in zip(open_, before, strict=True):
                if isinstance(unknown, Unknown):
                    done.append((layer, slot.name, unknown))
            return
    _give(open_, before)


def _give(slots: Sequence[Slot], values: Sequence[Any]) -> None:
    for slot, value in zip(slots, values, strict=True):
        slot.given[slot.name] = value


def _tried(count: int, row: PrintedRow) -> Iterator[list[Any]]:
    """Values that a row suggests for one argument, or for two."""
    for value in _suggested(row):
        if count == 1:
            yield [value]
            continue
        for more in _suggested(row):
            yield [value, more]


def _settle(node: Node, row: PrintedRow) -> None:
    """Chooses between the two forms of a GRU, of which only the count tells.

    Keras 2 had the one, TensorFlow 2 has the other.
    """
    layer = node.layer
    assert isinstance(layer, Layer)
    inner = layer.given.get("layer")
    gru = inner if isinstance(inner, Layer) else layer
    known = registry.is_known(gru.kind) and layer_class(gru.kind).arguments()
    shapes = [shape_of(tensor) for tensor in node.inputs]
    whole = all(isinstance(shape, tuple) and is_known(*shape) for shape in shapes)
    if not known or _RESET not in known or not whole or _is_row(layer, shapes, row):
        return
    before = gru.given.get(_RESET, True)
    gru.given[_RESET] = not before
    if not _is_row(layer, shapes, row):
        gru.given[_RESET] = before


_RESET = "reset_after"


def _suggested(row: PrintedRow) -> list[Any]:
    shape = row.output_shape
    sizes = [n for n in shape if n] if isinstance(shape, tuple) else list[int]()
    found: list[Any] = [*reversed(sizes)]
    params = row.params or 0
    for size in [*sizes]:
        if params:
            found += [params // size, params // size - 1]
    found += [1, 2, 3, 4, 5, 7]
    if isinstance(shape, tuple):
        found.append(list(shape[1:]))
    return list({repr(one): one for one in found}.values())


def _is_row(layer: Layer, shapes: list[Any], row: PrintedRow) -> bool:
    """Whether a layer comes to a row."""
    known = known_layer(layer)
    if known is None:
        return False
    try:
        known.check(*shapes)
        shape = known.output(*shapes)
    except (ShapeError, TypeError, ValueError, IndexError, ArithmeticError):
        return False
    counts = row.params is None or _count(known, shapes) == row.params
    return counts and _is_shape(shape, row.output_shape)


def _is_shape(shape: Any, printed: Any) -> bool:
    """Whether a shape is that of a table, in which sizes may be open."""
    if printed is None or shape == printed:
        return True
    if not isinstance(shape, tuple) or not isinstance(printed, tuple):
        return False
    pairs = [*zip(shape, printed, strict=False)]
    return len(shape) == len(printed) and all(b in (None, a) for a, b in pairs)

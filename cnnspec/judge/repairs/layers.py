"""Arguments of the layer whose row differs first, with values that give the row."""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.layers import Layer
from cnnspec.ground.edits import Edit, Remedy
from cnnspec.ground.kinds import Argument
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.align import same_shape, same_type
from cnnspec.judge.repairs.trials import Difference, Trials
from cnnspec.language.expressions import formulas, names_in
from cnnspec.model.summary import Row, Summary
from cnnspec.read.tables.rows import PrintedRow

_USUAL = (1, 3, 2, 5, 4, 7, 6, 8, 9, 11, 10, *range(12, 33))
"""Sizes of kernels, pools and steps, the commonest first."""


def at_layer(trials: Trials, _: Summary, difference: Difference) -> Iterator[Remedy]:
    """Changes of the entry of the layer that differs first."""
    row, layer = difference
    if row is None or not isinstance(layer, Row) or not same_type(row, layer):
        return
    written = _written(trials, layer)
    found = list(fitting(layer, row))
    # What is written is likelier than what isn't, and a size of 1 is hardly meant.
    found.sort(key=lambda one: (one[0] not in written, one[1] == 1))
    for name, value in found:
        if name in written and any(names_in(formulas(written[name]))):
            continue  # what its variables are given is tried elsewhere
        yield _giving(trials, layer, name, value, written)


def _giving(
    trials: Trials, layer: Row, name: str, value: Any, written: dict[str, Any]
) -> Remedy:
    """The remedy of giving a layer an argument, where its value is written."""
    path, data = _place(trials, layer, name), value
    defaults = trials.program.defaults.at(layer.path)
    kind = type(layer.layer).__name__
    if path is None and name in defaults.arguments.get(kind, {}):
        path = (*defaults.path, kind, name)
    step = name if path is None else path[-1]
    if path is None:
        path, data = _whole(trials, layer, written | {name: value})
    text = f"write {step}: {flow(value)} in {trials.source.line(path)}"
    return Remedy(text, (Edit(path, data),))


def at_input(trials: Trials, _: Summary, difference: Difference) -> Iterator[Remedy]:
    """The sizes of an input as they are printed."""
    row, layer = difference
    if row is None or isinstance(layer, Row | None):
        return
    value, printed = trials.source.value(layer.path), row.output_shape
    if not isinstance(printed, tuple):
        return
    sizes, path = list(printed[1:]), layer.path
    if isinstance(value, dict):
        value, path = value.get("shape"), (*path, "shape")
    if not isinstance(value, list) or any(names_in(formulas(value))):
        return
    line = trials.source.line(path)
    text = f"write {path[-1]}: {flow(sizes)} in {line}"
    yield Remedy(text, (Edit(path, sizes),))


def fitting(layer: Row, row: PrintedRow) -> Iterator[tuple[str, Any]]:
    """Arguments with the values at which a layer is as printed."""
    for name, argument in type(layer.layer).arguments().items():
        if name in ("name", "dtype", "trainable"):
            continue
        for value in _values(layer, argument, row):
            if _gives(layer, name, value, row):
                yield name, value


def counting(layer: Row, params: int) -> Iterator[tuple[str, Any]]:
    """Arguments with the values at which a layer has so many parameters."""
    return fitting(layer, PrintedRow(layer.name, layer.type, None, params, 0))


def _gives(layer: Row, name: str, value: Any, row: PrintedRow) -> bool:
    """Whether a layer has the shape and the parameters of a row."""
    try:
        other: Layer = layer.layer.changed({name: value})
        other.check(*layer.input_shapes)
        if row.params is not None:
            weights = other.weights(*layer.input_shapes)
            if sum(weight.size for weight in weights) != row.params:
                return False
        return same_shape(row.output_shape, other.output(*layer.input_shapes))
    except (ValueError, TypeError, IndexError):  # an input that it doesn't take
        return False


def _values(layer: Row, argument: Argument, row: PrintedRow) -> Iterator[Any]:
    """Values that an argument may have, without the one it has."""
    now = layer.layer.given.get(argument.name, argument.default)
    for value in _all_values(now, argument, layer, row):
        if value != now or type(value) is not type(now):
            yield value


def _all_values(
    now: Any, argument: Argument, layer: Row, row: PrintedRow
) -> Iterator[Any]:
    for json in _branches(argument.kind.json):
        kind = json.get("type")
        if "enum" in json:
            yield from json["enum"]
        elif kind == "boolean":
            yield from (True, False)
        elif kind == "integer":
            yield from dict.fromkeys((*_solved(layer, argument.name, row), *_USUAL))
        elif kind == "array" and isinstance(now, list | tuple):
            yield from _lists(list(now), row)


def _branches(json: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The forms that a value may have."""
    if "anyOf" not in json:
        yield json
    for branch in json.get("anyOf", ()):
        yield from _branches(branch)


def _lists(now: list[Any], row: PrintedRow) -> Iterator[list[Any]]:
    """Lists in which one of the numbers is another: a usual one, or of the row."""
    shape = row.output_shape if isinstance(row.output_shape, tuple) else ()
    sizes = [size for size in shape if isinstance(size, int)]
    if not now or not all(type(number) is int for number in now):
        return
    if len(set(now)) == 1:
        return  # a number says it
    for place in range(len(now)):
        for value in dict.fromkeys((*_USUAL[:11], *sizes)):
            yield [*now[:place], value, *now[place + 1 :]]


def _solved(layer: Row, name: str, row: PrintedRow) -> Iterator[int]:
    """Sizes that the row itself tells: of its axes, and what its parameters come to."""
    shape = row.output_shape
    if isinstance(shape, tuple):
        yield from (size for size in reversed(shape[1:]) if isinstance(size, int))
    if row.params:
        step = getattr(layer.layer, "groups", 1)  # a width is so many times something
        once, twice = (_count(layer, name, size) for size in (step, 2 * step))
        if once is not None and twice is not None and once != twice:
            value, rest = divmod((row.params - once) * step, twice - once)
            if not rest and value > -step:
                yield value + step


def _count(layer: Row, name: str, value: int) -> int | None:
    try:
        other: Layer = layer.layer.changed({name: value})
        return sum(weight.size for weight in other.weights(*layer.input_shapes))
    except (ValueError, TypeError, IndexError):  # an input that it doesn't take
        return None


def _written(trials: Trials, layer: Row) -> dict[str, Any]:
    """The arguments that the layer's entry gives."""
    if isinstance(layer.path[-1], int):
        return {}
    value = trials.source.value(layer.path)
    if isinstance(value, dict):
        return value
    first = next(iter(type(layer.layer).arguments()), None)
    return {} if value is None or first is None else {first: value}


def _place(trials: Trials, layer: Row, name: str) -> Any:
    """Where an argument's value is written, None where it isn't."""
    value = trials.source.value(layer.path)
    if isinstance(value, dict):
        return (*layer.path, name) if name in value else None
    is_short = not isinstance(layer.path[-1], int) and value is not None
    return layer.path if is_short and name in _written(trials, layer) else None


def _whole(trials: Trials, layer: Row, arguments: dict[str, Any]) -> tuple[Any, Any]:
    if isinstance(layer.path[-1], int):
        return layer.path, {trials.source.value(layer.path): arguments}
    return layer.path, arguments

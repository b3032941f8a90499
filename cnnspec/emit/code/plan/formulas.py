"""The arguments of layers and calls as code, where formulas are among them."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnspec.catalogue.layers import Layer
from cnnspec.catalogue.registry import ALIASES
from cnnspec.emit.code.plan.values import call, shortest, value
from cnnspec.emit.code.tree import Call, Code, Dict, Expression, List, Tuple
from cnnspec.ground.errors import Path
from cnnspec.ground.kinds import Argument
from cnnspec.ground.records import Record
from cnnspec.language.expressions import Formula
from cnnspec.language.naming import keras_arguments
from cnnspec.language.program import LayerStep, Program

Write = Callable[[Formula], str]
"""Writes a formula as Python."""


class _Unlike(Exception):
    """No one code comes to all values that are wanted of it."""


def data_code(data: Any, write: Write, *, tuples: bool = False) -> Expression:
    """Plain data with formulas as Python writes them.

    Args:
        data: of a spec.
        write: writes a formula.
        tuples: whether lists in it become tuples.
    """
    if type(data) is Formula:
        return Code(write(data))
    if isinstance(data, dict):
        pairs = ((value(k), data_code(data[k], write, tuples=tuples)) for k in data)
        return Dict(tuple(pairs))
    if isinstance(data, list):
        items = tuple(data_code(item, write, tuples=tuples) for item in data)
        return Tuple(items) if tuples else List(items)
    return value(data)


def layer_call(
    program: Program,
    step: LayerStep,
    found: Sequence[tuple[Any, Layer]],
    write: Write,
    write_outside: Write,
    codes: Mapping[str, Expression],
) -> Call | None:
    """The call that makes a layer; None where no one call makes it each time.

    Args:
        program: that has the step.
        step: the layer's.
        found: its arguments with their formulas worked out, and the layer, each time.
        write: writes a formula where the step stands.
        write_outside: writes one that uses variables of the spec alone.
        codes: further arguments.
    """
    layers = [layer for _, layer in found]
    try:
        codes = {**_inherited(program, step, layers, write_outside), **codes}
        if step.arguments is None:
            return call(layers[0], codes)
        return _formula_call(step.arguments, found, write, codes)
    except _Unlike:
        return None


def held_codes(
    layer: Any, models: Sequence[tuple[Path, Expression]]
) -> dict[str, Expression]:
    """The arguments of a layer that hold models, given the code of each of these.

    Args:
        layer: that holds them.
        models: the code of each, and the way to it through the layer's arguments.
    """
    ways: dict[str, list[tuple[Path, Expression]]] = {}
    for (first, *rest), code in models:
        ways.setdefault(str(first), []).append((tuple(rest), code))
    return {name: _held(getattr(layer, name), ways[name]) for name in ways}


def _held(found: Any, models: Sequence[tuple[Path, Expression]]) -> Expression:
    """The code of what an argument holds."""
    if isinstance(found, list | tuple):
        inside = [[m for m in models if m[0][0] == k] for k in range(len(found))]
        items = (
            _held(one, [(way[1:], code) for way, code in ways]) if ways else value(one)
            for one, ways in zip(found, inside, strict=True)
        )
        return List(tuple(items))
    [(way, code), *_] = models
    if not way:
        return code
    # The way goes by the name of the layer, and then by its argument's.
    return call(found, held_codes(found, [(w[1:], code) for w, code in models]))


def _inherited(
    program: Program, step: LayerStep, layers: list[Layer], write: Write
) -> dict[str, Expression]:
    """The arguments whose formulas stand under `defaults:`.

    Raises:
        _Unlike: no one code comes to all of them.
    """
    defaults = program.defaults.at(step.path)
    written = {
        ALIASES.get(name, name): arguments
        for name, arguments in defaults.written.items()
    }
    found: dict[str, Expression] = {}
    own = step.arguments if isinstance(step.arguments, dict) else {}
    for name, raw in written.get(step.type, {}).items():
        if (
            has_formula(raw)
            and not has_formula(own.get(name))
            and not program.source.holds((*step.path, name))
            and all(name in layer.given for layer in layers)
        ):
            value = defaults.arguments[step.type][name]
            pairs = [(value, layer.given[name]) for layer in layers]
            field = layers[0].arguments()[name]
            found[name] = argument(raw, pairs, write, field)
    return found


def _formula_call(
    arguments: Any,
    found: Sequence[tuple[Any, Record]],
    write: Write,
    codes: Mapping[str, Expression],
) -> Call:
    """The call that makes every one of several objects, whose formulas differ.

    Args:
        arguments: as a spec writes them, with formulas.
        found: the arguments with the values of their formulas, and the record that
            was made of them, each time.
        write: writes a formula.
        codes: further arguments.

    Raises:
        _Unlike: no one call makes all of them.
    """
    first = found[0][1]
    if any(
        type(record) is not type(first) or record.given.keys() != first.given.keys()
        for _, record in found
    ):
        raise _Unlike
    raws = _by_field(arguments, first)
    values = [_by_field(worked_out, record) for worked_out, record in found]
    given = [keras_arguments(record) for _, record in found]
    written: dict[str, Expression] = {}
    for name, field in first.arguments().items():
        if name in codes:
            continue
        raw = raws.get(name)
        bare = name in getattr(first, "spelt_out", ())
        if bare and type(raw) is Formula and not raw.is_interpolated:
            # A variable that holds such a text can't stand where the text does.
            written[name] = _same([kept[name] for kept in given], field)
        elif name in first.given and has_formula(raw):
            pairs = [
                (raw[name], kept[name]) for raw, kept in zip(values, given, strict=True)
            ]
            written[name] = argument(raws[name], pairs, write, field)
        elif name in first.given and name not in raws:
            # A formula comes to all arguments at once.
            written[name] = _same([kept[name] for kept in given], field)
    return call(first, {**written, **codes})


def _by_field(arguments: Any, record: Record) -> dict[str, Any]:
    """Arguments by name; a value alone is the first one's."""
    if isinstance(arguments, dict):
        return arguments
    if arguments is None:
        return {}
    if type(arguments) is Formula and not record.given:
        return {}
    return {next(iter(record.arguments())): arguments}


def has_formula(data: Any) -> bool:
    """Whether there is a formula in plain data."""
    if isinstance(data, dict):
        data = list(data.values())
    if isinstance(data, list):
        return any(map(has_formula, data))
    return type(data) is Formula


def argument(
    raw: Any, found: list[tuple[Any, Any]], write: Write, field: Argument | None = None
) -> Expression:
    """The code of an argument: a formula's where Keras takes its values as they are.

    Args:
        raw: as a spec writes it, with formulas.
        found: the values of the formulas, and what the record keeps of them, each time.
        write: writes a formula.
        field: of the record, if it is that of one.

    Raises:
        _Unlike: no one code comes to all of them.
    """
    kept = [record for _, record in found]
    if not has_formula(raw):
        return _same(kept, field)
    if type(raw) is Formula:
        ways = {_way(worked_out, record, field) for worked_out, record in found}
        if ways == {"as it is"}:
            return Code(write(raw))
        if ways == {"as a tuple"}:
            return Code(f"tuple({write(raw)})")
        return _same(kept, field)
    if isinstance(raw, dict) and all(isinstance(record, Record) for record in kept):
        plain = [(_component(w), record) for w, record in found]
        return _formula_call(_component(raw), plain, write, {})
    if isinstance(raw, list) and all(
        isinstance(record, tuple | list) and len(record) == len(raw) for record in kept
    ):
        items = tuple(
            argument(item, [(w[k], record[k]) for w, record in found], write)
            for k, item in enumerate(raw)
        )
        return Tuple(items) if isinstance(kept[0], tuple) else List(items)
    return _same(kept, field)


def _component(data: Any) -> Any:
    """The arguments of an object that a mapping of a spec stands for."""
    if not isinstance(data, dict):
        return None
    if "class" in data:
        return {key: item for key, item in data.items() if key != "class"}
    [arguments] = data.values()
    return arguments


def _way(worked_out: Any, kept: Any, field: Argument | None) -> str:
    """How Keras takes a value that the record keeps in a form of its own."""
    if isinstance(kept, Record) or isinstance(worked_out, dict):
        return "never"
    if isinstance(kept, tuple) and field and field.kind.one_for_all:
        return "as it is"  # Keras takes one number for all axes, and lists
    if isinstance(worked_out, list) and isinstance(kept, tuple):
        deep = any(isinstance(item, list) for item in worked_out)
        return "as a tuple" if list(kept) == worked_out and not deep else "never"
    if isinstance(worked_out, str) and isinstance(kept, str):
        return "as it is" if worked_out.lower() == kept.lower() else "never"
    if isinstance(worked_out, bool) != isinstance(kept, bool):
        return "never"
    return "as it is" if worked_out == kept else "never"


def _same(found: list[Any], field: Argument | None) -> Expression:
    """The code of a value that is the same each time.

    Raises:
        _Unlike: it isn't.
    """
    if any(other != found[0] for other in found[1:]):
        raise _Unlike
    return value(shortest(field, found[0]) if field else found[0])


def calls_something(code: Expression) -> bool:
    """Whether a function is called when the code is run."""
    if isinstance(code, Code):
        tree = ast.parse(code.text, mode="eval")
        return any(isinstance(node, ast.Call) for node in ast.walk(tree))
    if isinstance(code, Call):
        return True
    return any(map(calls_something, parts(code)))


def parts(code: Expression) -> tuple[Expression, ...]:
    """The items of a list, a tuple or a dictionary."""
    if isinstance(code, List | Tuple):
        return code.items
    if isinstance(code, Dict):
        return tuple(part for pair in code.items for part in pair)
    return ()

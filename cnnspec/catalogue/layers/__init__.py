"""Layers as a spec writes them: a name with its arguments.

A family of layers is a module of this package, imported when one of its layers is first
asked for, because a spec needs few of them and a start must be quick.
"""

from collections.abc import Collection, Mapping
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.catalogue.components import read_arguments
from cnnspec.catalogue.layers.base import Layer, Weight
from cnnspec.catalogue.registry import is_known, is_layer, own_name, refusal
from cnnspec.ground.errors import Invalid, Path, Problem
from cnnspec.ground.yaml_text import describe, flow


def layer_class(name: str) -> type[Layer]:
    """The class of the layer that Keras calls `name`.

    Raises:
        KeyError: there is none.
    """
    found = registry.find(name)
    assert issubclass(found, Layer), f"{name} is no cnnspec.catalogue.layers.Layer"
    return found


def handed_from(name: str, way: Path) -> int:
    """From which axis on a layer's input comes to what it holds, beside the batch.

    Args:
        name: of the layer.
        way: to what it holds, by the names of arguments and of layers between.
    """
    between = [part for part in way if isinstance(part, str) and is_layer(part)]
    return 1 + sum(layer_class(one).hands_in_from - 1 for one in (name, *between))


def split_entry(
    entry: Any, words: Collection[str] = (), blocks: Collection[str] = ()
) -> tuple[str, Any]:
    """The name and the arguments of a layer as a spec writes it.

    Args:
        entry: `BatchNormalization`, or a mapping of one name to its arguments.
        words: of the language, which may stand where a layer's name does.
        blocks: names that may stand there as well.

    Raises:
        Invalid: it is neither.
    """
    if isinstance(entry, str):
        return entry, None
    if not isinstance(entry, dict) or not entry:
        from cnnspec.catalogue.layers.meant import from_list

        text = (
            f"a layer is a name, or a name with its arguments; found {describe(entry)}"
        )
        raise Invalid([Problem((), "layer-form", text, from_list(entry))])
    name, *others = entry
    if others and not (is_layer(name) or name in words or name in blocks):
        from cnnspec.catalogue.layers.meant import from_entry

        text = f"a layer is one name with its arguments; found {describe(entry)}"
        raise Invalid([Problem((), "layer-form", text, from_entry(entry))])
    if others:
        from cnnspec.catalogue.layers.meant import beside

        text = f"a layer is one name, and '{others[0]}' stands beside '{name}'"
        hint = beside(entry)
        raise Invalid([Problem((others[0],), "layer-form", text, hint, at_key=True)])
    return str(name), entry[name]


def make_layer(name: str, arguments: Any, blocks: Collection[str] = ()) -> Layer:
    """The layer of that name with arguments as a spec writes them.

    Args:
        name: as in `keras.layers`.
        arguments: a mapping; None for none; anything else is the first one's value.
        blocks: names that may have been meant, beside those of layers.

    Raises:
        Invalid: with every problem of the name and the arguments; paths lead from the
            arguments.
    """
    name = own_name(name)
    if refused := refusal(name):
        why, _, hint = refused.partition("; ")
        text = f"{name} can't be checked: {why}"
        raise Invalid([Problem((), "refused-layer", text, hint, at_key=True)])
    if not is_known(name):
        from cnnspec.catalogue.layers.meant import unknown

        raise Invalid([unknown(name, arguments, blocks)])
    cls = layer_class(name)
    if cls.inputs > 1 and _are_names(arguments):
        text = f"{name} has no argument for {describe(arguments)}"
        hint = f"the tensors it takes stand under from: {{from: {flow(arguments)}}}"
        raise Invalid([Problem((), "wrong-type", text, hint)])
    try:
        return read_arguments(cls, arguments)
    except Invalid as error:
        from cnnspec.catalogue.layers.meant import by_name

        raise Invalid(by_name(cls, arguments) or error.problems) from None


def _are_names(arguments: Any) -> bool:
    """Whether the arguments of a layer are names of layers, by mistake."""
    several = arguments if isinstance(arguments, list) else [arguments]
    return bool(several) and all(isinstance(name, str) for name in several)


Defaults = Mapping[str, Mapping[str, Any]]
"""Arguments by layer, for those that don't say otherwise."""


def with_defaults(name: str, arguments: Any, defaults: Defaults) -> Any:
    """Arguments as a spec writes them, with those they leave out filled in.

    A layer inside the layer gets its defaults as well.
    """
    name = own_name(name)
    if not is_known(name):
        return arguments
    cls = layer_class(name)
    if arguments is not None and not isinstance(arguments, dict):
        arguments = {next(iter(cls.arguments())): arguments}
    if name in defaults:
        arguments = {**defaults[name], **(arguments or {})}
    if arguments is None:
        return None
    return {
        key: _nested_defaults(value, defaults)
        if key in cls.arguments() and cls.arguments()[key].kind.holds_layers
        else value
        for key, value in arguments.items()
    }


def _nested_defaults(value: Any, defaults: Defaults) -> Any:
    if isinstance(value, list):
        return [_nested_defaults(item, defaults) for item in value]
    if isinstance(value, str) and own_name(value) in defaults:
        return {value: with_defaults(value, None, defaults)}
    if isinstance(value, dict) and len(value) == 1:
        [(name, arguments)] = value.items()
        return {name: with_defaults(str(name), arguments, defaults)}
    return value


def read_layer(entry: Any) -> Layer:
    """The layer that an entry of a layer list stands for.

    Raises:
        Invalid: with every problem of the entry.
    """
    name, arguments = split_entry(entry)
    try:
        return make_layer(name, arguments)
    except Invalid as error:
        from cnnspec.catalogue.layers.meant import inside

        prefix = () if isinstance(entry, str) else (name,)
        raise Invalid(inside(p).under(*prefix) for p in error.problems) from None


__all__ = [
    "Layer",
    "Weight",
    "handed_from",
    "layer_class",
    "make_layer",
    "read_layer",
    "split_entry",
    "with_defaults",
]

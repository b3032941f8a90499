"""Values of the code as a spec writes them: plain data."""

from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_known as is_known_layer
from cnnspec.read.code.arrays import Array
from cnnspec.read.code.building import Layer
from cnnspec.read.code.values import (
    External,
    Function,
    Native,
    Thing,
    Unknown,
    weigh,
)
from cnnspec.read.found import Place

NOWHERE = Place()


def plain(value: Any) -> Any:
    """A value as YAML has it; an `Unknown` where a spec can't say it.

    Raises:
        Spent: more is in it than a person writes.
    """
    if isinstance(value, list | tuple | dict):
        weigh(value)
    return _plain(value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str | Unknown):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, set | range):
        return [_plain(one) for one in sorted(value)]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, External):
        return _named(value)
    if isinstance(value, Thing):
        return of_thing(value)
    if isinstance(value, Layer):
        return of_layer(value)
    if isinstance(value, Function):
        return Unknown(f"the function {value.name}", NOWHERE)
    if isinstance(value, Array):
        return value.why if value.values is None else plain(value.values)
    if isinstance(value, Native):
        return value.name
    return Unknown(f"a {type(value).__name__}", NOWHERE)


def _named(value: External) -> Any:
    """A function or class of a package by its name: `tf.nn.relu`, `tf.float32`."""
    return value.name


def of_thing(value: Thing) -> Any:
    """An initialiser, regulariser or constraint as a mapping, or its name alone."""
    from cnnspec.catalogue.components import snake_case
    from cnnspec.read.code.things import class_of, named_arguments

    cls = class_of(value)
    given = named_arguments(cls, value.args, value.named)
    name = value.name if cls is None else cls.__name__
    if not given:
        return value.name if cls is None else snake_case(name)
    return {name: {key: plain(one) for key, one in given.items()}}


def of_layer(layer: Layer) -> Any:
    """A layer inside another one."""
    given = {k: v for k, v in arguments_of(layer).items() if k != "from"}
    if layer.name:
        given["name"] = layer.name
    if not layer.trainable:
        given["trainable"] = False
    return {layer.kind: given} if given else layer.kind


def arguments_of(layer: Layer) -> dict[str, Any]:
    """The arguments of a layer as a spec writes them, without its name."""
    found = {key: plain(value) for key, value in layer.given.items()}
    if is_known_layer(layer.kind):
        found = {k: v for k, v in found.items() if not _is_default(layer.kind, k, v)}
    return found


def _is_default(kind: str, name: str, value: Any) -> bool:
    """Whether Keras has an argument so anyway, and a spec would refuse it as null."""
    if value is not None:
        return False
    argument = layer_class(kind).arguments().get(name)
    return argument is not None and argument.default is None

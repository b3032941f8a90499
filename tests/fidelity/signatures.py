"""The constructor arguments of a layer, as Keras has them and as cnnspec has them."""

import inspect
from collections.abc import Iterator
from typing import Any

import keras

from cnnspec.catalogue.layers import layer_class
from cnnspec.ground.kinds import REQUIRED
from tests.fidelity.judge import keras_class, keras_layer


def positional(name: str) -> list[str]:
    """The arguments that Keras's constructor takes by position, in order."""
    return [
        parameter.name
        for parameter in _parameters(keras_class(name))
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]


def keras_defaults(name: str) -> dict[str, Any]:
    """Every argument that Keras's constructor takes, with its default.

    What a constructor hands on with `**kwargs` is found by trying: an argument of a
    base class counts if the layer can be made with it.
    """
    chain = [c for c in keras_class(name).__mro__ if "__init__" in vars(c)]
    found: dict[str, Any] = {}
    for depth, cls in enumerate(chain):
        parameters = _parameters(cls)
        for parameter in parameters:
            if parameter.name in found or parameter.kind is parameter.VAR_POSITIONAL:
                continue
            own, default = depth == 0, parameter.default
            if own or is_taken(name, parameter.name, default):
                found[parameter.name] = parameter.default
        if cls is keras.layers.Layer or not _hands_on(cls):
            return found
    return found


def our_defaults(name: str) -> dict[str, Any]:
    """Every argument that cnnspec's class has, with its default."""
    return {
        argument.name: inspect.Parameter.empty
        if argument.default is REQUIRED
        else argument.default
        for argument in layer_class(name).arguments().values()
    }


def same_default(ours: Any, theirs: Any) -> bool:
    """Whether two defaults mean the same: Keras writes 1 where (1, 1) is meant."""
    if isinstance(ours, tuple):
        flat, other = list(_flat(ours)), list(_flat(theirs))
        return flat == other or len({*flat, *other}) == 1
    return type(ours) is type(theirs) and ours == theirs


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _parameters(cls: type) -> list[inspect.Parameter]:
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    return [p for p in parameters if p.kind is not p.VAR_KEYWORD]


def _hands_on(cls: type) -> bool:
    parameters = inspect.signature(cls.__init__).parameters.values()
    return any(p.kind is p.VAR_KEYWORD for p in parameters)


def is_taken(name: str, argument: str, value: Any) -> bool:
    """Whether Keras makes the layer's example with one more argument."""
    try:
        keras_layer(name, example(name) | {argument: value})
    except (TypeError, ValueError):
        return False
    return True


def example(name: str) -> dict[str, Any]:
    """The arguments of the example in a layer's documentation, each with its name."""
    arguments, cls = layer_class(name).example, layer_class(name)
    if arguments is None or isinstance(arguments, dict):
        return arguments or {}
    return {next(iter(cls.arguments())): arguments}


def without_own_factor() -> set[str]:
    """Layers that hand `factor` to a base class of theirs, which reads only its own."""
    base = next(
        cls
        for cls in keras.layers.RandomFlip.__mro__
        if cls.__name__ == "BaseImagePreprocessingLayer"
    )
    return {
        name
        for name, cls in vars(keras.layers).items()
        if isinstance(cls, type)
        and issubclass(cls, base)
        and "factor" not in (parameter.name for parameter in _parameters(cls))
    }

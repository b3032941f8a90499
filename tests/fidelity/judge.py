"""Asks cnnspec and Keras the same question, and compares the answers."""

import json
from typing import Any, NamedTuple

import keras

from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.emit.keras_live.model import weight_name
from cnnspec.ground.errors import Invalid, ShapeError
from tests.layers.table import check_sums


class Case(NamedTuple):
    """A layer with arguments as a spec writes them, and the tensors it is given."""

    name: str
    arguments: dict[str, Any]
    shapes: tuple[tuple[int | None, ...], ...]
    dtype: str = "float32"
    """Of the tensors given."""


class Answer(NamedTuple):
    """What one side says of a case: `refusal` is empty where it accepts."""

    output: Any = None
    weights: Any = None
    refusal: str = ""


def ask_cnnspec(case: Case) -> Answer:
    try:
        layer = make_layer(case.name, case.arguments)
        count, most = len(case.shapes), layer.inputs_limit
        if count < layer.inputs or (most is not None and count > most):
            return Answer(refusal=f"takes another number of tensors than {count}")
        layer.check(*case.shapes)
        output = layer.output(*case.shapes)
        weights = [tuple(weight) for weight in layer.held(*case.shapes)]
    except (Invalid, ShapeError) as error:
        return Answer(refusal=str(error) or "no reason given")
    return Answer(output, weights)


def ask_keras(case: Case) -> Answer:
    try:
        layer = keras_layer(case.name, case.arguments)
        tensors = [keras.KerasTensor(shape, case.dtype) for shape in case.shapes]
        result = call_keras(layer, tensors)
        output = shape_of(result)
    except Exception as error:  # noqa: BLE001 - Keras refuses with whatever its backend raises
        return Answer(refusal=f"{type(error).__name__}: {error}")
    # Each weight's own flag, by which a model counts and trains: `trainable: false` of
    # a layer doesn't reach the weights of layers inside it (docs/keras-quirks.md).
    weights = [(weight_name(w), tuple(w.shape), w.trainable) for w in layer.weights]
    return Answer(output, weights)


def call_keras(layer: Any, tensors: list[Any], **named: Any) -> Any:
    """The layer called as cnnspec means it: `from` in the order of Keras's call."""
    if isinstance(
        layer, keras.layers.MultiHeadAttention | keras.layers.GroupQueryAttention
    ):
        return layer(*tensors, **named)
    return layer(tensors[0] if len(tensors) == 1 else tensors, **named)


def shape_of(result: Any) -> Any:
    """A tensor's shape; a flat list for several; a mapping's own way for a mapping."""
    if isinstance(result, list | tuple):
        return [shape_of(item) for item in keras.tree.flatten(result)]
    if isinstance(result, dict):
        return {key: shape_of(item) for key, item in result.items()}
    return tuple(result.shape)


def keras_layer(name: str, arguments: Any) -> Any:
    """The layer of Keras itself, made from the plain data of a spec."""
    if not isinstance(arguments, dict):
        return keras_class(name)(arguments)
    given = {key: keras_value(key, value) for key, value in arguments.items()}
    return keras_class(name)(**given)


def keras_class(name: str) -> Any:
    """The class of Keras for a layer."""
    from cnnspec.emit.keras_live.model import keras_class

    return keras_class(layer_class(name))


def keras_value(key: str, value: Any) -> Any:
    """A value of a spec as the constructor of Keras's layer takes it."""
    holds_layer = key in ("layer", "layers", "backward_layer", "cell", "cells")
    if key == "ngrams" and isinstance(value, list):
        return tuple(value)  # the only form of several that Keras takes
    if holds_layer and isinstance(value, list):
        return [keras_value(key, item) for item in value]
    if holds_layer and isinstance(value, str):
        return keras_layer(value, {})
    if not isinstance(value, dict) or key == "renorm_clipping":
        return value
    name, given = _entry(value)
    if holds_layer or key.endswith("activation"):
        return keras_layer(name, given)
    component = getattr(getattr(keras, key.rsplit("_", 1)[1] + "s"), name)
    return component(**given) if isinstance(given, dict) else component(given)


def _entry(value: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if "class" in value:
        return value["class"], {k: v for k, v in value.items() if k != "class"}
    [(name, given)] = value.items()
    return name, {} if given is None else given


def assert_same(case: Case, valid: bool) -> None:
    """Both sides accept with the same answer, or both refuse, as `valid` says."""
    ours, keras_says = ask_cnnspec(case), ask_keras(case)
    shown = f"{case.name} {json.dumps(case.arguments)} on {case.shapes}"
    assert bool(keras_says.refusal) == (not valid), f"{shown}: Keras: {keras_says}"
    assert bool(ours.refusal) == (not valid), f"{shown}: cnnspec: {ours}"
    if valid:
        assert ours.output == keras_says.output, shown
        assert ours.weights == keras_says.weights, shown
        check_sums(make_layer(case.name, case.arguments), case.shapes)

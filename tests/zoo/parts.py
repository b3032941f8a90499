"""A Keras model taken apart: what it computes, step by step, and from what."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import keras

from cnnspec.emit.keras_live.model import weight_name


class Part(NamedTuple):
    """One call of a layer."""

    name: str
    type: str
    output: Any
    """The shape of what it gives, batch first."""
    weights: tuple[tuple[str, tuple[int, ...], bool], ...]
    """Of each weight: name, shape, whether it is trained."""
    config: dict[str, Any]
    """The arguments that decide what it computes, in one form."""
    inputs: tuple[str, ...]
    """The parts it reads, in the order of the call."""
    layer: Any = None
    """Keras's layer; None for an operation."""

    @property
    def params(self) -> int:
        total = 0
        for _, shape, _ in self.weights:
            size = 1
            for n in shape:
                size *= n
            total += size
        return total

    def __str__(self) -> str:
        read = ", ".join(self.inputs)
        return f"{self.name} ({self.type} {self.output}, {self.params:,}) <- {read}"


class Parts(NamedTuple):
    """A model in parts, in an order in which each reads only what stands before it."""

    parts: dict[str, Part]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def readers(self) -> dict[str, list[tuple[str, int]]]:
        """Who reads each part, and as which of its inputs."""
        found: dict[str, list[tuple[str, int]]] = {name: [] for name in self.parts}
        for part in self.parts.values():
            for place, name in enumerate(part.inputs):
                found[name].append((part.name, place))
        return found


def take_apart(model: Any) -> Parts:
    """The parts of a model.

    A model inside it (ConvNeXt's stem is a Sequential) is taken apart as well, since a
    spec has its layers in line.
    """
    parts: dict[str, Part] = {}
    inputs = []
    for tensor in model.inputs:
        layer = tensor._keras_history.operation
        shape = tuple(tensor.shape)
        parts[layer.name] = Part(layer.name, "InputLayer", shape, (), {}, (), layer)
        inputs.append(layer.name)
    outputs = _walk(model, inputs, parts)
    return Parts(parts, tuple(inputs), tuple(outputs))


def _walk(model: Any, given: list[str], parts: dict[str, Part]) -> list[str]:
    """Adds what a model consists of, and tells which parts give its outputs."""
    graph = getattr(model, "_functional", None) or model  # a Sequential has one inside
    names = dict(zip(map(id, graph.inputs), given, strict=True))
    for node in _nodes(graph):
        if node.is_input:
            continue
        read = [names[id(tensor)] for tensor in node.arguments.keras_tensors]
        if isinstance(node.operation, keras.Model):
            gives = _walk(node.operation, read, parts)
        else:
            part = _part(node, read, parts)
            parts[part.name] = part
            gives = [part.name] * len(node.outputs)
        names.update(zip(map(id, node.outputs), gives, strict=True))
    return [names[id(tensor)] for tensor in graph.outputs]


def _nodes(graph: Any) -> Iterator[Any]:
    """The calls of layers, each after those it reads."""
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        yield from graph._nodes_by_depth[depth]


def _part(node: Any, read: list[str], parts: dict[str, Part]) -> Part:
    operation = node.operation
    name = operation.name
    while name in parts:  # a layer that is applied again
        name += "'"
    shapes = [tuple(tensor.shape) for tensor in node.outputs]
    output = shapes[0] if len(shapes) == 1 else shapes
    if not isinstance(operation, keras.layers.Layer):
        kind = f"ops.{type(operation).__name__}"
        config = _config({"call": _given(node), **operation.get_config()})
        return Part(name, kind, output, (), config, tuple(read))
    weights = tuple(
        (weight_name(w), tuple(w.shape), w.trainable) for w in operation.weights
    )
    config = _config(operation.get_config())
    if "axis" in config and isinstance(output, tuple):
        config["axis"] = _from_first(config["axis"], len(output))
    kind = type(operation).__name__
    return Part(name, kind, output, weights, config, tuple(read), operation)


def _given(node: Any) -> str:
    """What an operation is called with, but for which tensors."""
    arguments, named = node.arguments.convert(
        lambda one: "" if isinstance(one, keras.KerasTensor) else one
    )
    return repr((arguments, named))


def _from_first(axis: Any, rank: int) -> Any:
    """An axis, or a list of them, counted from the batch on: 3 for the -1 of images."""
    if isinstance(axis, list):
        return [_from_first(one, rank) for one in axis]
    return axis % rank if isinstance(axis, int) else axis


_NAMES_AND_CHANCE = frozenset({"name", "seed", "batch_shape", "quantization_config"})


def _config(value: Any) -> Any:
    """A configuration without names, seeds and notes on how to read it again."""
    if isinstance(value, dict):
        if "class_name" in value and "config" in value:
            return {value["class_name"]: _config(value["config"])}
        return {k: _config(v) for k, v in value.items() if k not in _NAMES_AND_CHANCE}
    if isinstance(value, list | tuple):
        return [_config(item) for item in value]
    return value


__all__ = ["Part", "Parts", "take_apart"]

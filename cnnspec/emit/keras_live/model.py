"""Graph to Keras model."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import repeat
from types import MappingProxyType
from typing import Any, NamedTuple

from cnnspec.catalogue.components import Component
from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.catalogue.named import Named
from cnnspec.catalogue.operations import Operation
from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.emit.keras_live import published as publishing
from cnnspec.emit.keras_live.carried import carried_class
from cnnspec.emit.keras_live.operations import LiveOperation
from cnnspec.emit.keras_live.published import NoWeights, published
from cnnspec.emit.keras_live.session import keras_module, raised_limit, reason
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import Shapes
from cnnspec.language.naming import keras_arguments, keras_name
from cnnspec.language.own.layer import OwnLayer
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph, Node
from cnnspec.model.summary import Row, Summary


def build_model(graph: Graph) -> Any:
    """The Keras model of a graph, in the functional form, with its names for Keras.

    Returns:
        A `keras.Model`, not compiled.

    Raises:
        RefusedByKeras: Keras doesn't take a layer.
    """
    return build(graph).model


class Built(NamedTuple):
    """A Keras model, and the layers that it was made of."""

    model: Any
    layers: dict[str, Any]
    """By the names of the nodes that made them."""


def build(graph: Graph, keras_name: str = "") -> Built:
    """The Keras model of a graph, not compiled, with its layers.

    Args:
        graph: the model.
        keras_name: what Keras calls it, where the graph's name doesn't say it.

    Raises:
        RefusedByKeras: Keras doesn't take a layer.
    """
    keras = keras_module()
    tensors: dict[str, Any] = {}
    for name, (batch, *sizes), dtype, _, optional, sparse in graph.inputs:
        how = {"dtype": dtype, "optional": optional, "sparse": sparse}
        called = graph.called(name)
        tensors[name] = keras.Input(sizes, batch, name=called, **how)
    layers: dict[str, Any] = {}
    for node in graph.nodes:
        try:
            if not node.shares:
                layers[node.name] = _layer(node, graph.called(node.name))
            tensors[node.name] = apply(node, layers, tensors)
            if node.frozen:
                # Some layers have no layers inside before their first call.
                layers[node.shares or node.name].trainable = False
        except RefusedByKeras:  # by a model inside
            raise
        except NoWeights as error:
            error.path = error.path or node.path
            raise
        except Exception as error:  # Keras refuses with whatever its backend raises
            raise RefusedByKeras(node, error) from error
    inputs = [tensors[tensor.name] for tensor in graph.inputs]
    outputs = list(_flat(_read(graph.outputs, graph.output_parts, tensors)))
    try:
        with raised_limit(graph):
            model = keras.Model(
                _one_or_all(inputs),
                _one_or_all(outputs),
                name=keras_name or graph.keras_name,
            )
    except Exception as error:
        raise RefusedByKeras(None, error) from error
    return Built(model, layers)


class RefusedByKeras(Exception):
    """A layer that Keras refuses, or has no memory for, although cnnspec takes it.

    Attributes:
        path: to the layer; nothing where Keras doesn't take the model as a whole.
        hint: what to do.
    """

    def __init__(self, node: Node | None, error: Exception) -> None:
        self.path, self.hint = node.path if node else (), ""
        if node:
            is_own = _is_own(node.layer)
            self.hint = "change the layer; cnnspec should have said so"
            if is_own:
                self.hint = "mend what custom: says of it, or its class"
        title = f"'{node.name}' ({type(node.layer).__name__})" if node else "the model"
        super().__init__(f"Keras doesn't take {title}: {reason(error)}")


def _layer(node: Node, name: str) -> Any:
    """The layer of a node and the layers in it, each with the name that it has there.

    Keras would count the automatic names of inner layers on from those of whatever
    else the process has built.

    Args:
        node: in its place.
        name: what Keras calls it.
    """
    if isinstance(node.layer, Operation):
        return LiveOperation(node.layer, name)
    inner = zip(all_nested(node.layer), node.inner, strict=True)
    names = {id(layer): name for layer, name in inner}
    return keras_object(node.layer, {**names, id(node.layer): name})


def apply(
    node: Node, layers: dict[str, Any], tensors: dict[str, Any], **named: Any
) -> Any:
    """What the layer of a node gives for the tensors that it reads."""
    layer, known = layers[node.shares or node.name], node.layer
    given = [list(_flat([one])) for one in _read(node.inputs, node.parts, tensors)]
    named |= node.settings
    if not node.arguments:
        several = [tensor for one in given for tensor in one]
    else:
        found: dict[str, list[Any]] = {}
        for argument, one in zip(node.arguments, given, strict=True):
            found.setdefault(argument, []).extend(one)
        main = [key for key in known.works_on() if key in found]
        several = [tensor for key in main for tensor in found.pop(key)]
        named |= {key: known.packed(key, one) for key, one in found.items()}
    if known.takes_tensors_apart:
        return layer(*several, **named)
    return layer(several if len(several) > 1 else several[0], **named)


def _read(
    names: Sequence[str], parts: Sequence[int | None], tensors: dict[str, Any]
) -> Iterator[Any]:
    """What each name stands for, or the one of its tensors that is read."""
    for name, part in zip(names, parts or repeat(None), strict=False):
        given = tensors[name]
        yield given if part is None else list(_flat([given]))[part]


def keras_object(record: Record, names: dict[int, str] | None = None) -> Any:
    """The object of Keras that a record stands for, with the arguments given to it.

    Args:
        record: of a layer, an initializer, an optimizer, …
        names: of layers among it and the records inside it, by their identity.
    """
    names = names or {}
    if isinstance(record, Functional):
        called = names.get(id(record)) or record.graph.name
        if record.application:
            return published(record, called)
        model = build(record.graph, keras_name(called, "model")).model
        if record.weights_file:
            publishing.read_weights(model, record.weights_file)
        if record.graph.frozen:
            model.trainable = False
        return model
    if isinstance(record, Named) and record.declared and not record.declared.is_made:
        return keras_class(type(record))
    given = keras_arguments(record)
    arguments = {name: _value(found, names) for name, found in given.items()}
    if id(record) in names:
        arguments["name"] = keras_name(names[id(record)], type(record).__name__)
    return keras_class(type(record))(**arguments)


def keras_class(cls: type[Record]) -> Any:
    """The class of Keras that a record's class stands for.

    That of a layer which only keras.applications has is Keras's own too, and not the
    text which scripts carry: a `.keras` file names the module of each class, and Keras
    imports its own modules when it reads one, so that `keras.saving.load_model` needs
    nothing else. A class registered by cnnspec would have to be there first.
    """
    assert issubclass(cls, Component | Layer)
    keras_module()
    if issubclass(cls, Layer) and cls.carried:
        return carried_class(cls.__name__)
    package, name = f"keras.{cls.module}", cls.__name__
    if issubclass(cls, Named) and cls.declared is not None:
        package, name, *_ = cls.declared
    if issubclass(cls, Layer) and cls.package:
        package, name = cls.package, cls.name_in_package()
    return getattr(import_module(package), name)


def _value(value: Any, names: dict[int, str]) -> Any:
    if isinstance(value, Record):
        return keras_object(value, names)
    if isinstance(value, tuple | list):
        return type(value)(_value(item, names) for item in value)
    return value


def _flat(tensors: Any) -> Iterator[Any]:
    """The tensors one by one; a layer may give a list of them, or lists in a list."""
    for tensor in tensors:
        if isinstance(tensor, list | tuple):
            yield from _flat(tensor)
        else:
            yield tensor


def _one_or_all(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def compare(model: Any, summary: Summary) -> list[str]:
    """What differs between a Keras model and a summary: a line for each difference.

    Layers that the spec declares itself are compared in `own`.
    """
    layers = {
        layer.name: layer
        for layer in _operations(model)
        if type(layer).__name__ != INPUT_LAYER
    }
    graph = summary.graph
    rows = {graph.called(row.name): row for row in summary.rows if not row.shares}
    found = [f"Keras has no layer '{name}'" for name in rows if name not in layers]
    known = rows.keys() | _masking(model)
    found += [f"only Keras has a layer '{n}'" for n in layers if n not in known]
    for name, row in rows.items():
        if name not in layers:
            continue
        if isinstance(row.layer, Functional):
            inside = row.layer.inside()
            if not row.trainable_params:  # by what stands around it, at times
                inside = inside._replace(rows=tuple(map(_untrained, inside.rows)))
            found += (f"'{name}': {one}" for one in compare(layers[name], inside))
        elif not _is_own(row.layer):
            found += _differences(layers[name], row)
    totals = (
        ("total", model.count_params(), summary.total_params),
        ("trainable", _size(model.trainable_weights), summary.trainable_params),
    )
    found += [
        f"the model: Keras has {theirs:,} {what} parameters, cnnspec {ours:,}"
        for what, theirs, ours in totals
        if theirs != ours
    ]
    return found


def _untrained(row: Row) -> Row:
    """A row whose weights stay as they are."""
    weights = tuple(weight._replace(trainable=False) for weight in row.weights)
    return row._replace(weights=weights, trainable_params=0)


def _is_own(layer: Layer) -> bool:
    return any(isinstance(one, OwnLayer) for one in (layer, *all_nested(layer)))


def _operations(model: Any) -> Any:
    """Layers and operations of a model; a Sequential has a functional one inside."""
    return (getattr(model, "_functional", None) or model).operations


def _masking(model: Any) -> set[str]:
    """The names of operations by which Keras makes masks; no spec says them."""
    tensors = [
        tensor
        for made in _operations(model)
        for node in made._inbound_nodes
        for tensor in node.output_tensors
    ]
    masks = [getattr(tensor, "_keras_mask", None) for tensor in tensors]
    todo, found = [mask for mask in masks if mask is not None], set()
    while todo:
        made = todo.pop()._keras_history.operation
        if not isinstance(made, keras_module().Layer) and made.name not in found:
            found.add(made.name)
            todo += (t for node in made._inbound_nodes for t in node.input_tensors)
    return found


def _differences(layer: Any, row: Row) -> Iterator[str]:
    held = getattr(layer, "weights", ())  # of which an operation has none
    weights = [(weight_name(w), tuple(w.shape), w.trainable) for w in held]
    ours = [tuple(weight) for weight in row.weights]
    told, wanted = shapes_of(layer.output), row.output_shape
    if isinstance(wanted, list) and not isinstance(told, list):
        told = [told]  # Keras has no list of one
    sides = (
        ("type", type(layer).__name__, row.type),
        ("output shape", told, wanted),
        ("weights", weights, ours),
    )
    for what, theirs, here in sides:
        if theirs != here:
            yield f"'{row.name}': Keras has the {what} {theirs}, cnnspec {here}"


def weight_name(weight: Any) -> str:
    """The name of a weight of Keras, without what tells it from others of the process.

    LayerScale names its weight nothing, so Keras calls it `variable`, the next one
    `variable_1`.
    """
    name: str = weight.name
    return re.sub(r"^variable_\d+$", "variable", name)


def shapes_of(output: Any) -> Shapes:
    """The shapes of what a layer gives: one, or a list where it gives several."""
    if isinstance(output, list | tuple):
        return [tuple(tensor.shape) for tensor in output]
    shape: tuple[int | None, ...] = tuple(output.shape)
    return shape


def _size(weights: Any) -> int:
    from math import prod

    return sum(prod(weight.shape) for weight in weights)


def saved(model: Any, classes: Mapping[str, Any] = MappingProxyType({})) -> bytes:
    """The `.keras` file of a model, once it was read back and found the same.

    Args:
        model: of Keras.
        classes: of layers that aren't Keras's, by their names.

    Raises:
        RuntimeError: what Keras reads back is another model.
    """
    keras = keras_module()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        with _registered(classes):
            _same(model, keras.saving.load_model(path))
        with open(path, "rb") as file:
            return file.read()


@contextmanager
def _registered(classes: Mapping[str, Any]) -> Iterator[None]:
    """Lets Keras know classes by these names, whatever a script has registered so."""
    registered = keras_module().saving.get_custom_objects()
    before = registered.copy()
    registered.update(classes)
    try:
        yield
    finally:
        registered.clear()
        registered.update(before)


def _same(model: Any, reloaded: Any) -> None:
    """Raises RuntimeError unless both have the same layers and the same weights."""
    weights = zip(model.get_weights(), reloaded.get_weights(), strict=True)
    if model.to_json() != reloaded.to_json() or not all(
        one.shape == other.shape and (one == other).all() for one, other in weights
    ):
        raise RuntimeError(f"Keras doesn't read '{model.name}' back as it was saved")

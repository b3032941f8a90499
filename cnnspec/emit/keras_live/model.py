"""Graph to Keras model: the one module that imports Keras."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from cnnspec.catalogue.components import Component
from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.emit.keras_live import backend
from cnnspec.ground.errors import NotInstalledError
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import Shapes
from cnnspec.model.graph import Graph, Node
from cnnspec.model.summary import Row, Summary


def _keras() -> Any:
    """The module, imported.

    Raises:
        NotInstalledError: it can't be imported.
    """
    if "keras" not in sys.modules:
        backend.refuse_no_keras("Keras")
        backend.choose()
        # Whoever has set a level of TensorFlow's log is heard.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        try:
            with _quiet():
                import keras

                # The first operation looks for devices, and tells what it didn't find.
                keras.ops.zeros(())
        except ImportError as error:
            text = f"Keras can't be imported: {' '.join(str(error).split())}"
            raise NotInstalledError(text) from error
    import keras

    return keras


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what libraries write to standard error past Python's own stream.

    TensorFlow's log greets the terminal before any level that is set takes effect. It
    is shown after all if what runs here fails.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            os.write(terminal, log.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


def build_model(graph: Graph) -> Any:
    """The Keras model of a graph, in the functional form, with the graph's names.

    Returns:
        A `keras.Model`, not compiled.

    Raises:
        RefusedByKeras: Keras doesn't take a layer.
    """
    keras = _keras()
    tensors: dict[str, Any] = {
        tensor.name: keras.Input(tensor.shape[1:], name=tensor.name, dtype=tensor.dtype)
        for tensor in graph.inputs
    }
    layers: dict[str, Any] = {}
    for node in graph.nodes:
        given = list(_flat(tensors[name] for name in node.inputs))
        try:
            if not node.shares:
                layers[node.name] = _layer(node)
            tensors[node.name] = _apply(node, layers[node.shares or node.name], given)
        except Exception as error:  # Keras refuses with whatever its backend raises
            raise RefusedByKeras(node, error) from error
    inputs = [tensors[tensor.name] for tensor in graph.inputs]
    outputs = list(_flat(tensors[name] for name in graph.outputs))
    return keras.Model(_one_or_all(inputs), _one_or_all(outputs), name=graph.name)


class RefusedByKeras(Exception):
    """A layer that Keras refuses, or has no memory for, although cnnspec takes it."""

    def __init__(self, node: Node, error: Exception) -> None:
        self.node = node
        reason = " ".join(str(error).split()) or type(error).__name__
        title = f"'{node.name}' ({type(node.layer).__name__})"
        super().__init__(f"Keras doesn't take {title}: {reason[:300]}")


def _layer(node: Node) -> Any:
    """The layer of a node and the layers in it, each with the name that it has there.

    Keras would count the automatic names of inner layers on from those of whatever
    else the process has built.
    """
    inner = zip(all_nested(node.layer), node.inner, strict=True)
    names = {id(layer): name for layer, name in inner}
    return keras_object(node.layer, {**names, id(node.layer): node.name})


def _apply(node: Node, layer: Any, given: list[Any]) -> Any:
    """What a layer gives for the tensors of a node."""
    if node.layer.takes_tensors_apart:
        return layer(*given)
    return layer(given if len(given) > 1 else given[0])


def keras_object(record: Record, names: dict[int, str] | None = None) -> Any:
    """The object of Keras that a record stands for, with the arguments given to it.

    Args:
        record: of a layer, an initializer, an optimizer, …
        names: of layers among it and the records inside it, by their identity.
    """
    names = names or {}
    arguments = {name: _value(found, names) for name, found in record.given.items()}
    if id(record) in names:
        arguments["name"] = names[id(record)]
    return keras_class(type(record))(**arguments)


def keras_class(cls: type[Record]) -> Any:
    """The class of Keras that a record's class stands for.

    That of a layer which only keras.applications has is Keras's own too, and not the
    text which scripts carry: a `.keras` file names the module of each class, and Keras
    imports its own modules when it reads one, so that `keras.saving.load_model` needs
    nothing else. A class registered by cnnspec would have to be there first.
    """
    assert issubclass(cls, Component | Layer)
    _keras()
    package = cls.package if issubclass(cls, Layer) else ""
    return getattr(import_module(package or f"keras.{cls.module}"), cls.__name__)


def _value(value: Any, names: dict[int, str]) -> Any:
    if isinstance(value, Record):
        return keras_object(value, names)
    if isinstance(value, tuple | list):
        return type(value)(_value(item, names) for item in value)
    return value


def _flat(tensors: Any) -> Iterator[Any]:
    """The tensors one by one; a layer may give a list of them."""
    for tensor in tensors:
        if isinstance(tensor, list | tuple):
            yield from tensor
        else:
            yield tensor


def _one_or_all(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def compare(model: Any, summary: Summary) -> list[str]:
    """What differs between a Keras model and a summary: a line for each difference."""
    layers = {
        layer.name: layer
        for layer in model.layers
        if type(layer).__name__ != INPUT_LAYER
    }
    rows = {row.name: row for row in summary.rows if not row.shares}
    found = [f"Keras has no layer '{name}'" for name in rows if name not in layers]
    found += [f"only Keras has a layer '{name}'" for name in layers if name not in rows]
    for name, row in rows.items():
        if name in layers:
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


def _differences(layer: Any, row: Row) -> Iterator[str]:
    weights = [(weight_name(w), tuple(w.shape), w.trainable) for w in layer.weights]
    ours = [tuple(weight) for weight in row.weights]
    sides = (
        ("type", type(layer).__name__, row.type),
        ("output shape", _shapes(layer.output), row.output_shape),
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


def _shapes(output: Any) -> Shapes:
    if isinstance(output, list | tuple):
        return [tuple(tensor.shape) for tensor in output]
    shape: tuple[int | None, ...] = tuple(output.shape)
    return shape


def _size(weights: Any) -> int:
    from math import prod

    return sum(prod(weight.shape) for weight in weights)


def saved(model: Any) -> bytes:
    """The `.keras` file of a model, once it was read back and found the same.

    Raises:
        RuntimeError: what Keras reads back is another model.
    """
    keras = _keras()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        model.save(path)
        _same(model, keras.saving.load_model(path))
        with open(path, "rb") as file:
            return file.read()


def _same(model: Any, reloaded: Any) -> None:
    """Raises RuntimeError unless both have the same layers and the same weights."""
    weights = zip(model.get_weights(), reloaded.get_weights(), strict=True)
    if model.to_json() != reloaded.to_json() or not all(
        one.shape == other.shape and (one == other).all() for one, other in weights
    ):
        raise RuntimeError(f"Keras doesn't read '{model.name}' back as it was saved")

"""Models of keras.applications as Keras makes them, with their weights or without."""

import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.emit.keras_live.session import keras_module
from cnnspec.ground.errors import Path
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph


def published(layer: Functional, name: str) -> Any:
    """The model of keras.applications that a layer is.

    Args:
        layer: with what it is made of.
        name: what Keras calls it.

    Raises:
        NoWeights: they can't be had.
    """
    keras, known = keras_module(), layer.application
    assert known is not None
    given = {n: v for n, v in known.given.items() if n not in (*known.beside, "name")}
    given["input_shape"] = layer.graph.inputs[0].shape[1:]
    if not (known.keeps_name or known.outputs):
        given["name"] = name
    with _counted(layer.whole):
        try:
            model = getattr(keras.applications, type(known).__name__)(**given)
        except Exception as error:
            if "URL fetch failure" not in str(error):
                raise
            file = known.weights_file(layer.graph.inputs[0].shape)
            raise NoWeights(type(known).__name__, _missing(file, error)) from error
    if not known.trainable:
        model.trainable = False
    if known.from_layer:
        for inner in model.layers[: _place(model, known.from_layer)]:
            inner.trainable = False
    if known.outputs:
        maps = [model.get_layer(one).output for one in known.outputs]
        return keras.Model(model.input, maps[0] if len(maps) == 1 else maps, name=name)
    model.name = name
    return model


def _place(model: Any, name: str) -> int:
    return [layer.name for layer in model.layers].index(name)


class NoWeights(Exception):
    """Weights that can't be downloaded, or read.

    Attributes:
        path: to the model in the spec, once it is known.
        hint: which file to put where.
    """

    def __init__(self, model: str, hint: str, why: str = "") -> None:
        self.path: Path = ()
        self.hint = hint
        text = f"the weights of {model} can't be "
        super().__init__(f"{text}read: {why}" if why else f"{text}downloaded")


def _missing(file: str, error: Exception) -> str:
    """What to do where a file of weights can't be downloaded."""
    from keras.src.backend import config

    found = re.search(r"https?://\S+", str(error))
    assert found, "the message of Keras's get_file begins so"
    where = os.path.join(config.keras_home(), "models", file)
    return f"get {found[0].rstrip(':')} elsewhere, and put it at {where}"


@contextmanager
def _counted(graph: Graph) -> Iterator[None]:
    """Lets Keras give automatic names as in a graph, whatever else it has named."""
    from keras.src.backend.common import global_state

    key = "object_name_uids"
    first: dict[str, int] = {}
    for name, kind in _named(graph):
        prefix = snake_case(kind)
        if found := re.fullmatch(rf"{prefix}(?:_(\d+))?", name):
            number = int(found[1] or 0)
            first[prefix] = min(first.get(prefix, number), number)
    # A word that isn't there has no number yet.
    counts = {prefix: number for prefix, number in first.items() if number}
    before = global_state.get_global_attribute(key)
    global_state.set_global_attribute(key, defaultdict(int, counts))
    try:
        yield
    finally:
        global_state.set_global_attribute(key, before)


def _named(graph: Graph) -> Iterator[tuple[str, str]]:
    """The names of inputs and layers, with their classes."""
    for tensor in graph.inputs:
        yield tensor.name, INPUT_LAYER
    for node in graph.nodes:
        yield node.name, node.layer.class_name or type(node.layer).__name__


@contextmanager
def withheld() -> Iterator[None]:
    """Lets Keras make models of keras.applications without loading their weights."""
    keras = keras_module()
    from keras.src.utils import file_utils

    def no_file(*_: Any, **__: Any) -> str:
        return ""

    def nothing(*_: Any, **__: Any) -> None:
        return None

    def there(_: Any) -> bool:
        return True

    places = (
        (file_utils, "get_file", no_file),
        (file_utils, "exists", there),
        (keras.Model, "load_weights", nothing),
        (sys.modules[__name__], "read_weights", nothing),
    )
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in places]
    for owner, name, stand_in in places:
        setattr(owner, name, stand_in)
    try:
        yield
    finally:
        for owner, name, own in before:
            setattr(owner, name, own)


def read_weights(model: Any, file: str) -> None:
    """Gives a model inside the weights that a file has for it.

    Args:
        model: of Keras.
        file: its weights alone, or a whole model that has one of its name.

    Raises:
        NoWeights: there is no such file, or it has no such model.
    """
    hint = f"train the model that has '{model.name}', or name its file"
    try:
        if file.endswith(".keras"):
            whole = keras_module().saving.load_model(file, compile=False)
            model.set_weights(whole.get_layer(model.name).get_weights())
        else:
            model.load_weights(file)
    except (OSError, ValueError) as error:
        [says, *_] = str(error).splitlines() or [""]
        raise NoWeights(f"'{model.name}'", hint, f"{file}: {says}") from error

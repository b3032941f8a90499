"""The configuration of a model, out of whatever file holds it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.ground.shapes import Shape
from cnnspec.read.found import Place, ReadError


class Stored(NamedTuple):
    """What a file holds of a model."""

    format: str
    """As in `Found`."""
    config: Mapping[str, Any]
    """What Keras serialised: a mapping with `class_name` and `config`."""
    keras_version: str = ""
    """That which wrote it, if the file says it."""
    weights: Mapping[str, tuple[Shape, ...]] = {}
    """The shapes of each layer's weights in their order, by the layer's name; empty
    where the file holds none."""
    training: Mapping[str, Any] | None = None
    """How the model was compiled, as Keras serialised it."""


def stored(path: str, kind: str) -> Stored:
    """What a file holds of a model.

    Args:
        path: of the file, or of a SavedModel's folder.
        kind: what it is by its content, as `opening` tells it: `keras-json`.

    Raises:
        ReadError: it can't be read, or holds no model.
    """
    assert kind == "keras-json"
    import json

    try:
        with open(path, "rb") as file:
            found = json.loads(file.read())
    except json.JSONDecodeError as error:
        where = Place(error.lineno, error.colno)
        raise ReadError(
            f"this is no JSON: {error.msg}", "save it anew", where
        ) from None
    if not isinstance(found, dict) or not {"class_name", "config"} <= found.keys():
        text = "this JSON is no Keras model: it has no class_name and config"
        raise ReadError(text, "save what model.to_json() gives")
    version = str(found.get("keras_version", ""))
    return Stored(kind, found, version, training=found.get("compile_config") or None)

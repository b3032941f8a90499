"""Whether a model of Keras comes back from what Keras saved of it, through a spec."""

import json
from collections.abc import Mapping
from typing import Any

import keras

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from cnnspec.language.naming import keras_name
from cnnspec.read.configs.model import from_config
from cnnspec.read.containers.stored import Stored
from cnnspec.read.found import Found
from tests.emit.same import reset_names

_OF_FILES = ("build_config", "registered_name", "module", "compile_config")
"""What Keras writes of a layer beside what it is."""


def found_in(model: Any) -> Found:
    """What is read of the configuration of a live model."""
    config = json.loads(model.to_json())
    version = str(config.get("keras_version", "3.15.1"))
    training = config.get("compile_config")
    return from_config(Stored("keras-json", config, version, training=training))


def rebuilt(found: Found) -> Any:
    """The Keras model of what was read, in a session of its own."""
    reset_names()
    return build_model(api.load(found.document).summary.graph)


def unlike(model: Any, other: Any) -> list[str]:
    """What differs between a model of Keras 3 and the one that came back."""
    theirs, ours = _parts(model), _parts(other)

    found = [f"only the file has '{name}'" for name in theirs if name not in ours]
    found += [f"only the spec has '{name}'" for name in ours if name not in theirs]
    for name in theirs:
        if name in ours and theirs[name] != ours[name]:
            found.append(f"'{name}': {theirs[name]} came back as {ours[name]}")
    if model.count_params() != other.count_params():
        found.append(f"{model.count_params()} became {other.count_params()}")
    return found


def _parts(model: Any) -> dict[str, Any]:
    """Each layer's class, configuration, and the layers that it reads.

    Operations have automatic names, which count on from rows that no output needs.
    """
    network = getattr(model, "_functional", None) or model
    called: dict[str, str] = {}
    for number, one in enumerate(network.operations):
        is_layer = isinstance(one, keras.Layer)
        name = keras_name(one.name, "model") if is_layer else f"operation {number}"
        called[one.name] = name
    kept = [node for several in network._nodes_by_depth.values() for node in several]
    found: dict[str, Any] = {}
    for layer in network.operations:
        nodes = [node for node in layer._inbound_nodes if node in kept]
        reads = [
            [called[tensor._keras_history[0].name] for tensor in node.input_tensors]
            for node in nodes
        ]
        is_model = isinstance(layer, keras.Model)
        kind = "a model" if is_model else type(layer).__name__
        inside = _parts(layer) if is_model else _config(layer)
        if is_model:
            # A spec gives a model inside what comes in, whatever it was made for.
            inside = {k: v for k, v in inside.items() if v[0] != "InputLayer"}
        found[called[layer.name]] = kind, inside, reads
    return found


def _config(layer: Any) -> Any:
    config = plain(layer.get_config())
    return config if isinstance(layer, keras.Layer) else {**config, "name": ""}


def plain(value: Any) -> Any:
    """A configuration without what depends on where it was written."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items() if k not in _OF_FILES}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value

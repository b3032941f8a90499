"""Whether a model of Keras comes back from what Keras saved of it, through a spec."""

import json
from collections.abc import Mapping
from typing import Any

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
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
    return from_config(Stored("keras-json", config, version))


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
    """Each layer's class, configuration, and the layers that it reads."""
    network = getattr(model, "_functional", None) or model
    found = {}
    for layer in network.operations:
        reads = [
            [tensor._keras_history[0].name for tensor in node.input_tensors]
            for node in layer._inbound_nodes
            if node in _nodes(network)
        ]
        if hasattr(layer, "operations") or hasattr(layer, "_functional"):
            found[layer.name] = _parts(layer), reads
        else:
            config = dict(_plain(layer.get_config()))
            found[layer.name] = type(layer).__name__, config, reads
    return found


def _nodes(network: Any) -> list[Any]:
    return [node for several in network._nodes_by_depth.values() for node in several]


def _plain(value: Any) -> Any:
    """A configuration without what depends on where it was written."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if k not in _OF_FILES}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value

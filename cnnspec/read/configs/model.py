"""The configuration of a model to the document of a spec."""

from collections.abc import Mapping
from typing import Any

from cnnspec.catalogue.registry import INPUT_LAYER, find, is_layer
from cnnspec.ground.errors import Path
from cnnspec.read.containers.stored import Stored
from cnnspec.read.found import Found, Place, ReadError

_CHAIN = "Sequential"


def from_config(stored: Stored) -> Found:
    """The model that a file holds.

    Raises:
        ReadError: it is none that a spec can hold.
    """
    if stored.config["class_name"] != _CHAIN:
        what = stored.config["class_name"]
        raise ReadError(f"this is a {what}, and so far a Sequential alone can be read")
    config = stored.config["config"]
    steps: list[dict[str, Any]] = []
    places: dict[Path, Place] = {}
    inputs: dict[str, Any] = {}
    before = ""
    for layer in config["layers"]:
        given = layer["config"]
        if layer["class_name"] == INPUT_LAYER:
            before = given["name"]
            inputs[before] = {"shape": given["batch_shape"][1:]}
            places["inputs", before] = Place(label=f'layer "{before}"')
            continue
        places["layers", len(steps)] = Place(label=f'layer "{given["name"]}"')
        steps.append(_step(layer["class_name"], given, before))
        before = given["name"]
    if not inputs:
        text = "this Sequential doesn't say the sizes of its input"
        raise ReadError(
            text, "build it before it is saved: model.build((None, 28, 28, 1))"
        )
    document = {"name": config["name"], "inputs": inputs, "layers": steps}
    return Found(stored.format, document, places)


def _step(kind: str, given: Mapping[str, Any], before: str) -> dict[str, Any]:
    """A layer as a spec has it."""
    if not is_layer(kind):
        raise ReadError(f"'{given['name']}' is a {kind}, which no spec has yet")
    known = find(kind).arguments()
    said = {key: _value(value) for key, value in given.items() if key in known}
    said = {k: v for k, v in said.items() if v is not None}
    return {kind: {**said, "name": given["name"], "from": [before]}}


def _value(value: Any) -> Any:
    """The value of an argument, which may be an object that Keras serialised."""
    if isinstance(value, dict) and {"class_name", "config"} <= value.keys():
        if value["class_name"] == "DTypePolicy":
            return value["config"]["name"]
        inside = {k: v for k, v in value["config"].items() if v is not None}
        return {value["class_name"]: inside} if inside else value["class_name"]
    return value

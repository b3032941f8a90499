"""A model's configuration as a text: what `to_json()` and `to_yaml()` give."""

from typing import Any

from cnnspec.read.containers.json_text import parsed
from cnnspec.read.containers.model_config import model_config
from cnnspec.read.containers.stored import Stored, version


def stored_json(content: bytes) -> Stored:
    """The model of a text of JSON, which may be a text of JSON in JSON.

    Raises:
        ReadError: it can't be read, or is no model.
    """
    data = parsed(content)
    if isinstance(data, str):  # what json.dump(model.to_json(), file) writes
        data = parsed(data.encode())
    return _stored("keras-json", data)


def stored_yaml(content: bytes) -> Stored:
    """The model of a text of YAML, whose tags of Python's make no objects.

    Raises:
        ReadError: it can't be read, or is no model.
    """
    from cnnspec.read.containers.yaml_text import parsed_yaml

    return _stored("keras-yaml", parsed_yaml(content))


def _stored(format: str, data: Any) -> Stored:
    config = model_config(data)
    training = config.get("compile_config") or config.get("training_config")
    return Stored(
        format,
        config,
        version(config.get("keras_version")),
        str(config.get("backend") or ""),
        training if isinstance(training, dict) else None,
    )

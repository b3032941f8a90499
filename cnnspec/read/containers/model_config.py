"""What Keras serialises of a model, told from other data."""

from typing import Any

from cnnspec.ground.visible import visible
from cnnspec.read.found import Place, ReadError

_FROM_CODE = "import the code that makes it, or the table that model.summary() prints"


def model_config(data: Any, label: str = "") -> dict[str, Any]:
    """The configuration of a whole model: a mapping with `class_name` and `config`.

    `get_config()` alone, without the class around it, is taken for one too.

    Raises:
        ReadError: it is none, or has no layers.
    """
    place = Place(label=label)
    if not isinstance(data, dict):
        raise _none("it is no object with class_name and config", place)
    if "class_name" not in data and isinstance(data.get("layers"), list):
        if any("class_name" not in layer for layer in _objects(data["layers"])):
            text = "this is a model of Keras before 1.0, whose form nobody reads today"
            raise ReadError(text, _FROM_CODE, place)
        functional = "input_layers" in data
        name = "Functional" if functional else "Sequential"
        return {"class_name": name, "config": data}
    if not isinstance(data.get("class_name"), str) or "config" not in data:
        raise _none("it has no class_name and config", place)
    config = data["config"]
    layers = config.get("layers") if isinstance(config, dict) else config
    if not isinstance(layers, list):
        raise _of_own_class(data, place)
    return dict(data)


def _objects(items: list[Any]) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)]


def _none(why: str, place: Place) -> ReadError:
    text = f"this is no Keras model: {why}"
    return ReadError(text, "save what model.to_json() gives", place)


def _of_own_class(data: dict[str, Any], place: Place) -> ReadError:
    name = visible(data["class_name"][:80])
    module = str(data.get("module") or "")
    if module.startswith("keras.") or data.get("registered_name", "") is None:
        text = f"this is a {name}, and no model: it has no layers"
        return ReadError(text, "save the whole model", place)
    text = (
        f"the model is of a class of its author's own ({name}), of which a file keeps "
        "no layers: how they are connected stands in its code alone"
    )
    return ReadError(text, _FROM_CODE, place)

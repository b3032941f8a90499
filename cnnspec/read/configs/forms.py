"""What Keras writes in place of Python's values, back to plain ones."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.past.objects import short

EDITED = "the file may be damaged, or edited by hand; save the model anew"
"""What to do where something isn't as Keras writes it."""
TENSOR = "__keras_tensor__"
"""The class of a tensor in the arguments of a call."""
_SLICE = {"start", "stop", "step"}
_TYPES = {"float": "float32", "double": "float64", "half": "float16"}
"""What TensorFlow calls types beside their names with bits."""
_DTYPES = ("Policy", "PolicyV1", "DTypePolicy", "FloatDTypePolicy")


class Slice(NamedTuple):
    """A part of an axis, as between Python's brackets."""

    start: Any
    stop: Any
    step: Any


class Dots:
    """`...` between Python's brackets."""


def plain(value: Any) -> Any:
    """A value without what Keras writes around it.

    Objects that have no plain value, such as initializers, stay mappings.
    """
    if isinstance(value, float):
        return short(value)
    if isinstance(value, list) or type(value) is tuple:
        return [plain(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    if value.keys() == _SLICE:
        return Slice(*(plain(value[key]) for key in ("start", "stop", "step")))
    name = value.get("class_name")
    config = value.get("config")
    if name == "__slice__" and isinstance(config, Mapping):
        return Slice(*(plain(config.get(key)) for key in ("start", "stop", "step")))
    if name == "__ellipsis__" or value.get("type") == "Ellipsis":
        return Dots()
    if name in ("__tuple__", "TensorShape", "__tensor_shape__"):
        return plain(value.get("items", config))
    if value.get("type") in ("ndarray", "tuple"):
        return plain(value.get("value", value.get("items")))
    if name in ("__numpy__", "__tensor__", "__np__") and isinstance(config, Mapping):
        return plain(config.get("value"))
    return value


def dtype_of(value: Any) -> str | None:
    """The name of a dtype policy; None where it isn't one that a spec has."""
    if isinstance(value, str):
        return _TYPES.get(value, value)
    if isinstance(value, Mapping) and value.get("class_name") in _DTYPES:
        config = value.get("config")
        found = config.get("name") if isinstance(config, Mapping) else None
        return found if isinstance(found, str) else None
    return None

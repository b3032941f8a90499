"""The value of an argument as a configuration has it, to what a spec writes."""

import re
from collections.abc import Mapping
from typing import Any

from cnnspec.catalogue.components import slot_of
from cnnspec.catalogue.layers.arguments import ACTIVATION_LAYERS, ACTIVATIONS
from cnnspec.catalogue.past import current
from cnnspec.catalogue.past.objects import Unknown, component, object_of
from cnnspec.ground.kinds import Argument, NotAllowed
from cnnspec.read.configs.forms import Dots, Slice, dtype_of, plain

_DOLLAR = re.compile(r"\$(?=[^\W\d]|[{$])")
_ACTIVATION = "activation"
"""The last word of arguments that hold one."""
OF_ALL = ("name", "trainable", "dtype", "activity_regularizer")
"""Arguments of layers that mean nothing where one is an activation."""


def text(value: str) -> str:
    """A text as a spec writes it, so that no formula is read of it."""
    return _DOLLAR.sub("$$", value)


def said(value: Any) -> Any:
    """A plain value as a spec writes it.

    Raises:
        Unknown: no YAML holds it.
    """
    value = plain(value)
    if isinstance(value, str):
        return text(value)
    if not is_finite(value):
        raise Unknown(str(value))
    if isinstance(value, Slice | Dots):
        raise Unknown("a slice")
    if isinstance(value, list):
        return [said(one) for one in value]
    if isinstance(value, Mapping):
        if "class_name" in value:
            raise Unknown(str(value["class_name"]))
        return {str(key): said(one) for key, one in value.items()}
    return value


def is_finite(value: Any) -> bool:
    """Whether a value is no number, or one that a spec can hold."""
    return not isinstance(value, float) or value - value == 0


def argument(one: Argument, value: Any) -> Any:
    """The value of a layer's argument that holds no layer.

    Raises:
        Unknown: today's Keras, or a spec, has no such value.
    """
    name = one.name
    if name == "dtype":
        dtype = dtype_of(value)
        if dtype is None and value is not None:
            raise Unknown(object_of(value)[0])
        return dtype
    slot = slot_of(name)
    if slot is not None:
        return component(value, slot)
    if name == _ACTIVATION or name.endswith(f"_{_ACTIVATION}"):
        return activation(value)
    return said(value)


def activation(value: Any) -> Any:
    """An activation: its name, or the layer that is one.

    Raises:
        Unknown: today's Keras has none of that name.
    """
    if value is None:
        return None
    name, given = object_of(value)
    found = current(name, given)
    if found.kind not in ACTIVATION_LAYERS:
        if (known := name.lower()) not in ACTIVATIONS:
            raise Unknown(name)
        return known
    kept = {key: said(one) for key, one in found.arguments.items() if key not in OF_ALL}
    return {found.kind: kept}


def is_usual(one: Argument, value: Any) -> bool:
    """Whether a value is what Keras takes where nobody says one."""
    if one.required or value is None or one.default is None:
        return not one.required and value is one.default
    try:
        found, usual = one.kind.validated(value), one.kind.validated(one.default)
    except NotAllowed:
        return False
    return bool(found == usual)

"""Initializers, regularizers, constraints and activations, as files have them.

Each version of Keras wrote them in another way: by name, as a class with its
configuration, and Keras 1 as a mapping with the name among the arguments.
"""

import struct
from collections.abc import Mapping
from typing import Any

from cnnspec.catalogue.components import (
    Component,
    Constant,
    Initializer,
    Regularizer,
    VarianceScaling,
    by_name,
    snake_case,
)
from cnnspec.ground.errors import Invalid


class Unknown(ValueError):
    """A value that today's Keras has no name for; its text is what it was called."""


def short(value: Any) -> Any:
    """A number without the digits that 32 bits add: 0.01 for 0.009999999776482582."""
    if type(value) is not float or len(repr(value)) < _LONG:
        return value
    try:
        [narrow] = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return value
    if narrow != value:
        return value
    for digits in range(1, 10):
        found = float(f"{value:.{digits}g}")
        if struct.pack("f", found) == struct.pack("f", value):
            return found
    return value


_LONG = 12
"""Characters of a number that nobody wrote by hand."""


def object_of(value: Any) -> tuple[str, dict[str, Any]]:
    """The class and the arguments of an object as a file has it.

    Raises:
        Unknown: it is none.
    """
    if isinstance(value, str):
        return value, {}
    if not isinstance(value, Mapping):
        raise Unknown(str(value))
    name = value.get("class_name")
    if name is None:
        rest = {key: one for key, one in value.items() if key != "name"}
        return str(value.get("name")), rest
    config = value.get("config")
    if name == "function":
        called = config if isinstance(config, str) else value.get("registered_name")
        return str(called), {}
    return str(name).rpartition(">")[2], dict(config) if isinstance(
        config, Mapping
    ) else {}


_ONCE = {
    "WeightRegularizer": "L1L2",
    "ActivityRegularizer": "L1L2",
    "L1L2Regularizer": "L1L2",
    "l1l2": "L1L2",
    "EigenvalueRegularizer": "",
    "MinMaxNorm": "MinMaxNorm",
    "maxnorm": "MaxNorm",
    "nonneg": "NonNeg",
    "unitnorm": "UnitNorm",
}
"""What Keras 1 and 2 called classes."""
_ARGUMENTS = {"m": "max_value", "low": "min_value", "high": "max_value"}
_GONE = frozenset({"dtype", "partition_info", "name", "k"})


def component(value: Any, base: type[Component]) -> Any:
    """How a spec writes an initializer, a regularizer or a constraint of a file.

    Raises:
        Unknown: today's Keras has none like it.
    """
    if value is None:
        return None
    name, given = object_of(value)
    names = by_name(base)
    cls = names.get(_ONCE.get(name, name))
    if cls is None:
        raise Unknown(name)
    known = cls.arguments()
    found: dict[str, Any] = {}
    for key, one in given.items():
        key = _ARGUMENTS.get(key, key)
        if key in known and one != known[key].default:
            found[key] = short(one)
        elif key not in known and key not in _GONE and one is not None:
            raise Unknown(f"{name} with {key}")
    if not (isinstance(value, Mapping) and "registered_name" in value):
        cls, found = _simpler(cls, found)
    return _written(cls, found)


def _simpler(
    cls: type[Component], given: dict[str, Any]
) -> tuple[type[Component], dict[str, Any]]:
    """The same by a class that says it in fewer words.

    Until Keras 2.3 all initializers that scale were one class, and so were all
    regularizers.
    """
    if cls is VarianceScaling and given.keys() <= {
        "scale",
        "mode",
        "distribution",
        "seed",
    }:
        seed = {"seed": given["seed"]} if "seed" in given else {}
        try:
            made = VarianceScaling(**{k: v for k, v in given.items() if k != "seed"})
        except Invalid:  # as whoever reads the spec will say
            return cls, given
        if made.distribution == "untruncated_normal":
            return cls, given
        for other in by_name(Initializer).values():
            if getattr(other, "drawn", None) == made.spread():
                return other, seed
        if given.get("distribution") == "normal":
            del given["distribution"]
    if issubclass(cls, Regularizer) and {"l1", "l2"} <= cls.arguments().keys():
        alone = [key for key in ("l1", "l2") if given.get(key)]
        if len(alone) == 1:
            [key] = alone
            return by_name(Regularizer)[key], {key: given[key]}
    return cls, given


def _written(cls: type[Component], given: dict[str, Any]) -> Any:
    known = cls.arguments()
    told = {key: one for key, one in given.items() if one != known[key].default}
    if cls is Constant:  # of which Keras takes no name alone
        told = {"value": given.get("value", 0.0)}
    return {cls.__name__: told} if told else snake_case(cls.__name__)

"""Arguments in a form to compare them by: what Keras makes the same of is the same."""

from collections.abc import Hashable
from functools import cache
from math import isnan
from typing import Any

from cnnspec.catalogue.components import (
    Constraint,
    Initializer,
    Regularizer,
    by_name,
)
from cnnspec.ground.records import Record


def chosen(record: Record) -> dict[str, Hashable]:
    """The arguments that aren't as by default, but for the name."""
    cls: Any = type(record)
    given, defaults = record.given, defaults_of(cls)
    follows = getattr(cls, "follows", {})
    found = {}
    for name, value in given.items():
        key = comparable(name, value)
        if key == defaults[name] or name == "name":
            continue
        leader = follows.get(name)
        if leader and key == comparable(leader, getattr(record, leader)):
            continue
        found[name] = key
    return found


@cache
def defaults_of(cls: Any) -> dict[str, Hashable]:
    """The default of each argument of a class of records."""
    return {
        name: comparable(name, argument.default)
        for name, argument in cls.arguments().items()
    }


def comparable(name: str, value: Any) -> Hashable:
    """An argument's value, the same for values that Keras makes the same of.

    Args:
        name: of the argument; nothing for an item of a list.
        value: as a record keeps it.
    """
    if isinstance(value, str):
        if SPELT_OUT.get(name) == value:
            return None
        if name.rpartition("_")[2] == "activation":
            return _SECOND_NAMES.get(value, value)
        base = _COMPONENTS.get(name.rpartition("_")[2])
        cls = by_name(base).get(value) if base else None
        return (cls, frozenset()) if cls else value
    if isinstance(value, Record):
        return type(value), frozenset(chosen(value).items())
    if isinstance(value, list | tuple):
        return tuple(comparable("", item) for item in value)
    if isinstance(value, dict):
        return frozenset((k, comparable("", item)) for k, item in value.items())
    return "nan" if isinstance(value, float) and isnan(value) else value


SPELT_OUT = {"activation": "linear", "data_format": "channels_last"}
"""What Keras makes of None in arguments."""
_SECOND_NAMES = {"swish": "silu", "hard_swish": "hard_silu"}
"""Activations by names that Keras reads and never writes."""
_COMPONENTS: dict[str, Any] = {
    "initializer": Initializer,
    "regularizer": Regularizer,
    "constraint": Constraint,
}
"""What arguments name by a word, by the last word of the argument's own name."""

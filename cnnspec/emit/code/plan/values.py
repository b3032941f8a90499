"""Values, and objects of Keras that records stand for, as code."""

import json
import re
from collections.abc import Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any

from cnnspec.catalogue.components import Component, Regularizer
from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.named import Named
from cnnspec.emit.code.tree import (
    Call,
    CallArgument,
    Code,
    Dict,
    Expression,
    List,
    Tuple,
)
from cnnspec.ground.kinds import Argument, NotAllowed
from cnnspec.ground.records import Record
from cnnspec.ground.visible import visible
from cnnspec.language.naming import keras_arguments

_NEEDS_ITS_NAME = frozenset({"axis", "data_format", "keepdims"})


def call(
    record: Record, codes: Mapping[str, Expression] = MappingProxyType({})
) -> Call:
    """The call that makes the object of Keras that a record stands for.

    Args:
        record: of a layer, an initializer, an optimizer, …
        codes: arguments that aren't written as the record has them.
    """
    arguments: list[CallArgument] = []
    given, fields = {**keras_arguments(record), **codes}, record.arguments()
    for place, name in enumerate(fields):
        if name in given:
            by_place = place == len(arguments) and _by_place(
                record, place, fields[name], given
            )
            code = codes.get(name)
            if code is None:
                code = value(shortest(fields[name], given[name]))
            arguments.append(CallArgument("" if by_place else name, code))
    return Call(Code(_callee(record)), tuple(arguments))


def _callee(record: Record) -> str:
    name = type(record).__name__
    if isinstance(record, Named) and record.declared is not None:
        return name  # which the script imports
    if isinstance(record, Component):
        return f"keras.{record.module}.{name}"
    if isinstance(record, Layer) and record.is_application:
        return f"keras.{record.module}.{name}"
    if isinstance(record, Layer) and not record.is_public():
        return name  # the script imports the class, or holds it itself
    return f"layers.{name}"


def _by_place(
    record: Record, place: int, field: Argument, given: dict[str, Any]
) -> bool:
    """Whether an argument is clear without its name: Conv2D(50, 3), Dropout(0.5)."""
    if isinstance(record, Layer) and record.by_name:
        return False
    if field.required:
        return True
    if place:
        return False
    if isinstance(record, Layer):
        return field.name not in _NEEDS_ITS_NAME and field.name not in Layer.arguments()
    return isinstance(record, Regularizer) and len(given) == 1


def shortest(field: Argument, found: Any) -> Any:
    """One number for several equal ones, where Keras takes that: 3 for (3, 3)."""
    if not field.kind.one_for_all or not isinstance(found, tuple):
        return found
    if len(set(found)) != 1:
        return found
    try:
        same = field.kind.validated(found[0]) == found
    except NotAllowed:
        return found
    return shortest(field, found[0]) if same else found


def value(found: Any) -> Expression:
    """A value as Python writes it."""
    if isinstance(found, Code):
        return found
    if isinstance(found, Named) and found.declared and not found.declared.is_made:
        return Code(_callee(found))  # a function
    if isinstance(found, Record):
        return call(found)
    if isinstance(found, str):
        return Code(text(found))
    if isinstance(found, float):
        return Code(decimal(found))
    if isinstance(found, list):
        return List(tuple(map(value, found)))
    if isinstance(found, tuple):
        return Tuple(tuple(map(value, found)))
    if isinstance(found, dict):
        return Dict(tuple((value(key), value(one)) for key, one in found.items()))
    return Code(repr(found))


def text(found: str) -> str:
    """A string in double quotes, or in single ones where that saves escapes."""
    if '"' in found and "'" not in found:
        return repr(found)
    # What JSON leaves as it is has the same escapes in Python.
    return visible(json.dumps(found, ensure_ascii=False))


def decimal(found: float) -> str:
    """A number as one writes it by hand: 0.001, 1e-4."""
    if not isfinite(found):
        return f'float("{found}")'
    if 0 < abs(found) < 0.001:
        mantissa, exponent = f"{found:e}".split("e")
        short = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
        if float(short) == found:
            return short
    return re.sub(r"e([-+]?)0+", r"e\1", repr(found)).replace("e+", "e")

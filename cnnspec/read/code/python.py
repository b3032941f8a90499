"""Python's own functions, and the methods of its own values, within bounds."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.read.code.arrays import Array
from cnnspec.read.code.batches import Batches
from cnnspec.read.code.building import Layer, Model, Tensor
from cnnspec.read.code.machine import ITEMS, ROUNDS, Machine
from cnnspec.read.code.operations import part_of
from cnnspec.read.code.values import (
    Bound,
    Call,
    External,
    Function,
    Instance,
    Native,
    Thing,
    Unknown,
    UserClass,
    is_known,
)
from cnnspec.read.found import Place


def truth(value: Any) -> bool | None:
    """Whether a value counts as true; None where that isn't known."""
    if isinstance(value, Unknown | Array):
        return None
    if isinstance(value, Tensor | External):
        return None if isinstance(value, Tensor) else True
    if isinstance(value, Layer | Model | Instance | Function | Native):
        return True
    try:
        return bool(value)
    except (TypeError, ValueError):
        return None


def items_of(value: Any, count: int = 0) -> list[Any] | None:
    """What is in a value that can be gone through; None where that isn't known.

    Args:
        value: a list, say.
        count: how many there have to be, if that is known.
    """
    if isinstance(value, list | tuple | set | str | dict):
        return [*value]
    if isinstance(value, range):
        return list(value[:ITEMS])
    if isinstance(value, Array):
        return value.items(count)
    if isinstance(value, Batches):
        return [value.parts]
    if isinstance(value, Unknown) and count:
        return [value] * count
    return None


def item(machine: Machine, owner: Any, key: Any, place: Place) -> Any:
    """What stands between the brackets behind a value."""
    if isinstance(owner, Tensor):
        return part_of(machine, owner, key, place)
    if isinstance(owner, Unknown):
        return owner
    if isinstance(key, Unknown):
        return key
    if isinstance(owner, Array):
        return owner.part(key)
    if isinstance(owner, Batches):
        return owner.parts
    if isinstance(owner, External | UserClass):
        return owner  # List[int]
    if isinstance(owner, list | tuple | str | dict | range):
        try:
            found = owner[key]
        except (TypeError, KeyError, IndexError, ValueError):
            return Unknown("", place)
        return list(found) if isinstance(found, range) else found
    return Unknown("", place)


# ------------------------------------------------------------------ functions


def _plain(work: Callable[..., Any]) -> Callable[[Call], Any]:
    """A function that is worked out where all that it is given is known."""

    def run(call: Call) -> Any:
        if not is_known([*call.args], {**call.named}):
            return call.unknown()
        try:
            return work(*call.args, **call.named)
        except (TypeError, ValueError, ArithmeticError, AttributeError):
            return call.unknown()

    return run


def _len(call: Call) -> Any:
    [value] = call.args[:1] or [None]
    if isinstance(value, Array):
        return value.length(call)
    if isinstance(value, list | tuple | str | dict | set | range):
        return len(value)
    return call.unknown()


def _range(call: Call) -> Any:
    if not all(isinstance(one, int) for one in call.args) or not call.args:
        return call.unknown()
    found = range(*call.args)
    return list(found) if len(found) <= ROUNDS else found


def _zip(call: Call) -> Any:
    lists = [items_of(one) for one in call.args]
    if None in lists:
        return call.unknown()
    return [*zip(*lists, strict=False)]


def _enumerate(call: Call) -> Any:
    items = items_of(call.args[0]) if call.args else None
    start = call.get("start", 1, 0)
    if items is None or not isinstance(start, int):
        return call.unknown()
    return [*enumerate(items, start)]


def _reversed(call: Call) -> Any:
    items = items_of(call.args[0]) if call.args else None
    return call.unknown() if items is None else items[::-1]


def _iter(call: Call) -> Any:
    return call.args[0] if call.args else call.unknown()


def _next(call: Call) -> Any:
    """What a list begins with, or one batch of a data set."""
    owner = call.args[0] if call.args else None
    if isinstance(owner, Batches):
        return owner.parts
    items = items_of(owner)
    return items[0] if items else call.unknown()


def _listed(make: Callable[[list[Any]], Any]) -> Callable[[Call], Any]:
    def run(call: Call) -> Any:
        if not call.args:
            return make([])
        if isinstance(call.args[0], Array) and make is not list:
            return call.args[0].distinct(call) if make is set else call.unknown()
        items = items_of(call.args[0])
        try:
            return call.unknown() if items is None else make(items)
        except TypeError:
            return call.unknown()

    return run


def _sorted(call: Call) -> Any:
    items = items_of(call.args[0]) if call.args else None
    if items is None or not is_known(items) or "key" in call.named:
        return call.unknown()
    try:
        return sorted(items, reverse=call.get("reverse", None, False) is True)
    except TypeError:
        return call.unknown()


def _map(call: Call) -> Any:
    items = items_of(call.args[1]) if len(call.args) > 1 else None
    if items is None:
        return call.unknown()
    machine: Machine = call.machine
    function = call.args[0]
    return [machine.call_with(function, call.place, one) for one in items[:ROUNDS]]


def _extreme(work: Callable[..., Any]) -> Callable[[Call], Any]:
    def run(call: Call) -> Any:
        if len(call.args) == 1 and isinstance(call.args[0], Array):
            return call.args[0].largest(call) if work is max else call.unknown()
        return _plain(work)(call) if "key" not in call.named else call.unknown()

    return run


def _dict(call: Call) -> Any:
    found: dict[Any, Any] = {}
    if call.args:
        first = call.args[0]
        pairs = [*first.items()] if isinstance(first, dict) else items_of(first)
        if pairs is None:
            return call.unknown()
        try:
            found |= dict(pairs)
        except (TypeError, ValueError):
            return call.unknown()
    return found | dict(call.named)


_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float,),
    "str": (str,),
    "list": (list,),
    "tuple": (tuple,),
    "dict": (dict,),
    "set": (set,),
    "bool": (bool,),
}


def _isinstance(call: Call) -> Any:
    if len(call.args) < 2 or isinstance(call.args[0], Unknown):
        return call.unknown()
    kinds = items_of(call.args[1]) or [call.args[1]]
    names = [getattr(one, "name", "").rpartition(".")[2] for one in kinds]
    value = call.args[0]
    if isinstance(value, Layer):
        return getattr(value, "inside", value.kind) in names
    if isinstance(value, Instance):
        return any(one in kinds for one in value.cls.order())
    known = tuple(kind for name in names for kind in _KINDS.get(name, ()))
    return isinstance(value, known) if known else call.unknown()


def _getattr(call: Call) -> Any:
    if len(call.args) < 2 or not isinstance(call.args[1], str):
        return call.unknown()
    machine: Machine = call.machine
    owner, name = call.args[:2]
    if isinstance(owner, Unknown):
        return call.unknown()
    return machine.attribute(owner, name, call.place, call.node)


def _setattr(call: Call) -> Any:
    if len(call.args) == 3 and isinstance(call.args[1], str):
        owner, name, value = call.args
        machine: Machine = call.machine
        machine.set_attribute(owner, name, value, call.place)
    return None


def _hasattr(call: Call) -> Any:
    if len(call.args) == 2 and isinstance(call.args[0], Instance):
        owner, name = call.args
        return name in owner.attributes or owner.cls.find(name) is not None
    return call.unknown()


def _nothing(call: Call) -> Any:
    return None


def _round(value: Any, digits: Any = None) -> Any:
    return round(value, digits)


def _power(base: Any, exponent: Any) -> Any:
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and base.bit_length() * abs(exponent) > ITEMS:
        raise ValueError
    return base**exponent


_FUNCTIONS: dict[str, Callable[[Call], Any]] = {
    "len": _len,
    "range": _range,
    "xrange": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "list": _listed(list),
    "tuple": _listed(tuple),
    "set": _listed(set),
    "frozenset": _listed(set),
    "iter": _iter,
    "next": _next,
    "sorted": _sorted,
    "map": _map,
    "dict": _dict,
    "isinstance": _isinstance,
    "getattr": _getattr,
    "setattr": _setattr,
    "hasattr": _hasattr,
    "print": _nothing,
    "display": _nothing,
    "min": _extreme(min),
    "max": _extreme(max),
    "int": _plain(int),
    "float": _plain(float),
    "str": _plain(str),
    "bool": _plain(bool),
    "abs": _plain(abs),
    "sum": _plain(sum),
    "round": _plain(_round),
    "pow": _plain(_power),
    "divmod": _plain(divmod),
    "any": _plain(any),
    "all": _plain(all),
}
BUILTINS: dict[str, Any] = {
    **{name: Native(name, run) for name, run in _FUNCTIONS.items()},
    "__name__": "__main__",
    "__file__": "model.py",
    "Ellipsis": ...,
}

_MATH = (
    *("ceil", "floor", "sqrt", "log", "log2", "log10", "exp", "pow", "prod", "sin"),
    *("cos", "tan", "fabs", "trunc", "gcd", "isnan", "hypot"),
)
MATH: Mapping[str, Any] = {
    **{name: Native(name, _plain(getattr(math, name))) for name in _MATH},
    "pi": math.pi,
    "e": math.e,
    "inf": math.inf,
}
"""What `math` offers."""


# ------------------------------------------------------------------ methods

_TEXT = (
    *("upper", "lower", "strip", "lstrip", "rstrip", "split", "replace", "join"),
    *("startswith", "endswith", "title", "capitalize", "find", "count", "isdigit"),
    *("partition", "rpartition", "rsplit", "splitlines", "isalpha", "index"),
)
_LIST = ("append", "extend", "insert", "pop", "reverse", "index", "count", "copy")
_MORE = ("clear", "remove", "sort", "add", "update", "union", "discard")
_DICT = ("get", "pop", "setdefault", "copy", "update", "clear")


def python_attribute(machine: Machine, value: Any, name: str, place: Place) -> Any:
    """A method of one of Python's own values."""
    if isinstance(value, str) and name == "format":
        return Native(name, lambda call: _format(value, call))
    if isinstance(value, str) and name in _TEXT:
        return Native(name, _text_method(value, name))
    if isinstance(value, dict) and name in ("items", "keys", "values"):
        listed = {
            "items": lambda call: [*value.items()],
            "keys": lambda call: [*value.keys()],
            "values": lambda call: [*value.values()],
        }
        return Native(name, listed[name])
    allowed: tuple[str, ...] = _DICT if isinstance(value, dict) else (*_LIST, *_MORE)
    if name in allowed and hasattr(value, name):
        return Native(name, _changing(value, name))
    if isinstance(value, dict) and name in value:
        return value[name]  # what some make of a mapping
    return Unknown(f"{type(value).__name__}.{name}", place)


def _text_method(text: str, name: str) -> Callable[[Call], Any]:
    work = _plain(getattr(text, name))

    def run(call: Call) -> Any:
        longest = 1
        if name == "replace":
            longest = len(text) * max([len(str(one)) for one in call.args] or [1])
        elif name == "join" and call.args:
            parts = items_of(call.args[0]) or []
            longest = sum(len(text) + len(str(one)) for one in parts)
        return call.unknown() if longest > ITEMS else work(call)

    return run


def _changing(value: Any, name: str) -> Callable[[Call], Any]:
    def run(call: Call) -> Any:
        args = [*call.args]
        if name in ("extend", "update", "union") and args:
            found = args[0] if isinstance(args[0], dict) else items_of(args[0])
            if found is None:
                return None
            args[0] = found
        more = len(args[0]) if name in ("extend", "update") and args else 1
        if len(value) + more > ITEMS:
            return call.unknown()
        named = dict(call.named) if isinstance(value, dict) else {}
        try:
            return getattr(value, name)(*args, **named)
        except (TypeError, ValueError, IndexError, KeyError, AttributeError):
            return call.unknown()

    return run


def _format(text: str, call: Call) -> Any:
    numbers = "".join(c if c.isdigit() else " " for c in text).split()
    values = [*call.args, *call.named.values()]
    if not all(isinstance(one, int | float | str) for one in values):
        return call.unknown()
    nested = any("{" in part for part in text.split("{:")[1:] if "}" not in part)
    if any(len(number) > 3 for number in numbers) or "." in _fields(text) or nested:
        return call.unknown()
    try:
        return text.format(*call.args, **call.named)
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):
        return call.unknown()


def _fields(text: str) -> str:
    """What a form says before its colons, where attributes could be named."""
    parts = [part.partition("}")[0] for part in text.split("{")[1:]]
    return "".join(part.partition(":")[0] for part in parts)


def class_of(value: Any) -> str:
    """What a value is, in words of a message."""
    if isinstance(value, Thing):
        return value.name
    return type(value).__name__


__all__ = [
    "BUILTINS",
    "MATH",
    "Bound",
    "class_of",
    "item",
    "items_of",
    "python_attribute",
    "truth",
]

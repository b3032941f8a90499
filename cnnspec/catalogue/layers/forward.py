"""Layers that a line of PyTorch's or Keras's Python adds to a model.

Imported only when there is something to say.
"""

from typing import Any, NamedTuple

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers.ported import (
    FUNCTIONS,
    JOINING,
    LAYERS,
    Items,
    NoCounterpart,
    joined,
    joined_in_torch,
)
from cnnspec.ground import habits
from cnnspec.ground.habits import MODULES, Call, Expression

__all__ = ["Line", "NoCounterpart", "ported", "read"]


class Line(NamedTuple):
    """What stands one below another."""

    steps: list[Any]
    """Each as a call that makes a layer, as its name and its arguments, or as what the
    code calls a layer that it made elsewhere."""
    name: str = ""
    """What the code calls it: `conv1` of `self.conv1 = nn.Conv2d(4, 8, 3)`."""


def read(text: str) -> Line | None:
    """What a line of code adds.

    Raises:
        NoCounterpart: something that can't be said with layers.
    """
    name, calls = habits.calls(text)
    return Line([s for one in calls for s in _steps(one)], name) if calls else None


def _steps(value: Any) -> list[Any]:
    """The steps from a tensor to the value of a call."""
    if not isinstance(value, Call):
        return []
    if "**" in value.named:
        raise NoCounterpart("write its arguments out")
    if value.module == "self":
        return [*_steps(value.positional[0] if value.positional else None), value.name]
    if together := _together(value):
        return [*together]
    tensor = _tensor(value)
    if tensor is not None and value.tensors is None:
        done = _made(FUNCTIONS[value.name], _without_tensor(value))
        return [*_steps(tensor), *done]
    first = value.positional[0] if value.positional else None
    if tensor is None and value.name.islower() and isinstance(first, Call | Expression):
        raise NoCounterpart("a list holds layers; write what it does as one")
    return [*_steps(tensor), value._replace(tensors=None)]


def _tensor(call: Call) -> Any:
    """The tensor that a call takes first, if it takes one."""
    if call.tensors is not None:
        return call.tensors[0] if call.tensors else None
    if call.name not in FUNCTIONS:
        return None
    if call.module and call.module.partition(".")[0] not in MODULES:
        found = habits.parsed(call.module)
        return found if isinstance(found, Call | Expression) else None
    first = call.positional[0] if call.positional else None
    return first if isinstance(first, Call | Expression) else None


def _without_tensor(call: Call) -> Call:
    is_method = call.module and call.module.partition(".")[0] not in MODULES
    return call if is_method else call._replace(positional=call.positional[1:])


def _together(call: Call) -> Items:
    """The layer that joins several tensors; nothing for any other."""
    if call.tensors is not None:
        several = call.tensors[0] if len(call.tensors) == 1 else call.tensors
        if not isinstance(several, list) or registry.is_known(call.name) is False:
            return []
        order = registry.find(call.name).arguments()
        given = {**dict(zip(order, call.positional, strict=False)), **call.named}
        return [(call.name, {**given, "from": _names(several)})]
    if call.name not in JOINING:
        return []
    several, *more = call.positional or [None]
    if not isinstance(several, list) and call.name in ("add", "mul", "sub"):
        several, more = call.positional, []
    if not isinstance(several, list) or len(several) < 2:
        return []
    is_torch = call.module in ("torch", "") and "axis" not in call.named
    join = joined_in_torch if is_torch and call.name[:6] != "concaten" else joined
    return join(call.name, _names(several), more, call.named)


def _names(tensors: list[Any]) -> list[str]:
    """The tensors as a spec names them: that before is `prev`.

    Raises:
        NoCounterpart: one of them has no name.
    """
    if not all(isinstance(one, Expression) and one.isidentifier() for one in tensors):
        raise NoCounterpart("write the layers that it joins as items of their own")
    return ["prev" if one in ("x", "out") else str(one) for one in tensors]


_PYTORCH = {"dim", "inplace", "batch_first", "hidden_size", "num_layers"}
"""Arguments that tell PyTorch's layers from those of the same names in Keras."""


def ported(call: Call) -> Items:
    """The layers that PyTorch's layer of that name makes; nothing for any other.

    Raises:
        NoCounterpart: Keras has none with these arguments.
    """
    if call.module == "self":
        raise NoCounterpart("write the layer itself")
    if call.name not in LAYERS or not (call.positional or call.named or call.module):
        return []
    is_torch = call.module.endswith("nn") or call.name not in registry.all_names()
    is_torch = is_torch or bool(_PYTORCH & call.named.keys())
    own = {"filters", "units", "pool_size", "strides", "rate", "epsilon"}
    if not is_torch or own & call.named.keys():
        return []
    return _made(LAYERS[call.name], call)


def _made(make: Any, call: Call) -> Items:
    try:
        items: Items = make(*call.positional, **call.named)
    except (TypeError, ValueError):
        raise NoCounterpart("") from None
    return [
        (name, {key: one for key, one in given.items() if one is not None})
        for name, given in items
    ]

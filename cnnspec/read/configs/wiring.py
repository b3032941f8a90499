"""What the call of a layer reads, as a step's `from` says it."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.catalogue.layers.base import Layer
from cnnspec.read.configs.calls import Call, Ref, refs_in

MASKS = ("mask",)
"""Arguments that Keras fills by itself where a layer above makes a mask."""
STATES = "initial_state"


def wired(
    cls: type[Layer],
    call: Call,
    say: Callable[[Ref], str],
    is_made: Callable[[Any], bool],
) -> tuple[Any, dict[str, Any]]:
    """The `from` of a layer's step, and the arguments of the call that have no place.

    Args:
        cls: of the layer.
        call: of it.
        say: what a spec calls a tensor.
        is_made: whether a mask is one that Keras makes by itself.
    """
    given = _by_name(cls, call)
    count = cls.inputs_limit if cls.takes_tensors_apart else 1
    main = cls.tensor_arguments[:count]
    found: dict[str, Any] = {}
    lost: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or (name in MASKS and is_made(value)):
            continue
        refs = list(refs_in(value))
        if refs and (name in cls.tensor_arguments):
            found[name] = [say(ref) for ref in refs]
        elif name in cls.call_settings and isinstance(value, bool):
            if name != "training" or value is not cls.training_usual:
                found[name] = value
        else:
            lost[name] = value
    return _shortest(found, main), lost


def _by_name(cls: type[Layer], call: Call) -> dict[str, Any]:
    """The arguments of a call by the names that they have today."""
    names = cls.tensor_arguments
    args = list(call.args)
    several = len(args) == 1 and isinstance(args[0], list) and len(args[0]) > 0
    if several and STATES in names:
        # Keras 2 gave the states of a recurrent layer with its sequence.
        first, *states = args[0]
        return {names[0]: first, **({STATES: states} if states else {}), **call.kwargs}
    names += tuple(f"argument {n + 1}" for n in range(len(names), len(args)))
    return {**dict(zip(names, args, strict=False)), **call.kwargs}


def _shortest(found: dict[str, Any], main: tuple[str, ...]) -> Any:
    """A list of names where the call has nothing but the tensors that it works on."""
    if found.keys() <= {*main} and [*found] == [*main[: len(found)]]:
        return [name for names in found.values() for name in names]
    return {name: _one_or_all(value) for name, value in found.items()}


def _one_or_all(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def all_of(call: Call, say: Callable[[Ref], str]) -> list[str]:
    """All tensors of a call, in their order, where nobody knows its arguments."""
    return [say(ref) for ref in call.refs()]


def others(call: Call) -> Mapping[str, Any]:
    """The arguments of a call that are no tensors, and that somebody gave."""
    return {
        name: value
        for name, value in call.kwargs.items()
        if value is not None and not any(refs_in(value))
    }

"""Calls of layers as configurations have them, in all the forms that they ever had.

Keras 1 and 2 wrote a list of `[layer, node, tensor, arguments]` for each call; Keras 3
writes the arguments of the call, with a mapping in place of each tensor.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from cnnspec.ground.yaml_text import describe
from cnnspec.read.configs.forms import EDITED, TENSOR, plain
from cnnspec.read.found import ReadError

CONSTANT = "_CONSTANT_VALUE"
"""What Keras 2 has in place of a layer's name before a value that is no tensor."""


class Ref(NamedTuple):
    """A tensor: what a call of a layer gives."""

    layer: str
    call: int
    """Of the calls of this layer, counted from 0."""
    tensor: int
    """Of the tensors that it gives."""


class Call(NamedTuple):
    """The arguments of a call, with a `Ref` for each tensor."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def refs(self) -> Iterator[Ref]:
        """All tensors of it, in their order."""
        yield from refs_in((self.args, self.kwargs))


def ref_of(value: Any) -> Ref:
    """The tensor that a layer's name, a call and a number stand for.

    Raises:
        ReadError: it is none of these.
    """
    if isinstance(value, list | tuple) and len(value) == 3:
        layer, call, tensor = value
        if isinstance(layer, str) and type(call) is type(tensor) is int:
            return Ref(layer, call, tensor)
    text = f"a tensor is a layer with two numbers: ['conv', 0, 0]; found {value!r:.80}"
    raise ReadError(text, EDITED)


def refs_in(value: Any) -> Iterator[Ref]:
    """The tensors in a value."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from refs_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from refs_in(one)


def with_refs(value: Any, change: Callable[[Ref], Any]) -> Any:
    """A value with something else in place of each tensor."""
    if isinstance(value, Ref):
        return change(value)
    if isinstance(value, dict):
        return {key: with_refs(one, change) for key, one in value.items()}
    if type(value) in (list, tuple):
        return type(value)(with_refs(one, change) for one in value)
    return value


def calls_of(nodes: Any, names: Mapping[str, Any]) -> list[Call]:
    """The calls that an `inbound_nodes` describes.

    Args:
        nodes: as the file has it.
        names: of the model's layers.
    """
    if not isinstance(nodes or [], list):
        text = f"inbound_nodes must be a list of calls; found {describe(nodes)}"
        raise ReadError(text, EDITED)
    return [_call(node, names) for node in nodes or ()]


def _call(node: Any, names: Mapping[str, Any]) -> Call:
    if isinstance(node, Mapping) and "args" in node:
        args, kwargs = _today(node["args"]), _today(node.get("kwargs") or {})
        if not isinstance(args, list) or not isinstance(kwargs, dict):
            text = f"a call must have a list of args; found {describe(node['args'])}"
            raise ReadError(text, EDITED)
        return Call(tuple(args), kwargs)
    kwargs = {}
    first = _once(node, names, kwargs)
    if isinstance(first, list) and len(first) == 1:
        first = first[0]
    given = {key: _named(value, names) for key, value in kwargs.items()}
    return Call((first,), given)


def _today(value: Any) -> Any:
    """A value of Keras 3, with its tensors."""
    if isinstance(value, Mapping):
        if value.get("class_name") == TENSOR:
            config = value.get("config")
            told = config.get("keras_history") if isinstance(config, Mapping) else None
            return ref_of(told)
        if "class_name" in value:
            return plain(value)
        return {key: _today(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_today(one) for one in value]
    return value


def _once(node: Any, names: Mapping[str, Any], kwargs: dict[str, Any]) -> Any:
    """The first argument of a call of Keras 1 or 2; notes the others."""
    if _is_tensor(node, names):
        if len(node) > 3 and isinstance(node[3], Mapping):
            kwargs |= node[3]
        return _ref(node)
    if isinstance(node, Mapping):
        return {key: _once(one, names, kwargs) for key, one in node.items()}
    if isinstance(node, list | tuple):
        return [_once(one, names, kwargs) for one in node]
    return node


def _is_tensor(value: Any, names: Mapping[str, Any]) -> bool:
    if not isinstance(value, list | tuple) or not 3 <= len(value) <= 4:
        return False
    name, call = value[:2]
    if name == CONSTANT:
        return True
    return isinstance(name, str) and name in names and type(call) is int


def _ref(value: Any) -> Any:
    return value[2] if value[0] == CONSTANT else ref_of(value[:3])


def _named(value: Any, names: Mapping[str, Any]) -> Any:
    """The value of another argument, which may hold tensors."""
    if _is_tensor(value, names):
        return _ref(value)
    if isinstance(value, Mapping) and "class_name" not in value:
        return {key: _named(one, names) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_named(one, names) for one in value]
    return plain(value)

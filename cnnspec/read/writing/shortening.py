"""Arguments as one writes them: without what Keras does anyhow, and in short forms."""

from collections.abc import Collection, Iterator
from typing import Any

from cnnspec.catalogue.alike import SPELT_OUT, chosen
from cnnspec.catalogue.components import Component, component_of, snake_case
from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.errors import Invalid
from cnnspec.ground.kinds import Argument, NotAllowed
from cnnspec.ground.records import Record
from cnnspec.read.writing.items import LAYER, Spec, each_item


def shorten(spec: Spec) -> None:
    """Leaves out arguments that are as by default, and shortens the others."""
    policy = _policy(spec)
    known: dict[int, dict[str, Any]] = {}
    for scope in spec.scopes():
        for item in each_item(scope.items):
            if item.form == LAYER and item.layer is not None:
                which = id(item.layer)  # one for all that say the same
                if which not in known:
                    known[which] = shortened(item.layer, item.arguments, policy)
                item.arguments = dict(known[which])


def _policy(spec: Spec) -> str:
    """The type that layers compute in unless they say another."""
    train = spec.main.keys.get("train")
    mixed = train.get("mixed_precision") if isinstance(train, dict) else None
    return mixed or "float32"


def shortened(
    layer: Layer, arguments: dict[str, Any], policy: str = ""
) -> dict[str, Any]:
    """The arguments of a layer that have to be said.

    Args:
        layer: with all of them.
        arguments: as a document has them.
        policy: the type that it computes in unless it says another.
    """
    differ, known = chosen(layer), type(layer).arguments()
    if differ.get("dtype") == policy:
        del differ["dtype"]
    return {
        name: shorter(argument, getattr(layer, argument.attribute), arguments[name])
        for name, argument in known.items()
        if name in arguments and (name in differ or argument.required)
    }


def shorter(argument: Argument, found: Any, written: Any) -> Any:
    """An argument's value in its shortest form.

    Args:
        argument: of a layer or component.
        found: the value as it was read.
        written: the same as a document has it.
    """
    if isinstance(found, tuple) and found:
        for short in _shorter_lists(found):
            if _means(argument, short, found):
                return short
    if isinstance(found, float) and found.is_integer() and abs(found) < _LARGE:
        return int(found)
    if argument.kind.holds_layers:
        return [_held(one) for one in found] if _is_list(found) else _held(found)
    if isinstance(found, Layer):  # an activation with arguments
        return _named(type(found).__name__, _arguments(found))
    if isinstance(written, dict):
        component = found if isinstance(found, Component) else None
        component = component or component_of(argument.name, found)
        if isinstance(component, Component):  # and no formula
            return _component(component)
    elif isinstance(written, str) and _component_named(argument.name, written):
        return snake_case(written) if written[:1].isupper() else written
    return written


_LARGE = 1e6


def _shorter_lists(found: tuple[Any, ...]) -> Iterator[Any]:
    """What may stand for a list whose items are equal: a number, or one for each axis.

    Args:
        found: sizes, or pairs of them.
    """
    pairs = all(isinstance(item, tuple) and len({*item}) == 1 for item in found)
    sizes = [item[0] for item in found] if pairs else list(found)
    if len({*map(repr, sizes)}) == 1 and type(sizes[0]) is int:
        yield sizes[0]
    if pairs:
        yield sizes


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _means(argument: Argument, short: Any, found: Any) -> bool:
    """Whether a value is read as another."""
    try:
        return bool(argument.kind.validated(short) == found)
    except (NotAllowed, Invalid):
        return False


def _component_named(argument: str, written: str) -> bool:
    try:
        return component_of(argument, written) is not None
    except KeyError:
        return False


def _component(component: Component) -> Any:
    """An initializer or its like as a spec has it."""
    cls, said = type(component), _arguments(component)
    if said or cls.stands_alone:
        return _named(cls.__name__, said)
    return {cls.__name__: {a.name: a.default for a in cls.arguments().values()}}


def _named(name: str, arguments: dict[str, Any]) -> Any:
    if not arguments:
        return snake_case(name)
    return {name: arguments}


def _arguments(record: Record) -> dict[str, Any]:
    """The arguments of a record inside an argument that have to be said."""
    differ, known = chosen(record), type(record).arguments()
    found = {
        n: _plain(getattr(record, known[n].attribute)) for n in known if n in differ
    }
    first = next(iter(known), "")
    own = first in type(record).__annotations__  # and no seed, which all have
    if own and [*found] == [first] and not isinstance(found[first], dict | None):
        return found[first]  # type: ignore[no-any-return]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Component):
        return _component(value)
    return [_plain(one) for one in value] if _is_list(value) else value


def usual(argument: Argument) -> Any:
    """Keras's default of an argument, as a spec says it."""
    if argument.default is None:
        return SPELT_OUT.get(argument.name)
    value = shorter(argument, argument.default, argument.default)
    return list(value) if isinstance(value, tuple) else value


def _held(layer: Any) -> Any:
    """A layer in a layer, as an entry of a list has it."""
    if not isinstance(layer, Layer):
        return layer
    given = {k: _plain(v) for k, v in layer.given.items() if k != "name"}
    return entry(layer.title(), shortened(layer, given), type(layer).arguments())


def entry(kind: str, arguments: dict[str, Any], known: Collection[str]) -> Any:
    """A step of a spec: its name alone, with one value, or with a mapping.

    Args:
        kind: the layer or block.
        arguments: all that stands under it, in order.
        known: the arguments that it takes, in order.
    """
    if not arguments:
        return kind
    first = next(iter(known), "name")
    if [*arguments] == [first] and first != "name" and _stands_alone(arguments[first]):
        return {kind: arguments[first]}
    return {kind: arguments}


def _stands_alone(value: Any) -> bool:
    if isinstance(value, list) and any(isinstance(one, str) for one in value):
        return False  # might be taken for names of tensors
    return value is not None and not isinstance(value, dict)

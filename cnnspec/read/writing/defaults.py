"""Arguments that most layers of a type have, said once for all of them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.catalogue.registry import find, is_declared, is_known, is_operation
from cnnspec.read.writing.items import LAYER, Item, Spec, each_item
from cnnspec.read.writing.shortening import usual

_LEAST = 3
"""Layers that have to say it otherwise."""
_GAIN, _OF_FEW, _EACH = 50, 100, 16
"""Letters that those of a type have to save together, those of `_LEAST` layers, and
each of them."""


def make_defaults(spec: Spec) -> None:
    """Says in `defaults` what most layers of a type have in common.

    What stands there already is looked at anew: it may have been said for many layers
    that are one by now.
    """
    kinds: dict[str, list[Item]] = {}
    for item in _written(spec):
        kinds.setdefault(item.kind, []).append(item)
    for kind, items in kinds.items():
        _spell_out(items, spec.defaults.pop(kind, {}))
    held = _held(spec)
    for kind, items in kinds.items():
        if kind not in held and not is_operation(kind) and not is_declared(kind):
            shared = [*_shared(kind, items)]
            least = _OF_FEW if len(items) <= _LEAST else _GAIN
            if sum(saved for _, _, saved in shared) >= least:
                found = {name: value for name, value, _ in shared}
                _leave_out(items, found)
                spec.defaults[kind] = found


def _written(spec: Spec) -> Iterator[Item]:
    """The layers that the text has, each once."""
    bodies = [block.body for block in spec.blocks.values()]
    for items in [*bodies, *(scope.items for scope in spec.scopes())]:
        for item in each_item(items):
            if item.form == LAYER and is_known(item.kind):
                yield item


def _held(spec: Spec) -> set[str]:
    """Layers inside of others, which `defaults` would reach as well."""
    return {
        nested.title()
        for item in _written(spec)
        if item.layer is not None
        for nested in all_nested(item.layer)
    }


def _shared(kind: str, items: list[Item]) -> Iterator[tuple[str, Any, int]]:
    """The arguments that are better said for all, with values and letters saved."""
    cls = layer_class(kind)
    first = next(iter(cls.arguments().values()))
    what = first.name if first.required else cls.grows_with  # that one reads it for
    somewhere = {name for item in items for name in item.arguments}
    for name in cls.arguments():
        if name in (what, "name") or name not in somewhere:
            continue
        said = [i.arguments[name] for i in items if name in i.arguments]
        plain = Counter(repr(value) for value in said if not _is_formula(value))
        if not plain:  # formulas alone
            continue
        text, count = plain.most_common(1)[0]
        others = sum(name not in item.arguments for item in items)
        size = len(name) + len(text) + 4
        if others and find(kind).arguments()[name].required:
            continue
        saved = (count - others - 1) * size
        most = count > max(2 * others, len(items) / 2)
        if count >= _LEAST and most and saved >= _EACH:
            yield name, next(v for v in said if repr(v) == text), saved


def _is_formula(value: Any) -> bool:
    return "$" in str(value)


def _leave_out(items: list[Item], found: dict[str, Any]) -> None:
    """Takes away what `defaults` says, and says what would be otherwise."""
    for item in items:
        known = find(item.kind).arguments()
        for name, value in found.items():
            if name not in item.arguments:
                item.arguments[name] = _usual(item.kind, name)
            elif repr(item.arguments[name]) == repr(value):
                del item.arguments[name]
        order = {key: item.arguments[key] for key in known if key in item.arguments}
        item.arguments = order | item.arguments


def _spell_out(items: list[Item], found: dict[str, Any]) -> None:
    """Says what `defaults` said, and takes away what Keras does anyhow."""
    for item in items if found else ():
        known = find(item.kind).arguments()
        for name, value in found.items():
            if name not in item.arguments:
                item.arguments[name] = value
            elif not known[name].required and _is_usual(item, name):
                del item.arguments[name]
        order = {key: item.arguments[key] for key in known if key in item.arguments}
        item.arguments = order | item.arguments


def _is_usual(item: Item, name: str) -> bool:
    return repr(item.arguments[name]) == repr(_usual(item.kind, name))


def _usual(kind: str, name: str) -> Any:
    return usual(find(kind).arguments()[name])

"""Names that nobody gave are left out: Keras, or the spec, gives such again.

Keras numbers what has no name by class, and goes on through a session: `conv2d_17` is
the eighteenth convolution that somebody made that day. A spec numbers anew. So such a
name may come out with another number, unless a model's names are those of a new
session; then they stay as they are, and are written where the order doesn't lead to
them.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.registry import FORMER
from cnnspec.ground.patterns import pattern
from cnnspec.language.naming import AutomaticNames, stem
from cnnspec.read.writing.items import CALL, LAYER, Item, Spec, written_out

_NUMBER = pattern(r"_(\d+)$")
_MODELS = ("sequential", "model", "functional")
"""What Keras calls models, before the number."""


def automatic_number(name: str, kind: str) -> int | None:
    """The number that Keras counts a class by in a name; None where somebody gave it.

    Args:
        name: of a layer.
        kind: what a spec calls its class.
    """
    word, _, number = name.rpartition("_")
    words = _stems(kind)
    if name in words:
        return 0
    return int(number) if word in words and number.isdecimal() else None


@cache
def _stems(kind: str) -> list[str]:
    former = [snake_case(name) for name, now in FORMER.items() if now == kind]
    return [stem(kind), *former]


def is_automatic_model(name: str) -> bool:
    """Whether Keras would call a model so."""
    return _NUMBER.sub("", name) in _MODELS


def leave_out(spec: Spec) -> None:
    """Takes the names away that Keras gives by itself, or that mean nothing."""
    wanted = _said_elsewhere(spec)
    groups: dict[str, list[tuple[int, Item]]] = {}
    for item in taken(spec):
        if item.form != LAYER:
            continue
        if item.key in spec.automatic - wanted:
            item.name = None
            continue
        number = automatic_number(item.key, item.kind)
        if number is not None:
            groups.setdefault(stem(item.kind), []).append((number, item))
    for group in groups.values():
        numbers = [number for number, _ in group]
        if numbers == sorted(set(numbers)) and not wanted & {i.key for _, i in group}:
            for _, item in group:
                item.name = None


def taken(spec: Spec) -> Iterable[Item]:
    """The items of all models in the order in which the spec takes them."""
    seen: set[str] = set()

    def walk(items: Iterable[Item]) -> Iterable[Item]:
        for item in written_out(items):
            if item.form == CALL and item.kind in spec.models and item.kind not in seen:
                seen.add(item.kind)
                yield from walk(spec.models[item.kind].items)
            yield item

    return walk(spec.main.items)


def _said_elsewhere(spec: Spec) -> set[str]:
    """Texts of the parts of a document that may name layers."""
    return {
        text
        for key in ("train", "data", "expect", "change")
        for text in _texts(spec.main.keys.get(key))
    }


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def free_to_change(spec: Spec) -> set[str]:
    """The names of layers that may come out with another number."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for item in taken(spec):
        named = item.name is not None or item.key in spec.automatic
        if item.form == LAYER and not named:
            number = automatic_number(item.key, item.kind)
            assert number is not None
            groups.setdefault(stem(item.kind), []).append((number, item.key))
    found: set[str] = set()
    for word, group in groups.items():
        fresh = [word if n == 0 else f"{word}_{n}" for n in range(len(group))]
        if sorted(key for _, key in group) != sorted(fresh):
            found |= {key for _, key in group}
    return found


def numbered(spec: Spec) -> dict[str, str]:
    """What the layers without a name are called in the spec, by their keys."""
    names, found = AutomaticNames(), {}
    for item in taken(spec):
        if item.form != LAYER or item.key in spec.automatic:
            continue
        if item.layer is None:
            if item.name is None:
                found[item.key] = names.of_kind(item.kind)
            continue
        names.inner(item.layer)
        if item.name is None:
            found[item.key] = names.of(item.layer)
        elif item.layer.named_by_keras:
            names.of(item.layer)
    return found

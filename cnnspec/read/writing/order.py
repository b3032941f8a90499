"""Layers in the order in which somebody wrote them.

Files list layers by their depth, so those of parallel paths alternate. Where Keras
numbered layers, the numbers tell in which order they were made; otherwise one path is
followed to its end before the next begins.
"""

from collections.abc import Iterable
from itertools import pairwise

from cnnspec.language.naming import stem
from cnnspec.read.writing.items import LAYER, Item, Scope, Seq, Spec
from cnnspec.read.writing.names import automatic_number


def put_in_order(spec: Spec) -> None:
    """Orders the layers of each model, each behind what it reads."""
    for scope in spec.scopes():
        if _is_chain(scope):
            continue
        first = _before(scope, _made_before(scope.items))
        scope.items = (
            _sorted(scope, first) or _sorted(scope, _before(scope, [])) or (scope.items)
        )


def _is_chain(scope: Scope) -> bool:
    """Whether each layer reads the one before it, and nothing else."""
    return len(scope.inputs) == 1 and all(
        item.form == LAYER and [ref.name for ref in item.reads] == [before]
        for before, item in zip(
            [scope.inputs[0], *(item.key for item in scope.items)],
            scope.items,
            strict=False,
        )
    )


def _made_before(items: Seq) -> list[tuple[Item, Item]]:
    """Pairs of layers of which Keras numbered one before the other."""
    groups: dict[str, list[tuple[int, Item]]] = {}
    for item in items:
        if item.form == LAYER:
            number = automatic_number(item.key, item.kind)
            if number is not None:
                groups.setdefault(stem(item.kind), []).append((number, item))
    pairs: list[tuple[Item, Item]] = []
    for group in groups.values():
        ordered = [item for _, item in sorted(group, key=lambda one: one[0])]
        pairs += pairwise(ordered)
    return pairs


def _before(scope: Scope, pairs: Iterable[tuple[Item, Item]]) -> dict[str, list[str]]:
    """What has to stand before each item: what it reads, uses again, and the pairs."""
    known = {item.key for item in scope.items}
    found = {item.key: [ref.name for ref in item.reads] for item in scope.items}
    for item in scope.items:
        if "layer" in item.arguments and item.form != LAYER:
            found[item.key].append(item.arguments["layer"])
    for first, then in pairs:
        found[then.key].append(first.key)
    return {key: [n for n in names if n in known] for key, names in found.items()}


def _sorted(scope: Scope, before: dict[str, list[str]]) -> Seq | None:
    """The items, one path after the other; None where that can't be."""
    from heapq import heappop, heappush

    place = {item.key: number for number, item in enumerate(scope.items)}
    waits = {key: len({*names}) for key, names in before.items()}
    after: dict[str, list[str]] = {key: [] for key in place}
    for key, names in before.items():
        for name in {*names}:
            after[name].append(key)
    found: Seq = []
    # What became free last goes on with the path that was followed.
    ready: list[tuple[int, bool, int, str]] = []
    for key, count in waits.items():
        if not count:
            heappush(ready, (0, False, place[key], key))
    while ready:
        _, _, number, key = heappop(ready)
        found.append(scope.items[number])
        for name in after[key]:
            waits[name] -= 1
            if not waits[name]:
                item = scope.items[place[name]]
                beside = all(ref.name != key for ref in item.reads)
                heappush(ready, (-len(found), beside, place[name], name))
    return found if len(found) == len(scope.items) else None

"""Paths that part and meet again: written where they meet, as branches.

`Add: {from: [prev, [...]]}` needs no names, and shows at a glance what belongs
together.
"""

from collections import Counter

from cnnspec.read.writing.items import LAYER, Item, Ref, Scope, Seq, Spec, each_item

_MOST = 40
"""Layers of a branch: a longer one is better read line by line."""


def put_into_branches(spec: Spec) -> None:
    """Moves what leads from one tensor to a layer that joins paths into that layer."""
    for scope in spec.scopes():
        if any(len(item.reads) > 1 for item in scope.items):
            scope.items = _Joining(scope).joined()


class _Joining:
    def __init__(self, scope: Scope) -> None:
        self._given = scope.items
        self._items = {item.key: item for item in scope.items}
        self._place = {item.key: n for n, item in enumerate(scope.items)}
        self._before: dict[str, Seq] = {}
        self._used = Counter(ref.name for ref in scope.outputs)
        self._start: dict[str, str] = {}
        for item in self._given:
            self._used.update(ref.name for ref in item.reads)
            if item.form == LAYER and len(item.reads) == 1 and _is_plain(item):
                self._start[item.key] = item.reads[0].name
            elif item.form != LAYER and "layer" in item.arguments:
                self._used[item.arguments["layer"]] += 2  # stays where it is

    def joined(self) -> Seq:
        """The items that are left."""
        gone: set[str] = set()
        for item in self._given:
            if item.form != LAYER or len(item.reads) < 2 or not _is_plain(item):
                continue
            found = [self._chain(ref) for ref in item.reads]
            [start, *others] = {begin for begin, _ in found}
            chains = [chain for _, chain in found]
            if others or not any(chains) or _is_long(item, chains):
                continue
            if self._are_in_order(chains):
                item.branches = tuple(chains)
            else:
                first = min(filter(None, chains), key=self._made)
                item.branches = tuple([] if c is first else c for c in chains)
                self._before[item.key] = first
            self._start[item.key] = start
            self._used[start] -= sum(1 for _ in chains) - 1
            gone |= {one.key for seq in item.branches for one in seq}
        return [item for item in self._given if item.key not in gone]

    def _are_in_order(self, chains: list[Seq]) -> bool:
        """Whether branches would get the numbers that Keras counts as they are now.

        Where they wouldn't, the one that was made first goes before the layer that
        joins them.
        """
        filled = [chain for chain in chains if chain]
        if filled == sorted(filled, key=self._made):
            return True
        counted = [
            {one.kind for one in each_item(chain) if one.name is None}
            for chain in filled
        ]
        return sum(map(len, counted)) == len(set().union(*counted))

    def _made(self, chain: Seq) -> int:
        """When a path was made."""
        return self._place[next(each_item(chain)).key]

    def _chain(self, ref: Ref) -> tuple[str, Seq]:
        """What leads to a tensor, back to where it is one of several paths."""
        chain: Seq = []
        name = ref.name
        while self._used[name] == 1 and name in self._start:
            chain.append(self._items[name])
            chain += reversed(self._before.get(name, []))
            name = self._start[name]
        return name, chain[::-1]


def _is_long(item: Item, chains: list[Seq]) -> bool:
    """Whether the paths are better left as they are.

    So are a way down and up, as in a U-Net, and units of a kind with a way past all.
    """
    inside = [[*each_item(chain)] for chain in chains]
    enlarges = any(
        one.layer and one.layer.role == _ENLARGING for i in inside for one in i
    )
    units = any(one.kind == item.kind and _passes(one) for c in chains for one in c)
    return units or enlarges and len(chains) == 2 or max(map(len, inside)) > _MOST


_ENLARGING = "enlarging"


def _passes(item: Item) -> bool:
    """Whether a path leads into it straight from where the others begin."""
    return bool(item.branches) and not all(item.branches)


def _is_plain(item: Item) -> bool:
    """Whether it reads whole tensors by their order, and its call says nothing else."""
    whole = not any(ref.part for ref in item.reads)
    return whole and not item.settings and len({*item.said}) < 2

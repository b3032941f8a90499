"""Several instances of a part as one: what they have in common, and what differs."""

from collections.abc import Sequence
from functools import partial
from itertools import count, groupby, zip_longest
from typing import Any, NamedTuple

from cnnspec.catalogue.registry import find, is_known
from cnnspec.ground.yaml_text import BLANK
from cnnspec.read.writing.items import (
    CALL,
    CHOICE,
    ENTRY,
    LAST,
    LAYER,
    REPEAT,
    Item,
    Ref,
    Seq,
    Spec,
    each_item,
)
from cnnspec.read.writing.parameters import ANY, Mismatch, Parameters
from cnnspec.read.writing.shortening import usual

_KEYS = count()


class Named(NamedTuple):
    """The names of a layer in all instances."""

    item: Item
    names: list[Any]
    """None where nobody gave one, ANY where the layer isn't there."""


class Template:
    """Instances of a part, merged.

    Attributes:
        body: the items of it; keys inside are its own.
        parameters: what differs, but for names.
        named: the items in the order of the text with their names.
    """

    def __init__(
        self,
        spec: Spec,
        instances: Sequence[Sequence[Item | None]],
        entries: Sequence[str],
        most: int,
        taken: frozenset[str] = frozenset(),
    ) -> None:
        """Merges instances.

        Args:
            spec: where they stand.
            instances: of the part; None in the place of what one lacks.
            entries: the key of the tensor that each is given.
            most: parameters that there may be.
            taken: names of variables around.

        Raises:
            Mismatch: they can't be.
        """
        self._spec = spec
        self.parameters = Parameters(most, taken)
        self.named: list[Named] = []
        self._keys: list[dict[str, str]] = [
            {ENTRY: ENTRY, entry: ENTRY, LAST: LAST} for entry in entries
        ]
        self.body = self._merged(list(instances))
        for name, formula in self.parameters.follow().items():
            for item in each_item(self.body):
                item.arguments = {
                    key: formula if value == f"${name}" else value
                    for key, value in item.arguments.items()
                }

    def _merged(self, sequences: list[Any]) -> Seq:
        """The items of sequences of one length, some of which may not be there."""
        present = [seq for seq in sequences if seq is not None]
        if len({len(seq) for seq in present}) != 1:
            raise Mismatch
        rows = [
            [None if seq is None else seq[place] for seq in sequences]
            for place in range(len(present[0]))
        ]
        found: Seq = []
        for lacking, group in groupby(rows, key=partial(_lacking, sequences)):
            several = list(group)
            merged = [self._item(row) for row in several]
            if any(lacking):
                word = _local(next(filter(None, several[0]))) or "more"
                there = [
                    ANY if seq is None else not lacks
                    for seq, lacks in zip(sequences, lacking, strict=True)
                ]
                merged = [self._choice(word, there, merged)]
            found += merged
        return found

    def _item(self, items: list[Any]) -> Item:
        present = [item for item in items if item is not None]
        self._spec.spend(len(present))
        first = present[0]
        for item in present:
            if not _alike(first, item):
                raise Mismatch
        branches = self._branches(items, len(first.branches))
        body: Seq = []
        if any(item.body for item in present):
            body = self._merged([None if item is None else item.body for item in items])
        found = Item(first.form, first.kind, {}, f"@{next(_KEYS)}")
        found.layer, found.said, found.settings = (
            first.layer,
            first.said,
            first.settings,
        )
        found.branches, found.body = branches, body
        found.reads = self._reads(items)
        found.comments = list(first.comments)
        for keys, item in zip(self._keys, items, strict=True):
            if item is not None:
                keys[item.key] = found.key
        found.arguments = self._arguments(items)
        names = [ANY if item is None else item.name for item in items]
        if None in names and {*names} - {None, ANY}:
            raise Mismatch
        found.name = None
        self.named.append(Named(found, names))
        return found

    def _reads(self, items: list[Any]) -> tuple[Ref, ...]:
        """What an item reads, in the keys of the template."""
        ways = set()
        for keys, item in zip(self._keys, items, strict=True):
            if item is None:
                continue
            reads = []
            for place, ref in enumerate(item.reads):
                if item.branches and item.branches[place]:
                    reads.append(Ref("@"))
                    continue
                if ref.name not in keys:
                    raise Mismatch
                reads.append(Ref(keys[ref.name], ref.part))
            ways.add(tuple(reads))
        if len(ways) == 1:
            return ways.pop()
        # Where some have a branch and others none, all begin at one tensor.
        merged = [{*refs} for refs in zip(*ways, strict=True)]
        if any(len(refs - {Ref("@")}) > 1 for refs in merged):
            raise Mismatch
        return tuple(Ref("@") if Ref("@") in refs else refs.pop() for refs in merged)

    def _branches(self, items: list[Any], count: int) -> tuple[Seq, ...]:
        found: list[Seq] = []
        for place in range(count):
            several = [None if i is None else i.branches[place] for i in items]
            filled = [seq or None for seq in several]
            if not any(filled):
                found.append([])
                continue
            merged = self._merged(filled)
            absent = [seq is not None and not seq for seq in several]
            if any(absent):
                there = [ANY if s is None else bool(s) for s in several]
                merged = [self._choice("project", there, merged)]
            found.append(merged)
        return tuple(found)

    def _choice(self, word: str, there: list[Any], body: Seq) -> Item:
        """Items that some instances have."""
        test = self.parameters.value(word, there)
        item = Item(CHOICE, CHOICE, {"test": test}, f"@{next(_KEYS)}")
        item.name, item.body = None, body
        return item

    def _arguments(self, items: list[Any]) -> dict[str, Any]:
        """The arguments of an item, each a value or made of parameters."""
        first = next(item for item in items if item is not None)
        local = _local(first)
        found = {}
        for name in self._order(first, items):
            values = [
                ANY if item is None else item.arguments.get(name, BLANK)
                for item in items
            ]
            if (
                first.form == REPEAT
                and name != "times"
                and len({*map(repr, values)}) > 1
            ):
                raise Mismatch
            if BLANK in values:
                default = self._default(first, name)
                values = [default if value is BLANK else value for value in values]
            found[name] = self.parameters.value(name, values, local)
        return found

    def _order(self, first: Item, items: list[Any]) -> list[str]:
        """The arguments that some instance says, in their order."""
        said = {name for item in items if item is not None for name in item.arguments}
        known: Any = ()
        if first.form == LAYER and is_known(first.kind):
            known = find(first.kind).arguments()
        elif first.form == CALL:
            block = self._spec.blocks.get(first.kind)
            known = block.params if block else ()
        order = [name for name in known if name in said]
        rest = [
            n for i in items if i is not None for n in i.arguments if n not in order
        ]
        return [*order, *dict.fromkeys(rest)]

    def _default(self, item: Item, name: str) -> Any:
        """The value of an argument that isn't said."""
        if item.form == CALL and item.kind in self._spec.blocks:
            value = self._spec.blocks[item.kind].params[name]
            if value is not BLANK:
                return value
        if item.form == LAYER and is_known(item.kind):
            if name in self._spec.defaults.get(item.kind, {}):
                return self._spec.defaults[item.kind][name]
            argument = find(item.kind).arguments()[name]
            if not argument.required:
                return usual(argument)
        raise Mismatch


def is_readable(body: Seq, prev: str = ENTRY) -> bool:
    """Whether all that is read by a name in a part has one.

    Args:
        body: of the part.
        prev: the key of what stands before its first item.
    """
    names = {item.key: item.name for item in each_item(body)}
    for item in body:
        for ref, seq in zip_longest(item.reads, item.branches):
            if seq:
                if not is_readable(seq, prev):
                    return False
            elif ref.name not in (prev, ENTRY, LAST) and not names.get(ref.name):
                return False
        if item.form == CHOICE and not is_readable(item.body, prev):
            return False
        prev = item.key
    return True


def _lacking(sequences: list[Any], row: list[Any]) -> tuple[bool, ...]:
    """Which of some sequences lack an item that others have."""
    pairs = zip(sequences, row, strict=True)
    return tuple(seq is not None and item is None for seq, item in pairs)


def _alike(one: Item, other: Item) -> bool:
    """Whether two items may be one, with other arguments."""
    return (
        (one.form, one.kind, one.said, len(one.branches), len(one.reads))
        == (other.form, other.kind, other.said, len(other.branches), len(other.reads))
        and one.settings == other.settings
        and bool(one.body) == bool(other.body)
    )


def _local(item: Item) -> str:
    """What a layer is called inside of an instance, as a part of a parameter's name."""
    word = str(item.name or "").rpartition("_")[2]
    return word if word.isidentifier() else ""

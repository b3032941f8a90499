"""A model as the passes see it: items in sequences, each layer by its full name.

The passes change items; what they come to as a document is made of them at the end.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import Layer

APPLY = "apply"
"""A layer or call that is used again."""
LAYER = "layer"
CALL = "call"
"""Of a block, which may be one that a pass has made."""
REPEAT = "repeat"
CHOICE = "if"
ENTRY = ""
"""The key of the tensor that a block or round is given."""


LAST = "\0prev"
"""The key of whatever stands before, where not always the same does."""


class Ref(NamedTuple):
    """A tensor that an item reads."""

    name: str
    """Of what gives it, as the written-out document has it."""
    part: str = ""
    """Which of several: `.1`; or the output of a model: `/dense`."""


class Item:
    """An entry of a list of layers.

    Attributes:
        form: `LAYER`, `CALL`, `APPLY`, `REPEAT` or `CHOICE`.
        kind: what the spec calls it.
        arguments: without name and tensors.
        key: what others read it by: the name in the written-out document.
        name: the name to write; None where Keras gives it, or nobody needs one.
        reads: its tensors, in order.
        said: for each, the argument that it goes to; nothing where all go by order.
        settings: what its call has beside tensors.
        branches: sequences that give tensors in place of reads, where it has some.
        body: the items of a repeat or choice.
        original: what a call or repeat stands for, as it was written out.
        layer: the layer that it is, if the catalogue takes it.
        comments: lines to stand above it.
    """

    __slots__ = (
        *("arguments", "body", "branches", "comments", "form", "key", "kind", "layer"),
        *("name", "original", "reads", "said", "settings"),
    )

    def __init__(
        self, form: str, kind: str, arguments: dict[str, Any], key: str
    ) -> None:
        self.form, self.kind, self.arguments, self.key = form, kind, arguments, key
        self.name: Any = key or None
        self.reads: tuple[Ref, ...] = ()
        self.said: tuple[str, ...] = ()
        self.settings: Mapping[str, Any] = {}
        self.branches: tuple[Seq, ...] = ()
        self.body: Seq = []
        self.original: Seq = []
        self.layer: Layer | None = None
        self.comments: list[str] = []

    def copy(self) -> "Item":
        """An item that can be changed, with branches and body of its own."""
        other = Item.__new__(Item)  # each pass copies all items
        other.form, other.kind, other.key = self.form, self.kind, self.key
        other.name, other.reads, other.said = self.name, self.reads, self.said
        other.settings, other.layer = self.settings, self.layer
        other.arguments = self.arguments.copy()
        other.branches = self.branches
        if self.branches:
            other.branches = tuple([one.copy() for one in seq] for seq in self.branches)
        other.body = [one.copy() for one in self.body] if self.body else []
        other.original = self.original
        other.comments = self.comments.copy()
        return other

    def inside(self) -> "Iterator[Seq]":
        """The sequences in it."""
        yield from self.branches
        if self.body:
            yield self.body


Seq = list[Item]


def each_item(items: Iterable[Item]) -> Iterator[Item]:
    """All items with those inside of them, in the order in which they are taken."""
    for item in items:
        for seq in item.inside():
            yield from each_item(seq)
        yield item


def written_out(items: Iterable[Item]) -> Iterator[Item]:
    """The same, with what calls and repeats stand for in their places."""
    for item in items:
        if item.original:
            yield from written_out(item.original)
        else:
            for seq in item.inside():
                yield from written_out(seq)
            yield item


EFFORT = 400_000
"""Layers that are looked at for what is repeated, each time counted."""


class TooMuch(Exception):
    """A model is too large to look for all that it repeats."""


class Block(NamedTuple):
    """A block that a pass has made."""

    params: dict[str, Any]
    body: "Seq"


class Scope:
    """A model: the spec's own, or one inside it.

    Attributes:
        inputs: their names, in order.
        items: in the order of the document.
        outputs: what it gives.
        keys: the other keys of the document or block.
    """

    def __init__(
        self, inputs: list[str], items: Seq, outputs: list[Ref], keys: dict[str, Any]
    ) -> None:
        self.inputs, self.items, self.outputs = inputs, items, outputs
        self.keys = keys

    def copy(self) -> "Scope":
        """A scope that can be changed."""
        items = [item.copy() for item in self.items]
        return Scope(self.inputs, items, list(self.outputs), dict(self.keys))


class Spec:
    """A document: its own model, and those that are layers of one.

    Attributes:
        main: the spec's own.
        models: those inside, by their blocks.
        blocks: those that passes have made, by their names.
        calls: the names of their calls, each of which only one can have.
        defaults: as the spec has them.
        automatic: names of applications that Keras gives by itself.
        effort: what may still be spent on looking for what is repeated.
    """

    def __init__(self, main: Scope, models: dict[str, Scope]) -> None:
        self.main, self.models = main, models
        self.blocks: dict[str, Block] = {}
        self.calls: frozenset[str] = frozenset()
        self.defaults: dict[str, dict[str, Any]] = {}
        self.automatic: frozenset[str] = frozenset()
        self.effort = EFFORT

    def spend(self, effort: int) -> None:
        """Counts what is done.

        Args:
            effort: layers that are looked at.

        Raises:
            TooMuch: it is more than there was.
        """
        self.effort -= effort
        if self.effort < 0:
            raise TooMuch

    def scopes(self) -> list[Scope]:
        """All models."""
        return [*self.models.values(), self.main]

    def copy(self) -> "Spec":
        """A spec that can be changed."""
        models = {name: scope.copy() for name, scope in self.models.items()}
        other = Spec(self.main.copy(), models)
        for name, block in self.blocks.items():
            body = [item.copy() for item in block.body]
            other.blocks[name] = block._replace(body=body)
        other.calls, other.defaults = self.calls, dict(self.defaults)
        other.effort, other.automatic = self.effort, self.automatic
        return other

"""What changed from one model to another, layer by layer.

The layers of both are paired in their order (`cnnspec.alignment`); a layer without a
partner was removed or added. A paired layer was changed by its author, or it is as it
was and only its input isn't, or nothing about it differs.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from cnnspec.catalogue.alike import chosen
from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers.base import Layer
from cnnspec.judge.diff.alignment import NEVER, Item, align
from cnnspec.language.naming import in_model
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Input
from cnnspec.model.summary import Row, Summary, each_row

SAME = "same"
CHANGED = "changed"
AFFECTED = "affected"
"""Arguments and connections are the same, and the numbers differ with the input's."""
ADDED = "added"
REMOVED = "removed"

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""The value of an argument that a layer doesn't have."""


class Edit(NamedTuple):
    """An argument of a layer that changed."""

    name: str
    before: Any
    """Its value, by default or as spelt out; `ABSENT` where the class lacks it."""
    after: Any


class Pairing(NamedTuple):
    """A layer of either model, or a layer of one with its partner in the other."""

    change: str
    before: Row | None
    after: Row | None
    arguments: tuple[Edit, ...] = ()
    reconnected: bool = False
    """Whether it reads other layers than before, which no layer that was added or
    removed in between explains."""
    reshared: bool = False
    """Whether it has come to use another layer's weights, or no longer does."""

    def difference(self, count: str) -> int | None:
        """By how much a count of a `Row` grew; None where it isn't known."""
        before = getattr(self.before, count) if self.before else 0
        after = getattr(self.after, count) if self.after else 0
        return _minus(after, before)


class InputPairing(NamedTuple):
    """An input of either model, or one with its partner."""

    change: str
    before: Input | None
    after: Input | None


class Total(NamedTuple):
    """A sum over both models."""

    name: str
    before: int | None
    after: int | None

    @property
    def difference(self) -> int | None:
        """By how much it grew; None where it isn't known."""
        return _minus(self.after, self.before)

    @property
    def ratio(self) -> float | None:
        """The second as a part of the first; None where there is no such number."""
        if self.before is None or self.after is None:
            return None
        return self.after / self.before if self.before else None


def _minus(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else after - before


TOTALS = (
    "total_params",
    "trainable_params",
    "non_trainable_params",
    "macs",
    "weight_bytes",
    "activation_bytes",
)
"""The sums of a `Summary` that are compared, beside the number of layers."""


class Difference(NamedTuple):
    """Two models, and what leads from the first to the second."""

    before: Summary
    after: Summary
    inputs: tuple[InputPairing, ...]
    pairings: tuple[Pairing, ...]
    """Each layer of both models once. Those of either stand in their order; at one
    place, what was removed stands before what was added."""
    outputs_changed: bool

    @property
    def same(self) -> bool:
        """Whether nothing but names differs."""
        changes = [pairing.change for pairing in self.pairings]
        changes += (pairing.change for pairing in self.inputs)
        return not self.outputs_changed and set(changes) <= {SAME}

    @property
    def totals(self) -> list[Total]:
        """The number of layers and the sums of `TOTALS`."""
        before, after = self.before, self.after
        layers = Total("layers", len(before.rows), len(after.rows))
        sums = [Total(n, getattr(before, n), getattr(after, n)) for n in TOTALS]
        return [layers, *sums]


def compare(before: Summary, after: Summary) -> Difference:
    """The difference of two models."""
    contents = _Contents()
    rows, new_rows = list(_each_row(before)), list(_each_row(after))
    ones = [contents.item(row) for row in rows]
    others = [contents.item(row) for row in new_rows]
    matches = align(ones, others, _cost)
    inputs = tuple(_pair_inputs(before.graph.inputs, after.graph.inputs))
    pairs = [(rows[i], new_rows[j]) for i, j in matches]
    connections = _Connections((before, rows), (after, new_rows), pairs, inputs)
    pairings: list[Pairing] = []
    i = j = 0
    for next_i, next_j in [*matches, (len(ones), len(others))]:
        pairings += (Pairing(REMOVED, row, None) for row in rows[i:next_i])
        pairings += (Pairing(ADDED, None, row) for row in new_rows[j:next_j])
        if next_i < len(ones):
            pair = rows[next_i], new_rows[next_j]
            arguments = tuple(_arguments(ones[next_i].kind, others[next_j].kind))
            pairings.append(_pairing(*pair, arguments, connections))
        i, j = next_i + 1, next_j + 1
    outputs = connections.differ(before.graph.outputs, after.graph.outputs)
    return Difference(before, after, inputs, tuple(pairings), outputs)


def _each_row(summary: Summary) -> Iterator[Row]:
    """All rows, those of models inside with the tensors that come in from outside."""
    given: dict[str, str] = {}
    for row in each_row(summary):
        if isinstance(row.layer, Functional):
            names = (tensor.name for tensor in row.layer.graph.inputs)
            inner = (in_model(row.name, name) for name in names)
            given |= dict(zip(inner, row.inputs, strict=False))
        inputs = list(row.inputs)
        for place, name in enumerate(inputs):
            while name in given:
                name = given[name]
            inputs[place] = name
        yield row._replace(inputs=tuple(inputs))


def _pairing(
    before: Row,
    after: Row,
    arguments: tuple[Edit, ...],
    connections: "_Connections",
) -> Pairing:
    in_order = not (before.layer.commutes and after.layer.commutes)
    reconnected = connections.differ(before.inputs, after.inputs, in_order)
    reconnected |= _call(before) != _call(after)
    reshared = connections.partners.get(before.shares, "") != after.shares
    if all(edit.name != "trainable" for edit in arguments):
        arguments = (*arguments, *_frozen_around(before, after))
    if arguments or reconnected or reshared or before.type != after.type:
        change = CHANGED
    else:
        change = SAME if _numbers(before) == _numbers(after) else AFFECTED
    return Pairing(change, before, after, arguments, reconnected, reshared)


def _frozen_around(before: Row, after: Row) -> Iterator[Edit]:
    """That a call, model or repeat around freezes one of the two alone."""
    weights = [[w.shape for w in row.weights] for row in (before, after)]
    trains = [any(w.trainable for w in row.weights) for row in (before, after)]
    if weights[0] == weights[1] and trains[0] != trains[1]:
        yield Edit("trainable", *trains)


def _call(row: Row) -> tuple[Any, ...]:
    """How a layer is called, beside the layers that it reads."""
    parts = row.parts if any(part is not None for part in row.parts) else ()
    return parts, row.arguments, dict(row.settings)


def _numbers(row: Row) -> tuple[Any, ...]:
    """What a layer's input decides, as far as a report shows it."""
    weights = [(weight.shape, weight.trainable) for weight in row.weights]
    return row.output_shape, row.macs, weights


class Content:
    """What a layer is apart from its place: its class and its arguments.

    Layers that are alike have the same object, so that comparing it is quick.
    """

    def __init__(self, row: Row, arguments: Mapping[str, Hashable]) -> None:
        self.layer, self.type, self.shares = row.layer, row.type, bool(row.shares)
        self.arguments = arguments


class _Contents:
    """The contents of the layers of both models."""

    def __init__(self) -> None:
        self.by_id: dict[tuple[int, bool], Content] = {}
        self.by_value: dict[Hashable, Content] = {}

    def item(self, row: Row) -> Item:
        shape = row.output_shape
        return Item(
            self._content(row),
            tuple(shape),
            "" if _automatic(row.name, row.type) else row.name,
            GAP_WITH_WEIGHTS if row.params else GAP,
        )

    def _content(self, row: Row) -> Content:
        # Layers of a repeat may well be one object.
        place = id(row.layer), bool(row.shares)
        if place not in self.by_id:
            arguments = chosen(row.layer)
            key = row.type, frozenset(arguments.items()), place[1]
            if key not in self.by_value:
                self.by_value[key] = Content(row, arguments)
            self.by_id[place] = self.by_value[key]
        return self.by_id[place]


def _automatic(name: str, kind: str) -> bool:
    """Whether Keras would call a layer so: its type in snake case, and a number."""
    plain = _snake_case(kind)
    rest = name.removeprefix(plain)
    return name.startswith(plain) and (not rest or rest[1:].isdecimal())


_snake_case = cache(snake_case)


def _arguments(one: Content, other: Content) -> Iterator[Edit]:
    """The arguments that differ, in the order of the second layer's class."""
    if one is other:
        return
    before, after = one.layer.arguments(), other.layer.arguments()
    names = _differing(one, other)
    for name in [*after, *before]:
        if name in names:
            names.remove(name)
            yield Edit(name, _value(one.layer, name), _value(other.layer, name))


def _differing(one: Content, other: Content) -> set[str]:
    names = {name for name, _ in one.arguments.items() ^ other.arguments.items()}
    if one.type == other.type:
        return names
    # What is one class's default may have to be given to the other.
    return {n for n in names if _value(one.layer, n) != _value(other.layer, n)}


def _value(layer: Layer, name: str) -> Any:
    argument = layer.arguments().get(name)
    return getattr(layer, argument.attribute) if argument else ABSENT


GAP, GAP_WITH_WEIGHTS = 45, 60
_MAIN_ARGUMENT, _ARGUMENT = 20, 10
_SHARING = 20
_OTHER_CLASS = 40
_MOST = 75
"""Below what two gaps cost: partners that differ in all say more than no partners."""


def _cost(one: Content, other: Content) -> int:
    """What it costs to see one layer as the other, changed."""
    cost = _SHARING * (one.shares != other.shares)
    if one.type == other.type:
        names = _differing(one, other)
    else:
        if not one.layer.replaces() or one.layer.replaces() != other.layer.replaces():
            return NEVER
        cost += _OTHER_CLASS
        both = one.layer.arguments().keys() & other.layer.arguments().keys()
        names = _differing(one, other) & both
    cls: Any = type(one.layer)
    main = _main_arguments(cls)
    cost += sum(_MAIN_ARGUMENT if name in main else _ARGUMENT for name in names)
    return min(cost, _MOST)


@cache
def _main_arguments(cls: Any) -> frozenset[str]:
    """Those that say what the layer is: the ones it needs, or else its first."""
    arguments = cls.arguments()
    needed = [name for name, argument in arguments.items() if argument.required]
    return frozenset(needed or list(arguments)[:1])


def _pair_inputs(
    before: Sequence[Input], after: Sequence[Input]
) -> Iterator[InputPairing]:
    """The inputs of both models, those of one name together, the others in order."""
    by_name = {tensor.name: tensor for tensor in after}
    both = {tensor.name for tensor in before} & by_name.keys()
    others = [tensor for tensor in after if tensor.name not in both][::-1]
    for one in before:
        if one.name in both:
            other: Input | None = by_name[one.name]
        else:
            other = others.pop() if others else None
        if other is None:
            yield InputPairing(REMOVED, one, None)
        else:
            same = (one.shape, one.about) == (other.shape, other.about)
            yield InputPairing(SAME if same else CHANGED, one, other)
    for left in reversed(others):
        yield InputPairing(ADDED, None, left)


_Anchors = dict[str, frozenset[str]]
"""For each tensor the nearest ones above, itself included, that have partners."""


class _Connections:
    """Which tensors of one model are those of the other."""

    def __init__(
        self,
        before: tuple[Summary, Sequence[Row]],
        after: tuple[Summary, Sequence[Row]],
        pairs: Sequence[tuple[Row, Row]],
        inputs: Sequence[InputPairing],
    ) -> None:
        self.partners = {one.name: other.name for one, other in pairs}
        for pairing in inputs:
            if pairing.before and pairing.after:
                self.partners[pairing.before.name] = pairing.after.name
        partners = {name: name for name in self.partners.values()}
        self.before = _anchors(*before, self.partners)
        self.after = _anchors(*after, partners)

    def differ(
        self, before: Sequence[str], after: Sequence[str], in_order: bool = True
    ) -> bool:
        """Whether other tensors are read than before.

        That a layer was put in or taken out between two others makes no difference,
        since it is a difference of its own.
        """
        if len(before) != len(after):
            return True
        ones = [self.before[name] for name in before]
        others = [self.after[name] for name in after]
        if not in_order:
            ones.sort(key=sorted)
            others.sort(key=sorted)
        pairs = zip(ones, others, strict=True)
        return not all(one <= other or other <= one for one, other in pairs)


def _anchors(
    summary: Summary, rows: Sequence[Row], partners: Mapping[str, str]
) -> _Anchors:
    """The anchors of a model's tensors, by the names that they have in the second."""
    found: _Anchors = {}
    reads: dict[str, tuple[str, ...]] = {i.name: () for i in summary.graph.inputs}
    reads |= {row.name: row.inputs for row in rows}
    for name, inputs in reads.items():
        if name in partners:
            found[name] = frozenset([partners[name]])
        else:
            found[name] = frozenset().union(*(found[tensor] for tensor in inputs))
    return found

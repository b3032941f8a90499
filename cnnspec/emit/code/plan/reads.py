"""The code of what a function's steps read."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.plan.flow import Flow, Function
from cnnspec.emit.code.plan.history import part_of
from cnnspec.emit.code.plan.holders import Holders
from cnnspec.emit.code.plan.outline import choice
from cnnspec.emit.code.plan.places import (
    LayerUsed,
    Use,
    is_list,
)
from cnnspec.emit.code.plan.words import Words
from cnnspec.emit.code.tree import (
    CallArgument,
    Choice,
    Code,
    Expression,
    List,
    Star,
    Subscript,
)
from cnnspec.ground.errors import Path
from cnnspec.language.expressions import Formula, sizes_of
from cnnspec.language.program import Block, CallStep


class Given(NamedTuple):
    """A tensor that a step is given."""

    code: Expression
    is_list: bool
    """Whether it is several."""


ByName = tuple[tuple[str, ...], Mapping[str, Expression]]
"""The arguments of a call that tensors go to, where a spec names them; and the code of
its arguments that are no tensors."""


class Reads:
    """Says what the places of a function read."""

    def __init__(
        self, flow: Flow, function: Function, variables: Holders, words: Words
    ) -> None:
        self._flow, self._function = flow, function
        self._variables, self._words = variables, words

    def code(self, use: Use) -> Expression:
        """What a place reads."""
        read = self._function.uses[use][0].instance
        if read.part is None:
            return self._whole(use)
        if name := self._variables.part(read.value, read.part):
            return Code(name)
        found = self._whole(use)
        node = read.node.removesuffix(part_of("", read.part))
        layer = self._flow.layers.get(node)
        for place in layer.place_of(read.part) if layer else (read.part,):
            found = Subscript(found, Code(str(place)))
        return found

    def _whole(self, use: Use) -> Expression:
        """What holds all tensors of which a place may read one."""
        if use in self._function.by_key:
            return self._variables.kept("tensors", self._words.text(self._source(use)))
        if use in self._function.chosen:
            return self._choice(use)
        return Code(self._variables.read(use))

    def layer(self, use: LayerUsed, wanted: str | Formula) -> Expression:
        """The layer that a step uses again, by the name that the step has for it."""
        if use in self._function.by_key:
            return self._variables.kept("shared", self._words.text(wanted))
        return Code(self._variables.read(use))

    def tensors(self, path: Path) -> list[Given]:
        """The tensors that a step is given."""
        return [
            Given(self.code(use), self.is_list(use))
            for use in self._function.reads_of(path)
        ]

    def in_order(self, step: CallStep, block: Block) -> list[Expression]:
        """The tensors that a call of a block is given, in the order of its inputs."""
        uses = self._function.reads_of(step.path)
        if step.named:
            place = [block.inputs.index(name) for name in step.named.arguments]
            uses = sorted(uses, key=lambda use: place[use.place or 0])
        return [
            Star(self.code(use)) if self._is_each(use) else self.code(use)
            for use in uses
        ]

    def _is_each(self, use: Use) -> bool:
        """Whether a place reads all that rounds gave, each as a tensor."""
        read = self._function.uses[use][0].instance
        return is_list(read.value) and read.part is None

    def asked(self, path: Path) -> dict[str, str]:
        """The code of the tensors whose sizes a step asks for, for its formulas."""
        return {
            sizes_of(use.name): _text(self.code(use))
            for use in self._function.sizes_of(path)
        }

    def is_list(self, use: Use) -> bool:
        """Whether what a place reads is several tensors."""
        return self._flow.is_list(self._function.uses[use][0].instance.node)

    def _source(self, use: Use) -> str | Formula:
        """What a place names, in the spec's words."""
        formula = self._flow.formulas.get(use)
        return formula or self._function.uses[use][0].by

    def _choice(self, use: Use) -> Choice:
        """`skip if test else x` for a formula that chooses between names."""
        tests = choice(self._flow.formulas.get(use), self._words.rename)
        values = {read.by: read.instance.value for read in self._function.uses[use]}
        assert tests is not None
        ways = [
            (Code(self._variables.of(values[name])), Code(test))
            for name, test in tests.items()
        ]
        return Choice(tuple(ways[:-1]), ways[-1][0])


def _text(code: Expression) -> str:
    """The code of a variable, or of an item that it holds."""
    if isinstance(code, Subscript):
        return f"{_text(code.of)}[{_text(code.key)}]"
    assert isinstance(code, Code)
    return code.text


def given_to(
    layer: Layer, tensors: Sequence[Given], named: ByName
) -> tuple[CallArgument, ...]:
    """The tensors that a layer is called with, some of which may be lists.

    A layer takes one list of them, or each as an argument.

    Args:
        layer: that is called.
        tensors: what it is given, in the order of its call.
        named: the arguments that they go to, if some go by name, and its settings.
    """
    arguments, settings = named
    main = layer.works_on()
    groups: dict[str, list[Expression]] = {}
    for place, given in enumerate(tensors):
        key = (arguments[place] if arguments else "") or main[0]
        item = Star(given.code) if given.is_list else given.code
        groups.setdefault(key, []).append(item)
    by_name = [
        CallArgument(key, _packed(layer.packed(key, items)))
        for key, items in groups.items()
        if key not in main
    ]
    by_name += [CallArgument(key, value) for key, value in settings.items()]
    first = tuple(code for key in main for code in groups.get(key, ()))
    if layer.takes_tensors_apart:
        return (*(CallArgument("", item) for item in first), *by_name)
    [only, *others] = first
    # A layer may give a tuple of tensors, where another one insists on a list.
    if not others and main[0] not in layer.listed:
        only = only.items if isinstance(only, Star) else only
        return (CallArgument("", only), *by_name)
    return (CallArgument("", List(first)), *by_name)


def _packed(found: Any) -> Expression:
    """The code of what an argument is given, which may be a list of lists."""
    return List(tuple(map(_packed, found))) if isinstance(found, list) else found

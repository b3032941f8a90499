"""The code of what a function's steps read."""

from collections.abc import Sequence

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.plan.flow import Flow, Function
from cnnspec.emit.code.plan.holders import Holders
from cnnspec.emit.code.plan.outline import choice
from cnnspec.emit.code.plan.places import (
    LayerUsed,
    TensorRead,
    Use,
)
from cnnspec.emit.code.plan.words import Words
from cnnspec.emit.code.tree import (
    CallArgument,
    Choice,
    Code,
    Expression,
    List,
    Star,
)
from cnnspec.ground.errors import Path
from cnnspec.language.expressions import Formula


class Reads:
    """Says what the places of a function read."""

    def __init__(
        self, flow: Flow, function: Function, variables: Holders, words: Words
    ) -> None:
        self._flow, self._function = flow, function
        self._variables, self._words = variables, words

    def code(self, use: Use) -> Expression:
        """What a place reads."""
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

    def tensors(self, path: Path) -> list[tuple[Expression, bool]]:
        """The tensors that a step is given, and whether each is a list of them."""
        return [
            (self.code(use), self._is_list(use))
            for use in self._function.reads_of(path)
        ]

    def _is_list(self, use: TensorRead) -> bool:
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


def given_to(
    layer: type[Layer], tensors: Sequence[tuple[Expression, bool]]
) -> tuple[CallArgument, ...]:
    """The tensors that a layer is called with, some of which may be lists.

    A layer takes one list of them, or each as an argument.
    """
    items = tuple(Star(code) if is_list else code for code, is_list in tensors)
    if layer.takes_tensors_apart:
        return tuple(CallArgument("", item) for item in items)
    if len(tensors) == 1:
        return (CallArgument("", tensors[0][0]),)
    return (CallArgument("", List(items)),)

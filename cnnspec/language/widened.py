"""Blocks with a parameter more, for what `change` says inside of one of their calls.

So a layer that differs in one of several calls is written as a person would: the block
takes what differs, with what its text says as the default.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import own_name
from cnnspec.ground.errors import Path
from cnnspec.language.blocks import each_step
from cnnspec.language.expressions import formulas, tensors_in
from cnnspec.language.legal import is_legal
from cnnspec.language.program import (
    Block,
    CallStep,
    LayerStep,
    Program,
    RepeatStep,
    Spot,
    Step,
)
from cnnspec.language.variables import each_formula

Times = Mapping[Path, int]
_TAKEN = ("name", "from", "trainable", "input", "prev")
"""What means something else at a call, or in a block."""


class Widened:
    """The blocks of a program, and the parameters that they get.

    Attributes:
        params: by block, the further parameters with their defaults.
    """

    def __init__(self, program: Program, taken: Times, steps: dict[Path, Step]) -> None:
        """Begins without any.

        Args:
            program: as it was.
            taken: how often each step is taken.
            steps: those of the program, by their paths; what becomes another one is
                put in its place.
        """
        self._program, self._times, self._steps = program, taken, steps
        self.params: dict[str, dict[str, Any]] = {}
        self._given: dict[tuple[Path, str], str] = {}
        """The parameter that an argument of a step is."""
        self._whole: set[Path] = set()
        """Of layers that have all their arguments by name, with `defaults`."""

    def give(self, spot: Spot, before: dict[str, Any], new: Mapping[str, Any]) -> bool:
        """Gives a step other arguments in one of the calls that lead to it.

        Args:
            spot: of the step.
            before: its arguments in the text, and by `defaults`.
            new: the others.

        Returns:
            False where a parameter can't say it, and nothing is done.
        """
        path, trail = spot
        step, ways = self._steps[path], [*self._ways(place for place, _ in trail)]
        old = _olds(step, before, new, self._program)
        if not ways or old is None or any(each_formula(dict(new))):
            return False
        inner = self._program.blocks[ways[0].block]
        known = all(_is_known(value, inner, self._program) for value in old.values())
        if not known or (len(ways) > 1 and any(each_formula(old))):
            return False
        if isinstance(step, LayerStep) and path not in self._whole:
            self._steps[path] = step._replace(layer=None, arguments=before)
            self._whole.add(path)
        for name, value in new.items():
            self._hand_down(path, name, old[name], value, ways)
        return True

    def _ways(self, places: Iterable[Path]) -> Iterator[CallStep]:
        """The calls that lead to a step, innermost first, up to one that is taken once.

        Nothing where a round leads there, or a layer that holds a model.
        """
        calls = [self._steps.get(place) for place in places]
        if not all(isinstance(call, CallStep) for call in calls):
            return
        for call in reversed(calls):
            assert isinstance(call, CallStep)
            yield call
            if self._times[call.path] == 1:
                return

    def _hand_down(
        self, path: Path, name: str, old: Any, value: Any, ways: Sequence[CallStep]
    ) -> None:
        """Gives the outermost of some calls a value that comes to a step's argument."""
        for call in ways:
            path, name = call.path, self._parameter(path, name, old, call.block)
        outer = self._steps[path]
        assert isinstance(outer, CallStep)
        arguments = {**outer.arguments, name: value}
        self._steps[path] = outer._replace(arguments=arguments)

    def _parameter(self, path: Path, name: str, old: Any, block: str) -> str:
        """The parameter of a block that an argument of a step in it becomes."""
        if (path, name) in self._given:
            return self._given[path, name]
        step = self._steps[path]
        assert isinstance(step, LayerStep | CallStep)
        more = self.params.setdefault(block, {})
        taken = {*_taken(self._program, self._program.blocks[block]), *more}
        param = next(one for one in _names(step, name) if one not in taken)
        more[param] = old
        arguments = {**step.arguments, name: formulas(f"${param}")}
        self._steps[path] = step._replace(
            arguments=arguments, asks=tensors_in(arguments)
        )
        self._given[path, name] = param
        return param


def _olds(
    step: Step, before: Mapping[str, Any], new: Mapping[str, Any], program: Program
) -> dict[str, Any] | None:
    """What the arguments are that become others; None where no text could say it."""
    if isinstance(step, LayerStep):
        if step.models:
            return None
        known = layer_class(own_name(step.type)).arguments()
        usual = {name: known[name].default for name in new if name not in before}
    elif isinstance(step, CallStep):
        params = program.blocks[step.block].params
        if not params.keys() >= new.keys():  # it is frozen
            return None
        usual = {name: params.get(name) for name in new if name not in before}
    else:
        return None
    if not all(map(_is_plain, usual.values())):
        return None
    found = {**usual, **{name: before[name] for name in new if name in before}}
    return {name: _as_said(value, new[name]) for name, value in found.items()}


def _as_said(value: Any, other: Any) -> Any:
    """A value as a spec says it: one size alone, where the other is, for equal ones."""
    if not isinstance(value, tuple):
        return value
    alone = type(other) is int and len({*value}) == 1
    return value[0] if alone else [*value]


def _is_plain(value: Any) -> bool:
    """Whether a default is what a spec could say."""
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


def _is_known(value: Any, block: Block, program: Program) -> bool:
    """Whether the default of a parameter can hold a value that a step in it has."""
    rounds = {n for step in each_step(block.steps) for n in _counted(step)}
    known = {*block.params, *program.vars} - rounds
    return all(f.names <= known and not f.tensors for _, f in each_formula(value))


def _counted(step: Step) -> tuple[str, ...]:
    """The variables that go through the rounds of a step."""
    return (step.index, *step.lists) if isinstance(step, RepeatStep) else ()


def _taken(program: Program, block: Block) -> Iterator[str]:
    """The names that a further parameter of a block can't have."""
    yield from (*_TAKEN, *program.vars, *block.params, *block.inputs)
    for step in each_step(block.steps):
        yield from _counted(step)


def _names(step: LayerStep | CallStep, argument: str) -> Iterator[str]:
    """What a parameter may be called: as the argument, or with whose it is."""
    yield argument
    named = step.name if isinstance(step.name, str) else ""
    kind = step.block if isinstance(step, CallStep) else snake_case(own_name(step.type))
    whose = named if named.isidentifier() and is_legal(named) else kind
    yield f"{whose}_{argument}"
    number = 2
    while True:
        yield f"{whose}_{argument}_{number}"
        number += 1

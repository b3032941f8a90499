"""What steps may refer to where they are taken."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnspec.emit.code.record import Ref, Refs
from cnnspec.language.expressions import Formula, evaluate
from cnnspec.language.program import (
    NEEDED,
    ApplyStep,
    Block,
    CallStep,
    LayerStep,
    RepeatStep,
)


class Impossible(Exception):
    """A branch that is never taken can't be read."""


class Scope:
    """As in `cnnspec.model`."""

    def __init__(
        self,
        variables: dict[str, Any],
        known: dict[str, Refs],
        current: Refs,
        named: bool,
        rounds: str = "",
    ) -> None:
        self.variables, self.known, self.current = variables, known, current
        self.named, self.rounds = named, rounds


class Source(NamedTuple):
    """A tensor that a step is about to read."""

    place: int | None
    """Of the item in `from`; None where a step reads the current tensors."""
    number: int
    """Among the tensors that the item stands for."""
    ref: Ref
    by: str


def given_name(step: LayerStep | CallStep | ApplyStep, scope: Scope) -> str | None:
    """The name that a step is given where it stands."""
    name = step.name
    if isinstance(name, Formula):
        found: str = name.value(scope.variables)
        return found
    return name


def rounds_of(step: RepeatStep, scope: Scope) -> Iterator[dict[str, Any]]:
    """The variables of each round."""
    if step.times is not None:
        names = [step.index] if step.index else []
        for number in range(evaluate(step.times, scope.variables)):
            yield dict.fromkeys(names, number)
        return
    lists = evaluate(step.lists, scope.variables)
    for number, values in enumerate(zip(*lists.values(), strict=True)):
        index = {step.index: number} if step.index else {}
        yield {**dict(zip(lists, values, strict=True)), **index}


def returned(block: Block, scope: Scope) -> list[tuple[Formula | None, Ref, str]]:
    """What a block gives, and how that is written."""
    if not block.outputs:
        return [(None, ref, "") for ref in scope.current]
    found: list[tuple[Formula | None, Ref, str]] = []
    for source in block.outputs:
        refs, by = named_by(source, scope)
        formula = source if isinstance(source, Formula) else None
        found += [(formula, ref, by) for ref in refs]
    return found


def named_by(source: str | Formula, scope: Scope) -> tuple[Refs, str]:
    """The tensors that a name stands for, and the name if it is one."""
    by = evaluate(source, scope.variables)
    if by == "prev":
        return scope.current, ""
    if by not in scope.known:
        raise Impossible
    return scope.known[by], by


def parameters(
    values: dict[str, Any], block: Block, arguments: dict[str, Any]
) -> dict[str, Any]:
    """The variables in a block.

    Args:
        values: of the spec's variables.
        block: that is called.
        arguments: that the call gives.
    """
    values = dict(values)
    for name, default in block.params.items():
        if name in arguments:
            values[name] = arguments[name]
        else:
            assert default is not NEEDED
            values[name] = evaluate(default, values)
    return values

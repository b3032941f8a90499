"""Whether functions give names, and what calls that nobody named are called."""

from collections.abc import Mapping
from typing import NamedTuple

from cnnspec.emit.code.plan.outline import each_step, is_published
from cnnspec.ground.errors import Path, Trail
from cnnspec.language.program import CallStep, LayerStep, Program

Rounds = tuple[int, ...]
"""The rounds around a call at the top of a model, outermost first, counted from 1."""


def names_alone(program: Program, flat: Mapping[Path, object]) -> frozenset[str]:
    """The blocks in which anything has its call's name before its own, unasked.

    That is so where something in them is given a name, even if no call around is, or is
    a model, which Keras would give one name each time.

    Args:
        program: that has the blocks.
        flat: what is written node by node, whose names are known.
    """

    def names(block: str) -> bool:
        steps = each_step(program.blocks[block].steps)
        return any(
            (step.name is not None and not step.is_whole)
            or (type(step) is CallStep and is_named(step.block))
            or is_published(program, step)
            for step in steps
            if isinstance(step, LayerStep | CallStep) and step.path not in flat
        )

    def is_named(block: str) -> bool:
        """Whether a call has a name even if nobody gave it one."""
        return block in found or program.blocks[block].is_model

    found: set[str] = set()
    while more := {name for name in program.blocks if names(name)} - found:
        found |= more
    return frozenset(found)


def rounds_in(trail: Trail) -> Rounds:
    """The rounds at the end of a trail, behind the last call."""
    found: list[int] = []
    for frame in reversed(trail):
        if not frame.round:
            break
        found.insert(0, frame.round)
    return tuple(found)


class Counted(NamedTuple):
    """Names with numbers that grow as rounds go by: `unit`, `unit_1`, `unit_2`."""

    stem: str
    first: int
    """The number in the first rounds; `unit` alone is 0."""
    steps: tuple[int, ...]
    """By how much each round around adds to it, outermost first."""


def counted(names: Mapping[Rounds, str], stem: str) -> Counted | None:
    """How names come of the rounds; None where they grow unevenly.

    Args:
        names: by the rounds in which each is given.
        stem: what they begin with.
    """
    numbers = {rounds: _number(name, stem) for rounds, name in names.items()}
    if None in numbers.values():
        return None
    [*ordered] = sorted(numbers)
    start = ordered[0]
    steps = []
    for axis in range(len(start)):
        others = [r for r in ordered if _differ(r, start) == [axis]]
        if not others:
            steps.append(0)
            continue
        grown = (numbers[others[0]] or 0) - (numbers[start] or 0)
        step, rest = divmod(grown, others[0][axis] - start[axis])
        if rest:
            return None
        steps.append(step)
    first = numbers[start] or 0
    first -= sum(step * (r - 1) for step, r in zip(steps, start, strict=True))
    found = Counted(stem, first, tuple(steps))
    return found if all(_of(found, r) == n for r, n in numbers.items()) else None


def _of(one: Counted, rounds: Rounds) -> int:
    grown = (step * (r - 1) for step, r in zip(one.steps, rounds, strict=True))
    return one.first + sum(grown)


def _differ(one: Rounds, other: Rounds) -> list[int]:
    return [k for k, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]


def _number(name: str, stem: str) -> int | None:
    """The number behind a stem, 0 for the stem alone; None for another name."""
    if name == stem:
        return 0
    digits = name.removeprefix(f"{stem}_")
    return int(digits) if name != digits and digits.isdecimal() else None

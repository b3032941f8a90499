"""Repeats as loops, and branches as `if`."""

from typing import TYPE_CHECKING

from cnnspec.emit.code.comments import Explained
from cnnspec.emit.code.python import both, condition, data_code, flat, opposite
from cnnspec.emit.code.record import Thing, Unfaithful
from cnnspec.emit.code.steps import defines
from cnnspec.emit.code.words import Loop
from cnnspec.ground.errors import Path
from cnnspec.language.expressions import evaluate, names_in
from cnnspec.language.program import IfStep, RepeatStep

if TYPE_CHECKING:
    from cnnspec.emit.code.body import Body


class ControlWriter:
    """Writes the loops and the branches of a function."""

    def __init__(self, body: "Body") -> None:
        self._body, self._flow, self._unit = body, body.flow, body.unit
        self._page, self._variables, self._words = (
            body.page, body.variables, body.words,
        )  # fmt: skip

    # ------------------------------------------------------------- loops

    def repeat(self, step: RepeatStep, current: list[Thing]) -> list[Thing]:
        """Writes a repeat."""
        counts = self._flow.rounds.get(step.path, {0})
        if counts == {0}:
            return current
        joins, live = defines(step.steps), self._unit.live
        places = range(len(current) if joins else 0)
        start = [Thing("start", step.path, k) for k in places]
        end = [Thing("end", step.path, k) for k in places]
        comes_in = [
            k for k in places if start[k] in live or (end[k] in live and 0 in counts)
        ]
        goes_on = [
            k
            for k in places
            if end[k] in live or (start[k] in live and max(counts) > 1)
        ]
        self._join(current, (step.path, "enter"), comes_in)
        loop = self._words.begin(step)
        with self._page.aside() as inside:
            body = self._joined_as(start) if joins else current
            body = self._body.steps(step.steps, body)
            if joins and len(body) != len(current):
                raise Unfaithful(step.path)
            self._join(body, (step.path, "again"), goes_on)
        self._words.loops.pop()
        self._write_for(loop, inside, max(counts))
        self._body.end_paragraph()
        return self._joined_as(end) if joins else current

    def _write_for(self, loop: Loop, inside: list[str], length: int) -> None:
        step, walked, write = loop.step, loop.walked(), self._words.formula
        lists = {
            name: data_code(values, write)
            for name, values in step.lists.items()
            if name in walked
        }
        times = None if step.times is None else data_code(step.times, write)
        target, over = loop.header(lists, times, length)
        if inside:
            self._page.lay_out(over, f"for {target} in ", ":")
            self._page.lines += inside

    def _join(
        self, current: list[Thing], way: tuple[Path, str], places: list[int]
    ) -> None:
        """Lets variables be the current tensors, where other code comes to them too."""
        for line in self._variables.copies(current, way, places, {}):
            self._page.emit(line)

    def _joined_as(
        self, things: list[Thing], slots: dict[int, str] | None = None
    ) -> list[Thing]:
        """The current tensors where code comes together."""
        for line in self._variables.carry(things, slots or {}):
            self._page.emit(line)
        return things

    # ------------------------------------------------------------- branches

    def branch(self, step: IfStep, current: list[Thing]) -> list[Thing]:
        """Writes an `if`, or the one of its branches that code can take."""
        branches = self._branches(step)
        both_ways, chains = len(branches) > 1, False
        bodies = _Bodies(self._body, step, current)
        for branch in sorted(branches, reverse=True):
            # What stands alone in an `else:` may be an `elif`.
            chains = not branch and bool(bodies.lines.get(True)) and _is_elif(step)
            bodies.write(branch, both_ways and not chains)
        joins = defines(step.then) or defines(step.otherwise)
        things, slots, copies = self._meet(step, bodies.ends, joins)
        if both_ways:
            one_if = _is_one_if(bodies.lines[False], self._page.margin)
            if chains and (copies[False] or not one_if):
                bodies.write_again(False, True)
            for branch, lines in copies.items():
                bodies.add(branch, lines)
            self._write_if(step, bodies)
        else:
            [branch] = branches
            self._page.lines += bodies.lines[branch]
            for line in copies[branch]:
                self._page.emit(line)
        return self._joined_as(things, slots) if joins else current

    def _branches(self, step: IfStep) -> set[bool]:
        """The branches that code can be written for."""
        found = {branch for path, branch in self._flow.branches if path == step.path}
        if not names_in(step.test):
            found &= {evaluate(step.test, {})}
        if not found:
            raise Unfaithful(self._flow.parents[step.path])
        return found

    def _meet(
        self, step: IfStep, ends: dict[bool, list[Thing]], joins: bool
    ) -> tuple[list[Thing], dict[int, str], dict[bool, list[str]]]:
        """The tensors after an `if`, their variables, and each branch's last lines."""
        counts = {len(found) for found in ends.values()}
        if joins and len(counts) > 1:
            raise Unfaithful(step.path)
        things = [Thing("if", step.path, k) for k in range(min(counts))]
        slots: dict[int, str] = {}
        for k in range(len(things) if joins else 0):
            holders = {
                self._variables.holder(found[k], (step.path, str(branch)), k)
                for branch, found in ends.items()
            }
            if len(holders) == 1:
                slots[k] = holders.pop()
            elif self._is_for_later(things[k]):
                slots[k] = self._variables.of(things[k])
            else:
                slots[k] = self._variables.slot(k)
        places = [k for k in slots if things[k] in self._unit.live]
        copies = {
            branch: self._variables.copies(
                found, (step.path, str(branch)), places, slots
            )
            for branch, found in ends.items()
        }
        return things, slots, copies

    def _is_for_later(self, thing: Thing) -> bool:
        """Whether something else is made before a tensor is read, each time."""
        own = self._unit.is_own(thing) and thing in self._unit.live
        return own and not any(read.next for _, read in self._unit.readers(thing))

    def _write_if(self, step: IfStep, bodies: "_Bodies") -> None:
        """Writes the tests around two bodies."""
        test = flat(data_code(step.test, self._words.formula))
        branch = bool(bodies.lines[True])
        then, otherwise = bodies.lines[branch], bodies.lines[not branch]
        if not branch:
            test = opposite(test)
        if not then:
            return
        margin = self._page.margin
        if not otherwise and _is_bare_if(then, f"{margin}    "):
            head, *then = bodies.write_again(branch, False)
            test = both(test, head.strip()[len("if ") : -len(":")])
        self._page.lines += [*condition(test, self._page.indent), *then]
        if otherwise and otherwise[0].startswith(f"{margin}if "):
            self._page.lines += [f"{margin}el{otherwise[0].lstrip()}", *otherwise[1:]]
        elif otherwise:
            self._page.lines += [f"{margin}else:", *otherwise]


class _Bodies:
    """The code of the two branches of an `if`.

    Attributes:
        lines: of each branch.
        ends: the tensors after each.
    """

    def __init__(self, body: "Body", step: IfStep, current: list[Thing]) -> None:
        self._body, self._step, self._current = body, step, current
        self._explained: dict[bool, Explained] = {}
        self.lines: dict[bool, list[str]] = {}
        self.ends: dict[bool, list[Thing]] = {}

    def write(self, branch: bool, deeper: bool) -> None:
        """Writes one, with an indent of its own or without."""
        self._explained[branch] = self._body.script.explained.copy()
        inside = self._step.then if branch else self._step.otherwise
        with self._body.page.aside(deeper) as self.lines[branch]:
            self.ends[branch] = self._body.steps(inside, self._current)

    def write_again(self, branch: bool, deeper: bool) -> list[str]:
        """Writes the one that was written last once more, with another indent."""
        self._body.script.explained = self._explained[branch]
        self.write(branch, deeper)
        return self.lines[branch]

    def add(self, branch: bool, lines: list[str]) -> None:
        """Ends one with these lines."""
        margin = self._body.page.margin
        self.lines[branch] += [f"{margin}    {line}" for line in lines]


def _is_one_if(lines: list[str], margin: str) -> bool:
    """Whether lines are an `if` and its branches, and nothing else."""
    if not lines or not lines[0].startswith(f"{margin}if "):
        return False
    return all(line.startswith((f"{margin} ", f"{margin}el")) for line in lines[1:])


def _is_elif(step: IfStep) -> bool:
    """Whether there is nothing in the `else` but another `if`."""
    return len(step.otherwise) == 1 and isinstance(step.otherwise[0], IfStep)


def _is_bare_if(lines: list[str], margin: str) -> bool:
    """Whether lines are an `if` in one line and what it holds, with no `else`."""
    first, *rest = lines
    if not first.startswith(f"{margin}if ") or not first.endswith(":"):
        return False
    return all(line.startswith(f"{margin} ") for line in rest)

"""The variables of a spec, and the formulas that use them."""

from collections.abc import Iterator
from keyword import iskeyword
from typing import Any

from cnnspec.ground.errors import Invalid, Path, Problem
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import describe
from cnnspec.language.expressions import (
    KEPT,
    Formula,
    evaluate,
    formulas,
    names_in,
    tensors_in,
)

_CONSTANTS = ("true", "false", "null", "True", "False", "None")
_WORKED_OUT = frozenset(
    {
        *("name", "input", "inputs", "defaults", "include", "outputs", "expect"),
        *("data", "train", "ensemble", "change"),
    }
)
"""Keys whose formulas neither wait for their place nor are mere text."""
_LEVELS = {"change": 2, "defaults": 2, "include": 4}
"""Of lists and mappings whose values are worked out one by one."""


class Notes:
    """What is found wrong with a spec while it is read.

    Attributes:
        source: the document.
        lost: where a formula is that can't be worked out, so that what its place holds
            is not the author's.
        broken: variables without a value, because something is wrong with them.
        unread: blocks that can't be read, or whose parameters aren't known.
        complete: False where steps are left out because something is wrong with them.
        applies: whether an `apply` was read.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lost: list[Path] = []
        self.broken: set[str] = set()
        self.unread: set[str] = set()
        self.complete = True
        self.applies = False
        self._problems: list[Problem] = []

    def problems(self) -> tuple[Problem, ...]:
        """What was noted, once, without what is wrong because a formula there is."""
        found = (p for p in self._problems if not self._is_echo(p))
        return tuple(dict.fromkeys(found))

    def _is_echo(self, problem: Problem) -> bool:
        return problem.code not in ("expression", "unknown-variable") and any(
            problem.path[: len(lost)] == lost for lost in self.lost
        )

    def add(self, error: Invalid, path: Path = ()) -> None:
        """Notes problems whose paths lead from `path`."""
        self._problems += [problem.under(*path) for problem in error.problems]

    def report(
        self, path: Path, code: str, text: str, hint: str = "", at_key: bool = False
    ) -> None:
        """Notes one problem."""
        self._problems.append(Problem(path, code, text, hint, at_key))

    def is_variable(self, name: Any, path: Path) -> bool:
        """Whether a variable or parameter may be called so; reports it if not."""
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            text = f"a variable's name is a word like 'width'; found {describe(name)}"
            hint = "letters, digits and _, and not a word of Python's own"
        elif name in KEPT or name in _CONSTANTS:
            text = f"'{name}' has a meaning of its own in expressions"
            hint = "choose another name"
        else:
            return True
        self.report(path, "wrong-type", text, hint, at_key=True)
        return False

    def know(
        self, data: Any, path: Path, variables: frozenset[str], *, sizes: bool = False
    ) -> bool:
        """Whether all names in formulas have values; reports those that are unknown.

        Args:
            data: with formulas.
            path: where it stands.
            variables: the names that have values.
            sizes: whether formulas may ask for the sizes of tensors there.
        """
        if not self.source.has_formulas:
            return True
        known = all(lost[: len(path)] != path for lost in self.lost)
        for where, formula in each_formula(data, path):
            known &= self.broken.isdisjoint(formula.names)
            for name in sorted(formula.names - variables - self.broken):
                from cnnspec.language import hints

                text = f"'{name}' is no variable here"
                hint = hints.variable(name, where, variables, self.source)
                self.report(where, "unknown-variable", text, hint)
                known = False
            if formula.tensors and not sizes:
                from cnnspec.language.expressions.messages import NO_SHAPE, SHAPE_STANDS

                self.report(where, "expression", NO_SHAPE, SHAPE_STANDS)
                known = False
        return known


def read_formulas(data: dict[str, Any], notes: Notes) -> dict[str, Any]:
    """The data with their formulas; one that can't be read is null.

    A description is mere text, whatever dollars it holds.
    """
    if not notes.source.has_formulas:
        return data
    texts = list(_descriptions(data))
    for path, _ in texts:
        data = _with(data, path, None)
    try:
        found: dict[str, Any] = formulas(data)
    except Invalid as error:
        notes.add(error)
        notes.lost += [problem.path for problem in error.problems]
        for path in notes.lost:
            data = _with(data, path, None)
        found = formulas(data)
    for path, text in texts:
        found = _with(found, path, text)
    return found


def _descriptions(data: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    if "description" in data:
        yield ("description",), data["description"]
    blocks = data.get("blocks")
    for name, block in (blocks if isinstance(blocks, dict) else {}).items():
        if isinstance(block, dict) and "description" in block:
            yield ("blocks", name, "description"), block["description"]


def _with(data: Any, path: Path, value: Any) -> Any:
    """A copy of the data with a value at the end of a path."""
    if not path:
        return value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = _with(copy[path[0]], path[1:], value)
    return copy


def each_formula(data: Any, path: Path = ()) -> Iterator[tuple[Path, Formula]]:
    """The formulas in data, and where each stands."""
    if type(data) is Formula:
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from each_formula(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from each_formula(value, (*path, place))


class Variables:
    """The variables of a spec.

    Attributes:
        formulas: in the order in which each can be worked out.
        values: the variables worked out.
    """

    def __init__(self, given: Any, notes: Notes) -> None:
        self.formulas: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self._notes = notes
        if isinstance(given, dict):
            self._read(given)

    def _read(self, given: dict[Any, Any]) -> None:
        sound = [
            name for name in given if self._notes.is_variable(name, ("vars", name))
        ]
        names = frozenset(sound)
        waiting = {name: names_in(given[name]) & names for name in sound}
        users: dict[str, list[str]] = {name: [] for name in sound}
        for name, needs in waiting.items():
            for need in needs:
                users[need].append(name)
        left = {name: len(needs) for name, needs in waiting.items()}
        ready = [name for name in sound if not left[name]]
        place = {name: number for number, name in enumerate(sound)}
        while ready:
            following = []
            for name in ready:
                del waiting[name]
                self.formulas[name] = given[name]
                self._read_one(name, given[name], names)
                for user in users[name]:
                    left[user] -= 1
                    following += [] if left[user] else [user]
            ready = sorted(following, key=place.__getitem__)
        if waiting:
            self._report_circle(waiting)
            self.formulas |= dict.fromkeys(waiting)
            self._notes.broken |= waiting.keys()

    def _read_one(self, name: str, given: Any, names: frozenset[str]) -> None:
        path = ("vars", name)
        if self._notes.know(given, path, names):
            value = self._value(given, path)
            if path not in self._notes.lost:
                self.values[name] = value
        if name not in self.values:
            self._notes.broken.add(name)

    def _report_circle(self, waiting: dict[str, frozenset[str]]) -> None:
        """Reports variables that are made of one another."""
        circle = [next(iter(waiting))]
        while circle[-1] not in circle[:-1]:
            circle.append(min(waiting[circle[-1]] & waiting.keys()))
        circle = circle[circle.index(circle[-1]) :]
        text = f"the variable '{circle[0]}' is made of itself: {' ← '.join(circle)}"
        hint = "give one of them a value of its own"
        self._notes.report(("vars", circle[0]), "cycle", text, hint, at_key=True)

    def _value(self, data: Any, path: Path) -> Any:
        """The data with their formulas worked out; None where that fails."""
        try:
            return evaluate(data, self.values)
        except Invalid as error:
            self._notes.add(error, path)
            self._notes.lost.append(path)
            return None

    def work_out(self, data: dict[str, Any]) -> dict[str, Any]:
        """The data with the formulas of all sections worked out but the layers'."""
        if not self._notes.source.has_formulas:
            return data
        return {
            key: self._section(value, (key,), _LEVELS.get(key, 0))
            if key in _WORKED_OUT
            else value
            for key, value in data.items()
        }

    def _section(self, data: Any, path: Path, levels: int) -> Any:
        """Data with their formulas worked out, or None where that fails.

        Args:
            data: a value of the spec.
            path: where it stands.
            levels: of mappings whose values are worked out one by one.
        """
        if levels and isinstance(data, list):
            return [
                self._section(value, (*path, number), levels - 1)
                for number, value in enumerate(data)
            ]
        if levels and isinstance(data, dict):
            found = {
                key: self._section(value, (*path, key), levels - 1)
                for key, value in data.items()
            }
            if path[0] != "change":
                return found
            lost = self._notes.lost  # as a null, it would take a layer out
            return {k: v for k, v in found.items() if (*path, k) not in lost}
        changes = path[0] == "change"
        if self._notes.know(data, path, frozenset(self.formulas), sizes=changes):
            # What asks for sizes waits until the changed layer is made.
            return data if changes and tensors_in(data) else self._value(data, path)
        self._notes.lost.append(path)
        return None

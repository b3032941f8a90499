"""What is found wrong while steps are taken."""

from collections.abc import Iterable
from typing import Any

from cnnspec.ground.errors import Invalid, Path, Problem, Trail, Unknown
from cnnspec.ground.yaml_text import describe
from cnnspec.language.arguments import at_change, at_default
from cnnspec.language.expressions import Formula
from cnnspec.language.program import LayerStep, Program
from cnnspec.language.run.scope import Scope


class WrongValue(Invalid):
    """A value of a statement that isn't allowed, which a formula may have come to.

    `given` is the value as the spec has it.
    """

    def __init__(self, problem: Problem, given: Any) -> None:
        self.given = given
        super().__init__([problem])


def wrong(
    path: Path,
    title: str,
    allowed: str,
    found: Any,
    given: Any,
) -> WrongValue:
    """What to say of a value of a statement that isn't allowed.

    Args:
        path: from the statement to the value.
        title: what messages call it.
        allowed: to follow "must be".
        found: the value.
        given: as the spec has it, which may be a formula.
    """
    text = f"{title} must be {allowed}; found {describe(found)}"
    return WrongValue(Problem(path, "wrong-type", text), given)


class Problems:
    """Collects what is wrong.

    Attributes:
        found: all but `unknown`, in the order of the steps.
        unknown: names that nothing had where they stood.
    """

    def __init__(self, program: Program) -> None:
        self.found: list[Problem] = []
        self.unknown: list[Unknown] = []
        self._program = program
        self._mistakes: set[object] = set()

    def note(self, error: Invalid, path: Path, trail: Trail) -> None:
        """Notes problems of a step, seen from the document and with what led there."""
        for problem in error.problems:
            if problem.code == "unknown-variable":  # reported where the step was read
                continue
            changed = at_change(problem, path, self._program)
            problem = changed or problem.under(*path)
            if isinstance(error, WrongValue) and type(error.given) is Formula:
                from cnnspec.language.given import placed

                program = self._program
                problem = placed(problem, error.given, problem.path, trail, program)
            self.found.append(problem._replace(trail=trail))

    def report(
        self, code: str, path: Path, text: str, hint: str, trail: Trail = ()
    ) -> None:
        """Notes one problem."""
        self.found.append(Problem(path, code, text, hint, trail=trail))

    def note_unknown(
        self, name: str, path: Path, trail: Trail, where: str, options: Iterable[str]
    ) -> None:
        """Notes a name that nothing has where it stands.

        Args:
            name: the name.
            path: where it stands.
            trail: the calls and rounds that led there.
            where: what uses it, as in `Add reads`.
            options: the names that are known there, listed only where one is guessed.
        """
        if self._program.inputs:  # otherwise the name may be that of a faulty input
            from cnnspec.language.unknown import GUESS_LIMIT, meant

            guess = len(self.unknown) < GUESS_LIMIT
            hint = meant(name, [*options]) if guess else ""
            self.unknown.append(Unknown(name, path, trail, where, hint))

    def note_arguments(
        self, error: Invalid, step: LayerStep, scope: Scope[Any]
    ) -> None:
        """Notes wrong arguments; once where several take over one wrong value."""
        from cnnspec.language.given import formula_at, mistake, placed

        program, trail = self._program, scope.trail
        for problem in error.problems:
            formula = formula_at(step.arguments, problem.path)
            if formula is not None:
                same = mistake(formula, scope.variables, trail, program)
                if same in self._mistakes:
                    continue
                self._mistakes.add(same)
            found = at_default(problem, step.type, step.path, program)
            if formula is not None:
                found = placed(found, formula, found.path, trail, program)
            self.found.append(found._replace(trail=trail))

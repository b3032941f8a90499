"""Where a step stands while it is taken, and what it may refer to there."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic

from cnnspec.ground.errors import Invalid, Path, Trail
from cnnspec.language import naming
from cnnspec.language.expressions import evaluate
from cnnspec.language.listener import T
from cnnspec.language.program import (
    INPUT,
    ApplyStep,
    CallStep,
    LayerStep,
    PassStep,
)


class Scope(Generic[T]):
    """Where steps are taken: what they may refer to, and the current tensors.

    Attributes:
        variables: the values of the names that formulas may use.
        known: the names that `from` may use, and their tensors.
        current: the tensors that a step without `from` reads.
        call: the full name of the call around; nothing elsewhere.
        rounds: the numbers of the rounds around, outermost first, within the call.
        trail: the calls and rounds that led here.
        frozen: whether nothing here is trained.
        again: what was decided before at the next steps, where the call around is taken
            again; None elsewhere.
        named: whether that call, or one around it, was given its name.
        wholes: the names, of those known, that no call is put before outside.
        quiet: whether layers here are called in inference, whoever trains.
    """

    __slots__ = (
        *("again", "call", "current", "frozen", "known", "named", "quiet", "rounds"),
        *("trail", "variables", "wholes"),
    )

    def __init__(
        self,
        variables: dict[str, Any],
        known: dict[str, tuple[T, ...]],
        current: tuple[T, ...],
        call: str = "",
        rounds: tuple[str, ...] = (),
        trail: Trail = (),
        frozen: bool = False,
        again: Iterator[tuple[Path, Any]] | None = None,
        named: bool = False,
        wholes: set[str] | None = None,
        quiet: bool = False,
    ) -> None:
        self.variables, self.known, self.current = variables, known, current
        self.call, self.rounds, self.trail, self.frozen = call, rounds, trail, frozen
        self.again, self.named, self.quiet = again, named, quiet
        self.wholes: set[str] = set() if wholes is None else wholes

    def full(self, local: str) -> str:
        """The name in the model of what is called so here."""
        return naming.in_call(self.call, local) if self.call else local

    def label(self, step: LayerStep | CallStep | ApplyStep | PassStep) -> str:
        """What a step that nobody named is called in a named call."""
        label = step.label
        for number in reversed(self.rounds):
            label = naming.in_round(number, label)
        return label

    def copy(self) -> "Scope[T]":
        """The same, whose names may be added to without an effect here."""
        known = self.known.copy()
        where = self.call, self.rounds, self.trail, self.frozen, self.again, self.named
        more = self.wholes.copy(), self.quiet
        return Scope(self.variables, known, self.current, *where, *more)

    def worked_out(
        self, data: Any, path: Path, variables: Mapping[str, Any] | None = None
    ) -> Any:
        """The value of data with formulas.

        Args:
            data: with formulas.
            path: from the step to it.
            variables: others than those of the scope.

        Raises:
            Invalid: with `path` before the paths.
        """
        try:
            return evaluate(data, variables or self.variables)
        except Invalid as error:
            raise Invalid(problem.under(*path) for problem in error.problems) from None


def known_at_first(
    inputs: Mapping[str, T], given: tuple[T, ...]
) -> dict[str, tuple[T, ...]]:
    """What `from` may name before the first step of a model.

    Args:
        inputs: the tensors that it is given, by the names that they have.
        given: all of them.
    """
    return {**{name: (inputs[name],) for name in inputs}, INPUT: given[:1]}

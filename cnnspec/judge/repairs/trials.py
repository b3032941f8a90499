"""Whether a change explains a table: the spec is read again with it done."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cnnspec.ground.edits import Remedy
from cnnspec.ground.errors import Invalid, Problem, SpecError, mistakes
from cnnspec.language.program import Program
from cnnspec.model.changing import read_changed
from cnnspec.model.resolver import resolve
from cnnspec.model.summary import Model, Summary, infer
from cnnspec.read.tables.rows import PrintedRow, PrintedSummary

_BUDGET = 20_000
"""Layers that all trials of a spec may infer together, which take 0.7 s or so."""


class Difference(NamedTuple):
    """A row that differs: what is printed, and the layer that stands for it."""

    row: PrintedRow | None
    layer: Any
    """A `Row`, or an input in the form of one."""


class Table(NamedTuple):
    """What is printed, and how a model is held against it."""

    printed: PrintedSummary
    unlike: Callable[[Summary], Sequence[tuple[PrintedRow | None, Any]]]
    """The rows of a model that differ from it, in order."""

    def differences(self, summary: Summary) -> list[Difference]:
        """The same, by what each of a pair is."""
        return [Difference(*pair) for pair in self.unlike(summary)]

    def agrees(self, summary: Summary) -> bool:
        """Whether rows and totals of a model are as printed."""
        printed = self.printed
        totals = (
            (printed.model_params, summary.total_params),
            (printed.trainable_params, summary.trainable_params),
        )
        if any(wanted not in (None, found) for wanted, found in totals):
            return False
        return not self.unlike(summary)


class Trials:
    """Tries changes of a spec, as long as that is quick."""

    def __init__(
        self, program: Program, summary: Summary, table: Table, left: int = _BUDGET
    ) -> None:
        self.program, self.source, self.table = program, program.source, table
        self._before = mistakes(_problems(program, summary))
        self._left = left

    def after(self, tried: Model) -> "Trials":
        """The trials of what a change made of the spec."""
        return Trials(*tried, self.table, self._left)

    def explains(self, remedy: Remedy) -> bool:
        """Whether nothing differs then; no where the time is up."""
        tried = self.tried(remedy)
        return tried is not None and self.table.agrees(tried.summary)

    def tried(self, remedy: Remedy) -> Model | None:
        """What comes of a change; None of one that makes a mistake more."""
        if self._left < 0:
            return None
        try:
            program = read_changed(self.source.edited(remedy.edits))
            graph = resolve(program)
        except (Invalid, SpecError):
            self._left -= 100
            return None
        summary = infer(graph)
        self._left -= max(len(graph.nodes), 50)
        if not mistakes(_problems(program, summary)) <= self._before:
            return None
        return Model(program, summary)


def _problems(program: Program, summary: Summary) -> tuple[Problem, ...]:
    return (*program.problems, *summary.graph.problems, *summary.problems)

"""Whether a remedy mends: the spec is read again with what it says done to it."""

from cnnspec.ground.edits import Remedy
from cnnspec.ground.errors import mistakes
from cnnspec.language.program import Program
from cnnspec.model.changing import read_changed
from cnnspec.model.resolver import resolve
from cnnspec.model.summary import Model, Summary, infer

_BUDGET = 20_000
"""Layers that all trials of a spec may infer together, which take 0.3 s or so."""


class Trials:
    """Tries remedies on a spec that has mistakes, as long as that is quick."""

    def __init__(self, program: Program, summary: Summary) -> None:
        self._source = program.source
        graph = summary.graph
        self._cost = max(len(graph.nodes), 50)
        self._before = mistakes([*program.problems, *graph.problems, *summary.problems])
        self._left = _BUDGET

    def mends(self, remedy: Remedy) -> bool:
        """Whether it takes a mistake away and makes none; no where the time is up."""
        tried = self._try(remedy)
        if tried is None:
            return False
        program, summary = tried
        found = [*program.problems, *summary.graph.problems, *summary.problems]
        return mistakes(found) < self._before

    def eases(self, remedy: Remedy, name: str) -> bool:
        """Whether a layer takes its input then, and the trouble begins behind it."""
        writes = all(edit.kind == "write" for edit in remedy.edits)
        tried = self._try(remedy) if writes else None
        return tried is not None and any(row.name == name for row in tried.summary.rows)

    def _try(self, remedy: Remedy) -> Model | None:
        self._left -= self._cost
        if self._left < 0:
            return None
        program = read_changed(self._source.edited(remedy.edits))
        return Model(program, infer(resolve(program)))

"""What mends a layer that can't take its input: remedies that were tried.

Each is made of what the layers on the way to the one that fails say of themselves, done
to the document, and told only if the spec has a mistake less then, and no new one.
Imported only when there is something to mend.
"""

from collections.abc import Iterator
from itertools import islice, tee

from cnnspec.ground.edits import Remedy
from cnnspec.ground.errors import Problem
from cnnspec.judge.remedies import inputs, layers
from cnnspec.judge.remedies.trials import Trials
from cnnspec.judge.remedies.way import Way
from cnnspec.language.program import Program
from cnnspec.model.summary import Misfit, Summary

_TOLD = 3
"""Remedies that a message names."""


def with_remedies(program: Program, summary: Summary) -> list[Problem]:
    """The problems of a summary, each with what mends it."""
    trials = Trials(program, summary)
    misfits = {misfit.problem.message: misfit for misfit in summary.misfits}
    return [
        _told(problem, misfits[problem.message], program, summary, trials)
        for problem in summary.problems
    ]


def _told(
    problem: Problem,
    misfit: Misfit,
    program: Program,
    summary: Summary,
    trials: Trials,
) -> Problem:
    way = Way(program, summary, misfit, trials)
    message = f"{problem.message}{inputs.why(way)}"
    hint = "; or ".join(_mending(way)) or misfit.error.hint or layers.too_few(way)
    return problem._replace(message=message, hint=hint)


def _mending(way: Way) -> list[str]:
    """What to do, in words: what mends the model, or else this layer."""
    trials, name = way.trials, way.node.name
    other_order = (*inputs.other_order(way), *layers.other_order(way))
    for remedy in filter(trials.mends, other_order):
        return [remedy.text]
    remedies, again = tee(_remedies(way))
    found = list(islice(filter(trials.mends, remedies), _TOLD))
    if not found:
        easing = (one for one in again if trials.eases(one, name))
        found = list(islice(easing, _TOLD))
    return [remedy.text for remedy in found]


def _remedies(way: Way) -> Iterator[Remedy]:
    """What may mend a misfit, likeliest first, each once, where a person can write."""
    seen: set[str] = set()
    for remedy in _each(way):
        if any(way.source.is_carried(edit.path) for edit in remedy.edits):
            continue
        if (change := repr(remedy.edits)) not in seen:
            seen.add(change)
            yield remedy


def _each(way: Way) -> Iterator[Remedy]:
    yield from layers.other_tensors(way)
    yield from layers.own_arguments(way)
    yield from inputs.other_rank(way)
    yield from layers.kept_axes(way)
    yield from layers.unknown_sizes(way)
    yield from layers.channels(way)
    other = () if way.was_rounded else layers.other_skips(way)
    if fitting := list(filter(way.trials.mends, other)):
        yield from fitting
        return
    yield from layers.less_growing(way)
    if way.was_rounded:
        yield from inputs.other_sizes(way)
        yield from layers.bridged(way)
        yield from layers.less_shrinking(way)
    else:
        yield from layers.less_shrinking(way)
        yield from layers.bridged(way)
        yield from inputs.other_sizes(way)
    yield from layers.put_before(way)

"""A repeat: its rounds, one after the other."""

from cnnspec.ground.errors import Frame, Invalid, Problem
from cnnspec.language.listener import T
from cnnspec.language.program import RepeatStep
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import DEPTH_LIMIT, State, too_deep
from cnnspec.language.run.values import is_frozen, rounds_of


def take_repeat(state: State[T], step: RepeatStep, scope: Scope[T]) -> None:
    """Takes a repeat.

    Raises:
        Invalid: something is wrong with it; paths lead from the step.
    """
    count, rounds = rounds_of(step, scope)
    if count > state.steps_left:
        state.count(step, scope, count)
    if len(scope.trail) >= DEPTH_LIMIT:
        raise too_deep("repeat less deeply")
    frozen = is_frozen(step, scope)
    each: list[T] = []
    for number, variables in enumerate(rounds, 1):
        state.count(step, scope)
        inner = Scope(
            {**scope.variables, **variables},
            scope.known,
            state.listener.round(step, number, scope.current),
            scope.call,
            (*scope.rounds, str(number)),
            (*scope.trail, Frame("", "", step.path, number)),
            frozen,
            scope.again,
            scope.named,
            scope.wholes,
            scope.quiet,
        )
        state.take(step.steps, inner)
        scope.current = inner.current
        if step.collect:
            each += inner.current
    if step.collect:
        if not count:
            raise _nothing_collected()
        scope.current = tuple(each)
    scope.current = state.listener.repeated(step, count, scope.current)


def _nothing_collected() -> Invalid:
    text = "a repeat that collects what its rounds give takes none here"
    return Invalid([Problem(("collect",), "repeat", text, "let it take one", True)])

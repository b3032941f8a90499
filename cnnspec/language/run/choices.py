"""An `if`: the arm that its test chooses."""

from cnnspec.language.listener import T
from cnnspec.language.program import IfStep
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State, TooMany
from cnnspec.language.run.tensors import seen
from cnnspec.language.run.values import is_true


def take_if(state: State[T], step: IfStep, scope: Scope[T]) -> None:
    """Takes an `if`.

    Raises:
        Invalid: its test can't be worked out; paths lead from the step.
    """
    test = None if scope.again is None else state.decided(step, scope)
    if test is None:
        test = is_true(step, scope, seen(state, step, scope))
    if state.applies:
        state.tape.append((step.path, test))
    if scope.again is None and state.listener.tries(step, not test):
        _try(state, step, not test, scope)
    _take_arm(state, step, test, scope)


def _take_arm(state: State[T], step: IfStep, arm: bool, scope: Scope[T]) -> None:
    state.listener.arm(step, arm)
    state.take(step.then if arm else step.otherwise, scope)
    scope.current = state.listener.joined(step, arm, scope.current)


def _try(state: State[T], step: IfStep, arm: bool, scope: Scope[T]) -> None:
    """Takes an arm of an `if` as if its test chose it, and leaves no trace."""
    trial = state.trial()
    try:
        _take_arm(trial, step, arm, scope.copy())
    except TooMany:
        trial.complete = False
    # Names are given twice where the other arm has them too, which is no mistake.
    found = trial.problems
    mistakes = [p for p in found.found if p.code != "duplicate-name"]
    sound = trial.complete and not (mistakes or found.unknown or trial.is_wrong_inside)
    state.listener.tried(step, arm, sound)

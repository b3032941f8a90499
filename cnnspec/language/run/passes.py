"""A layer or call that `change` takes out: what reads it reads what it read."""

from cnnspec.ground.errors import Path
from cnnspec.language.listener import T
from cnnspec.language.program import PassStep
from cnnspec.language.run.names import given_name
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State
from cnnspec.language.run.tensors import tensors_of


def take_pass(state: State[T], step: PassStep, scope: Scope[T]) -> None:
    """Lets a layer's name stand for the tensor that it would have read."""
    read, _ = tensors_of(state, step, scope)
    if len(read) != 1:
        text = f"'{step.changed}' reads {len(read)} tensors, so that none can stand "
        text += "for what it gives"
        hint = "take out what reads it instead, or give the layer other arguments"
        path: Path = ("change", step.changed)
        state.problems.report("change", path, text, hint, scope.trail)
        state.complete, read = False, state.lost
    given = None if step.name is None else given_name(state, step, scope)
    local = given or (scope.label(step) if scope.named else "")
    state.listener.passed(step, read)
    scope.current = read
    if local:
        scope.known[local] = read

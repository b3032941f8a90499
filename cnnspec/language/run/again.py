"""A layer or a model that stands in a call which is taken again."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.language.listener import Placed, Said, T
from cnnspec.language.parts import alone
from cnnspec.language.program import CallStep, LayerStep
from cnnspec.language.run.models import know_model
from cnnspec.language.run.names import given_name, know
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State


def layer_again(
    state: State[T],
    step: LayerStep | CallStep,
    read: tuple[T, ...],
    said: Sequence[Said],
    settings: Mapping[str, Any] | None,
    scope: Scope[T],
) -> None:
    """Lets it read other tensors.

    Args:
        state: of the model.
        step: the entry that made it.
        read: the tensors.
        said: how they are called.
        settings: what else its call is given.
        scope: inside the call.
    """
    name = state.decided(step, scope)
    given = None if step.name is None else given_name(state, step, scope)
    local = given or scope.label(step)
    full = scope.full(local)
    placed = Placed(step.path, full, local, given is not None, scope.trail)
    if settings:
        placed = placed._replace(settings=settings)
    if state.applies:
        state.tape.append((step.path, name and full))
    shared = None if name is None else state.first(name)
    if shared is None:  # something is wrong with it, which has been reported
        state.lacks_layers = True
        scope.current = scope.known[local] = (state.listener.lost(full),)
        return
    if quiet := state.quiet.get(shared):
        placed = placed._replace(settings={**quiet, **placed.settings})
    tensor = state.listener.again(step, placed, shared, read, said)
    if state.classes[shared].named_by_keras:  # an operation anew
        kind = state.classes[full] = state.classes[shared]
        state.automatic[full] = state.automatic_names.of_class(kind)
        shared = full
    if shared in state.gives:
        know_model(state, placed, shared, tensor, scope)
        return
    if state.classes[shared].gives_list:
        tensor = alone(tensor, state.listener)
    scope.current = (tensor,)
    know(state, placed, scope.current, scope)
    if shared != full:
        state.shares[full] = shared
    state.count(step, scope, 0)

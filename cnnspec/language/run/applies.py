"""An `apply`: a layer or a whole call that is used once more."""

from collections.abc import Sequence
from itertools import islice

from cnnspec.ground.errors import Frame
from cnnspec.language.expressions import Formula
from cnnspec.language.listener import Placed, Said, T
from cnnspec.language.program import PREV, ApplyStep
from cnnspec.language.run.arguments import by_name, given_to
from cnnspec.language.run.calls import take_block
from cnnspec.language.run.models import know_model
from cnnspec.language.run.names import know, own, placed_use
from cnnspec.language.run.problems import wrong
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import DEPTH_LIMIT, State, too_deep
from cnnspec.language.run.tape import CallTaken
from cnnspec.language.run.tensors import tensors_of
from cnnspec.language.sources import call_of_class


def take_apply(state: State[T], step: ApplyStep, scope: Scope[T]) -> None:
    """Takes an `apply`.

    Raises:
        Invalid: something is wrong with it; paths lead from the step.
    """
    wanted = _wanted(state, step, scope)
    read, said = tensors_of(state, step, scope)
    shared = state.first(_layer_called(state, wanted, scope))
    placed = placed_use(state, step, scope)
    if shared is None and (before := _call_named(state, wanted, scope)):
        _call_again(state, step, placed, before, read, said, scope)
    elif shared is None:
        _refuse(state, wanted, step, scope)
        scope.current = state.lost
        scope.known.setdefault(placed.local or f"{wanted} again", state.lost)
    elif state.classes[shared].named_by_keras:
        _refuse_operation(state, wanted, step, scope)
    else:
        _use_again(state, step, placed, shared, wanted, read, said, scope)


def _wanted(state: State[T], step: ApplyStep, scope: Scope[T]) -> str:
    """The name of what is used again.

    Raises:
        Invalid: it is none.
    """
    wanted = step.layer
    if type(wanted) is str:
        return own(state, wanted, scope)
    if type(wanted) is Formula:
        wanted = scope.worked_out(wanted, ("layer",))
    if not isinstance(wanted, str):
        what = "the name of a layer above"
        path, given = ("layer",), step.layer
        raise wrong(path, "apply.layer", what, wanted, given)
    return wanted


def _use_again(
    state: State[T],
    step: ApplyStep,
    placed: Placed,
    shared: str,
    wanted: str,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> None:
    """Lets a layer or a model read other tensors.

    Args:
        state: of the model.
        step: the `apply`.
        placed: its name, and what led there.
        shared: the full name of the layer.
        wanted: its name where the step stands.
        read: the tensors.
        said: how they are called.
        scope: where the step stands.
    """
    if step.named:
        call = call_of_class(state.classes[shared])
        read, said, settings = by_name(state, step, read, said, scope, call)
        placed = placed._replace(settings=settings)
    if quiet := state.quiet.get(shared):
        placed = placed._replace(settings={**quiet, **placed.settings})
    if not placed.name:
        name = state.calls.next(f"{shared} again")
        placed = placed._replace(name=name, local=name)
    source, listener = scope.known[wanted][0], state.listener
    tensor = listener.apply(step, placed, shared, source, wanted, read, said)
    if shared in state.gives:
        know_model(state, placed, shared, tensor, scope)
        return
    scope.current = (tensor,)
    know(state, placed, scope.current, scope)
    state.shares[placed.name] = shared


def _layer_called(state: State[T], name: str, scope: Scope[T]) -> str:
    """The full name of the layer that a name stands for; nothing if of none.

    The name of a call stands for what it gives, which is no layer.
    """
    names = set(map(state.listener.name, scope.known.get(name, ())))
    if len(names) != 1:
        return ""
    [full] = names
    return full if full in (scope.full(name), name) else ""


# ----------------------------------------------------------------- calls


def _call_named(state: State[T], name: str, scope: Scope[T]) -> CallTaken | None:
    """The call that a name stands for where a step is taken."""
    if name not in scope.known:
        return None
    full = scope.full(name)
    return state.called_before.get(full) or state.called_before.get(name)


def _call_again(
    state: State[T],
    step: ApplyStep,
    placed: Placed,
    call: CallTaken,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> None:
    """Takes a call once more, with the layers and the choices that it had."""
    block = call.block
    if len(scope.trail) >= DEPTH_LIMIT:
        raise too_deep("apply fewer calls inside one another")
    read, said = given_to(state, block, step, read, said, scope)
    name = placed.name or state.calls.next(f"{call.name} again")
    frame = Frame(block.name, name, step.path, again=True, given=True)
    trail = (*scope.trail, frame)
    decided = state.tape[call.start : call.end]
    if scope.again is not None:
        # They are on the tape of the call around a second time.
        list(islice(scope.again, len(decided)))
    again = iter(decided)
    inner: Scope[T] = Scope(call.variables, {}, (), name, (), trail, False, again, True)
    before = scope.known
    if not placed.name:
        # Nothing but what follows reads what has no name.
        scope.known = before.copy()
    placed = placed._replace(name=name, local=placed.local or name, named=True)
    arguments = call.arguments
    take_block(state, step, placed, block, arguments, read, said, inner, scope)
    scope.known = before


# ----------------------------------------------------------------- refusals


def _refuse(state: State[T], wanted: str, step: ApplyStep, scope: Scope[T]) -> None:
    """Reports a name that stands for neither a layer nor a call."""
    path, tensors = (*step.path, "layer"), scope.known.get(wanted, ())
    if not tensors and wanted != PREV:
        state.problems.note_unknown(
            wanted, path, scope.trail, "apply names", scope.known
        )
        return
    full = _layer_called(state, wanted, scope)
    if tensors == state.lost or (full and full not in state.inputs):
        return  # something is wrong with it, which has been reported
    text = f"apply uses a layer or a call again, and '{wanted}' is neither"
    hint = "name one of them: an input or prev can't be applied"
    state.problems.report("unknown-input", path, text, hint, scope.trail)


def _refuse_operation(
    state: State[T], wanted: str, step: ApplyStep, scope: Scope[T]
) -> None:
    path = (*step.path, "layer")
    text = f"apply uses weights again, and the operation '{wanted}' has none"
    hint = "let the operation itself stand here"
    state.problems.report("unknown-input", path, text, hint, scope.trail)
    scope.current = state.lost

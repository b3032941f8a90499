"""A block that is called: its parameters, its steps, and what it is outside."""

from collections.abc import Sequence
from typing import Any

from cnnspec.ground.errors import Frame, Invalid, Trail
from cnnspec.language import naming
from cnnspec.language.expressions import evaluate
from cnnspec.language.listener import Placed, Said, T
from cnnspec.language.program import INPUT, NEEDED, ApplyStep, Block, CallStep
from cnnspec.language.run.names import know, lend, placed_use
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import (
    DEPTH_LIMIT,
    EXPORT_LIMIT,
    INFERENCE,
    STEP_LIMIT,
    State,
    too_deep,
)
from cnnspec.language.run.tensors import results, seen, tensors_of
from cnnspec.language.run.values import is_frozen

_NOTHING: Sequence[Said] = ()


def take_call(state: State[T], step: CallStep, scope: Scope[T]) -> None:
    """Takes a call of a block.

    Raises:
        Invalid: something is wrong with it; paths lead from the step.
    """
    block = state.program.blocks[step.block]
    if len(scope.trail) >= DEPTH_LIMIT:
        raise too_deep("let blocks call fewer others")
    if not state.program.complete and _is_inside(block, scope.trail):
        # That a block calls itself has been reported.
        state.complete, scope.current = False, state.lost
        return
    read, said = tensors_of(state, step, scope)
    if step.named or len(read) != (len(block.inputs) or 1):
        from cnnspec.language.run.arguments import given_to

        read, said = given_to(state, block, step, read, said, scope)
    if block.is_model:
        _take_model(state, step, block, read, said, scope)
        return
    placed = placed_use(state, step, scope)
    frame = Frame(block.name, placed.name, step.path, given=placed.named)
    trail = (*scope.trail, frame)
    given = None if scope.again is None else state.decided(step, scope)
    if given is None:
        given = evaluate(step.arguments, seen(state, step, scope))
    variables = parameters(state, block, given, trail)
    frozen = scope.frozen if step.trainable is True else is_frozen(step, scope)
    if state.applies:
        state.tape.append((step.path, given))
    again, called, named = scope.again, placed.name, placed.named
    how = trail, frozen, again, named, None, state.infers(called, scope)
    inner: Scope[T] = Scope(variables, {}, (), called, (), *how)
    take_block(state, step, placed, block, given, read, said, inner, scope)


def _take_model(
    state: State[T],
    step: CallStep,
    block: Block,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> None:
    """Takes a call that makes a model."""
    if scope.again is not None:
        from cnnspec.language.run.again import layer_again

        layer_again(state, step, read, said, None, scope)
        return
    from cnnspec.language.run.models import Use, take_model

    placed = placed_use(state, step, scope)
    if state.infers(placed.name, scope):
        state.quiet[placed.name] = INFERENCE
        placed = placed._replace(settings=INFERENCE)
    frame = Frame(block.name, placed.name, step.path, given=placed.named)
    trail = (*scope.trail, frame)
    given = evaluate(step.arguments, seen(state, step, scope))
    variables = parameters(state, block, given, trail)
    frozen = is_frozen(step, scope)
    inner: Scope[T] = Scope(variables, {}, (), "", (), trail, frozen)
    take_model(state, Use(step, placed, given, read, said), block, inner, scope)


def parameters(
    state: State[T], block: Block, given: dict[str, Any], trail: Trail
) -> dict[str, Any]:
    """The values of the variables inside a call.

    Raises:
        Invalid: a default can't be worked out, which has been reported.
    """
    values = dict(state.program.values)
    for name in block.params:
        if name in given:
            values[name] = given[name]
        elif (default := block.default(name)) is not NEEDED:
            try:
                values[name] = evaluate(default, values)
            except Invalid as error:
                path = (*block.path, "params", name)
                state.problems.note(error, path, trail)
                raise Invalid(()) from None
    return values


def take_block(
    state: State[T],
    step: CallStep | ApplyStep,
    placed: Placed,
    block: Block,
    arguments: dict[str, Any],
    read: tuple[T, ...],
    said: Sequence[Said],
    inner: Scope[T],
    scope: Scope[T],
) -> None:
    """Takes the steps of a block where it is called, or called again.

    Args:
        state: of the model.
        step: the call.
        placed: its name, and what led there.
        block: what is called.
        arguments: the values that the call gives to parameters.
        read: the tensors that it gives.
        said: how they are called.
        inner: the scope inside; its tensors are filled in.
        scope: where the call stands.
    """
    start = len(state.tape)
    inside = state.listener.enter(step, placed, arguments, read, said)
    known = inner.known = {INPUT: inside[:1]}
    if block.inputs:
        known |= {n: (t,) for n, t in zip(block.inputs, inside, strict=True)}
    inner.current = inside
    own = len(known)
    state.take(block.steps, inner)
    given, named = inner.current, _NOTHING
    if block.outputs:
        given, named = results(state, block, inner)
    exports = _exports(state, step, placed, list(known)[own:], inner, scope)
    current, exports = state.listener.leave(step, placed, given, named, exports)
    scope.current = current
    if placed.named:
        know(state, placed, current, scope)
    else:
        lend(state, placed, current, scope)
    if state.applies:
        from cnnspec.language.run.tape import CallTaken

        variables, end = inner.variables, len(state.tape)
        call = CallTaken(placed.name, block, arguments, variables, start, end)
        state.called_before[placed.name] = call
    scope.known.update(exports)
    if inner.wholes:
        scope.wholes.update(inner.wholes)
    if scope.call and placed.local == placed.name:
        scope.wholes.update(exports)


def _exports(
    state: State[T],
    step: CallStep | ApplyStep,
    placed: Placed,
    names: list[str],
    inner: Scope[T],
    scope: Scope[T],
) -> dict[str, tuple[T, ...]]:
    """What was named inside, by the names that it has outside."""
    state.exported += len(names)
    layers = len(state.classes) + len(state.shares)
    if state.exported > EXPORT_LIMIT + 20 * layers:
        state.count(step, scope, STEP_LIMIT + 1)
    called = naming.exported(placed.local, names, inner.wholes)
    inside, outside = inner.known, scope.known
    pairs = zip(called, names, strict=True)
    if not state.lent:  # the commonest, by far
        return {name: inside[one] for name, one in pairs if name not in outside}
    return {
        name: inside[one]
        for name, one in pairs
        if name not in outside or _is_lent(state, name, inner, scope)
    }


def _is_lent(state: State[T], name: str, inner: Scope[T], scope: Scope[T]) -> bool:
    """Whether a name that a call has for what is in it was a call's before."""
    full = name if name in inner.wholes else scope.full(name)
    return full in state.lent


def _is_inside(block: Block, trail: Trail) -> bool:
    return any(frame.block == block.name for frame in trail)

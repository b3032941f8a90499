"""A model inside another one: how it is made, and what `from` may read of it."""

from collections.abc import Sequence
from typing import Any, Generic, NamedTuple

from cnnspec.catalogue.layers import Layer
from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.language import naming, parts
from cnnspec.language.listener import Contents, Placed, Said, T
from cnnspec.language.program import Block, CallStep, LayerStep, Program
from cnnspec.language.run.feature_maps import as_asked
from cnnspec.language.run.names import know, take_input
from cnnspec.language.run.scope import Scope, known_at_first
from cnnspec.language.run.state import State


class Use(NamedTuple, Generic[T]):
    """A step that makes a model, and what it gives the model."""

    step: CallStep | LayerStep
    placed: Placed
    """Its name, and what led there."""
    arguments: dict[str, Any]
    """The values that it gives to parameters."""
    read: tuple[T, ...]
    """The tensors that it, or the layer that holds the model, reads."""
    said: Sequence[Said]
    """How they are called."""


def take_model(
    state: State[T], use: Use[T], block: Block, inner: Scope[T], scope: Scope[T]
) -> None:
    """Takes a call that makes a model, which is one layer where it stands.

    Args:
        state: of the model around.
        use: the call.
        block: what is called.
        inner: the scope inside; its tensors are filled in.
        scope: where the call stands.
    """
    use = use._replace(placed=use.placed._replace(frozen=inner.frozen))
    layer, names = modelled(state, use, block, inner)
    call_model(state, use, layer, names, type(layer), scope)


def call_model(
    state: State[T],
    use: Use[T],
    layer: Layer,
    names: list[str],
    kind: type[Layer],
    scope: Scope[T],
) -> None:
    """Lets a model that has just been made read tensors, and be known.

    Args:
        state: of the model around.
        use: of the model.
        layer: the model.
        names: what each tensor that it gives is called inside.
        kind: the class that the spec has written; that of `layer` otherwise.
        scope: where it stands.
    """
    step, placed, _, read, said = use
    tensor = state.listener.model_called(step, placed, layer, read, said)
    note_model(state, use, names, kind, tensor, scope)


def note_model(
    state: State[T],
    use: Use[T],
    names: list[str],
    kind: type[Layer],
    tensor: T,
    scope: Scope[T],
) -> None:
    """Notes a model that has read tensors; `call_model` says what is given."""
    name = use.placed.name
    if state.applies:
        state.tape.append((use.step.path, name))
    state.gives[name], state.classes[name] = names, kind
    know_model(state, use.placed, name, tensor, scope)


def know_model(
    state: State[T], placed: Placed, shared: str, tensor: T, scope: Scope[T]
) -> None:
    """Lets `from` read what a model gives.

    Args:
        state: of the model around.
        placed: this use of it.
        shared: the model as it was made.
        tensor: all that it gives.
        scope: where it stands.
    """
    names = state.gives[shared]
    part = state.listener.part
    count = len(names)
    several = tuple(part(tensor, k) for k in range(count)) if count > 1 else (tensor,)
    scope.current = several
    know(state, placed, several, scope)
    if shared != placed.name:
        state.shares[placed.name] = shared
    results: dict[str, tuple[T, ...]] = {}
    for name, result in zip(names, several, strict=True):
        full = naming.in_model(placed.local, name)
        results[full] = (*results.get(full, ()), result)
    scope.known.update(results)


def modelled(
    state: State[T],
    use: Use[T],
    model: Block | Program,
    scope: Scope[T],
    axis: int | None = None,
    application: Layer | None = None,
) -> tuple[Layer, list[str]]:
    """Makes a model of a block, or of another spec, for a layer that may hold it.

    Keras counts automatic names on through it, and no other name inside meets one
    outside.

    Args:
        state: of the model around.
        use: that makes it.
        model: what it is made of.
        scope: for what is inside; its tensors are filled in.
        axis: of what the layer that holds it reads, from which on it is given its input
            beside the batch; None where no layer holds it.
        application: the model of keras.applications that it is.

    Returns:
        The model, and what each tensor that it gives is called inside.
    """
    step, placed, arguments, read, said = use
    block = model if isinstance(model, Block) else None
    program = state.program if isinstance(model, Block) else model
    given_names = [name for name in model.inputs if name]
    names = tuple(given_names) or (state.automatic_names.of_kind(INPUT_LAYER),)
    path = block.path if block else ()
    key = placed.name if axis is None else state.calls.next(placed.name)
    contents = Contents(key, program, names, path, scope.trail, application)
    listener, given = state.listener.model(
        step, placed, contents, arguments, read, said, axis
    )
    inside = state.inside(program, listener)
    inside.tuned = naming.inside_model(placed.name, state.tuned)
    for name in names:
        take_input(inside, name, (*path, "inputs"))
    tensors = dict(zip(names, given, strict=True)) if given_names else {}
    scope.known, scope.current = known_at_first(tensors, given), given
    outcome = inside.model_of(block, scope)
    if application is not None:
        outcome = as_asked(state, step, application, outcome, inside, scope)
    state.steps_left = inside.steps_left
    state.complete &= outcome.complete
    wrong_here = bool(outcome.unknown or outcome.problems)
    state.is_wrong_inside |= wrong_here or inside.is_wrong_inside
    outputs = outcome.outputs
    called = [one.by for one in outcome.said] or list(map(listener.name, outputs))
    several = parts.apart(outputs, listener) or list(enumerate(outputs))
    layer = state.listener.modelled(step, placed, outcome)
    return layer, [called[place] for place, _ in several]

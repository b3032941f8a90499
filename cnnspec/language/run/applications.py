"""A model of keras.applications, which is one layer where it stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.catalogue.layers import Layer
from cnnspec.language.listener import Placed, Said, T
from cnnspec.language.program import LayerStep
from cnnspec.language.run.models import Use, call_model, modelled, note_model
from cnnspec.language.run.names import given_name, note_odd
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import INFERENCE, State
from cnnspec.language.zoo import images, program_of


def take_application(
    state: State[T],
    step: LayerStep,
    layer: Any,
    given: tuple[Any, Mapping[str, Any]],
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> None:
    """Takes a model of keras.applications.

    Args:
        state: of the model around.
        step: its entry.
        layer: with its arguments.
        given: those of the step, worked out, and the settings of its call.
        read: the tensors that it reads.
        said: how they are called.
        scope: where it stands.
    """
    shape = images(layer, list(map(state.listener.sizes, read)))
    placed = _placed(state, step, layer, shape, scope)
    if layer.infers or placed.frozen or state.infers(placed.name, scope):
        state.quiet[placed.name] = INFERENCE
    settings = {**state.quiet.get(placed.name, {}), **given[1]}
    placed = placed._replace(settings=settings)
    use = Use(step, placed, given[0], read, said)
    if shape is None:
        # Whoever infers the layer tells what is wrong with what it reads.
        tensor = state.listener.layer(step, placed, layer, given[0], (), read, said)
        note_model(state, use, [""], type(layer), tensor, scope)
        return
    program = program_of(layer, shape)
    frozen = placed.frozen or not layer.trainable
    inner = Scope[T](program.values, {}, (), trail=scope.trail, frozen=frozen)
    made, names = modelled(state, use, program, inner, application=layer)
    call_model(state, use, made, names, type(layer), scope)


def held_application(
    state: State[T],
    step: LayerStep,
    layer: Any,
    x: Sequence[Any],
    axis: int,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> Layer:
    """The model that a layer holds; its class alone where that can't take its input.

    Args:
        state: of the model around.
        step: the entry of the layer that holds it, with the path of the model.
        layer: the model with its arguments.
        x: the shape of what it is given, if that is known.
        axis: see `modelled`.
        read: the tensors that the layer around reads.
        said: how they are called.
        scope: where that stands.
    """
    shape = images(layer, x)
    if shape is None:
        return layer  # type: ignore[no-any-return]
    name = layer.name or layer.keras_name(shape)
    frozen = scope.frozen or not layer.trainable
    placed = Placed(step.path, name, name, True, scope.trail, scope.frozen)
    program = program_of(layer, shape)
    inner = Scope[T](program.values, {}, (), trail=scope.trail, frozen=frozen)
    use = Use(step, placed, {}, read[:1], said[:1])
    return modelled(state, use, program, inner, axis, layer)[0]


def _placed(
    state: State[T], step: LayerStep, layer: Any, shape: Any, scope: Scope[T]
) -> Placed:
    """Its name, which Keras makes of its arguments and of what it reads."""
    given = None if step.name is None else given_name(state, step, scope)
    if given is not None:
        local = given
    elif scope.call:
        local = scope.label(step)
    else:
        local = layer.keras_name(shape or (None,) * 4)
    name = local if step.is_whole else scope.full(local)
    named = given is not None
    if named or scope.call:  # its automatic name is Keras's, with a dot in it
        note_odd(state, name, local, scope.call, step.type)
    return Placed(step.path, name, local, named, scope.trail, scope.frozen)

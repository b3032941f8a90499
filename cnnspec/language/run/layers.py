"""Layers, which most steps are."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.catalogue.layers import Layer, make_layer
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.ground.errors import Invalid, Path, Trail
from cnnspec.language import naming
from cnnspec.language.expressions import evaluate
from cnnspec.language.listener import Placed, Said, T
from cnnspec.language.parts import alone
from cnnspec.language.program import Block, LayerStep, PassStep, Program
from cnnspec.language.run.names import (
    NAME_LIMIT,
    given_name,
    know,
    note_odd,
    too_long,
)
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import INFERENCE, LAYER_LIMIT, State
from cnnspec.language.run.tensors import seen, tensors_of

_NO_SETTINGS: Mapping[str, Any] = {}


def take_layer(state: State[T], step: LayerStep, scope: Scope[T]) -> None:
    """Takes a layer; what is wrong with it is noted."""
    read: tuple[T, ...] = scope.current
    said: Sequence[Said] = ()
    settings = _NO_SETTINGS
    if step.sources:
        read, said = tensors_of(state, step, scope)
        if step.named:
            from cnnspec.language.run.arguments import by_name

            read, said, settings = by_name(state, step, read, said, scope)
    if scope.again is not None:
        from cnnspec.language.run.again import layer_again

        layer_again(state, step, read, said, settings, scope)
        return
    layer, arguments = step.layer, None
    if layer is None and step.arguments is not None:
        layer, arguments = _layer_of(state, step, read, said, scope)
    if layer is not None and layer.is_application:
        from cnnspec.language.run.applications import take_application

        given = arguments, settings
        take_application(state, step, layer, given, read, said, scope)
        return
    inner: tuple[str, ...] = ()
    infers = False
    if layer is not None and layer.nested():
        if any(held.is_application for held in all_nested(layer)):
            from cnnspec.language.run.holders import with_applications

            layer, infers = with_applications(state, step, layer, read, said, scope)
        inner = state.automatic_names.inner(layer)
    placed = _placed(state, step, layer, settings, scope)
    name = placed.name
    if state.tuned and layer is not None and layer.trains_otherwise():
        infers |= state.infers(name, scope)
    if infers:
        placed = _in_inference(state, placed)
    if layer is None or len(name) > NAME_LIMIT:
        _miss(state, step, placed, read, scope)
        return
    if state.applies:
        state.tape.append((step.path, name))
    tensor = state.listener.layer(step, placed, layer, arguments, inner, read, said)
    scope.current = (alone(tensor, state.listener) if layer.gives_list else tensor,)
    know(state, placed, scope.current, scope)
    state.classes[name] = type(layer)
    if len(state.classes) > LAYER_LIMIT:
        state.count(step, scope)


def _placed(
    state: State[T],
    step: LayerStep,
    layer: Layer | None,
    settings: Mapping[str, Any],
    scope: Scope[T],
) -> Placed:
    """The name of a layer: its own, that of the block's text, or Keras's."""
    given = None if step.name is None else given_name(state, step, scope)
    keras = ""
    if layer is not None and layer.named_by_keras:
        keras = state.automatic_names.of(layer)
    if given is not None:
        local = name = given
        if scope.call and not step.is_whole:
            name = naming.in_call(scope.call, given)
    elif scope.named:
        local = scope.label(step) if scope.rounds else step.label
        name = naming.in_call(scope.call, local)
    elif layer is not None:
        local = name = keras or state.automatic_names.of(layer)
    else:
        local = name = state.automatic_names.of_kind(step.type)
    if keras:
        state.automatic[name] = keras
    elif not naming.is_plain(name):
        note_odd(state, name, local, scope.call, step.type)
    is_given, trail, named = given is not None, scope.trail, scope.named
    return Placed(
        step.path, name, local, is_given, trail, scope.frozen, settings, named
    )


def _in_inference(state: State[T], placed: Placed) -> Placed:
    """A layer that is called as if nobody trained."""
    state.quiet[placed.name] = INFERENCE
    return placed._replace(settings={**INFERENCE, **placed.settings})


def _miss(
    state: State[T],
    step: LayerStep,
    placed: Placed,
    read: tuple[T, ...],
    scope: Scope[T],
) -> None:
    """Takes a layer that can't be made; what reads it is no mistake as well."""
    name, local = placed.name, placed.local
    if len(name) > NAME_LIMIT:
        state.problems.note(too_long(name), step.path, scope.trail)
        local = local[:NAME_LIMIT]
        placed = placed._replace(local=local)
    if state.applies:
        state.tape.append((step.path, None))
    state.lacks_layers = True
    state.listener.no_layer(placed, read)
    state.inputs -= {name}  # whoever reads the name means what was to be made
    scope.current = scope.known[local] = (state.listener.lost(name),)


def _layer_of(
    state: State[T],
    step: LayerStep,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> tuple[Layer | None, Any]:
    """The layer of a step with formulas, and its arguments worked out.

    None where they are wrong, which is reported.
    """
    try:
        variables = seen(state, step, scope)
        if step.models:
            from cnnspec.language.run.holders import holder

            return holder(state, step, variables, read, said, scope)
        arguments = evaluate(step.arguments, variables)
    except Invalid as error:
        state.problems.note(error, step.path, scope.trail)
        return None, None
    key = (step.path, repr(arguments))
    if key not in state.made:
        state.made[key] = None
        try:
            state.made[key] = make_layer(step.type, arguments)
        except Invalid as error:
            state.problems.note_arguments(error, step, scope)
    return state.made[key], arguments


def refuse_nothing(
    state: State[T], outputs: tuple[T, ...], model: Block | Program, trail: Trail
) -> None:
    """Reports a model without layers, and one that gives back what it is given."""
    at: Path = model.path if isinstance(model, Block) else ()
    no_layers = not state.classes and not state.lacks_layers
    if no_layers and not state.problems.unknown:
        text, path = "the layer list comes to no layer", (*at, "layers")
        hint = "let a repeat or if take one"
        taken_out = (s.changed for s in model.steps if isinstance(s, PassStep))
        if name := next(taken_out, ""):
            path = ("change", name)
            hint = f"leave '{name}' in"
        state.problems.report("missing-field", path, text, hint, trail)
    for name in state.inputs.intersection(map(state.listener.name, outputs)):
        if not no_layers and state.first(name) is None:
            path = (*at, "outputs" if model.outputs else "layers")
            text = f"the model would give back its input '{name}' as it came"
            hint = "let a layer read it, or list layers under outputs:"
            state.problems.report("input-as-output", path, text, hint, trail)

"""A layer that holds models, as `TimeDistributed` does of a block that is one."""

from collections.abc import Sequence
from typing import Any

from cnnspec.catalogue.layers import Layer, layer_class, make_layer
from cnnspec.ground.errors import Frame, Invalid, Path, Problem
from cnnspec.language import naming
from cnnspec.language.expressions import evaluate
from cnnspec.language.listener import Placed, Said, T
from cnnspec.language.program import Block, CallStep, LayerStep
from cnnspec.language.run.calls import parameters
from cnnspec.language.run.models import Use, modelled
from cnnspec.language.run.names import given_name
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State
from cnnspec.language.run.values import is_frozen


def holder(
    state: State[T],
    step: LayerStep,
    arguments: Any,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> Layer | None:
    """A layer that holds models; None where something else is wrong with it.

    Args:
        state: of the model around.
        step: its entry.
        arguments: those of the step, worked out, with calls where the models will be.
        read: the tensors that it reads.
        said: how they are called.
        scope: where it stands.

    Raises:
        Invalid: an expression of a call can't be worked out.
    """
    for way, call in step.models:
        block = state.program.blocks[call.block]
        _refuse_several(step, block, way)
        model = _held(state, step, call, block, read[:1], said[:1], scope)
        arguments = _with(arguments, way, model)
    try:
        return make_layer(step.type, arguments)
    except Invalid as error:
        state.problems.note_arguments(error, step, scope)
        return None


def _refuse_several(step: LayerStep, block: Block, way: Path) -> None:
    """Refuses a block of several inputs.

    Raises:
        Invalid: it has them.
    """
    if len(block.inputs) > 1:
        text = f"{step.type} gives what it holds one tensor"
        text = f"{text}, and the block '{block.name}' takes {len(block.inputs)}"
        hint = "give it one that a block of one tensor makes"
        raise Invalid([Problem(way, "wrapped-layer", text, hint)])


def _held(
    state: State[T],
    step: LayerStep,
    call: CallStep,
    block: Block,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> Layer:
    """The model that a call makes for a layer which holds it."""
    given = None if call.name is None else given_name(state, call, scope)
    # Nothing beside it has a name.
    name = naming.keras_name(given or call.block, "block")
    frozen = is_frozen(call, scope)
    placed = Placed(call.path, name, name, True, scope.trail, frozen)
    trail = (*scope.trail, Frame(block.name, name, call.path))
    values = evaluate(call.arguments, scope.variables)
    variables = parameters(state, block, values, trail)
    inner: Scope[T] = Scope(variables, {}, (), "", (), trail, frozen)
    use = Use(call, placed, values, read, said)
    return modelled(state, use, block, inner, layer_class(step.type))[0]


def _with(data: Any, way: Path, value: Any) -> Any:
    """Plain data with another value at the end of a way into it."""
    if not way:
        return value
    changed = data.copy()
    changed[way[0]] = _with(data[way[0]], way[1:], value)
    return changed

"""A layer that holds models, as `TimeDistributed` does of a block that is one."""

from collections.abc import Sequence
from typing import Any

from cnnspec.catalogue.layers import Layer, handed_from, make_layer
from cnnspec.ground.errors import Frame, Invalid, Path, Problem
from cnnspec.language import naming
from cnnspec.language.expressions import Values, evaluate
from cnnspec.language.listener import Placed, Said, T
from cnnspec.language.program import Block, CallStep, LayerStep
from cnnspec.language.run.applications import held_application
from cnnspec.language.run.calls import parameters
from cnnspec.language.run.models import Use, modelled
from cnnspec.language.run.names import given_name
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State
from cnnspec.language.run.values import is_frozen


def holder(
    state: State[T],
    step: LayerStep,
    variables: Values,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> tuple[Layer | None, Any]:
    """A layer that holds models; None where something else is wrong with it.

    Args:
        state: of the model around.
        step: its entry.
        variables: there, with the sizes that its formulas ask for.
        read: the tensors that it reads.
        said: how they are called.
        scope: where it stands.

    Returns:
        The layer, and the arguments of its entry worked out.

    Raises:
        Invalid: an expression can't be worked out.
    """
    worked_out = arguments = evaluate(step.arguments, variables)
    for way, call in step.models:
        block = state.program.blocks[call.block]
        _refuse_several(step, block, way)
        axis = handed_from(step.type, way)
        given = evaluate(call.arguments, variables)
        model = _held(state, call, given, axis, read[:1], said[:1], scope)
        arguments = _with(arguments, way, model)
    try:
        return make_layer(step.type, arguments), worked_out
    except Invalid as error:
        state.problems.note_arguments(error, step, scope)
        return None, worked_out


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
    call: CallStep,
    values: dict[str, Any],
    axis: int,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> Layer:
    """The model that a call makes of values for a layer which holds it."""
    block = state.program.blocks[call.block]
    given = None if call.name is None else given_name(state, call, scope)
    # Nothing beside it has a name.
    name = naming.keras_name(given or call.block, "block")
    frozen = is_frozen(call, scope)
    is_given = given is not None or call.name is None
    placed = Placed(call.path, name, name, is_given, scope.trail, frozen)
    trail = (*scope.trail, Frame(block.name, name, call.path))
    variables = parameters(state, block, values, trail)
    inner: Scope[T] = Scope(variables, {}, (), "", (), trail, frozen)
    use = Use(call, placed, values, read, said)
    return modelled(state, use, block, inner, axis)[0]


def with_applications(
    state: State[T],
    step: LayerStep,
    layer: Layer,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> tuple[Layer, bool]:
    """A layer with the models of keras.applications made that it holds.

    Args:
        state: of the model around.
        step: its entry.
        layer: as its arguments alone make it.
        read: the tensors that it reads.
        said: how they are called.
        scope: where it stands.

    Returns:
        The layer, and whether it is called in inference for the sake of one of them.
    """
    shapes = [state.listener.sizes(tensor) for tensor in read[:1]]
    infers = False

    def made(found: Layer, way: Path, axis: int) -> Layer:
        nonlocal infers
        if not found.is_application:
            axis += found.hands_in_from - 1
            changed = {
                name: made(inner, (*way, name, inner.title()), axis)
                for name in found.holders()
                if isinstance(inner := getattr(found, name), Layer)
            }
            same = all(one is getattr(found, name) for name, one in changed.items())
            return found if same else type(found)(**{**found.given, **changed})
        model: Any = found
        at = step._replace(path=(*step.path, *way))
        infers |= model.infers or scope.frozen
        handed = [(one[0], *one[axis:]) for one in shapes if isinstance(one, tuple)]
        return held_application(state, at, model, handed, axis, read, said, scope)

    return made(layer, (), 1), infers


def _with(data: Any, way: Path, value: Any) -> Any:
    """Plain data with another value at the end of a way into it."""
    if not way:
        return value
    changed = data.copy()
    changed[way[0]] = _with(data[way[0]], way[1:], value)
    return changed

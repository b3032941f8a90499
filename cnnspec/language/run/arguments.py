"""What the tensors that a call reads are to it: its arguments, by name or by order."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.ground.errors import Invalid, Problem, either
from cnnspec.ground.yaml_text import flow
from cnnspec.language import parts
from cnnspec.language.listener import Said, T
from cnnspec.language.program import (
    INPUT,
    PREV,
    ApplyStep,
    Block,
    CallStep,
    LayerStep,
)
from cnnspec.language.run.problems import wrong
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State
from cnnspec.language.sources import Call, call_of, call_of_block, in_order


def by_name(
    state: State[T],
    step: LayerStep | CallStep | ApplyStep,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
    call: Call | None = None,
) -> tuple[tuple[T, ...], Sequence[Said], Mapping[str, Any]]:
    """What a call is given by the names of its arguments, in its own order.

    Args:
        state: of the model.
        step: whose `from` is a mapping.
        read: the tensors, in the order of the text.
        said: how they are called.
        scope: where the step stands.
        call: what it takes, where the step itself doesn't say.

    Raises:
        Invalid: it has no such argument.
    """
    named = step.named
    assert named is not None
    if type(step) is CallStep:
        call = call_of_block(state.program.blocks[step.block])
    elif type(step) is LayerStep:
        call = call_of(step.type)
    if call is None:
        return read, said, {}
    found = [
        (read[k], one._replace(argument=argument))
        for place, argument in in_order(named, call)
        for k, one in enumerate(said)
        if one.place == place
    ]
    settings = {
        key: _setting(state, key, value, step, scope)
        for key, value in named.settings.items()
    }
    return (
        tuple(tensor for tensor, _ in found),
        tuple(one for _, one in found),
        settings,
    )


def _setting(
    state: State[T],
    key: str,
    value: Any,
    step: LayerStep | CallStep | ApplyStep,
    scope: Scope[T],
) -> bool:
    """An argument of a call that is no tensor."""
    try:
        found = scope.worked_out(value, ("from", key))
        if type(found) is not bool:
            raise wrong(("from", key), key, "true or false", found, value)
        return found
    except Invalid as error:
        state.complete = False
        state.problems.note(error, step.path, scope.trail)
        return False


def given_to(
    state: State[T],
    block: Block,
    step: CallStep | ApplyStep,
    read: tuple[T, ...],
    said: Sequence[Said],
    scope: Scope[T],
) -> tuple[tuple[T, ...], Sequence[Said]]:
    """The tensors that a block is given, in the order of its inputs.

    Raises:
        Invalid: it takes others.
    """
    if step.named:
        call = call_of_block(block)
        read, said, _ = by_name(state, step, read, said, scope, call)
        _refuse_unlike(block, said)
        said = tuple(one._replace(argument="") for one in said)
    elif len(read) != (len(block.inputs) or 1):
        read, said = parts.all_apart(read, said, state.listener)
    if len(read) != (len(block.inputs) or 1):
        raise _wrong_count(block, step, len(read))
    return read, said


def _wrong_count(block: Block, step: CallStep | ApplyStep, count: int) -> Invalid:
    """What to say of a call with more or fewer tensors than its block takes."""
    needed = len(block.inputs) or 1
    noun = "tensor" if needed == 1 else "tensors"
    text = f"the block '{block.name}' takes {needed} {noun}, and is given {count}"
    if count > needed == 1:
        names = [source for source in step.sources if type(source) is str]
        one = names[-1] if names else INPUT
        hint = f"write from: {one}; or give the block inputs: for all of them"
    else:
        example = [*[INPUT] * (needed - 1), PREV]
        hint = f"give it {either(block.inputs, 'and')}, as in from: {flow(example)}"
    return Invalid([Problem((), "shape", text, hint, True)])


def _refuse_unlike(block: Block, said: Sequence[Said]) -> None:
    """Refuses a call that doesn't give each input of its block one tensor.

    Raises:
        Invalid: with what is missing, or is given several.
    """
    given = [one.argument for one in said]
    for name in block.inputs:
        if (count := given.count(name)) != 1:
            text = f"the block '{block.name}' takes one tensor as '{name}'"
            found = "none" if not count else str(count)
            hint = f"add {name}: to from" if not count else f"give '{name}' one of them"
            message = f"{text}, and is given {found}"
            raise Invalid([Problem(("from",), "shape", message, hint, True)])

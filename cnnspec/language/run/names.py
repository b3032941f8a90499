"""What things are called, and what a name stands for where a step is taken."""

from collections.abc import Mapping
from typing import Any

from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.ground.errors import Invalid, Path, Problem
from cnnspec.ground.kinds import is_name
from cnnspec.language import naming
from cnnspec.language.expressions import Formula
from cnnspec.language.listener import Placed, T
from cnnspec.language.program import PREV, ApplyStep, CallStep, LayerStep, PassStep
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import NO_NAMES, State

NAME_LIMIT = 1_000
"""Characters of a name in full; calls inside one another could make it endless."""


def given_name(
    state: State[T],
    step: LayerStep | CallStep | ApplyStep | PassStep,
    scope: Scope[T],
) -> str | None:
    """The name that a step is given; None for null, and where it is no name."""
    name = step.name
    if not isinstance(name, Formula):
        return name
    try:
        found = name.value(scope.variables)
        if found is None or (type(found) is str and is_name(found)):
            return found
        from cnnspec.language.given import no_name

        raise no_name(name, found)
    except Invalid as error:
        path = (*step.path, "name")
        state.problems.note(error, path, scope.trail)
        return None


def placed_use(state: State[T], step: CallStep | ApplyStep, scope: Scope[T]) -> Placed:
    """The name of a call or of a layer's further use.

    Raises:
        Invalid: it is too long.
    """
    given = None if step.name is None else given_name(state, step, scope)
    block = step.block if type(step) is CallStep else ""
    if given is not None:
        local = given
        name = given if step.is_whole else scope.full(given)
    else:
        local = ""
        if scope.named or (scope.call and block):
            local = scope.label(step)
        elif block:
            local = state.calls.next(block)
        name = scope.full(local) if local else ""
    if len(name) > NAME_LIMIT:
        raise too_long(name)
    named = scope.named or bool(block and given is not None)
    if block and not named and not state.program.blocks[block].is_model:
        state.unnamed[name] = name, local, scope.call, block
    elif name:
        note_odd(state, name, local, scope.call, block or "apply")
    return Placed(step.path, name, local, given is not None, scope.trail, named=named)


def take_input(state: State[Any], called: str, path: Path) -> None:
    """Notes the name of an input."""
    state.inputs |= {called}
    state.taken[called] = path
    note_odd(state, called, called, "", INPUT_LAYER)


# ----------------------------------------------------------------- known names


def named(name: str, scope: Scope[T]) -> tuple[tuple[T, ...], str] | None:
    """The tensors that a name stands for, and by which name they are called."""
    if name == PREV:
        return scope.current, ""
    found = scope.known.get(name)
    return None if found is None else (found, name)


def own(state: State[T], name: str, scope: Scope[T]) -> str:
    """The author's name for what is called by Keras's, which may stand as well."""
    if not state.authors:
        return name
    call = state.keras_names.get(scope.call, scope.call)
    full = state.authors.get(naming.in_call(call, name) if call else name, "")
    local = full.removeprefix(naming.in_call(scope.call, "")) if call else full
    return local if local in scope.known and name not in scope.known else name


def know(
    state: State[T], placed: Placed, tensors: tuple[T, ...], scope: Scope[T]
) -> None:
    """Lets `from` use a name, which nothing may have had before."""
    name, local, known = placed.name, placed.local, scope.known
    is_whole = name == local and scope.call != ""
    if (
        not is_whole  # the commonest, by far
        and local not in known
        and name not in state.taken
        and local != PREV
    ):
        state.taken[name] = placed.path
        known[local] = tensors
        return
    clashes = local in known and name not in state.lent
    if clashes and not scope.named:
        # Keras's name of a layer isn't the block's own to give.
        if is_whole and not placed.given:
            _take_full(state, placed, scope)
            return
        clashes = local not in scope.wholes or is_whole
    if clashes or local == PREV or name in state.taken:
        _refuse_name(state, placed, scope)
    state.taken[name] = placed.path
    known[local] = tensors
    if is_whole:
        scope.wholes.add(local)
    elif scope.call:
        scope.wholes.discard(local)


def _take_full(state: State[T], placed: Placed, scope: Scope[T]) -> None:
    """Notes a name that nothing reads where it stands."""
    if placed.name in state.taken:
        _refuse_name(state, placed, scope)
    state.taken[placed.name] = placed.path


def lend(
    state: State[T], placed: Placed, tensors: tuple[T, ...], scope: Scope[T]
) -> None:
    """Lets `from` use the name of a call that nobody named, unless it is another's.

    What is given that name later has it from then on.
    """
    name, local = placed.name, placed.local
    is_free = local not in scope.known and local != PREV
    if is_free and name not in state.taken:
        scope.known[local] = tensors
        state.lent.add(name)


def too_long(name: str) -> Invalid:
    """What to say of a name beyond `NAME_LIMIT`."""
    text = f"the name '{name[:20]}…' has over {NAME_LIMIT:,} characters"
    hint = "choose shorter ones for it and for the calls around it"
    return Invalid([Problem(("name",), "wrong-type", text, hint)])


def _refuse_name(state: State[T], placed: Placed, scope: Scope[T]) -> None:
    from cnnspec.language.unknown import taken

    full, local = placed.name, placed.local
    if full not in state.taken and local in scope.known:
        full = state.listener.name(scope.known[local][0])
    around = scope.trail[-1].name if scope.trail else ""
    first, lent = state.taken.get(full), around in state.unnamed
    text, hint = taken(placed, first, state.program, lent=lent)
    path, trail = (*placed.path, "name"), scope.trail
    if lent and first == placed.path and full != local:
        path, trail = scope.trail[-1].path, scope.trail[:-1]
    if text:
        state.problems.report("duplicate-name", path, text, hint, trail)


# ----------------------------------------------------------------- Keras's names


def note_odd(state: State[Any], name: str, local: str, call: str, kind: str) -> None:
    """Notes what has a name that Keras may not take.

    Args:
        state: of the model.
        name: in full.
        local: what it is called where it stands.
        call: the full name of the call around.
        kind: its class or block.
    """
    if naming.is_plain(name):
        return
    if around := state.unnamed.pop(call, None):  # its name is in this one
        note_odd(state, *around)
    state.odd.append((name, local, call, kind))


def named_by_keras(state: State[Any]) -> Mapping[str, str]:
    """What Keras calls that whose names it doesn't take."""
    automatic = state.automatic
    if not state.odd and not automatic:
        return NO_NAMES
    taken = [*state.taken, *automatic.values()] if automatic else state.taken
    names = naming.keras_names(state.odd, taken)
    if automatic:
        _refuse_shared(state, names)
    return names


def _refuse_shared(state: State[Any], names: Mapping[str, str]) -> None:
    """Reports a layer that is given the name that Keras gives an operation."""
    others = [*state.inputs, *state.classes]
    called = {names.get(n, n): n for n in others if n not in state.automatic}
    for name, keras in state.automatic.items():
        if keras in called:
            from cnnspec.language.unknown import shared_name

            other = called[keras]
            path = (*state.taken[other], "name")
            first = state.taken[name]
            text, hint = shared_name(name, keras, first, state.program)
            state.problems.report("duplicate-name", path, text, hint)

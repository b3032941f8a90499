"""Which tensors a step reads, and those that a model or a block gives."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from cnnspec.ground.errors import Invalid, Path, Problem
from cnnspec.language import parts
from cnnspec.language.expressions import Formula, sizes_of, title_of
from cnnspec.language.listener import Said, T
from cnnspec.language.program import (
    INPUT,
    PREV,
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Ref,
)
from cnnspec.language.run.names import named, own
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State

Found = tuple[tuple[T, ...], str]
"""The tensors that a name stands for, and the name that they are called by."""


# ----------------------------------------------------------------- from


def tensors_of(
    state: State[T],
    step: LayerStep | CallStep | ApplyStep | PassStep,
    scope: Scope[T],
) -> tuple[tuple[T, ...], Sequence[Said]]:
    """The tensors that a step reads, and how it says so."""
    if not step.sources:
        return scope.current, ()
    found: list[T] = []
    said: list[Said] = []
    for place, source in enumerate(step.sources):
        number = 0
        items = _sources(state, source, step, place, scope)
        is_listed = isinstance(items, list)
        for tensors, by in items:
            for tensor in tensors:
                found.append(tensor)
                said.append(Said(place, number, by, is_listed=is_listed))
                number += 1
    return tuple(found), said


def _sources(
    state: State[T],
    source: Ref,
    step: LayerStep | CallStep | ApplyStep | PassStep,
    place: int,
    scope: Scope[T],
) -> "Sequence[Found[T]]":
    """What an item of `from` stands for; a list where that is a list of names."""
    if type(source) is Formula:
        under = step.named.places[place] if step.named else (place,)
        names = _listed(state, source, (*step.path, "from", *under), scope)
        if names == []:
            return [(state.lost, "")]
        if names is not None:
            return [_source(state, name, step, place, scope) for name in names]
    return (_source(state, source, step, place, scope),)


def _listed(
    state: State[T], source: Formula, path: Path, scope: Scope[T]
) -> list[str] | None:
    """The names in a list that a formula comes to; None where that is no list."""
    try:
        names = scope.worked_out(source, ())
    except Invalid:  # which is reported where a name is wanted of it
        return None
    if not isinstance(names, list) or not all(type(n) is str for n in names):
        return None
    if not names:
        from cnnspec.language.given import no_names

        state.problems.note(no_names(source), path, scope.trail)
        return []
    return names


def _source(
    state: State[T],
    source: Ref,
    step: LayerStep | CallStep | ApplyStep | PassStep,
    place: int,
    scope: Scope[T],
) -> "Found[T]":
    """The tensors that an item of `from` stands for, and the name if it is one."""
    if isinstance(source, tuple):
        # The current tensor stays what it was before a branch.
        before = scope.current
        state.take(source, scope)
        given, scope.current = scope.current, before
        return given, ""
    if type(source) is str and (found := named(own(state, source, scope), scope)):
        return found
    reader = step.block if type(step) is CallStep else "apply"
    reader = step.type if type(step) is LayerStep else reader
    under = step.named.places[place] if step.named else (place,)
    path = (*step.path, "from", *under)
    return _called(state, source, path, f"{reader} reads", scope)


def _called(
    state: State[T], source: str | Formula, path: Path, where: str, scope: Scope[T]
) -> "Found[T]":
    """The tensors that a name stands for, which may be an expression; and it."""
    name: Any = source
    if type(source) is Formula:
        try:
            name = scope.worked_out(source, ())
            if not isinstance(name, str):
                from cnnspec.language.given import no_tensor

                raise no_tensor(source, name, where)
        except Invalid as error:
            state.problems.note(error, path, scope.trail)
            return state.lost, ""
    else:
        name = own(state, name, scope)
    if found := named(name, scope) or _part(state, name, path, where, scope):
        return found
    if scope.again is None:  # otherwise it is known from before
        options = chain(scope.known, (PREV,))
        state.problems.note_unknown(name, path, scope.trail, where, options)
    return (state.listener.lost(name),), name


def _part(
    state: State[T], name: str, path: Path, where: str, scope: Scope[T]
) -> "Found[T] | None":
    """One of the tensors that a name stands for: the second is `enc.1`.

    None where nothing before the number is known.
    """
    if (split := parts.numbered(name)) is None:
        return None
    stem, number = split
    if (found := named(own(state, stem, scope), scope)) is None:
        return None
    tensors, by = found
    several = parts.apart(tensors, state.listener)
    if several is None:  # something is wrong with it, or nobody knows its shape
        state.complete = False
        return state.lost, by
    if number < len(several):
        return (several[number][1],), by
    count = len(several)
    gives = f"{count} tensors" if count > 1 else "one tensor"
    text = f"{where} '{name}', and '{stem}' gives {gives}"
    hint = f"write {stem}.{count - 1}" if count > 1 else f"write {stem}"
    state.problems.report("unknown-input", path, text, hint, scope.trail)
    return state.lost, by


# ----------------------------------------------------------------- sizes


def seen(
    state: State[T], step: LayerStep | CallStep | IfStep, scope: Scope[T]
) -> Mapping[str, Any]:
    """The variables where a step stands, and the sizes that its formulas ask for.

    Raises:
        Invalid: something is wrong with a tensor, which has been reported.
    """
    if not step.asks:
        return scope.variables
    found: dict[str, Any] = {}
    for name in sorted(step.asks):
        tensor = _asked(state, name, step, scope)
        shape: Any = state.listener.sizes(tensor)
        found |= {sizes_of(name): [*shape[1:]]}
        found |= {title_of(name): state.listener.name(tensor)}
    return scope.variables | found


def _asked(
    state: State[T], name: str, step: LayerStep | CallStep | IfStep, scope: Scope[T]
) -> T:
    """A tensor above whose sizes are asked for.

    Raises:
        Invalid: there is none of that name, or several are.
    """
    from cnnspec.language.sources import asking

    inside, before = asking(step, name), len(state.problems.unknown)
    path = (*step.path, *inside)
    tensors, by = _called(state, name, path, "shape() names", scope)
    shapes = parts.apart(tensors, state.listener)
    if shapes is None:
        state.complete &= len(state.problems.unknown) > before
        raise Invalid(())
    if len(shapes) > 1:
        text = f"'{name}' is {len(shapes)} tensors, and shape() takes one"
        hint = f"write shape('{name}.0') for the first"
        raise Invalid([Problem(inside, "shape", text, hint)])
    [(_, tensor)] = shapes
    state.listener.asked(step, name, by, tensor)
    return tensor


# ----------------------------------------------------------------- outputs


def outputs(state: State[T], scope: Scope[T]) -> tuple[tuple[T, ...], Sequence[Said]]:
    """The tensors that the model gives, and how `outputs` calls them."""
    found: list[T] = []
    said: list[Said] = []
    inputs = {INPUT, *state.inputs}
    for place, name in enumerate(state.program.outputs):
        path, name = ("outputs", place), own(state, name, scope)
        where, known = "outputs: names", name
        tensors = scope.known.get(name)
        if tensors is None and (split := parts.numbered(name)):
            known = own(state, split[0], scope)
            if known in scope.known and known not in inputs:
                part = _part(state, name, path, where, scope)
                tensors = part[0] if part else None
        if tensors is None or known in inputs:
            options = scope.known.keys() - inputs
            state.problems.note_unknown(name, path, (), where, options)
        elif name in state.program.outputs[:place]:
            text = f"outputs: names '{name}' a second time"
            state.problems.report("duplicate-value", path, text, "remove it")
        else:
            found += tensors
            said += [Said(place, number, known) for number in range(len(tensors))]
    return (tuple(found), said) if found else (scope.current, ())


def results(
    state: State[T], block: Block, scope: Scope[T]
) -> tuple[tuple[T, ...], Sequence[Said]]:
    """The tensors that a block gives, and how its `outputs` calls them."""
    found: list[T] = []
    said: list[Said] = []
    for place, name in enumerate(block.outputs):
        path = (*block.path, "outputs", place)
        tensors, by = _called(state, name, path, "outputs: names", scope)
        found += tensors
        said += [Said(place, number, by) for number in range(len(tensors))]
    return tuple(found), said

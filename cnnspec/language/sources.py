"""What may stand under `from`, and what a mapping there says of a call's arguments."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.layers.base import CALL_SETTINGS, Layer
from cnnspec.catalogue.registry import is_known, own_name
from cnnspec.ground.errors import Invalid, Path, Problem, either, nearest
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.expressions import Formula
from cnnspec.language.program import (
    INPUT,
    PREV,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    Named,
)
from cnnspec.language.variables import each_formula


class Call(NamedTuple):
    """What a call takes, by the names that it has for it."""

    title: str
    tensors: tuple[str, ...]
    """In their order."""
    settings: frozenset[str]
    """What it takes beside tensors."""


def call_of(kind: str, given: Collection[str] = ()) -> Call | None:
    """What the call of a layer takes; None where there is no such layer.

    Args:
        kind: the layer's name.
        given: arguments that it has anyhow; a number may stand in a tensor's place.
    """
    name = own_name(kind)
    if not is_known(name):
        return None
    call = call_of_class(layer_class(name))
    left = tuple(one for one in call.tensors if one not in given)
    return call._replace(tensors=left or call.tensors)


def call_of_class(cls: type[Layer]) -> Call:
    """What the call of a class's layers takes."""
    return Call(cls.title(), cls.tensor_arguments, frozenset(cls.call_settings))


def call_of_block(block: Block) -> Call:
    """What the call of a block takes."""
    tensors = block.inputs or (INPUT,)
    return Call(f"the block '{block.name}'", tensors, frozenset())


def of_the_call(
    error: Invalid, kind: str, arguments: Mapping[Any, Any], read: Sequence[Any]
) -> Invalid:
    """The problems of a layer's arguments, some of which its call has, and not it.

    Args:
        error: with the problems.
        kind: of the layer.
        arguments: those that it is given.
        read: what it reads, where it says so.
    """
    cls = layer_class(own_name(kind))
    first, *others = (*cls.tensor_arguments, *cls.call_settings)

    def mended(problem: Problem) -> Problem:
        key = problem.path[0] if problem.path else None
        if problem.code != "unknown-field" or key not in others:
            return problem
        value = arguments.get(key)
        named = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str | bool) for one in named):
            return problem
        beside = {first: str(read[0])} if read else {}
        given = flow({**beside, key: value})
        is_plain = len(read) < 2 and not any(isinstance(one, tuple) for one in read)
        hint = f"write from: {given}" if is_plain else f"name {key} under from"
        return problem._replace(hint=hint)

    return Invalid(map(mended, error.problems))


class Item(NamedTuple):
    """What one argument is given, or one of a list that it is given."""

    argument: str
    place: Path
    """Where it stands under `from`."""
    value: Any


class Said(NamedTuple):
    """What a mapping says."""

    items: list[Item]
    settings: dict[str, Any]


def by_name(given: Mapping[Any, Any], call: Call | None) -> Said:
    """What a mapping under `from` says.

    The first argument is the current tensor where it is left out.

    Args:
        given: the mapping.
        call: what the call takes; None where that isn't known yet.

    Raises:
        Invalid: a key is none of the call's arguments, or stands for something else.
    """
    said, problems = Said([], {}), list[Problem]()
    settings = call.settings if call else CALL_SETTINGS
    for key, value in given.items():
        if call and key not in call.tensors and key not in settings:
            problems.append(_unknown(key, call))
        elif key in settings:
            problems += _wrong_setting(key, value)
            said.settings[key] = value
        elif isinstance(value, list) and value:
            said.items.extend(Item(key, (key, n), one) for n, one in enumerate(value))
        elif isinstance(value, str | Formula) and value:
            said.items.append(Item(key, (key,), value))
        else:
            text = f"'{key}' is given tensors by their names; found {describe(value)}"
            problems.append(Problem(("from", key), "wrong-type", text))
    if problems:
        raise Invalid(problems)
    return said


FIRST = ""
"""What stands for the first argument of a call that isn't known yet, unless that is
among the others."""


def with_first(items: list[Item], call: Call | None) -> list[Item]:
    """The items, with the current tensor for the first argument if nothing is."""
    first = call.tensors[0] if call else FIRST
    if any(item.argument == first for item in items):
        return items
    return [Item(first, (), PREV), *items]


def in_order(named: Named, call: Call) -> list[tuple[int, str]]:
    """The sources of a call in the order in which it takes them, and as what.

    Raises:
        Invalid: it has no such argument.
    """
    strange = [
        key
        for key in (*named.arguments, *named.settings)
        if key not in (*call.tensors, *call.settings, FIRST)
    ]
    if strange:
        raise Invalid(_unknown(key, call) for key in dict.fromkeys(strange))
    first = call.tensors[0]
    found = [
        (place, argument or first)
        for place, argument in enumerate(named.arguments)
        if argument or first not in named.arguments
    ]
    return sorted(found, key=lambda one: call.tensors.index(one[1]))


def _unknown(key: Any, call: Call) -> Problem:
    has = (*call.tensors, *sorted(call.settings))
    text = f"{call.title} is called with no '{key}'"
    hint = nearest(key, has) if isinstance(key, str) else ""
    hint = hint or f"it takes {either(has, 'and')}"
    return Problem(("from", key), "unknown-field", text, hint, at_key=True)


def _wrong_setting(key: str, value: Any) -> list[Problem]:
    if isinstance(value, bool | Formula):
        return []
    text = f"'{key}' must be true or false; found {describe(value)}"
    return [Problem(("from", key), "wrong-type", text)]


def bad_source(step: Path, item: Any) -> Invalid:
    """What to say of something under `from` that is neither a name nor a branch."""
    text = "from must be the name of a layer above, prev, input, or a list of those"
    hint = ""
    if isinstance(item, dict):
        hint = "a branch is a list of its own: from: [prev, [Flatten, {Dense: 10}]]"
    elif isinstance(item, list) and item:
        hint = f"a list in a list is a branch of layers; write from: {flow(item)}"
    message = f"{text}; found {describe(item)}"
    return Invalid([Problem(("from", *step), "wrong-type", message, hint)])


def asking(step: LayerStep | CallStep | IfStep, tensor: str) -> Path:
    """Where a step asks for the sizes of a tensor, seen from the step."""
    if isinstance(step, IfStep):
        return ("test",)
    return next(
        (path for path, f in each_formula(step.arguments, ()) if tensor in f.tensors),
        (),
    )

"""A record of which something is wrong: what is known of it can be judged all the same.

Whoever asks for a part that isn't known is told so by `Lost`, and says nothing then, so
that no mistake is told that is only what another one leads to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

from cnnspec.ground.errors import ArgumentError, Invalid, Problem
from cnnspec.ground.kinds import Argument, NotAllowed
from cnnspec.ground.records import Record

R = TypeVar("R", bound=Record)
T = TypeVar("T")


class Lost(Exception):
    """Something isn't known because something is wrong with it."""


class _Unknown:
    """What stands for a value that isn't known."""

    def __getattr__(self, _name: str) -> NoReturn:
        raise Lost

    def __getitem__(self, _place: Any) -> "_Unknown":
        return self

    def __iter__(self, *_: Any) -> NoReturn:
        raise Lost

    __bool__ = __len__ = __contains__ = __iter__


UNKNOWN: Any = _Unknown()
"""In place of a value that isn't known."""


def known(value: T) -> T:
    """The value.

    Raises:
        Lost: it isn't known.
    """
    if value is UNKNOWN:
        raise Lost
    return value


def each_known(values: Iterable[T]) -> Iterator[tuple[int, T]]:
    """Those values of a list that are known, and where each stands."""
    return (pair for pair in enumerate(values) if pair[1] is not UNKNOWN)


def until_lost(found: Iterable[T]) -> Iterator[T]:
    """What is found before something is asked for that isn't known."""
    try:
        yield from found
    except Lost:
        return


def all_of(*checks: Callable[[], Iterable[ArgumentError]]) -> None:
    """Makes all checks of a record, and not only up to the first that finds something.

    Raises:
        Invalid: with all that they find.
    """
    problems = [
        Problem((error.argument,), error.code, error.message, error.hint)
        for check in checks
        for error in until_lost(check())
    ]
    if problems:
        raise Invalid(problems)


def part_of(cls: type[R], data: Any) -> R:
    """A record of those arguments that are sound.

    Args:
        cls: of the record.
        data: what a spec gives of it, which `cls.read` refuses.
    """
    given = data if isinstance(data, dict) else {}
    broken = _with_commas(given)
    values: dict[str, Any] = {}
    for argument in cls.arguments().values():
        here = argument.name in given
        meant = not here and cls.misnamed(data, argument.name) is not None
        if argument.name in broken or meant or given is not data:
            values[argument.attribute] = UNKNOWN
        elif here or argument.required:
            values[argument.attribute] = _sound(argument, given)
        else:
            values[argument.attribute] = argument.default
    lost = [name for name, value in values.items() if value is UNKNOWN]
    partial: type[R] = type(cls.__name__, (cls,), dict.fromkeys(lost, _LOST))
    part = object.__new__(partial)
    vars(part).update(values)
    spelt_out = {a.attribute for a in cls.arguments().values() if a.name in given}
    object.__setattr__(part, "__pydantic_fields_set__", spelt_out - set(lost))
    return part


def _with_commas(given: Mapping[Any, Any]) -> set[Any]:
    """Keys whose numbers YAML has split at their commas: `{params: 7,850}`."""
    return {key for key, rest in pairwise(given) if str(rest).isdigit()}


def _lose(_record: Any) -> NoReturn:
    raise Lost


_LOST = property(_lose)


def _sound(argument: Argument, given: Mapping[str, Any]) -> Any:
    """The value of an argument; a list with those items that are allowed."""
    if argument.name not in given:
        return UNKNOWN
    value = given[argument.name]
    try:
        return argument.kind.validated(value)
    except NotAllowed:
        several = value if isinstance(value, list) else []
    items = [_item(argument, item) for item in several]
    return tuple(items) if any(item is not UNKNOWN for item in items) else UNKNOWN


def _item(argument: Argument, item: Any) -> Any:
    try:
        found = argument.kind.validated([item])
    except NotAllowed:
        return UNKNOWN
    return found[0] if isinstance(found, tuple | list) and len(found) == 1 else UNKNOWN

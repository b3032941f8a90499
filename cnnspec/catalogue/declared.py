"""Losses and metrics that a spec declares itself, found while it is read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from cnnspec.ground.errors import Path


class Declared(NamedTuple):
    """What a spec says of a loss or a metric of its own."""

    module: str
    """To import it from."""
    attribute: str
    """What it is called there."""
    is_made: bool
    """Whether a call makes it, of a class or a function; else it is the function."""
    path: Path
    """Where it stands in the document."""


Parts = Mapping[str, type[Any]]
"""Classes by their names in the spec."""
_NONE: Parts = {}
_parts: ContextVar[Parts] = ContextVar("parts", default=_NONE)


@contextmanager
def declaring_parts(parts: Parts) -> Iterator[None]:
    """Lets losses and metrics be found that a spec declares for itself."""
    token = _parts.set(parts)
    try:
        yield
    finally:
        _parts.reset(token)


def declared_otherwise(name: str, base: type[Any]) -> str | None:
    """What else a name is declared as: a loss or a metric; None if it isn't."""
    found = _parts.get().get(name)
    if found is None or issubclass(found, base):
        return None
    kinds = (c.__name__.lower() for c in found.__mro__ if c.__name__ in _KINDS)
    return f"a {next(kinds)}"


def near_declared(name: str, base: type[Any]) -> str:
    """A question whether one of the spec's own is meant; '' where none is near."""
    from cnnspec.ground.errors import nearest

    return nearest(name, tuple(declared_parts(base)))


_KINDS = ("Loss", "Metric")


def declared_parts(base: type[Any]) -> Parts:
    """Those of a kind that the spec which is being read declares."""
    found = _parts.get()
    return {n: c for n, c in found.items() if issubclass(c, base)} if found else found

"""What other frameworks and earlier versions of Keras call the things of the catalogue.

Imported only when there is something to say.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cnnspec.ground import likeness, patience
from cnnspec.ground.errors import near
from cnnspec.ground.records import Record
from cnnspec.ground.yaml_text import flow


class Counterpart(NamedTuple):
    """What does here what something does elsewhere."""

    cls: type[Record]
    arguments: Mapping[str, Any]
    """Those that make it the same."""
    name: str = ""
    """What Keras calls it, where that isn't its class's name."""


def counterparts(classes: Iterable[type[Record]]) -> dict[str, Counterpart]:
    """The classes by the names that they have elsewhere, as each one tells."""
    return {
        other: Counterpart(cls, arguments)
        for cls in dict.fromkeys(classes)
        for names, arguments in cls.__dict__.get("elsewhere", {}).items()
        for other in names.split()
    }


def suggested(
    name: Any,
    names: Mapping[str, type[Record]],
    more: Iterable[type[Record]] = (),
) -> str:
    """`did you mean 'he_normal'?` for an unknown name; nothing for a strange one.

    Args:
        name: as it stands in a spec.
        names: the classes that may stand there, by each of their names.
        more: those that may only stand there as a mapping.
    """
    if not isinstance(name, str) or not patience.lasts():
        return ""
    others = counterparts((*names.values(), *more))
    found = likeness.meant(name, names, {other: other for other in others})
    if not found or found in names:
        return near(found) if found else ""
    other = others[found]
    called = next((name for name, cls in names.items() if cls is other.cls), "")
    if called and not other.arguments:
        return near(called)
    return f"write {flow({other.cls.__name__: dict(other.arguments)})}"


def called(found: Any, names: Mapping[str, type[Record]]) -> str:
    """How a spec writes what is there as a call of Python's or under `name` or `type`.

    Args:
        found: `l2(0.01)`, or `{type: Adam, lr: 0.1}`.
        names: the classes that may stand there, by each of their names.
    """
    from cnnspec.ground.habits import call
    from cnnspec.ground.mistakes import translated

    name = ""
    positional: list[Any] = []
    named: Any = {}
    if isinstance(found, str) and "(" in found and (one := call(found)):
        name, positional, named, *_ = one
    elif isinstance(found, dict):
        key = next((key for key in _KINDS if found.get(key) in [*names]), "")
        name = found[key] if key else ""
        named = {k: v for k, v in found.items() if k != key}
        named = named.get("config", named)
    if name not in names or not isinstance(named, dict):
        return ""
    cls = names[name]
    given = dict(zip(cls.arguments(), positional, strict=False))
    given |= translated(cls, named)
    return f"write {flow({cls.__name__: given} if given else name)}"


_KINDS = ("name", "type", "class_name", "identifier", "kind")
"""Keys under which other tools have the name of a class."""

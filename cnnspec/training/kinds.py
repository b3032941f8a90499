"""The kinds of value that training is told, beside those of `cnnspec.fields`."""

from collections.abc import Iterable
from importlib import import_module
from typing import Annotated, Any

from cnnspec.components import (
    Component,
    read_arguments,
    read_component,
    snake_case,
)
from cnnspec.errors import Invalid, Problem, either, nearest
from cnnspec.fields import Json, Kind, describe, kind, number

AboveZero = Annotated[float, number("a number above 0", gt=0)]
BetweenZeroAndOne = Annotated[float, number("a number between 0 and 1", gt=0, lt=1)]
Part = Annotated[float, number("a number from 0 to below 1", ge=0, lt=1)]


def subclasses(base: type[Component]) -> dict[str, type[Component]]:
    """The classes below `base` by name, without those that only serve as bases."""
    found: dict[str, type[Component]] = {}
    for cls in base.__subclasses__():
        if not cls.__name__.startswith("_"):
            found[cls.__name__] = cls
        found |= subclasses(cls)
    return found


def spellings(base: type[Component]) -> dict[str, type[Component]]:
    """The same by all names that Keras reads them under: SGD, sgd, RMSprop, rmsprop."""
    found = subclasses(base)
    for name, cls in list(found.items()):
        found |= dict.fromkeys((snake_case(name), name.lower(), *cls.aliases), cls)
    return found


def component(
    what: str, module: str, base: str, names: dict[str, str] | None = None
) -> Kind:
    """A name, or a mapping that an object of Keras is made of.

    Args:
        what: what messages call it ("an optimizer").
        module: of `cnnspec.training`; imported when the first mapping is met, since
            most specs need none of it, and a start must be quick.
        base: the class in it whose subclasses a mapping may name.
        names: those that stand alone, and what is kept for each. Where Keras takes no
            names, one stands for the object with its defaults.
    """

    def convert(value: Any) -> Any:
        if isinstance(value, str) and names and value in names:
            return names[value]
        found = getattr(import_module(f"cnnspec.training.{module}"), base)
        classes = subclasses(found)
        if isinstance(value, dict):
            return read_component(value, spellings(found) if names else classes, what)
        if isinstance(value, str) and value in classes and not names:
            return read_arguments(classes[value], None)
        raise Invalid([_not_one(value, what, names or list(classes), found)])

    json: Json = {"$ref": f"#/$defs/{base}"}
    if names:
        json = {"anyOf": [{"enum": list(names)}, json]}
    return kind(convert, f"{what} by name or as a mapping", json)


def _not_one(
    value: Any, what: str, names: Iterable[str], base: type[Component]
) -> Problem:
    if not isinstance(value, str):
        text = f"{what} is a name or a mapping; found {describe(value)}"
        return Problem((), "wrong-type", text, f"as in {base.example}")
    if value in subclasses(base):
        text = f"'{value}' alone is not {what}"
        return Problem((), "unknown-value", text, f"write {{{value}: {{}}}}")
    hint = nearest(value, names) or f"there is {either(names)}, or {base.example}"
    return Problem((), "unknown-value", f"'{value}' is not {what}", hint)

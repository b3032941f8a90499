"""The kinds of value that training is told, beside those of `cnnspec.fields`."""

from importlib import import_module
from typing import Annotated, Any

from cnnspec.components import Component, read_component
from cnnspec.fields import Kind, kind, number

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


def component(what: str, module: str, base: str, names: dict[str, str]) -> Kind:
    """One of a few names, or a mapping that an object of Keras is made of.

    Args:
        what: what messages call it ("an optimizer").
        module: of `cnnspec.training`; imported when the first mapping is met, since
            most specs need none of it, and a start must be quick.
        base: the class in it whose subclasses a mapping may name.
        names: those that stand alone, and what is kept for each.
    """

    def convert(value: Any) -> Any:
        if isinstance(value, dict):
            found = getattr(import_module(f"cnnspec.training.{module}"), base)
            return read_component(value, subclasses(found), what)
        if isinstance(value, str) and value in names:
            return names[value]
        raise ValueError

    mapping = {"$ref": f"#/$defs/{base}"}
    if not names:
        return kind(convert, f"{what} as a mapping", mapping)
    json = {"anyOf": [{"enum": list(names)}, mapping]}
    return kind(convert, f"{what} by name or as a mapping", json, list(names))

"""The kinds of value that training is told, beside those of the records."""

import re
from collections.abc import Collection, Iterable, Mapping
from importlib import import_module
from typing import Annotated, Any, ClassVar, Literal

from pydantic_core import core_schema

from cnnspec.catalogue.components import (
    Component,
    read_arguments,
    read_component,
    snake_case,
)
from cnnspec.ground.errors import Invalid, Problem, either, nearest
from cnnspec.ground.records import Json, Kind, describe, kind, kind_of, number

AboveZero = Annotated[float, number("a number above 0", gt=0)]
ZeroOrMore = Annotated[float, number("a number of 0 or more", ge=0)]
BetweenZeroAndOne = Annotated[float, number("a number between 0 and 1", gt=0, lt=1)]
Part = Annotated[float, number("a number from 0 to below 1", ge=0, lt=1)]

Floats = Literal[
    "float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"
]
"""What losses and metrics are computed in; no gradient flows through whole numbers."""

_SCOPE = r"^[A-Za-z0-9.][A-Za-z0-9_.-]*$"


def _scope(value: Any) -> str:
    # `$` would let a line break follow.
    if isinstance(value, str) and re.fullmatch(_SCOPE.strip("^$"), value):
        return value
    raise ValueError


ScopeName = Annotated[
    str,
    kind(
        _scope,
        "a name of letters, digits, '_', '-' and '.', with a letter or digit first",
        {"type": "string", "pattern": _SCOPE},
    ),
]
"""A name under which TensorFlow files what is computed; it takes no others."""


def plain_list(item: Any, least: int = 0) -> Kind:
    """A list that stays one, where Keras takes a tuple for a single value."""
    of = kind_of(item)
    schema = core_schema.list_schema(of.schema, min_length=least or None)
    json: Json = {"type": "array", "items": of.json}
    if least:
        json["minItems"] = least
    count = f" of {least} or more" if least else ""
    return Kind(schema, f"a list{count}, each item {of.says}", json)


class Named(Component):
    """An object of Keras that training is told by its name."""

    refused: ClassVar[Mapping[str, str]] = {}
    """Classes of the same module that a spec can't hold, and why each is refused."""
    spelt: ClassVar[bool] = True
    """Whether Keras reads the names of its kind in other spellings as well."""


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


def read_named(
    value: Any, base: type[Named], names: dict[str, type[Component]], what: str
) -> Component:
    """The object that a mapping of a spec stands for, as `read_component` reads it.

    Raises:
        Invalid: with every unknown name and argument; with the reason, where the name
            is one of those that are refused.
    """
    name = value.get("class", next(iter(value), "") if len(value) == 1 else "")
    if isinstance(name, str) and name and name not in names:
        where = ("class",) if "class" in value else (name,)
        problem = _unknown(name, what, names, subclasses(base), base)
        raise Invalid([problem._replace(path=where, at_key=True)])
    return read_component(value, names, what)


def component(
    what: str,
    module: str,
    base: str,
    names: dict[str, str] | None = None,
    any_case: Collection[str] = (),
) -> Kind:
    """A name, or a mapping that an object of Keras is made of.

    Args:
        what: what messages call it ("an optimizer").
        module: of `cnnspec.catalogue`; imported when the first mapping is met, since
            most specs need none of it, and a start must be quick.
        base: the class in it whose subclasses a mapping may name.
        names: those that stand alone, and what is kept for each. Where Keras takes no
            names, one stands for the object with its defaults.
        any_case: those of them that Keras reads in capitals, too, as it does `ADAM`.
    """

    def convert(value: Any) -> Any:
        if isinstance(value, str) and names:
            if value in names:
                return names[value]
            if value.lower() in any_case:
                return names[value.lower()]
        found = getattr(import_module(f"cnnspec.catalogue.{module}"), base)
        known = spellings(found) if found.spelt else subclasses(found)
        if isinstance(value, dict):
            return read_named(value, found, known, what)
        if isinstance(value, str) and value in known and not names:
            return read_arguments(known[value], None)
        raise Invalid([_not_one(value, what, names or list(known), found)])

    json: Json = {"$ref": f"#/$defs/{base}"}
    if names:
        alone: list[Json] = [{"enum": list(names)}]
        if any_case:
            alone.append({"type": "string", "pattern": _pattern(any_case)})
        json = {"anyOf": [*alone, json]}
    return kind(convert, f"{what} by name or as a mapping", json)


def _pattern(words: Iterable[str]) -> str:
    """A regular expression for words in any case; JSON Schema has no flag for it."""
    either_case = (
        "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in word)
        for word in words
    )
    return f"^({'|'.join(either_case)})$"


def _not_one(
    value: Any, what: str, names: Collection[str], base: type[Named]
) -> Problem:
    if not isinstance(value, str):
        text = f"{what} is a name or a mapping; found {describe(value)}"
        return Problem((), "wrong-type", text, f"as in {base.example}")
    if (cls := spellings(base).get(value)) is not None:
        text = f"'{value}' alone is not {what}"
        needs = [f"{f.name}: …" for f in cls.fields().values() if f.required]
        hint = f"write {{{cls.__name__}: {{{', '.join(needs)}}}}}"
        return Problem((), "unknown-value", text, hint)
    # Those in small letters stand for their other spellings, where there are any.
    small = [name for name in names if name == name.lower()]
    return _unknown(value, what, names, small or names, base)


def _unknown(
    name: str,
    what: str,
    names: Iterable[str],
    listed: Iterable[str],
    base: type[Named],
) -> Problem:
    """What to say of a name that isn't one of `names`, of which some are `listed`."""
    for refused, reason in base.refused.items():
        if name in (refused, snake_case(refused), refused.lower()):
            why, _, hint = reason.partition("; ")
            text = f"{refused} can't stand in a spec: {why}"
            return Problem((), "unknown-value", text, hint)
    hint = nearest(name, names) or f"there is {either(listed)}, or {base.example}"
    return Problem((), "unknown-value", f"'{name}' is not {what}", hint)

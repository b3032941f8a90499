"""The kinds of value that training is told, beside those of the records."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, ClassVar, Literal, Self, TypeVar

from cnnspec.catalogue.components import (
    Component,
    read_arguments,
    read_component,
    snake_case,
)
from cnnspec.catalogue.declared import declared_parts
from cnnspec.ground.errors import Invalid, Problem, either
from cnnspec.ground.kinds import Json, Kind, kind
from cnnspec.ground.yaml_text import describe

Floats = Literal[
    "float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16"
]
"""What losses and metrics are computed in; no gradient flows through whole numbers."""
Wide = Literal["float32", "bfloat16", "float64", "mixed_bfloat16"]
"""Those with numbers large enough to divide by Keras's epsilon of 1e-7."""


Idle = tuple[str, str, str]
"""An argument that does no good, what becomes of it, and what to do."""


class Named(Component):
    """An object of Keras that training is told by its name."""

    refused: ClassVar[Mapping[str, str]] = {}
    """Classes of the same module that a spec can't hold, and why each is refused."""
    spelt: ClassVar[bool] = True
    """Whether Keras reads the names of its kind in other spellings as well."""
    only_alone: ClassVar[bool] = False
    """Whether nothing else does: `compile` knows the name, and Keras has no class."""
    any_case: ClassVar[bool] = False
    """Whether its name alone is read in capitals, too."""
    declared: ClassVar[Any] = None
    """What a spec says of it, where it declares it itself."""
    names_itself: ClassVar[bool] = False
    """Whether a script gives it a name, so that it is known what Keras calls it."""
    needs: ClassVar[Mapping[str, str]] = {}
    """Arguments that Keras looks at only beside another one, and which that is."""

    def idle(self) -> Iterator[Idle]:
        """Arguments that were given and change nothing as the others stand."""
        for name, value in self.given.items():
            other = self.needs.get(name)
            if other and value not in (None, False) and not getattr(self, other):
                default = self.arguments()[other].default
                add = f"{other}: true" if default is False else f"{other}:"
                text = f"changes nothing without {other}"
                yield name, text, f"add {add}, or remove {name}:"

    def unfit(self) -> Iterator[Idle]:
        """Arguments that Keras takes and can't train with, as the others stand."""
        yield from ()

    @classmethod
    def alone(cls) -> "dict[str, type[Self]]":
        """The classes below this one by the names that stand for them alone.

        In the order in which editors offer them: what has no class, short names, and
        those of the functions before those of the classes.
        """
        known = [c for c in _alone(cls) if not c.only_alone]
        short = [(name, c) for c in known for name in c.aliases]
        return {
            **{n: c for c in _alone(cls) if c.only_alone for n in _small_names(c)},
            **{name: c for name, c in short if name == name.lower()},
            **dict(short),
            **{snake_case(c.__name__): c for c in known},
            **{c.__name__: c for c in known},
        }

    @classmethod
    def kept(cls, name: str) -> str:
        """What is kept of a name that stands for this class alone."""
        return snake_case(cls.__name__ if cls.only_alone else name)

    @classmethod
    def of(cls, value: Any) -> Self:
        """The object that is kept for a spec's value: itself, or by its name alone."""
        if isinstance(value, cls):
            return value
        if value not in cls.__dict__.get("_by_name", ()):
            cls._by_name = cls.alone()
        found: type[Self] = cls._by_name[value]
        return found.read({})

    _by_name: "ClassVar[dict[str, Any]]"
    """`alone`, as it was when a name was last looked for in vain."""


C = TypeVar("C", bound=Component)
N = TypeVar("N", bound=Named)


def _alone(base: type[N]) -> list[type[N]]:
    """The classes whose names stand alone, by their names."""
    return sorted((c for c in _below(base) if c.stands_alone), key=lambda c: c.__name__)


def _small_names(cls: type[Component]) -> tuple[str, ...]:
    return (snake_case(cls.__name__), *cls.aliases)


def _below(base: type[C]) -> Iterator[type[C]]:
    for cls in base.__subclasses__():
        if getattr(cls, "declared", None) is not None:
            continue  # of one spec alone
        if not cls.__name__.startswith("_"):
            yield cls
        yield from _below(cls)


def subclasses(base: type[C]) -> dict[str, type[C]]:
    """The classes below `base` that a mapping may name, without mere bases."""
    return {c.__name__: c for c in _below(base) if not getattr(c, "only_alone", False)}


def spellings(base: type[C]) -> dict[str, type[C]]:
    """The same by all names that Keras reads them under: SGD, sgd, RMSprop, rmsprop."""
    found = subclasses(base)
    for name, cls in list(found.items()):
        found |= dict.fromkeys((snake_case(name), name.lower(), *cls.aliases), cls)
    return found


def read_named(
    value: Any, base: type[Named], names: Mapping[str, type[Component]], what: str
) -> Component:
    """The object that a mapping of a spec stands for, as `read_component` reads it.

    Raises:
        Invalid: with every unknown name and argument; with the reason, where the name
            is one of those that are refused.
    """
    name = value.get("class", next(iter(value), "") if len(value) == 1 else "")
    if isinstance(name, str) and name and name not in names:
        from cnnspec.catalogue.elsewhere import called

        where = ("class",) if "class" in value else (name,)
        if hint := called(value, names):
            text = f"{what} is one name with its arguments; found {describe(value)}"
            raise Invalid([Problem((), "wrong-type", text, hint)])
        problem = _unknown(name, what, names, subclasses(base), base)
        raise Invalid([problem._replace(path=where, at_key=True)])
    return read_component(value, names, what)


def read_one(value: Any, base: type[Named], what: str) -> Component:
    """The object that a mapping stands for, or a class's name with its defaults.

    Args:
        value: of a spec.
        base: the class whose subclasses may be named.
        what: what messages call it ("an optimizer").

    Raises:
        Invalid: it is neither, or with every unknown name and argument.
    """
    known = spellings(base) if base.spelt else subclasses(base)
    if isinstance(value, dict):
        return read_named(value, base, known, what)
    if isinstance(value, str) and value in known:
        return read_arguments(known[value], None)
    raise Invalid([_not_one(value, what, known, base)])


def component(what: str, base: type[Named], others: str = "") -> Kind:
    """A name that Keras knows, or a mapping that an object of Keras is made of.

    Args:
        what: what messages call it ("an optimizer").
        base: the class whose subclasses it may be.
        others: the module that holds those of them which few specs have; it is imported
            where another one is wanted.
    """

    def convert(value: Any) -> Any:
        if (own := declared_parts(base)) and (found := _declared_one(value, own, what)):
            return found
        named = isinstance(value, str) and _named_alone(value, base)
        if not named and others:
            import_module(others)
            named = isinstance(value, str) and _named_alone(value, base)
        if named:
            return named[1].kept(named[0])
        if isinstance(value, dict):
            return read_one(value, base, what)
        raise Invalid([_not_one(value, what, base.alone(), base)])

    def json() -> Json:
        if others:
            import_module(others)
        names = base.alone()
        words = [name for name, cls in names.items() if cls.any_case and name.islower()]
        pattern = {"type": "string", "pattern": _pattern(words)}
        other = {"$ref": f"#/$defs/{base.__name__}"}
        return {"anyOf": [{"enum": list(names)}, pattern, other]}

    return kind(convert, f"{what} by name or as a mapping", json)


def _declared_one(
    value: Any, own: Mapping[str, type[Component]], what: str
) -> Component | None:
    """The loss or metric of the spec's own that is meant, with its arguments.

    Raises:
        Invalid: with every unknown name and argument of it.
    """
    if isinstance(value, str):
        name, found = value, own[value].read({}) if value in own else None
    elif isinstance(value, dict) and value:
        name = value.get("class", next(iter(value)))
        found = read_component(value, own, what) if name in own else None
    else:
        return None
    if found is not None and getattr(found, "names_itself", False):
        given = found.given.get("name") or snake_case(name)
        return found.changed({"name": given})
    return found


def _named_alone(value: str, base: type[N]) -> tuple[str, type[N]] | None:
    """The class that a name stands for, with the name as Keras spells it."""
    names = base.alone()
    for name in (value, value.lower()):
        cls = names.get(name)
        if cls is not None and (name == value or cls.any_case):
            return name, cls
    return None


def _pattern(words: Iterable[str]) -> str:
    """A regular expression for words in any case; JSON Schema has no flag for it."""
    either_case = (
        "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in word)
        for word in words
    )
    return f"^({'|'.join(either_case)})$"


def _not_one(
    value: Any, what: str, names: Mapping[str, type[Component]], base: type[Named]
) -> Problem:
    if not isinstance(value, str):
        text = f"{what} is a name or a mapping; found {describe(value)}"
        return Problem((), "wrong-type", text, f"as in {base.example}")
    if (cls := spellings(base).get(value)) is not None:
        text = f"'{value}' alone is not {what}"
        needs = [f"{a.name}: …" for a in cls.arguments().values() if a.required]
        hint = f"write {{{cls.__name__}: {{{', '.join(needs)}}}}}"
        return Problem((), "unknown-value", text, hint)
    # Those in small letters stand for their other spellings, where there are any.
    small = [name for name in names if name == name.lower()]
    return _unknown(value, what, names, small or names, base)


def _unknown(
    name: str,
    what: str,
    names: Mapping[str, type[Component]],
    listed: Iterable[str],
    base: type[Named],
) -> Problem:
    """What to say of a name that isn't one of `names`, of which some are `listed`."""
    for refused, reason in base.refused.items():
        if name in (refused, snake_case(refused), refused.lower()):
            why, _, hint = reason.partition("; ")
            text = f"{refused} can't stand in a spec: {why}"
            return Problem((), "unknown-value", text, hint)
    from cnnspec.catalogue.declared import declared_otherwise, near_declared
    from cnnspec.catalogue.elsewhere import called, suggested

    if (other := declared_otherwise(name, base)) is not None:
        text = f"custom: declares '{name}' as {other}, and {what} stands here"
        hint = f"remove it; or let custom: declare it as {what}"
        return Problem((), "unknown-value", text, hint)
    if hint := near_declared(name, base):
        return Problem((), "unknown-value", f"'{name}' is not {what}", hint)
    hint = suggested(name, names, subclasses(base).values()) or called(name, names)
    hint = hint or f"there is {either(listed)}, or {base.example}"
    return Problem((), "unknown-value", f"'{name}' is not {what}", hint)

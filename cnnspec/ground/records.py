"""Records: classes whose annotations say what each argument may hold.

`Record` is the base of everything a spec can spell out: layers, initialisers, and the
sections of the document itself. Its arguments are class annotations; from them come the
validator, the messages, the documentation and the JSON Schema, so that none of these
can differ from another.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Self, get_origin

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.ground.kinds import REQUIRED, Argument, Kind, NotAllowed, instance, kind_of


class Record:
    """A frozen object made of checked arguments.

    A subclass declares its arguments as annotations, with defaults where Keras has
    them. Their order tells the first positional argument: those without a default come
    first, then those that `first` names, then a class's own before those of its base.
    One that would hide a method is declared with an underscore at its end, which only
    Python sees.
    """

    __slots__ = (
        "__dict__",
        "__pydantic_extra__",
        "__pydantic_fields_set__",
        "__pydantic_private__",
    )
    __pydantic_fields_set__: set[str]
    lacks: ClassVar[tuple[str, ...]] = ()
    """Arguments of a base class that this class doesn't take."""
    called: ClassVar[str] = ""
    """What messages call the record, where that isn't the name of its class."""
    elsewhere: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Names that other frameworks and earlier versions of Keras have for the class, and
    the arguments that make it the same."""
    spelt_as: ClassVar[Mapping[str, str]] = {}
    """Other names of arguments there: by argument, with spaces between. Those that a
    base class tells of and a class doesn't have are passed over."""
    renamed: ClassVar[Mapping[str, str | Callable[[Any, Mapping[str, Any]], str]]] = {}
    """Names that are no arguments under another name, and what to do about them: words,
    or what makes them of the value and of all that is given. They end with `write` and
    a line of YAML, or with `remove it`, where that is all there is to do."""
    first: ClassVar[tuple[str, ...]] = ()
    """Arguments that stand before all others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Takes the arguments as Keras does, first ones by position.

        Raises:
            Invalid: with every argument that is unknown, missing or wrong.
        """
        names = list(self.arguments())
        if len(args) > len(names):
            limit = f"{self.title()} takes at most {len(names)} arguments"
            raise Invalid([Problem((), "wrong-type", limit)])
        kwargs = {**dict(zip(names, args, strict=False)), **kwargs}
        try:
            self._kind().validated(kwargs, self)
        except NotAllowed as error:
            raise _invalid(type(self), error, kwargs) from None

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """A record made of the plain data of a spec.

        Raises:
            Invalid: with every argument that is unknown, missing or wrong.
        """
        try:
            record = cls._kind().validated(data)
        except NotAllowed as error:
            raise _invalid(cls, error, data) from None
        assert isinstance(record, cls)
        return record

    @classmethod
    def is_part(cls, data: dict[str, Any]) -> bool:
        """Whether nothing is wrong with arguments, but that others may be missing."""
        try:
            cls._kind().validated(data)
        except NotAllowed as error:
            return all(f.missing and len(f.path) == 1 for f in error.findings)
        return True

    @classmethod
    def misnamed(cls, data: Any, name: str) -> Any:
        """What stands under a key that doesn't exist and was meant to be `name`."""
        others = data.keys() - cls.arguments().keys() if isinstance(data, dict) else ()
        if not others:
            return None
        from cnnspec.ground.mistakes import meant

        keys = (key for key in others if meant(cls, str(key)) == name)
        return next((data[key] for key in keys), None)

    @classmethod
    def title(cls) -> str:
        """What messages call the record."""
        return cls.called or cls.__name__

    @classmethod
    def arguments(cls) -> dict[str, Argument]:
        """The arguments by name, in order."""
        if "_arguments" not in cls.__dict__:
            rank = {name: place for place, name in enumerate(cls.first)}
            ordered = sorted(
                _declared(cls),
                key=lambda one: (not one.required, rank.get(one.name, len(rank))),
            )
            cls._arguments = {argument.name: argument for argument in ordered}
        return cls._arguments

    _arguments: ClassVar[dict[str, Argument]]
    _own_kind: ClassVar[Kind]

    @classmethod
    def _kind(cls) -> Kind:
        if "_own_kind" not in cls.__dict__:
            then = "_after" if cls.rules is not Record.rules else None
            cls._own_kind = instance(cls, cls.arguments().values(), then)
        return cls._own_kind

    @classmethod
    def advice(cls, name: str, given: Mapping[str, Any]) -> str:
        """What to do about an argument's wrong value, where the class knows more.

        Args:
            name: of the argument.
            given: all that was given, wrong values among it.
        """
        return ""

    def rules(self) -> None:
        """Checks what no argument shows by itself.

        Raises:
            ArgumentError: two arguments don't go together.
        """

    def _after(self, _context: Any) -> None:
        self.rules()

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that were spelt out, in order."""
        chosen = self.__pydantic_fields_set__
        return {
            name: getattr(self, argument.attribute)
            for name, argument in self.arguments().items()
            if argument.attribute in chosen
        }

    def changed(self, new: Mapping[str, Any], *without: str) -> Self:
        """The same with other arguments, as a spec has them, and with some left out.

        Raises:
            NotAllowed: an argument can't be that.
            ArgumentError: it doesn't go with the others.
        """
        known = self.arguments()
        read = {name: known[name].kind.validated(value) for name, value in new.items()}
        found = self.with_read(read, *without)
        found.rules()
        return found

    def with_read(self, new: Mapping[str, Any], *without: str) -> Self:
        """The same with other arguments, which have been read, and some left out."""
        arguments = self.arguments()
        values, given = {**self.__dict__}, {*self.__pydantic_fields_set__}
        for name in without:
            values[arguments[name].attribute] = arguments[name].default
            given.discard(arguments[name].attribute)
        for name, value in new.items():
            values[arguments[name].attribute] = value
            given.add(arguments[name].attribute)
        found = object.__new__(type(self))
        found.__setstate__((values, given))
        return found

    def __getstate__(self) -> Any:
        return self.__dict__, self.__pydantic_fields_set__

    def __setstate__(self, state: Any) -> None:
        values, given = state
        self.__dict__.update(values)
        object.__setattr__(self, "__pydantic_fields_set__", given)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.given.items())
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(type(self))


def _invalid(
    cls: type[Record], refused: NotAllowed, given: Mapping[str, Any]
) -> Invalid:
    # Where nothing is wrong, a check needs no words for it.
    from cnnspec.ground.mistakes import problems

    return Invalid(problems(cls, refused.findings, given))


def _declared(cls: type[Record]) -> Iterable[Argument]:
    """The arguments that a class and its bases declare, its own first."""
    found: dict[str, Argument] = {}
    for base in cls.__mro__:
        for name, annotation in base.__dict__.get("__annotations__", {}).items():
            if name not in found and _is_argument(cls, name, annotation):
                default = getattr(cls, name, REQUIRED)
                found[name] = Argument(
                    name.rstrip("_"), kind_of(annotation), default, name
                )
    return found.values()


def _is_argument(cls: type[Record], name: str, annotation: Any) -> bool:
    variable = annotation is ClassVar or get_origin(annotation) is ClassVar
    return not variable and not name.startswith("_") and name not in cls.lacks

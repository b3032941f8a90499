"""Records: classes whose annotations say what each argument may hold.

`Record` is the base of everything a spec can spell out: layers, initialisers, and the
sections of the document itself. Its fields are class annotations; from them come the
validator, the messages, the documentation and the JSON Schema, so that none of these
can differ from another. The validators are pydantic's own core, compiled when a class
is first used. `pydantic.BaseModel` would do the same work, but importing it and
building its classes takes longer than a whole `cnnspec check` (docs/architecture.md).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NamedTuple,
    Self,
    Union,
    get_args,
    get_origin,
)

from pydantic_core import SchemaValidator, ValidationError, core_schema

from cnnspec.ground.errors import (
    ArgumentError,
    Invalid,
    Path,
    Problem,
    either,
    near,
    nearest,
)

Json = dict[str, Any]

LARGEST = 2**31 - 1
"""The largest size; TensorFlow counts many of them in 32 bits."""


def _no_hint(_found: Any) -> str:
    return ""


def _too_large(found: Any) -> str:
    """What to say of a whole number that is no size."""
    numbers = found if isinstance(found, list | tuple) else [found]
    if any(type(n) is int and n > LARGEST for n in numbers):
        return f"the largest number here is {LARGEST:,}"
    return ""


class Kind:
    """What an argument may hold: how it is checked, said, and put in JSON Schema.

    Attributes:
        schema: pydantic-core's schema, which checks a plain value and converts it.
        says: the allowed values in words, to follow "must be".
        options: the allowed words, where there is a fixed set, to suggest a near one.
        json: the JSON Schema.
        hint: what to do about a value that isn't allowed, where there is more to say.
    """

    __slots__ = ("hint", "json", "options", "says", "schema")

    def __init__(
        self,
        schema: Any,
        says: str,
        json: Json,
        options: Sequence[str] = (),
        hint: Callable[[Any], str] = _no_hint,
    ) -> None:
        self.schema, self.says, self.json = schema, says, json
        self.options, self.hint = tuple(options), hint


def kind(
    convert: Callable[[Any], Any],
    says: str,
    json: Json,
    options: Sequence[str] = (),
    hint: Callable[[Any], str] = _no_hint,
) -> Kind:
    """A kind checked by `convert`, which returns the value to keep.

    `convert` raises ValueError for a value that isn't allowed; `Invalid` or
    `ArgumentError` where it knows better than `says` what is wrong.
    """
    schema = core_schema.no_info_plain_validator_function(convert)
    return Kind(schema, says, json, options, hint)


def number(says: str, *, whole: bool = False, **bounds: float) -> Kind:
    """A number within `bounds`, which are pydantic's: ge, gt, le, lt."""
    make: Any = core_schema.int_schema if whole else core_schema.float_schema
    names = {"ge": "minimum", "gt": "exclusiveMinimum"}
    names |= {"le": "maximum", "lt": "exclusiveMaximum"}
    json: Json = {"type": "integer" if whole else "number"}
    json |= {names[bound]: value for bound, value in bounds.items()}
    hint = _too_large if bounds.get("le") == LARGEST else _no_hint
    return Kind(make(strict=True, **bounds), says, json, hint=hint)


_PLAIN_KINDS: dict[Any, Kind] = {
    bool: Kind(
        core_schema.bool_schema(strict=True), "true or false", {"type": "boolean"}
    ),
    int: number("a whole number", whole=True),
    float: number("a number"),
    str: Kind(core_schema.str_schema(strict=True), "text", {"type": "string"}),
    NoneType: Kind(core_schema.none_schema(), "null", {"type": "null"}),
    Any: Kind(core_schema.any_schema(), "anything", {}),
}


def kind_of(annotation: Any) -> Kind:
    """The kind that an annotation stands for."""
    if annotation in _PLAIN_KINDS:
        return _PLAIN_KINDS[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return next(extra for extra in arguments[1:] if isinstance(extra, Kind))
    if origin is Literal:
        return choice(*arguments)
    if origin is Union or origin is UnionType:
        return one_of(*(kind_of(argument) for argument in arguments))
    if origin is tuple and arguments[-1] is ...:
        return list_of(kind_of(arguments[0]))
    raise TypeError(f"no kind is known for the annotation {annotation!r}")


def choice(*options: str) -> Kind:
    """One of a few words. Keras reads most of them in any case, so case is kept."""
    schema = core_schema.literal_schema(list(options))
    return Kind(schema, either(options), {"enum": list(options)}, options)


def any_case(*options: str) -> Kind:
    """One of a few words in any case, kept in lower case, as Keras keeps it."""

    def convert(value: Any) -> str:
        if isinstance(value, str) and value.lower() in options:
            return value.lower()
        raise ValueError

    return kind(convert, either(options), {"enum": list(options)}, options)


def one_of(*kinds: Kind) -> Kind:
    """A value of any of the kinds, tried in their order."""
    schema = core_schema.union_schema([k.schema for k in kinds], mode="left_to_right")
    says = [k.says for k in kinds]
    text = f"{', '.join(says[:-1])} or {says[-1]}"
    options = [option for k in kinds for option in k.options]

    def hint(found: Any) -> str:
        return next(filter(None, (k.hint(found) for k in kinds)), "")

    return Kind(schema, text, {"anyOf": [k.json for k in kinds]}, options, hint)


def list_of(item: Kind, least: int = 0) -> Kind:
    """A list of any length, kept as a tuple."""
    schema = core_schema.tuple_schema(
        [item.schema], variadic_item_index=0, min_length=least or None
    )
    json: Json = {"type": "array", "items": item.json}
    if least:
        json["minItems"] = least
    count = f" of {least} or more" if least else ""
    says = f"a list{count}, each item {item.says}"
    return Kind(schema, says, json, item.options, item.hint)


def sizes(count: int, least: int = 1) -> Kind:
    """`count` whole numbers, one per spatial axis; a single one stands for all.

    Kept as a tuple of `count`. Like `keras.src.utils.argument_validation`
    (`standardize_tuple`), but without its conversion of texts and fractions.
    """

    def convert(value: Any) -> tuple[int, ...]:
        if type(value) is int:
            value = (value,) * count
        elif (
            type(value) is not list and type(value) is not tuple or len(value) != count
        ):
            raise ValueError
        for size in value:
            if type(size) is not int or not least <= size <= LARGEST:
                raise ValueError
        return tuple(value)

    above = "above 0" if least == 1 else f"of {least} or more"
    item: Json = {"type": "integer", "minimum": least, "maximum": LARGEST}
    one = f"a whole number {above}"
    says = one if count == 1 else f"{one}, or a list of {count} of them"
    array = {"type": "array", "items": item, "minItems": count, "maxItems": count}
    return kind(convert, says, {"anyOf": [item, array]}, hint=_too_large)


def lazily(module: str, name: str, json: Json) -> Kind:
    """A mapping that the record class `name` of `module` reads.

    The module is imported when the first such mapping is met, so that a spec without it
    doesn't pay for it.
    """

    def convert(value: Any) -> Any:
        from importlib import import_module

        if not isinstance(value, dict):
            raise ValueError
        return getattr(import_module(module), name).read(value)

    return kind(convert, "a mapping", json)


Positive = Annotated[
    int, number("a whole number above 0", whole=True, ge=1, le=LARGEST)
]
Natural = Annotated[int, number("a whole number of 0 or more", whole=True, ge=0)]
Fraction = Annotated[float, number("a number from 0 to 1", ge=0, le=1)]
Single = Annotated[tuple[int], sizes(1)]
Pair = Annotated[tuple[int, int], sizes(2)]
Triple = Annotated[tuple[int, int, int], sizes(3)]


def is_name(value: str) -> bool:
    """Whether a model, an input or a layer may be called so."""
    plain = value.isprintable() or not re.search(r"[\x00-\x1f\x7f-\x9f]", value)
    return plain and value != "" and "/" not in value


def _name(value: Any) -> str:
    if isinstance(value, str) and is_name(value):
        return value
    raise ValueError


NAME_SAYS = "text in one line, without '/'"
Name = Annotated[
    str,
    kind(
        _name,
        NAME_SAYS,
        {"type": "string", "pattern": r"^[^/\x00-\x1f\x7f-\x9f]+$"},
    ),
]
"""What a model, an input or a layer may be called."""


class Field(NamedTuple):
    """One argument of a record."""

    name: str
    kind: Kind
    default: Any
    """The value of an argument that isn't given; `REQUIRED` if it has to be."""
    attribute: str
    """Where the record keeps it."""

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is REQUIRED


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


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
    renamed: ClassVar[dict[str, str]] = {}
    """Names that are no arguments, but were in Keras 2 or stand elsewhere, and what to
    write instead."""
    first: ClassVar[tuple[str, ...]] = ()
    """Arguments that stand before all others."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Takes the arguments as Keras does, first ones by position.

        Raises:
            Invalid: with every argument that is unknown, missing or wrong.
        """
        names = list(self.fields())
        if len(args) > len(names):
            limit = f"{self.title()} takes at most {len(names)} arguments"
            raise Invalid([Problem((), "wrong-type", limit)])
        kwargs = {**dict(zip(names, args, strict=False)), **kwargs}
        try:
            self._validator().validate_python(kwargs, self_instance=self)
        except ValidationError as error:
            raise Invalid(_problems(type(self), error)) from None

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """A record made of the plain data of a spec.

        Raises:
            Invalid: with every argument that is unknown, missing or wrong.
        """
        try:
            record = cls._validator().validate_python(data)
        except ValidationError as error:
            raise Invalid(_problems(cls, error)) from None
        assert isinstance(record, cls)
        return record

    @classmethod
    def misnamed(cls, data: Any, name: str) -> Any:
        """What stands under a key that doesn't exist and was meant to be `name`."""
        others = data.keys() - cls.fields().keys() if isinstance(data, dict) else ()
        meant = (f"write {name}:", near(name))
        keys = (key for key in others if _field_hint(cls, str(key)) in meant)
        return next((data[key] for key in keys), None)

    @classmethod
    def title(cls) -> str:
        """What messages call the record."""
        return cls.called or cls.__name__

    @classmethod
    def fields(cls) -> dict[str, Field]:
        """The arguments by name, in order."""
        if "_fields" not in cls.__dict__:
            found: dict[str, Field] = {}
            for base in cls.__mro__:
                for name, annotation in base.__dict__.get(
                    "__annotations__", {}
                ).items():
                    if name not in found and _is_field(cls, name, annotation):
                        default = getattr(cls, name, REQUIRED)
                        found[name] = Field(
                            name.rstrip("_"), kind_of(annotation), default, name
                        )
            rank = {name: place for place, name in enumerate(cls.first)}
            ordered = sorted(
                found.values(),
                key=lambda field: (not field.required, rank.get(field.name, len(rank))),
            )
            cls._fields = {field.name: field for field in ordered}
        return cls._fields

    _fields: ClassVar[dict[str, Field]]
    _compiled: ClassVar[SchemaValidator]

    @classmethod
    def _validator(cls) -> SchemaValidator:
        if "_compiled" not in cls.__dict__:
            cls._compiled = SchemaValidator(_core_schema(cls))
        return cls._compiled

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
            name: getattr(self, field.attribute)
            for name, field in self.fields().items()
            if field.attribute in chosen
        }

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.given.items())
        return f"{type(self).__name__}({shown})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(type(self))


def _is_field(cls: type[Record], name: str, annotation: Any) -> bool:
    variable = annotation is ClassVar or get_origin(annotation) is ClassVar
    return not variable and not name.startswith("_") and name not in cls.lacks


def _core_schema(cls: type[Record]) -> Any:
    fields = {}
    for field in cls.fields().values():
        schema = field.kind.schema
        if not field.required:
            schema = core_schema.with_default_schema(schema, default=field.default)
        fields[field.attribute] = core_schema.model_field(
            schema, validation_alias=field.name
        )
    return core_schema.model_schema(
        cls,
        core_schema.model_fields_schema(fields, extra_behavior="forbid"),
        post_init="_after" if cls.rules is not Record.rules else None,
    )


def _problems(cls: type[Record], error: ValidationError) -> Iterator[Problem]:
    """pydantic's findings, in our words; one for each argument."""
    seen: set[Path] = set()
    findings = error.errors(include_url=False)
    misspelt = _misspelt(cls, findings)
    for finding in findings:
        path = _without_branches(finding["loc"])
        cause = finding.get("ctx", {}).get("error")
        if isinstance(cause, Invalid):
            yield from (problem.under(*path) for problem in cause.problems)
        elif isinstance(cause, ArgumentError):
            where = (*path, cause.field) if cause.field else path
            yield Problem(where, cause.code, cause.message, cause.hint)
        elif path[:1] not in misspelt and not _reported(path, seen):
            yield _problem(cls, path, finding["type"], finding["input"])
        seen.add(path)


def _without_branches(path: Path) -> Path:
    """A path without the names that pydantic gives to the branches of a union."""
    return tuple(step for i, step in enumerate(path) if i == 0 or isinstance(step, int))


def _reported(path: Path, seen: set[Path]) -> bool:
    """Whether a problem was found at the path, around it or inside it."""
    return any(a[: len(path)] == path or path[: len(a)] == a for a in seen)


def _misspelt(cls: type[Record], findings: Sequence[Any]) -> set[tuple[str]]:
    """Missing arguments that a misspelt one was meant to be."""
    hints = {
        _near_field(str(finding["loc"][0]), cls.fields())
        for finding in findings
        if finding["type"] == "extra_forbidden"
    }
    names = (f["loc"][0] for f in findings if f["type"] == "missing")
    return {(str(name),) for name in names if near(str(name)) in hints}


def _problem(
    cls: type[Record], path: tuple[str | int, ...], finding: str, found: Any
) -> Problem:
    title, fields = cls.title(), cls.fields()
    if not path:
        text = f"{title} must be a mapping of arguments; found {describe(found)}"
        return Problem((), "wrong-type", text)
    name = str(path[0])
    if name not in fields:
        hint = _field_hint(cls, name)
        if name.isdigit():
            hint = "write large numbers without commas, as in 87135"
        text = f"{title} has no field '{name}'"
        return Problem((path[0],), "unknown-field", text, hint, at_key=True)
    allowed = fields[name].kind
    if finding == "missing":
        text = f"{title} needs '{name}', {allowed.says}"
        return Problem((), "missing-field", text, f"add {name}:")
    which = f"'{name}'" if " " in title else f"{title}.{name}"
    text = f"{which} must be {allowed.says}; found {describe(found)}"
    hint = _meant(found, allowed) if len(path) == 1 else ""
    if isinstance(found, str) and allowed.options:
        hint = hint or nearest(found, allowed.options) or allowed.hint(found)
        return Problem(path, "unknown-value", text, hint)
    return Problem(path, "wrong-type", text, allowed.hint(found) or hint)


def _field_hint(cls: type[Record], name: str) -> str:
    """What to write instead of an argument that doesn't exist."""
    for known in (name, name.partition(" ")[0]):
        if known in cls.renamed:
            return cls.renamed[known]
    fields = cls.fields()
    field, _, value = name.partition(":")
    if value and field in fields:
        return f"put a space after the colon: {field}: {value}"
    if hint := _near_field(name, fields):
        return hint
    few = list(fields)[:_LISTED]
    more = len(fields) - len(few)
    if more > 1:
        return f"it has {either(few, 'and')}, and {more} others"
    return f"it has {either(fields, 'and')}"


_LISTED = 10
"""Arguments that a message names."""


def _near_field(name: str, fields: Iterable[str]) -> str:
    """`did you mean 'kernel_size'?` for `kernel_sise`, and for `kernal`."""
    starts = {field[: len(name)]: near(field) for field in reversed(list(fields))}
    alike = [start for start in starts if start[:3] == name[:3]]
    short = nearest(name, alike) if len(name) > 3 else ""
    meant = (starts[start] for start in alike if near(start) == short)
    return nearest(name, fields) or next(meant, "")


def _meant(found: Any, allowed: Kind) -> str:
    """What to write for a value that would be allowed if YAML read it otherwise."""
    for value, text in _readings(found):
        try:
            SchemaValidator(allowed.schema).validate_python(value)
        except ValidationError:
            continue
        return f"write {text}"
    return ""


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("yes", "on", "y", "true"), True),
    **dict.fromkeys(("no", "off", "n", "false"), False),
    **dict.fromkeys(("none", "null", "nil"), None),
}
_NUMBER = r"[-+]?(\d{1,3}([,_ ]\d{3})+|\d+)(\.\d+)?(e[-+]?\d+)?"


def _readings(found: Any) -> Iterator[tuple[Any, str]]:
    """Other values that one may have been meant to be, and how YAML writes them."""
    if isinstance(found, str):
        word = found.strip().lower()
        if word in _WORDS:
            yield _WORDS[word], flow(_WORDS[word])
        if re.fullmatch(_NUMBER, word):
            number = re.sub("[, _]", "", word)
            yield (int(number) if number.isdigit() else float(number)), number
    if isinstance(found, float) and found.is_integer():
        yield int(found), str(int(found))
    if isinstance(found, list) and len(found) == 1:
        yield found[0], flow(found[0])
    if isinstance(found, str | int | float):
        yield [found], f"[{flow(found)}]"
        yield str(found), f"'{found}'"


def describe(value: Any) -> str:
    """A value of a spec and its type, in the words of YAML."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"{'true' if value else 'false'} (a truth value)"
    if isinstance(value, dict):
        return f"a mapping with {either(map(str, value), 'and')}" if value else "{}"
    if isinstance(value, list | tuple):
        text = ", ".join(flow(item) for item in value)
        deep = any(isinstance(item, dict | list) for item in value)
        short = len(text) < 60 and not deep
        return f"the list [{text}]" if short else f"a list of {len(value)} items"
    if value == "":
        return "an empty text"
    if isinstance(value, str):
        start = value if len(value) < 60 else value[:57] + "..."
        shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in start)
        return f"the text '{shown}'"
    return str(value)


def flow(value: Any) -> str:
    """A value as YAML writes it in one line; most texts stay without quotes."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, dict):
        pairs = (f"{flow(key)}: {flow(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return f'"{value}"' if "{" in str(value) else str(value)

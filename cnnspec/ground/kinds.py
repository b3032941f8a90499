"""Kinds: what an argument may hold, how that is checked, said and put in JSON Schema.

The checks are pydantic's own core, compiled when one is first used; nothing outside
this file knows it. `pydantic.BaseModel` would do the same work, but importing it and
building its classes takes longer than a whole `cnnspec check` (docs/architecture.md).
"""

from collections.abc import Callable, Iterable, Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    Union,
    get_args,
    get_origin,
)

from cnnspec.ground.core import SchemaValidator, ValidationError
from cnnspec.ground.errors import Path, either
from cnnspec.ground.visible import visible

Json = dict[str, Any]

LARGEST = 2**31 - 1
"""The largest size; TensorFlow counts many of them in 32 bits."""


LARGEST_FLOAT = 3.4028234e38
"""The largest number of 32 bits, in which models compute; beyond it is infinity."""


def _no_hint(_found: Any) -> str:
    return ""


def not_finite(found: Any) -> str:
    """What to say of a number that isn't one of 32 bits."""
    numbers = found if isinstance(found, list | tuple) else [found]
    plain = [n for n in numbers if type(n) in (int, float)]
    if all(-LARGEST_FLOAT <= n <= LARGEST_FLOAT for n in plain):
        return ""
    return "numbers are finite, up to 3.4e38"


def _too_large(found: Any) -> str:
    """What to say of a whole number that is no size."""
    numbers = found if isinstance(found, list | tuple) else [found]
    if any(type(n) is int and n > LARGEST for n in numbers):
        return f"the largest number here is {LARGEST:,}"
    return ""


class Finding(NamedTuple):
    """What keeps a value from being allowed."""

    path: Path
    """The way from the value to the place, without arguments of arguments."""
    missing: bool
    """Whether there should be something, and nothing is."""
    value: Any
    cause: object
    """What a converter raised: where it knows better what is wrong, it says so."""


class NotAllowed(ValueError):
    """A value that a kind doesn't allow, with everything that was found in it."""

    def __init__(self, error: ValidationError) -> None:
        self.findings = [
            Finding(
                _without_branches(found["loc"]),
                found["type"] == "missing",
                found["input"],
                found.get("ctx", {}).get("error"),
            )
            for found in error.errors(include_url=False)
        ]
        super().__init__("the value isn't allowed")


def _without_branches(path: Path) -> Path:
    """A path without the names that pydantic gives to the branches of a union."""
    return tuple(step for i, step in enumerate(path) if i == 0 or isinstance(step, int))


class Kind:
    """What an argument may hold: how it is checked, said, and put in JSON Schema.

    Attributes:
        schema: pydantic-core's, as its module `core_schema` has them, which checks a
            plain value and converts it.
        says: the allowed values in words, to follow "must be".
        options: the allowed words, where there is a fixed set, to suggest a near one.
        hint: what to do about a value that isn't allowed, where there is more to say.
        holds_layers: whether it takes a layer, or a list of them.
        one_for_all: whether it takes one number in place of several equal ones.
    """

    __slots__ = (
        *("_compiled", "_json", "hint", "holds_layers", "one_for_all", "options"),
        *("says", "schema"),
    )

    def __init__(
        self,
        schema: Any,
        says: str,
        json: "Json | Callable[[], Json]",
        options: Sequence[str] = (),
        hint: Callable[[Any], str] = _no_hint,
    ) -> None:
        self.schema, self.says, self._json = schema, says, json
        self.options, self.hint = tuple(options), hint
        self.holds_layers = self.one_for_all = False
        self._compiled: SchemaValidator | None = None

    @property
    def json(self) -> Json:
        """The JSON Schema, which is made when somebody asks where that takes time."""
        return self._json() if callable(self._json) else self._json

    def validated(self, value: Any, into: object = None) -> Any:
        """The value to keep.

        Args:
            value: a plain value.
            into: for a kind of `instance`, the object to fill in place of a new one.

        Raises:
            NotAllowed: it isn't allowed.
        """
        if self._compiled is None:
            self._compiled = SchemaValidator(self.schema)
        try:
            return self._compiled.validate_python(value, self_instance=into)
        except ValidationError as error:
            raise NotAllowed(error) from None


def kind(
    convert: Callable[[Any], Any],
    says: str,
    json: "Json | Callable[[], Json]",
    options: Sequence[str] = (),
    hint: Callable[[Any], str] = _no_hint,
) -> Kind:
    """A kind checked by `convert`, which returns the value to keep.

    `convert` raises ValueError for a value that isn't allowed; `Invalid` or
    `ArgumentError` where it knows better than `says` what is wrong.
    """
    function = {"type": "no-info", "function": convert}
    schema = {"type": "function-plain", "function": function}
    return Kind(schema, says, json, options, hint)


def around(
    inner: Kind, convert: Callable[[Any, Callable[[Any], Any]], Any], json: Any
) -> Kind:
    """A kind that takes something beside what another takes, and says the same.

    Args:
        inner: the other.
        convert: gives the value to keep, of a value and of what reads it as `inner`.
        json: the schema of both.
    """
    function = {"type": "no-info", "function": convert}
    schema = {"type": "function-wrap", "function": function, "schema": inner.schema}
    return Kind(schema, inner.says, json, inner.options, inner.hint)


def number(says: str, *, whole: bool = False, **bounds: float) -> Kind:
    """A number within `bounds`, which are pydantic's: ge, gt, le, lt.

    One that isn't whole is finite, in 32 bits.
    """
    names = {"ge": "minimum", "gt": "exclusiveMinimum"}
    names |= {"le": "maximum", "lt": "exclusiveMaximum"}
    json: Json = {"type": "integer" if whole else "number"}
    json |= {names[bound]: value for bound, value in bounds.items()}
    if whole:
        schema = {"type": "int", "strict": True, **bounds}
        hint = _too_large if bounds.get("le") == LARGEST else _no_hint
        return Kind(schema, says, json, hint=hint)
    limits = {"ge": -LARGEST_FLOAT, "le": LARGEST_FLOAT, **bounds}
    return Kind(
        {"type": "float", "strict": True, **limits}, says, json, hint=not_finite
    )


_PLAIN_KINDS: dict[Any, Kind] = {
    bool: Kind({"type": "bool", "strict": True}, "true or false", {"type": "boolean"}),
    int: number("a whole number", whole=True),
    float: number("a number"),
    str: Kind({"type": "str", "strict": True}, "text", {"type": "string"}),
    NoneType: Kind({"type": "none"}, "null", {"type": "null"}),
    Any: Kind({"type": "any"}, "anything", {}),
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


def choice(*options: str, hint: Callable[[Any], str] = _no_hint) -> Kind:
    """One of a few words. Keras reads most of them in any case, so case is kept."""
    schema = {"type": "literal", "expected": list(options)}
    return Kind(schema, either(options), {"enum": list(options)}, options, hint)


def any_case(*options: str, hint: Callable[[Any], str] = _no_hint) -> Kind:
    """One of a few words in any case, kept in lower case, as Keras keeps it."""

    def convert(value: Any) -> str:
        if isinstance(value, str) and value.lower() in options:
            return value.lower()
        raise ValueError

    return kind(convert, either(options), {"enum": list(options)}, options, hint)


def one_of(*kinds: Kind) -> Kind:
    """A value of any of the kinds, tried in their order."""
    schema = {
        "type": "union",
        "choices": [k.schema for k in kinds],
        "mode": "left_to_right",
    }
    says = [k.says for k in kinds]
    comma = "," * (" without " in says[-2])  # null is no part of what it is without
    text = f"{', '.join(says[:-1])}{comma} or {says[-1]}"
    options = [option for k in kinds for option in k.options]

    def hint(found: Any) -> str:
        return next(filter(None, (k.hint(found) for k in kinds)), "")

    found = Kind(
        schema, text, lambda: {"anyOf": [k.json for k in kinds]}, options, hint
    )
    found.holds_layers = any(k.holds_layers for k in kinds)
    found.one_for_all = any(k.one_for_all for k in kinds)
    return found


def list_of(item: Kind, least: int = 0) -> Kind:
    """A list of any length, kept as a tuple."""
    schema = {
        "type": "tuple",
        "items_schema": [item.schema],
        "variadic_item_index": 0,
        "min_length": least,
    }

    def json() -> Json:
        enough = {"minItems": least} if least else {}
        return {"type": "array", "items": item.json, **enough}

    def hint(found: Any) -> str:
        if isinstance(found, str):
            try:
                item.validated(found)
            except NotAllowed:
                return item.hint(found)
            from cnnspec.ground.yaml_text import flow

            return f"write {flow([found], exact=True)}"  # it stands for the list
        return item.hint(found)

    count = f" of {least} or more" if least else ""
    says = f"a list{count}, each item {item.says}"
    return Kind(schema, says, json, item.options, hint)


def plain_list(item: Any, least: int = 0) -> Kind:
    """A list that stays one, where Keras takes a tuple for a single value.

    Args:
        item: the annotation of what it holds.
        least: how many it holds at least.
    """
    of = kind_of(item)
    like = list_of(of, least)
    schema = {"type": "list", "items_schema": of.schema, "min_length": least}
    return Kind(schema, like.says, lambda: like.json)


def text(says: str, least: int, most: int | None = None) -> Kind:
    """A text of `least` to `most` characters."""
    schema = {"type": "str", "strict": True, "min_length": least}
    json: Json = {"type": "string", "minLength": least}
    if most is not None:
        schema["max_length"] = json["maxLength"] = most
    return Kind(schema, says, json)


_ESCAPES = str.maketrans(
    {
        "\n": "\\n",
        "\t": "\\t",
        "\r": "\\r",
        "\a": "\\a",
        "\b": "\\b",
        "\v": "\\v",
        "\f": "\\f",
        "\0": "\\0",
        "\x1b": "\\e",
    }
)
"""What YAML makes these characters of, between double quotes."""


def file_name(says: str, least: int = 1) -> Kind:
    """The name of a file or folder, of `least` characters, none of which is hidden."""

    def convert(value: Any) -> str:
        known = isinstance(value, str) and len(value) >= least
        if known and value == value.translate(_ESCAPES):
            return str(value)
        raise ValueError

    def hint(found: Any) -> str:
        if not isinstance(found, str) or not found:
            return ""
        text = (
            "between double quotes, a '\\' begins an escape; in single ones, or with / "
        )
        return f"{text}in its place, it doesn't; write '{found.translate(_ESCAPES)}'"

    return kind(convert, says, {"type": "string", "minLength": least}, hint=hint)


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
    found = kind(convert, says, {"anyOf": [item, array]}, hint=_too_large)
    found.one_for_all = True
    return found


def lazily(
    module: str, name: str, json: Json, hint: Callable[[Any], str] = _no_hint
) -> Kind:
    """A mapping that the record class `name` of `module` reads.

    The module is imported when the first such mapping is met, so that a spec without it
    doesn't pay for it.
    """

    def convert(value: Any) -> Any:
        from importlib import import_module

        if not isinstance(value, dict):
            raise ValueError
        return getattr(import_module(module), name).read(value)

    return kind(convert, "a mapping", json, hint=hint)


Positive = Annotated[
    int, number("a whole number above 0", whole=True, ge=1, le=LARGEST)
]
Natural = Annotated[int, number("a whole number of 0 or more", whole=True, ge=0)]
ZeroToOne = Annotated[float, number("a number from 0 to 1", ge=0, le=1)]
ZeroToBelowOne = Annotated[float, number("a number from 0 to below 1", ge=0, lt=1)]
BetweenZeroAndOne = Annotated[float, number("a number between 0 and 1", gt=0, lt=1)]
AboveZero = Annotated[float, number("a number above 0", gt=0)]
ZeroOrMore = Annotated[float, number("a number of 0 or more", ge=0)]
Single = Annotated[tuple[int], sizes(1)]
Pair = Annotated[tuple[int, int], sizes(2)]
Triple = Annotated[tuple[int, int, int], sizes(3)]


def is_name(value: str) -> bool:
    """Whether a model, an input or a layer may be called so."""
    return visible(value) == value and value != "" and "/" not in value


def _name(value: Any) -> str:
    if isinstance(value, str) and is_name(value):
        return value
    raise ValueError


def name_hint(found: Any) -> str:
    """What to write in place of a text that is no name."""
    if not isinstance(found, str) or not found:
        return ""
    from cnnspec.ground.yaml_text import flow

    why = "Keras has no '/' in names; " if "/" in found else ""
    name = "".join(c if is_name(c) else "_" for c in found)
    return f"{why}write {flow(name, exact=True)}"


NAME_SAYS = "text in one line without '/'"
Name = Annotated[
    str,
    kind(
        _name,
        NAME_SAYS,
        {"type": "string", "pattern": r"^[^/\x00-\x1f\x7f-\x9f]+$"},
        hint=name_hint,
    ),
]
"""What a model, an input or a layer may be called."""


class Argument(NamedTuple):
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


def instance(cls: type, arguments: Iterable[Argument], then: str | None) -> Kind:
    """An object of `cls`, made of a mapping of its arguments.

    Args:
        cls: a class with the slots that pydantic's core fills.
        arguments: those that it takes.
        then: the method to call when all are there.
    """
    parts = {}
    for argument in arguments:
        schema = argument.kind.schema
        if not argument.required:
            default = argument.default
            schema = {"type": "default", "schema": schema, "default": default}
        parts[argument.attribute] = {
            "type": "model-field",
            "schema": schema,
            "validation_alias": argument.name,
        }
    whole = {"type": "model-fields", "fields": parts, "extra_behavior": "forbid"}
    schema = {"type": "model", "cls": cls, "schema": whole}
    schema |= {"post_init": then} if then else {}
    return Kind(schema, "a mapping of arguments", {"type": "object"})

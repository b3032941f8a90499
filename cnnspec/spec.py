"""The document of a spec, and the Program that keeps it as its author wrote it."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple

from cnnspec.errors import Invalid, Path, Problem
from cnnspec.fields import (
    LARGEST,
    NAME_SAYS,
    Kind,
    Name,
    Natural,
    Record,
    choice,
    describe,
    is_name,
    kind,
    kind_of,
    lazily,
    list_of,
)
from cnnspec.layers import Layer, make_layer, split_entry
from cnnspec.shapes import Shape
from cnnspec.source import Source

if TYPE_CHECKING:
    from cnnspec.training import Data, Ensemble, Train

DTYPES = [
    *("float32", "float16", "bfloat16", "float64"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("bool", "string"),
]

_SIZES_JSON = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": LARGEST},
        {
            "type": "array",
            "items": {"type": ["integer", "null"], "minimum": 1, "maximum": LARGEST},
            "minItems": 1,
        },
    ]
}
_SIZES_SAYS = "a list of sizes without the batch, such as [28, 28, 1]"


def _sizes(value: Any) -> Shape:
    if type(value) is int:
        value = [value]
    if not isinstance(value, list) or not value:
        raise ValueError
    problems = [
        _not_a_size(place, size)
        for place, size in enumerate(value)
        if size is not None and (type(size) is not int or not 1 <= size <= LARGEST)
    ]
    if problems:
        raise Invalid(problems)
    return tuple(value)


def _not_a_size(place: int, size: Any) -> Problem:
    text = f"a size must be a whole number above 0, or null; found {describe(size)}"
    hint = f"the largest is {LARGEST:,}" if type(size) is int and size > 0 else ""
    if size == "None":
        hint = "write null; the batch's is left out"
    return Problem((place,), "wrong-type", text, hint)


Sizes = Annotated[Any, kind(_sizes, _SIZES_SAYS, _SIZES_JSON)]


class InputTensor(Record):
    """An input with more to say than its sizes."""

    called: ClassVar[str] = "an input"

    shape: Sizes
    dtype: Annotated[str, choice(*DTYPES)] = "float32"


def _input(value: Any) -> InputTensor:
    if isinstance(value, dict):
        return InputTensor.read(value)
    _sizes(value)
    return InputTensor.read({"shape": value})


_INPUT_JSON = {
    "anyOf": [
        _SIZES_JSON,
        {
            "type": "object",
            "properties": {"shape": _SIZES_JSON, "dtype": {"enum": DTYPES}},
            "required": ["shape"],
            "additionalProperties": False,
        },
    ]
}
_INPUT = kind(_input, _SIZES_SAYS, _INPUT_JSON)


def _inputs(value: Any) -> dict[str, InputTensor]:
    if not isinstance(value, dict) or not value:
        raise ValueError
    found, problems = {}, []
    for name, tensor in value.items():
        if not isinstance(name, str) or not is_name(name):
            text = f"an input's name must be {NAME_SAYS}; found {describe(name)}"
            problems.append(Problem((name,), "wrong-type", text, at_key=True))
        try:
            found[str(name)] = _input(tensor)
        except Invalid as error:
            problems += [problem.under(name) for problem in error.problems]
        except ValueError:
            text = f"input '{name}' must be {_SIZES_SAYS}; found {describe(tensor)}"
            problems.append(Problem((name,), "wrong-type", text))
    if problems:
        raise Invalid(problems)
    return found


_INPUTS = kind(
    _inputs,
    "a mapping of names to sizes, such as {image: [28, 28, 1]}",
    {"type": "object", "additionalProperties": _INPUT_JSON, "minProperties": 1},
)


class ExpectedLayer(Record):
    """What `expect.layers` says of one layer."""

    called: ClassVar[str] = "expect.layers"

    output_shape: Sizes = None
    params: Natural | None = None


def _expected_layers(value: Any) -> dict[str, ExpectedLayer]:
    if not isinstance(value, dict):
        raise ValueError
    found, problems = {}, []
    for name, expected in value.items():
        try:
            if not isinstance(expected, dict):
                text = f"layer '{name}' must be a mapping; found {describe(expected)}"
                hint = "as in {output_shape: [28, 28, 50], params: 500}"
                raise Invalid([Problem((), "wrong-type", text, hint)])
            found[str(name)] = ExpectedLayer.read(expected)
        except Invalid as error:
            problems += [_of_layer(name, problem) for problem in error.problems]
    if problems:
        raise Invalid(problems)
    return found


def _of_layer(name: Any, problem: Problem) -> Problem:
    called = ExpectedLayer.called
    message = problem.message.replace(called, f"{called}.{name}", 1)
    return problem.under(name)._replace(message=message)


def _summary(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


class Expect(Record):
    """What the author holds the model to."""

    called: ClassVar[str] = "expect"

    total_params: Natural | None = None
    trainable_params: Natural | None = None
    non_trainable_params: Natural | None = None
    output_shape: Sizes = None
    layers: (
        Annotated[
            Any,
            kind(
                _expected_layers,
                "a mapping of layer names to what is expected of them",
                {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "properties": {
                            "output_shape": _SIZES_JSON,
                            "params": {"type": "integer", "minimum": 0},
                        },
                        "additionalProperties": False,
                    },
                },
            ),
        ]
        | None
    ) = None
    summary: (
        Annotated[
            str,
            kind(
                _summary,
                "the table that model.summary() prints, or the name of its file",
                {"type": "string", "pattern": r"\S"},
            ),
        ]
        | None
    ) = None
    """A table as Keras prints it, or the name of a file that holds one."""


def _any_list(value: Any) -> Any:
    if not isinstance(value, list) or not value:
        raise ValueError
    return value


def _section(name: str) -> Kind:
    return lazily("cnnspec.training", name, {"type": "object"})


class Document(Record):
    """The keys of a spec."""

    called: ClassVar[str] = "the spec"

    first: ClassVar[tuple[str, ...]] = ("name", "input", "inputs", "layers", "outputs")
    renamed: ClassVar[dict[str, str]] = {
        "input_shape": "write input:",
        **dict.fromkeys(
            ("vars", "blocks", "extends", "defaults", "repeat"),
            "not yet: cnnspec 0.1 reads chains of layers, each written out",
        ),
    }

    layers: Annotated[
        Any,
        kind(
            _any_list,
            "a list of layers, each after '- '",
            {"type": "array", "items": {"$ref": "#/$defs/layer"}, "minItems": 1},
        ),
    ]
    name: Name | None = None
    description: str | None = None
    input: Annotated[Any, _INPUT] = None
    inputs: Annotated[Any, _INPUTS] = None
    outputs: Annotated[Any, list_of(kind_of(str), least=1)] = None
    expect: Annotated[Any, lazily("cnnspec.spec", "Expect", {"type": "object"})] = None
    data: Annotated[Any, _section("Data")] = None
    train: Annotated[Any, _section("Train")] = None
    ensemble: Annotated[Any, _section("Ensemble")] = None


_EMPTY = Document(layers=[None])


class Entry(NamedTuple):
    """One layer as its author wrote it."""

    layer: Layer | None
    """None where its arguments are wrong, which is among the program's problems."""
    type: str
    """The layer's name in Keras."""
    sources: tuple[str, ...]
    """What `from` names; empty where it isn't given."""
    path: Path
    """Where the entry stands in the document."""


class Program(NamedTuple):
    """A spec with the structure its author gave it."""

    name: str
    description: str
    inputs: dict[str, InputTensor]
    """By name; the input of a spec with `input:` has the name ''."""
    layers: tuple[Entry, ...]
    outputs: tuple[str, ...]
    expect: Expect | None
    data: "Data | None"
    train: "Train | None"
    ensemble: "Ensemble | None"
    source: Source
    problems: tuple[Problem, ...]
    """What is wrong with the document and its layers; the rest can be read all the
    same, so that every problem of a file is found in one go."""


def read_program(source: Source) -> Program:
    """The Program that a document describes, with what is wrong in it."""
    problems: list[Problem] = []
    data = source.data
    if not isinstance(data, dict):
        text = f"a spec is a mapping with input: and layers:; found {describe(data)}"
        hint = "cnnspec init writes one to start from"
        problems.append(Problem((), "wrong-type", text, hint))
        data = {}
    entries = list(_entries(data.get("layers"), problems))
    document = _document(data, problems) if source.data is data else _EMPTY
    return Program(
        name=document.name or PurePath(source.path).stem,
        description=document.description or "",
        inputs=_given_inputs(document),
        layers=tuple(entries),
        outputs=document.outputs or (),
        expect=document.expect,
        data=document.data,
        train=document.train,
        ensemble=document.ensemble,
        source=source,
        problems=tuple(problems),
    )


def _given_inputs(document: Document) -> dict[str, InputTensor]:
    """The inputs by name; none where two keys give them, for it isn't known which."""
    if document.input is None:
        return document.inputs or {}
    return {} if document.inputs else {"": document.input}


def _document(data: dict[str, Any], problems: list[Problem]) -> Document:
    """The document; where keys of it are wrong, the document without them."""
    try:
        document = Document.read(data)
        problems += _input_problems(document)
        return document
    except Invalid as error:
        problems += error.problems
    wrong = {problem.path[0] for problem in problems if problem.path}
    names = Document.fields().keys() - wrong
    sound = {key: value for key, value in data.items() if key in names}
    return Document.read({"layers": [None], **sound})


def _input_problems(document: Document) -> Iterator[Problem]:
    hint = "as in input: [28, 28, 1]"
    if document.input is None and document.inputs is None:
        yield Problem((), "missing-field", "the spec has no input:", f"add it, {hint}")
    if document.input is not None and document.inputs is not None:
        text = "the spec has both input: and inputs:"
        yield Problem(("inputs",), "argument", text, "keep one of the two", at_key=True)


def _entries(layers: Any, problems: list[Problem]) -> Iterator[Entry]:
    """The entries of a layer list; what is wrong with them goes into `problems`."""
    for place, item in enumerate(layers if isinstance(layers, list) else ()):
        path: Path = ("layers", place)
        try:
            name, arguments = split_entry(item)
        except Invalid as error:
            problems += [problem.under(*path) for problem in error.problems]
            yield Entry(None, "", (), path)
            continue
        if type(item) is not str:
            path = ("layers", place, name)
        layer: Layer | None = None
        sources: tuple[str, ...] = ()
        try:
            if type(arguments) is dict and "from" in arguments:
                arguments = dict(arguments)
                sources = _sources(arguments.pop("from"))
            layer = make_layer(name, arguments)
        except Invalid as error:
            problems += [problem.under(*path) for problem in error.problems]
        yield Entry(layer, name, sources, path)


def _sources(value: Any) -> tuple[str, ...]:
    """The names that `from` lists.

    Raises:
        Invalid: it is neither a name nor a list of names.
    """
    names = value if isinstance(value, list) else [value]
    if names and all(isinstance(name, str) for name in names):
        return tuple(names)
    text = "from must be the name of a layer above, prev, input, or a list of those"
    message = f"{text}; found {describe(value)}"
    raise Invalid([Problem(("from",), "wrong-type", message)])

"""The keys of a spec, and what may stand under each."""

import re
from typing import Annotated, Any, ClassVar

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.ground.kinds import (
    LARGEST,
    NAME_SAYS,
    Kind,
    Name,
    Natural,
    Positive,
    choice,
    is_name,
    kind,
    kind_of,
    lazily,
    list_of,
    name_hint,
)
from cnnspec.ground.records import Record
from cnnspec.ground.shapes import Shape
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.expressions import Formula

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
        raise Invalid(_of_batch(value) or problems)
    return tuple(value)


def _of_batch(value: list[Any]) -> list[Problem]:
    """What is wrong with sizes that Python's `None` for the batch stands before."""
    first, *rest = value
    if first != "None" or len(rest) < 3 or any(type(size) is not int for size in rest):
        return []
    text = f"sizes have no batch before them; found {describe(value)}"
    hint = f"leave the batch out: write {flow(rest)}"
    return [Problem((), "wrong-type", text, hint)]


def _not_a_size(place: int, size: Any) -> Problem:
    text = f"a size must be a whole number above 0, or null; found {describe(size)}"
    hint = f"the largest is {LARGEST:,}" if type(size) is int and size > 0 else ""
    if size == "None":
        hint = "write null; the batch's is left out"
    elif isinstance(size, str):
        from cnnspec.ground.wide import narrow

        numbers = re.findall(r"\d+", narrow(size))
        hint = f"write {', '.join(numbers)}" if numbers else ""
    return Problem((place,), "wrong-type", text, hint)


Sizes = Annotated[Any, kind(_sizes, _SIZES_SAYS, _SIZES_JSON)]


class InputTensor(Record):
    """An input with more to say than its sizes."""

    called: ClassVar[str] = "an input"

    shape: Sizes
    dtype: Annotated[str, choice(*DTYPES)] = "float32"
    batch_size: Positive | None = None
    """Samples in each batch, where that is always the same."""
    optional: bool = False
    """Whether the model may be given None for it."""
    sparse: bool = False
    """Whether it is a sparse tensor."""


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
            "properties": {
                "shape": _SIZES_JSON,
                "dtype": {"enum": DTYPES},
                "batch_size": {"type": ["integer", "null"], "minimum": 1},
                "optional": {"type": "boolean"},
                "sparse": {"type": "boolean"},
            },
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
            hint = name_hint(name)
            problems.append(Problem((name,), "wrong-type", text, hint, at_key=True))
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
    return lazily("cnnspec.language.training", name, {"type": "object"})


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _anything(value: Any) -> Any:
    return value


def _list(value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError
    return value


_AS_STEPS = "begin each layer with '- '"


def _as_steps(found: Any) -> str:
    """How to write layers that stand in no list."""
    if isinstance(found, str) and found.strip():
        from cnnspec.ground.wide import narrow

        dash, *items = re.split(r"(?:^|\s+)- *", narrow(found))
        return "" if dash or not items else f"write [{', '.join(items)}]"
    if not isinstance(found, dict) or not found:
        return "" if isinstance(found, list) else _AS_STEPS
    items = [key if value is None else {key: value} for key, value in found.items()]
    text = flow(items)
    return f"write {text}" if len(text) < 60 else _AS_STEPS


_STEPS_JSON = {"type": "array", "items": {"$ref": "#/$defs/step"}}
_REF_JSON = {"$ref": "#/$defs/from"}
_NAME_JSON = {"type": "string", "minLength": 1}

Anything = Annotated[Any, kind(_anything, "any value", {})]
_LayerList = Annotated[
    Any,
    kind(
        _any_list,
        "a list of layers, each after '- '",
        {**_STEPS_JSON, "minItems": 1},
        hint=_as_steps,
    ),
]
Branch = Annotated[
    Any,
    kind(_list, "a list of layers, each after '- '", _STEPS_JSON, hint=_as_steps),
]
From = Annotated[Any, kind(_anything, "a name, or a list of names", _REF_JSON)]


def _names(value: Any) -> Any:
    if not isinstance(value, dict | list):
        raise ValueError
    return value


def as_names(found: Any) -> str:
    """How to write names that stand in one text: `(filters, strides)`."""
    names = words(found)
    return f"write [{', '.join(names)}]" if names else ""


def words(found: Any) -> list[str]:
    """The names in a text that was meant to be a list of them."""
    if not isinstance(found, str):
        return []
    names = [name.strip() for name in found.strip("()").split(",")]
    return names if all(name.isidentifier() for name in names) else []


Parameters = Annotated[
    Any,
    kind(
        _names,
        "a mapping of names to defaults, such as {filters: 64}",
        {
            "anyOf": [
                {"type": "object"},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
        hint=as_names,
    ),
]
"""What a block or a layer of one's own can be told."""


class BlockKeys(Record):
    """A block: layers that a call takes with values of its own."""

    called: ClassVar[str] = "a block"
    first: ClassVar[tuple[str, ...]] = ("description", "params", "inputs", "outputs")
    spelt_as: ClassVar[dict[str, str]] = {
        "params": "args arguments parameters vars variables defaults",
        "inputs": "input from takes",
        "outputs": "output returns gives",
        "layers": "steps body modules net",
    }

    layers: _LayerList
    description: str | None = None
    params: Parameters | None = None
    inputs: (
        Annotated[
            Any,
            kind(
                _list,
                "a list of names for the tensors it is given, such as [x, skip]",
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ),
        ]
        | None
    ) = None
    outputs: (
        Annotated[
            Any,
            kind(
                _any_list,
                "a list of the tensors that it gives, such as [prev, skip]",
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ),
        ]
        | None
    ) = None
    model: bool = False


def _times(value: Any) -> Any:
    if value is None or type(value) is Formula or (type(value) is int and value >= 0):
        return value
    raise ValueError


def _as_times(found: Any) -> str:
    from cnnspec.ground.habits import rounds

    keys = rounds(found) if isinstance(found, str) else ""
    return f"write {keys}" if keys else ""


def _index(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError


def _as_index(found: Any) -> str:
    if type(found) is Formula and found.text[1:].isidentifier():
        return f"write {found.text[1:]} without $"
    return "write index: i, which counts the rounds from 0"


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError
    problems = []
    for name, values in value.items():
        if values is not None and not isinstance(values, list | Formula):
            text = f"repeat.for.{name} must be a list, one value a round; found "
            text += describe(values)
            hint = _as_rounds(values, name)
            problems.append(Problem((name,), "wrong-type", text, hint))
    if problems:
        raise Invalid(problems)
    return value


def _as_rounds(values: Any, name: Any) -> str:
    from cnnspec.ground.habits import rounds

    if type(values) is int:
        return f"to count rounds, write times: {values}, index: {name}"
    keys = rounds(values, name) if isinstance(values, str) else ""
    return f"write {keys} instead of for:" if keys.startswith("times") else ""


def _as_lists(found: Any) -> str:
    if isinstance(found, list | Formula):
        return f"name a variable for it, as in for: {{n: {flow(found)}}}"
    from cnnspec.ground.habits import loop

    if isinstance(found, str) and (keys := loop(found)):
        return f"write {keys}"
    is_word = isinstance(found, str) and found.isidentifier()
    return f"write for: {{{found}: [1, 2]}}" if is_word else ""


def _test(value: Any) -> Any:
    if value is None or type(value) is Formula or type(value) is bool:
        return value
    raise ValueError


def _as_test(found: Any) -> str:
    is_word = isinstance(found, str) and found.lower() in ("true", "false")
    return "" if is_word else "compare it, as in ${strides != 1}"


class RepeatKeys(Record):
    """Layers that are taken several times."""

    called: ClassVar[str] = "repeat"
    first: ClassVar[tuple[str, ...]] = ("times", "index", "for")
    spelt_as: ClassVar[dict[str, str]] = {
        "times": "count n range number repeats repetitions",
        "index": "as i var counter",
        "layers": "steps body do block",
    }
    renamed: ClassVar[dict[str, str]] = {"in": "write for: {variable: [1, 2]}"}

    layers: _LayerList
    times: Annotated[
        Any, kind(_times, "a whole number of 0 or more", {}, hint=_as_times)
    ] = None
    index: (
        Annotated[
            str,
            kind(_index, "the name of a variable", {"type": "string"}, hint=_as_index),
        ]
        | None
    ) = None
    for_: (
        Annotated[
            Any,
            kind(
                _lists,
                "a mapping of variables to lists, such as {filters: [64, 128]}",
                {"type": "object", "minProperties": 1},
                hint=_as_lists,
            ),
        ]
        | None
    ) = None
    trainable: Annotated[Any, kind(_test, "true or false", {})] = True
    collect: bool = False


class IfKeys(Record):
    """Layers that are there if a test says so."""

    called: ClassVar[str] = "if"
    first: ClassVar[tuple[str, ...]] = ("test", "then", "else")
    spelt_as: ClassVar[dict[str, str]] = {
        "test": "condition when cond",
        "then": "layers do steps",
        "else": "otherwise",
    }
    renamed: ClassVar[dict[str, str]] = {
        "elif": "put a further if into else:, as in else: [{if: {test: …, then: …}}]",
    }

    test: Annotated[Any, kind(_test, "true or false", {}, hint=_as_test)]
    then: Branch
    else_: Branch = None


class ApplyKeys(Record):
    """A layer used once more, with the same weights."""

    called: ClassVar[str] = "apply"
    first: ClassVar[tuple[str, ...]] = ("layer", "from", "name")
    spelt_as: ClassVar[dict[str, str]] = {"from": "input inputs to on", "layer": "call"}

    layer: Annotated[Any, kind(_anything, "the name of a layer above", {})]
    from_: From = None
    name: Anything = None


_INCLUDE = kind(
    _anything,
    "a list of files, such as [blocks/residual.yaml]",
    {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
)
_CHANGE = kind(
    _mapping,
    "a mapping of layers to arguments, such as {predictions: {units: 10}}",
    {"type": "object", "minProperties": 1},
)
_VARS = kind(
    _mapping, "a mapping of names to values, such as {width: 50}", {"type": "object"}
)
_DEFAULTS = kind(
    _mapping,
    "a mapping of layers to arguments, such as {Conv2D: {padding: same}}",
    {"type": "object"},
)
_BLOCKS = kind(
    _mapping,
    "a mapping of names to blocks, such as {stem: {layers: [Flatten]}}",
    {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
)


_CUSTOM = kind(
    _mapping,
    "a mapping of names to layers of your own, such as {Swish: {import: my_layers}}",
    {"type": "object", "additionalProperties": {"$ref": "#/$defs/custom"}},
)


class Library(Record):
    """What a file may have that a spec includes, beside what makes it a spec."""

    called: ClassVar[str] = "an included file"

    description: str | None = None
    include: Annotated[Any, _INCLUDE] = None
    vars: Annotated[Any, _VARS] = None
    defaults: Annotated[Any, _DEFAULTS] = None
    blocks: Annotated[Any, _BLOCKS] = None
    custom: Annotated[Any, _CUSTOM] = None


def _as_study(found: Any) -> str:
    """The mapping that is meant by a study's title alone."""
    if not isinstance(found, str) or not found:
        return ""
    return f"write {{title: {flow(found)}, variants: {{base: {{}}}}}}"


_OF_TRAIN = (
    *("epochs", "batch_size", "loss", "optimizer", "metrics", "seed"),
    *("callbacks", "validation_split", "class_weight"),
)
"""Keys of `train:` that one looks for beside it."""


class Document(Record):
    """The keys of a spec."""

    called: ClassVar[str] = "the spec"

    first: ClassVar[tuple[str, ...]] = (
        *("name", "input", "inputs", "layers", "outputs"),
        *("vars", "blocks", "data", "train", "expect", "include", "custom"),
    )
    spelt_as: ClassVar[dict[str, str]] = {
        "input": "input_shape input_size in_shape 입력 입력크기 입력형태",
        "layers": "architecture network 층 레이어 계층 층들 레이어들 구조",
        "outputs": "출력",
        "vars": "variables constants hyperparameters params parameters 변수",
        "defaults": "기본값",
        "blocks": "block 블록 블럭",
        "custom": "custom_layers own_layers custom_objects",
        "extends": "base inherits parent 확장 상속",
        "include": "includes import imports 포함",
        "change": "changes override overrides 변경",
        "append": "add adds 추가",
        "expect": "expected 기대 예상",
        "data": "dataset 데이터 자료 데이터셋",
        "train": "training 학습 훈련",
        "ensemble": "앙상블",
        "description": "comment 설명",
        "name": "model_name title 이름 모델이름",
    }
    renamed: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("repeat", "if", "apply"), "it stands in a list of layers"),
        **{key: f"it stands in train:, as in train.{key}" for key in _OF_TRAIN},
    }

    layers: _LayerList
    name: Name | None = None
    description: str | None = None
    extends: Annotated[str, kind_of(str)] | None = None
    input: Annotated[Any, _INPUT] = None
    inputs: Annotated[Any, _INPUTS] = None
    include: Annotated[Any, _INCLUDE] = None
    vars: Annotated[Any, _VARS] = None
    defaults: Annotated[Any, _DEFAULTS] = None
    blocks: Annotated[Any, _BLOCKS] = None
    custom: Annotated[Any, _CUSTOM] = None
    outputs: Annotated[Any, list_of(kind_of(str), least=1)] = None
    change: Annotated[Any, _CHANGE] = None
    append: _LayerList | None = None
    expect: Annotated[
        Any, lazily("cnnspec.language.document", "Expect", {"type": "object"})
    ] = None
    data: Annotated[Any, _section("Data")] = None
    train: Annotated[Any, _section("Train")] = None
    ensemble: Annotated[Any, _section("Ensemble")] = None
    study: Annotated[
        Any,
        lazily(
            "cnnspec.language.studies",
            "SpecStudy",
            {"$ref": "#/$defs/study"},
            _as_study,
        ),
    ] = None

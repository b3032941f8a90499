"""The keys of a layer under `custom:`."""

import re
from keyword import iskeyword
from typing import Annotated, Any, ClassVar

from cnnspec.ground.kinds import Kind, choice, kind, kind_of
from cnnspec.ground.records import Record
from cnnspec.ground.yaml_text import flow
from cnnspec.language.document import Parameters, as_names
from cnnspec.language.expressions import Formula

PLACE_LIMIT = 1_000
"""Characters of `import`."""


def is_word(name: str) -> bool:
    """Whether Python takes it for a name, and for no other than it looks like."""
    if not name.isidentifier() or iskeyword(name):
        return False
    if name.isascii():
        return True
    from unicodedata import normalize

    return normalize("NFKC", name) == name


def word(name: str) -> str:
    """A class's name, as Python takes it, made of any text."""
    found = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    found = found if found and not found[0].isdigit() else f"Layer{found}"
    return found if is_word(found) else f"{found}_"


def _place(value: Any) -> tuple[str, str]:
    """The module and the class of `my_package.layers:OtherName`; '' for none."""
    if not isinstance(value, str) or len(value) > PLACE_LIMIT:
        raise ValueError
    module, colon, name = value.partition(":")
    if not all(map(is_word, module.split("."))) or (colon and not is_word(name)):
        raise ValueError
    return module, name


def is_place(value: str) -> bool:
    """Whether a text names a module, and perhaps a class of it."""
    try:
        _place(value)
    except ValueError:
        return False
    return True


def _as_place(found: Any) -> str:
    """How to write a module that stands there in another way."""
    if not isinstance(found, str) or len(found) > PLACE_LIMIT:
        return ""
    words = re.fullmatch(r"from\s+([\w.]+)\s+import\s+(\w+)", found.strip())
    if words:
        meant = f"{words[1]}:{words[2]}"
    else:
        meant = re.sub(r"\.py(?=$|:)", "", found.strip().removeprefix("import "))
        meant = re.sub(r"[/\\]+", ".", meant).strip(". ")
    return f"write {flow(meant)}" if is_place(meant) else ""


def _sizes(value: Any) -> Any:
    if not isinstance(value, list | Formula):
        raise ValueError
    return value


def _list(value: Any) -> Any:
    if not isinstance(value, list) or not value:
        raise ValueError
    return value


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError
    return value


def _count(value: Any) -> Any:
    if type(value) is Formula or (type(value) is int and value >= 0):
        return value
    raise ValueError


_SIZE_JSON = {"type": ["integer", "null", "string"]}
_SIZES_JSON = {
    "anyOf": [
        {"type": "array", "items": _SIZE_JSON},
        {"$ref": "#/$defs/formula"},
    ]
}
_SHAPE = kind(
    _sizes,
    'a list of sizes without the batch, such as ["${x[0]}", "${filters}"]',
    _SIZES_JSON,
)


def _weights(says: str) -> Kind:
    json = {"type": "object", "additionalProperties": _SIZES_JSON}
    return kind(_mapping, f"a mapping of names to sizes, such as {says}", json)


class CustomKeys(Record):
    """A layer of one's own: where its class stands, and what it makes of a tensor.

    Or a loss or a metric of one's own, of which less has to be known.
    """

    called: ClassVar[str] = "an own layer"
    first: ClassVar[tuple[str, ...]] = (
        *("import", "arguments", "inputs", "output", "outputs", "weights"),
        *("non_trainable", "macs", "kind", "labels"),
    )
    spelt_as: ClassVar[dict[str, str]] = {
        "import": "module package from path source",
        "arguments": "args params parameters kwargs config",
        "inputs": "input tensors takes",
        "output": "output_shape shape returns gives",
        "outputs": "output_shapes shapes",
        "weights": "variables trainable_weights params_shapes",
        "non_trainable": "non_trainable_weights buffers state",
        "macs": "flops cost mults",
        "kind": "type what",
        "labels": "label_mode encoding targets",
    }

    import_: Annotated[
        Any,
        kind(
            _place,
            "a module such as my_package.layers, or my_package.layers:OtherName where "
            "the class has another name",
            {"type": "string"},
            hint=_as_place,
        ),
    ]
    arguments_: Parameters | None = None
    inputs: (
        Annotated[
            Any,
            kind(
                _list,
                "a list of names for the tensors of its call, such as [image, text]",
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                hint=as_names,
            ),
        ]
        | None
    ) = None
    output: Annotated[Any, _SHAPE] | None = None
    outputs: (
        Annotated[
            Any,
            kind(
                _list,
                "a list with the sizes of each result, such as [[10], [5]]",
                {"type": "array", "items": _SIZES_JSON, "minItems": 1},
            ),
        ]
        | None
    ) = None
    weights: Annotated[Any, _weights('{kernel: [3, 3, "${filters}"]}')] | None = None
    non_trainable: Annotated[Any, _weights("{seen: []}")] | None = None
    macs: (
        Annotated[
            Any,
            kind(
                _count,
                "a whole number of 0 or more, or an expression",
                {"anyOf": [kind_of(int).json, {"$ref": "#/$defs/formula"}]},
            ),
        ]
        | None
    ) = None
    kind: Annotated[str, choice("layer", "loss", "metric")] | None = None
    """What it is; a layer unless `train:` names it."""
    labels: Annotated[str, choice("one_hot", "sparse", "multi_hot")] | None = None
    """How a loss or a metric is told classes; nothing is said of others."""

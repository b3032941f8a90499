"""Files of other tools that are taken for specs: what they are, and what to do.

Imported only for what can't be a spec.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from cnnspec.ground.errors import FOREIGN, Diagnostic, Mark

_BY_HAND = (
    "write its layers by hand under layers:, as in - Dense: {units: 10}, and the sizes "
    "of one sample under input:; cnnspec init writes a spec to begin with"
)
_NO_SPEC = ", and no spec"
_READ = "cnnspec import writes the spec of it"
_OTHER = "name the YAML file of a spec; cnnspec init writes one"
_TEXT_LIMIT = 2**16
"""Characters of a text that are looked at."""


class Kind(NamedTuple):
    """A kind of file."""

    what: str
    """To follow `this is`."""
    is_it: Callable[[Any], Any]
    """Tells whether something is of that kind."""
    todo: str = _OTHER


def _starts(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signs)


def _zip_with(name: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(b"PK\x03\x04") and name in content


_PRINTED = (
    "load it in Python, print its summary (torchinfo's for PyTorch), and save that: "
    "cnnspec import reads the table"
)
_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How PyTorch's files began before they were zip archives (torch/serialization.py)."""

BINARIES = (
    Kind("a Keras model in HDF5 (.h5)", _starts(b"\x89HDF\r\n\x1a\n"), _READ),
    Kind("a Keras model (.keras)", _zip_with(b"config.json"), _READ),
    Kind("a file of PyTorch's (.pt or .pth)", _zip_with(b"data.pkl"), _PRINTED),
    Kind(
        "a file of NumPy arrays (.npz)",
        _zip_with(b".npy"),
        "name it in a spec, as in data: {source: npz, path: digits.npz}",
    ),
    Kind("a zip archive", _starts(b"PK\x03\x04", b"PK\x05\x06")),
    Kind("a TensorFlow Lite model", lambda content: content[4:8] == b"TFL3", _PRINTED),
    Kind("a file of PyTorch's (.pt or .pth)", _starts(_TORCH), _PRINTED),
    Kind("a pickle of Python's", _starts(*(b"\x80%c" % n for n in range(2, 6)))),
    Kind(
        "an ONNX model",
        re.compile(
            rb"\x08.{1,4}\x12.(pytorch|onnx|tf2onnx|keras|skl)", re.DOTALL
        ).match,
        _PRINTED,
    ),
    Kind("a safetensors file", re.compile(rb'.{8}\{"', re.DOTALL).match),
    Kind("a gguf model", _starts(b"GGUF")),
    Kind("an image", _starts(b"\x89PNG", b"\xff\xd8\xff", b"GIF8")),
    Kind("a PDF", _starts(b"%PDF")),
    Kind("a compressed file", _starts(b"\x1f\x8b", b"BZh", b"\xfd7zXZ")),
)
"""What a file that is no text may be, by its first bytes."""


def _lines(pattern: str) -> Callable[[str], Any]:
    """Tells whether a line of a text begins with a pattern."""
    # Compiled where it is needed: whoever looks for one of them has no use for all.
    return lambda text: re.search(rf"^(?:{pattern})", text, re.MULTILINE)


def _is_table(text: str) -> bool:
    """Whether lines have equally many values between commas."""
    lines = text.splitlines()[:5]
    commas = {line.count(",") for line in lines}
    plain = not re.search(r"[:{}\[\]]", "".join(lines))
    return len(lines) > 1 and len(commas) == 1 and min(commas) > 1 and plain


PAGE = Kind(
    "a page with YAML between fences (```)",
    _lines(r"```ya?ml"),
    "save what stands between the fences in a file of its own",
)
SUMMARY = Kind(
    "a printed summary of Keras",
    lambda text: (
        re.search(r"Layer\s*\(type", text)
        and re.search(r"Param\s*#|Output\s+[Ss]hape", text)
    ),
    _READ,
)
SCRIPT = Kind(
    "a Python script",
    _lines(
        r"(import|from) \w[\w.]*( import .*| as \w+)?$|(def|class) \w+.*:\s*$|"
        r"\w+\.add\(|\w+ = [\w.]*(Sequential|Model)\(|#!.*python|class \w+\(.*\):"
    ),
    _READ,
)
TEXTS = (
    SUMMARY,
    Kind(
        "a Darknet model (.cfg)",
        _lines(r"\s*\[(net|network|convolutional|maxpool|yolo|shortcut|route)\]\s*$"),
        _BY_HAND,
    ),
    Kind("a Caffe model (prototxt)", _lines(r"layers?\s*\{"), _BY_HAND),
    Kind("a pipeline of TensorFlow's (.config)", _lines(r"(model|train_config)\s*\{")),
    SCRIPT,
    Kind("an XML or HTML file", _lines(r"\s*<(\?xml|!DOCTYPE|html|svg|net|graph)")),
    Kind(
        "an INI or TOML file",
        _lines(r"\[[\w. -]+\]\s*(#.*)?\n(\s*\n|#.*\n)*[\w.-]+ *="),
    ),
    Kind(
        "a CSV table",
        _is_table,
        "name it in a spec, as in data: {source: csv, train: digits.csv}",
    ),
)
"""What a text that isn't YAML may be, or that is YAML by chance."""


def _has(*names: str) -> Callable[[Any], bool]:
    """Tells whether a mapping has all of some keys."""
    return lambda data: isinstance(data, dict) and all(name in data for name in names)


def _is_keras(data: Any) -> bool:
    """Whether it is what `to_json`, `to_yaml` or `get_config` gives, as data."""
    if not isinstance(data, dict):
        return _has_configurations(data)
    whole = _has("class_name", "config")(data) or _has("modelTopology")(data)
    return whole or _has_configurations(data.get("layers"))


def _has_configurations(layers: Any) -> bool:
    return (
        isinstance(layers, list)
        and bool(layers)
        and all(_has("class_name", "config")(layer) for layer in layers)
    )


def _is_ultralytics(data: Any) -> bool:
    lists = (data.get("backbone"), data.get("head")) if isinstance(data, dict) else ()
    return any(
        isinstance(rows, list) and rows and isinstance(rows[0], list) for rows in lists
    )


def _is_ultralytics_data(data: Any) -> bool:
    return _has("names")(data) and any(
        isinstance(data.get(name), str) for name in ("train", "val", "path")
    )


def _holds(data: Any, name: str, depth: int = 4) -> bool:
    """Whether a key stands in data somewhere near its top."""
    if depth == 0 or not isinstance(data, dict | list):
        return False
    if isinstance(data, dict) and name in data:
        return True
    values = data.values() if isinstance(data, dict) else data[:50]
    return any(_holds(value, name, depth - 1) for value in values)


def _is_mmdetection(data: Any) -> bool:
    model = data.get("model") if isinstance(data, dict) else None
    model = model if isinstance(model, dict) else {}
    parts = ("backbone", "bbox_head", "decode_head", "head", "neck")
    named = any(part in model for part in parts)
    return (named and "type" in model) or _has("_base_")(data)


def _is_pipeline(data: Any) -> bool:
    jobs = data.values() if isinstance(data, dict) else ()
    return any(map(_has("script"), jobs))


def _is_workflow(data: Any) -> bool:
    return _has("jobs")(data) and (_has("on")(data) or _has("name")(data))


_NEVER_READ = "docs/import.md tells what is read"


def unread(found: Diagnostic) -> Diagnostic:
    """What is said of such a file where any model would do, and not a spec alone."""
    message = found.message.removesuffix(_NO_SPEC) + ", which cnnspec doesn't read"
    hint = _NEVER_READ if found.hint == _OTHER else found.hint
    return found._replace(message=message, hint=hint)


KERAS = Kind(
    "a Keras model's configuration (what model.to_json() gives)",
    _is_keras,
    _READ,
)
DATA = (
    Kind("a Jupyter notebook", _has("cells", "nbformat"), _READ),
    Kind("an Ultralytics model", _is_ultralytics, _BY_HAND),
    Kind(
        "an Ultralytics data set",
        _is_ultralytics_data,
        "name the folders in a spec, as in data: {source: image_directory, train: "
        "photos/train, validation: photos/val}",
    ),
    Kind("a file of Ultralytics's settings", _has("task", "imgsz"), _BY_HAND),
    Kind("a Ludwig configuration", _has("input_features", "output_features"), _BY_HAND),
    Kind("a Detectron2 configuration", _has("MODEL"), _BY_HAND),
    Kind("an MMDetection configuration", _is_mmdetection, _BY_HAND),
    Kind(
        "a Lightning configuration",
        lambda data: _has("trainer", "model")(data) or _holds(data, "class_path"),
        _BY_HAND,
    ),
    Kind("a Hydra configuration", lambda data: _holds(data, "_target_"), _BY_HAND),
    Kind(
        "a configuration of Hugging Face's",
        lambda data: _has("model_type")(data) or _has("architectures")(data),
        _BY_HAND,
    ),
    Kind("an ONNX model as JSON", _has("graph", "irVersion"), _BY_HAND),
    Kind("a workflow of GitHub's", _is_workflow),
    Kind("a file of Docker Compose", _has("services")),
    Kind("a Kubernetes file", _has("apiVersion", "kind")),
    Kind(
        "an OpenAPI description",
        lambda data: _has("openapi")(data) or _has("swagger")(data),
    ),
    Kind("a JSON Schema", _has("$schema")),
    Kind("a configuration of pre-commit", _has("repos")),
    Kind("an environment of conda", _has("channels", "dependencies")),
    Kind("a pipeline of GitLab's", _is_pipeline),
)
"""What a document that is YAML or JSON may be."""


def of_bytes(path: str, content: bytes) -> Diagnostic | None:
    """What a file is that isn't text, if it is known."""
    return _told(BINARIES, content, Mark(path))


def of_text(path: str, text: str) -> Diagnostic | None:
    """What a text is that can't be a spec, if it is known."""
    if path.endswith(".py"):
        text = f"#!python\n{text}"
    begun = re.search(r"^(layers|input):", text, re.MULTILINE)
    return _told((PAGE,) if begun else (PAGE, *TEXTS), text[:_TEXT_LIMIT], Mark(path))


def of_data(mark: Mark, data: Any) -> Diagnostic | None:
    """What a document is that lacks what every spec has, if it is known."""
    begun = isinstance(data, dict) and ("input" in data or "extends" in data)
    return _told((KERAS,) if begun else (KERAS, *DATA), data, mark)


def _told(kinds: tuple[Kind, ...], found: Any, mark: Mark) -> Diagnostic | None:
    for what, is_it, todo in kinds:
        if is_it(found):
            return Diagnostic("error", FOREIGN, mark, f"this is {what}{_NO_SPEC}", todo)
    return None

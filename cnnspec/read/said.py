"""What to do about a program, in Python's words: a hint is made for a spec at first."""

import re
from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_known

_SAID = re.compile(
    r"\b(?P<word>write|set) (?P<key>[a-z_]+): "
    r"(?P<value>\[[^\[\]]*\]|[\w.+-]+)(?![^;,\s)])"
)
_ENTRY = re.compile(
    r"\b(?P<word>put|write) - (?P<entry>[A-Z]\w*(?:: .*?)?)(?P<end>$|;| before| behind)"
)
_READING = re.compile(r"write from: (?P<value>\[.*?\])(?=$|; or )")
_NO_ARGUMENT = ("from", "model", "name", "labels", "reshape", "source", "flatten")
"""Keys of a spec that no layer has as an argument in code."""
_WORDS = {"true": "True", "false": "False", "null": "None"}
_DONE = {
    "set labels: one_hot": "make the labels one-hot with to_categorical",
    "set labels: sparse": "leave out to_categorical",
    "choose another source": "load other samples",
}
"""What is done to samples, which a spec says and a program does."""


def as_python(hint: str, input_word: str = "") -> str:
    """What to do, as code has it: `write padding="same"`, `put Flatten() before it`.

    Args:
        hint: in the words of a spec.
        input_word: what the code calls the shape of its input; nothing: not known.
    """
    for spec, code in _DONE.items():
        hint = hint.replace(spec, code)
    hint = _READING.sub(lambda found: _reading(found["value"]) or found[0], hint)
    hint = _ENTRY.sub(
        lambda found: f"{found['word']} {_entry(found)}{found['end']}", hint
    )
    hint = re.sub(r"set reshape: \[(.*?)\]", r"reshape the samples to (-1, \1)", hint)

    def said(match: re.Match[str]) -> str:
        key, value = match["key"], match["value"]
        if key in ("shape", "input") and input_word:
            key = input_word
        elif key in (*_NO_ARGUMENT, "input", "shape"):
            return match[0]
        return f"{match['word']} {key}={_value(value)}"

    return _SAID.sub(said, hint)


def _value(text: str) -> str:
    """A value as Python has it, from that of a line of YAML."""
    if text.startswith("["):
        inside = text[1:-1]
        return f"({inside},)" if "," not in inside else f"({inside})"
    if text.lstrip("+-")[:1].isalpha():
        return _WORDS.get(text, f'"{text}"')
    return text


def _data(text: str) -> Any:
    """The data of a line of YAML."""
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _entry(match: re.Match[str]) -> str:
    """A layer of a spec as Python makes it: `Reshape: [4, 4, 1]`."""
    text = match["entry"]
    found = _data(text)
    if isinstance(found, str):
        return f"{found}()" if match["word"] == "put" else found
    return _layer(found) or text


def _layer(entry: Any) -> str:
    """A layer as code makes it; nothing of what it doesn't make so."""
    if not isinstance(entry, dict) or len(entry) != 1:
        return ""
    [(kind, given)] = entry.items()
    if not is_known(kind):
        return ""
    if not isinstance(given, dict):
        first = next(iter(layer_class(kind).arguments()))
        given = {} if given is None else {first: given}
    source = given.get("from")
    words = ", ".join(f"{k}={_plain(v)}" for k, v in given.items() if k != "from")
    return f"{kind}({words})" + (f"({source})" if isinstance(source, str) else "")


def _plain(value: Any) -> str:
    """A value as code has it: lists are tuples there."""
    if isinstance(value, list):
        inside = ", ".join(map(_plain, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _reading(text: str) -> str:
    """Which tensors to call a layer on; nothing where code can't say it so."""
    found = _data(text)
    if not isinstance(found, list) or not found:
        return ""
    parts = [_tensor(one) for one in found]
    if not all(parts):
        return ""
    if len(parts) == 1:
        return f"call it on the output of '{parts[0]}'"
    return f"call it on [{', '.join(parts)}]"


def _tensor(value: Any) -> str:
    """A tensor as code would make it of those that there are."""
    if isinstance(value, str):
        return value
    return _layer(value[0]) if isinstance(value, list) and len(value) == 1 else ""

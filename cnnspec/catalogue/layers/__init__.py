"""Layers as a spec writes them: a name with its arguments.

A family of layers is a module of this package, imported when one of its layers is first
asked for, because a spec needs few of them and a start must be quick.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.catalogue.components import read_arguments
from cnnspec.catalogue.layers.base import Layer, Weight
from cnnspec.catalogue.registry import (
    REFUSED,
    all_names,
    is_known,
    is_layer,
    own_name,
)
from cnnspec.ground.errors import Invalid, Problem, near, nearest
from cnnspec.ground.yaml_text import describe, flow


def layer_class(name: str) -> type[Layer]:
    """The class of the layer that Keras calls `name`.

    Raises:
        KeyError: there is none.
    """
    found = registry.find(name)
    assert issubclass(found, Layer), f"{name} is no cnnspec.catalogue.layers.Layer"
    return found


HABITS: dict[str, str] = {
    "Input": "the input: of the spec makes it",
    "Sequential": "list its layers here",
    "block": "define it under blocks:, and write its name here",
    "use": "write apply: {layer: name} to use a layer again",
    "for": "write repeat: {for: {filters: [64, 128]}, layers: [...]}",
    "else": "indent it below if:, beside then:",
    "then": "indent it below if:, beside test:",
}
"""Names that stand where a layer's should, and what to say of them."""


def split_entry(
    entry: Any, words: Collection[str] = (), blocks: Collection[str] = ()
) -> tuple[str, Any]:
    """The name and the arguments of a layer as a spec writes it.

    Args:
        entry: `BatchNormalization`, or a mapping of one name to its arguments.
        words: of the language, which may stand where a layer's name does.
        blocks: names that may stand there as well.

    Raises:
        Invalid: it is neither.
    """
    if isinstance(entry, str):
        return entry, None
    if not isinstance(entry, dict) or not entry:
        text = (
            f"a layer is a name, or a name with its arguments; found {describe(entry)}"
        )
        raise Invalid(
            [Problem((), "layer-form", text, "as in - Conv2D: {filters: 32}")]
        )
    name, *others = entry
    if others and not (is_layer(name) or name in words or name in blocks):
        text = f"a layer is one name with its arguments; found {describe(entry)}"
        raise Invalid([Problem((), "layer-form", text, _rewritten(entry))])
    if others:
        text = f"a layer is one name, and '{others[0]}' stands beside '{name}'"
        hint = f"indent '{others[0]}' below '{name}', or begin a new item with '- '"
        raise Invalid([Problem((others[0],), "layer-form", text, hint, at_key=True)])
    return str(name), entry[name]


def _rewritten(entry: dict[Any, Any]) -> str:
    """How a spec writes a layer whose name isn't the entry's first key."""
    rest = dict(entry)
    for key, value in entry.items():
        name = key if is_layer(key) else value
        if is_layer(name):
            del rest[key]
            arguments = rest.get("config", rest)
            return f"write - {name}: {flow(arguments)}" if rest else f"write - {name}"
    return "as in - Conv2D: {filters: 32, kernel_size: 3}"


_NO_IDEA = "cnnspec layers lists them"
_CALL = r"(?s)(?:\w+\.)*(\w+)\s*([(:]?)\s*(.*)"


def _unknown_hint(name: str, arguments: Any) -> str:
    """What to write instead of a layer that doesn't exist."""
    if name in HABITS:
        return HABITS[name]
    if is_layer(arguments):
        return f"write - {arguments}"
    call = re.fullmatch(_CALL, name)
    if call and is_layer(call[1]):
        known, sign, rest = call.groups()
        if sign == ":":
            return f"put a space after the colon: - {known}: {rest}"
        if sign:
            from cnnspec.ground import habits

            return f"give arguments as YAML: - {habits.call(f'{known}({rest}')}"
        return f"write {known} alone"
    likeliest = sorted(all_names(), key=lambda known: "2D" not in known)
    return nearest(name, likeliest) or _NO_IDEA


def _python_hint(name: str, blocks: Collection[str]) -> str:
    """What to write instead of Python: a loop, or the call of a block."""
    if not (name.startswith("for ") or "(" in name):
        return ""
    from cnnspec.ground import habits

    if keys := habits.loop(name):
        return f"write - repeat: {{{keys}, layers: [...]}}"
    return f"write - {habits.call(name)}" if name.split("(")[0] in blocks else ""


def _unknown(name: str, arguments: Any, blocks: Collection[str]) -> Problem:
    if hint := _python_hint(name, blocks):
        text = f"there is no layer or block '{name}'"
        return Problem((), "unknown-block", text, hint, at_key=True)
    if name not in HABITS and (hint := nearest(name, blocks)):
        text = f"there is no layer or block '{name}'"
        return Problem((), "unknown-block", text, hint, at_key=True)
    hint = _unknown_hint(name, arguments)
    is_guess = blocks and hint.lower() != near(name.replace("_", "").lower())
    # Layers of Keras begin with a capital.
    if name[:1].islower() and name not in HABITS and (is_guess or hint == _NO_IDEA):
        text = f"there is no block '{name}', nor a layer"
        hint = f"define it, as in blocks: {{{name}: {{layers: [Flatten]}}}}"
        return Problem((), "unknown-block", text, hint, at_key=True)
    text = f"there is no layer '{name}' in Keras"
    return Problem((), "unknown-layer", text, hint, at_key=True)


def make_layer(name: str, arguments: Any, blocks: Collection[str] = ()) -> Layer:
    """The layer of that name with arguments as a spec writes them.

    Args:
        name: as in `keras.layers`.
        arguments: a mapping; None for none; anything else is the first one's value.
        blocks: names that may have been meant, beside those of layers.

    Raises:
        Invalid: with every problem of the name and the arguments; paths lead from the
            arguments.
    """
    name = own_name(name)
    if name in REFUSED:
        text = f"{name} can't be checked: {REFUSED[name]}"
        raise Invalid([Problem((), "refused-layer", text, at_key=True)])
    if not is_known(name):
        raise Invalid([_unknown(name, arguments, blocks)])
    cls = layer_class(name)
    if cls.inputs > 1 and _are_names(arguments):
        text = f"{name} has no argument for {describe(arguments)}"
        hint = f"the tensors it takes stand under from: {{from: {flow(arguments)}}}"
        raise Invalid([Problem((), "wrong-type", text, hint)])
    return read_arguments(cls, arguments)


def _are_names(arguments: Any) -> bool:
    """Whether the arguments of a layer are names of layers, by mistake."""
    several = arguments if isinstance(arguments, list) else [arguments]
    return bool(several) and all(isinstance(name, str) for name in several)


Defaults = Mapping[str, Mapping[str, Any]]
"""Arguments by layer, for those that don't say otherwise."""


def with_defaults(name: str, arguments: Any, defaults: Defaults) -> Any:
    """Arguments as a spec writes them, with those they leave out filled in.

    A layer inside the layer gets its defaults as well.
    """
    name = own_name(name)
    if not is_known(name):
        return arguments
    cls = layer_class(name)
    if arguments is not None and not isinstance(arguments, dict):
        arguments = {next(iter(cls.arguments())): arguments}
    if name in defaults:
        arguments = {**defaults[name], **(arguments or {})}
    if arguments is None:
        return None
    return {
        key: _nested_defaults(value, defaults)
        if key in cls.arguments() and cls.arguments()[key].kind.holds_layers
        else value
        for key, value in arguments.items()
    }


def _nested_defaults(value: Any, defaults: Defaults) -> Any:
    if isinstance(value, list):
        return [_nested_defaults(item, defaults) for item in value]
    if isinstance(value, str) and own_name(value) in defaults:
        return {value: with_defaults(value, None, defaults)}
    if isinstance(value, dict) and len(value) == 1:
        [(name, arguments)] = value.items()
        return {name: with_defaults(str(name), arguments, defaults)}
    return value


def read_layer(entry: Any) -> Layer:
    """The layer that an entry of a layer list stands for.

    Raises:
        Invalid: with every problem of the entry.
    """
    name, arguments = split_entry(entry)
    try:
        return make_layer(name, arguments)
    except Invalid as error:
        prefix = () if isinstance(entry, str) else (name,)
        raise Invalid(problem.under(*prefix) for problem in error.problems) from None


__all__ = [
    "Layer",
    "Weight",
    "layer_class",
    "make_layer",
    "read_layer",
    "split_entry",
    "with_defaults",
]

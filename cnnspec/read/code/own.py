"""Layers of the code that a spec declares, by what is seen of them."""

from collections.abc import Mapping
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.language.own.keys import word
from cnnspec.read.code.building import Layer
from cnnspec.read.code.values import Function, Instance
from cnnspec.read.found import BODY

_MODULE = "my_layers"
"""Where a spec says that the class stands, which nobody can know."""


def declared(
    layer: Layer, count: int, custom: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Declares the class of a layer, unless that is done.

    Args:
        layer: of the code.
        count: how many tensors it is given.
        custom: what is declared so far.

    Returns:
        Its name in the spec, and the arguments of the layer.
    """
    own, given = _class(layer), _arguments(layer)
    keys = {"import": _MODULE, "arguments": [*given], **_sizes(layer)}
    if count > 1:
        keys["inputs"] = [f"x{n + 1}" for n in range(count)]
    if not layer.seen or not layer.seen.outputs:
        keys["output"] = "$x1" if count > 1 else "$x"
    number, name = 1, own
    while name in custom and not _is_same(custom[name], keys):
        number += 1
        name = f"{own}_{number}"
    if name in custom:
        several = [*custom[name]["arguments"], *keys["arguments"]]
        custom[name]["arguments"] = [*dict.fromkeys(several)]
    else:
        if name != word(layer.kind) and layer.kind not in registry.CODE_LAYERS:
            keys["import"] = f"{_MODULE}:{word(layer.kind)}"
        custom[name] = keys
    return name, given


def _is_same(entry: Mapping[str, Any], keys: Mapping[str, Any]) -> bool:
    """Whether a class is declared with the same sizes and weights."""
    beside = ("arguments", "import")
    one = {key: value for key, value in entry.items() if key not in beside}
    return one == {key: value for key, value in keys.items() if key not in beside}


def _class(layer: Layer) -> str:
    """The name under which the class is declared."""
    name = layer.kind
    if name in registry.CODE_LAYERS:
        own = layer.own
        called = own.name if isinstance(own, Function) else ""
        called = "" if called == "lambda" else called
        parts = word(called or f"{layer.name or name}_code").split("_")
        name = "".join(part[:1].upper() + part[1:] for part in parts)
    name = word(name)
    return f"{name}Code" if registry.is_layer(name) else name


def _arguments(layer: Layer) -> dict[str, Any]:
    """What a layer of the code is given, as far as a spec can say it."""
    if layer.kind in registry.CODE_LAYERS:
        return {}
    own: Mapping[str, Any] = layer.given
    if isinstance(layer.own, Instance):
        own = layer.own.given
    return {
        key: value
        for key, value in own.items()
        if isinstance(value, int | float | str)
        and key not in ("name", "dtype", "trainable")
    }


def _sizes(layer: Layer) -> dict[str, Any]:
    """The shapes and weights that were seen, as a spec declares them."""
    seen = layer.seen
    if seen is None:
        return {"weights": {}}
    found: dict[str, Any] = {"weights": {}}
    shapes = [[*shape[1:]] for shape in seen.outputs]
    if len(shapes) == 1:
        found["output"] = shapes[0]
    elif shapes:
        found["outputs"] = shapes
    frozen: dict[str, Any] = {}
    for name, sizes, trained in seen.weights or ():
        bare = base = word(name.replace("/", "_"))
        number = 0
        while bare in found["weights"] or bare in frozen:
            number += 1
            bare = f"{base}_{number}"
        (found["weights"] if trained else frozen)[bare] = [*sizes]
    return found | ({"non_trainable": frozen} if frozen else {})


def untold(layer: Layer) -> tuple[str, str, bool]:
    """What no spec says of a layer of the code.

    Returns:
        What of it is open, why, and whether a count depends on it.
    """
    is_lambda = layer.kind in registry.CODE_LAYERS
    what = "the function of a Lambda" if is_lambda else f"what {layer.kind} does"
    seen = layer.seen
    why = seen.why if seen else ""
    if seen is None or seen.weights is None or not seen.outputs:
        argument = "function" if is_lambda else "weights"
        return argument, f"{what} isn't followed{why and f': {why}'}", True
    is_done = why and not why.endswith("followed")
    text = f"{why}, which no layer does" if is_done else why or f"{what} isn't followed"
    held = "its output is" if is_lambda else "its output and weights are"
    return BODY, f"{text}; {held} declared under custom:", False

"""Layers that aren't Keras's, declared by what the file shows of them."""

from collections.abc import Mapping
from typing import Any

from cnnspec.catalogue.components import slot_of
from cnnspec.catalogue.past.gone import declaration
from cnnspec.catalogue.past.objects import Unknown, component
from cnnspec.catalogue.registry import CODE_LAYERS, is_layer
from cnnspec.ground.errors import Path
from cnnspec.language.own.keys import is_place, is_word, word
from cnnspec.language.steps import STATEMENTS
from cnnspec.read.configs.calls import Call
from cnnspec.read.configs.network import Entry
from cnnspec.read.configs.noted import Notes
from cnnspec.read.configs.operations import is_operation, what
from cnnspec.read.configs.values import said

_OF_ALL = ("name", "trainable", "dtype", "batch_input_shape", "batch_shape", "dynamic")
"""Arguments that every own layer has, and what says nothing of it."""
_NOWHERE = "my_layers"
"""The module of a class of which a file doesn't say where it stands."""
_FOREIGN = ("keras", "tf_keras", "tensorflow", "builtins", "__main__")
"""Modules from which nobody could import it today."""
_CODE = ("function", "arguments", "output_shape", "mask", "module", "output_shape_type")
Shape = tuple[int | None, ...]


class Seen:
    """What a file shows of a layer beside its arguments: shapes, and how it is called.

    Attributes:
        count: of the tensors that it reads.
        outputs: the shapes of what it gives, with the batch; None where it isn't known.
        width: the last size of that by the weights of what reads it; 0: unknown.
    """

    def __init__(self, call: Call, outputs: list[Shape | None], width: int = 0) -> None:
        self.count = max(1, len(list(call.refs())))
        self.outputs, self.width = outputs, width


def declared(
    entry: Entry, called: str, seen: Seen, notes: Notes, path: Path
) -> tuple[str, dict[str, Any]]:
    """Declares the class of a layer, unless that is done.

    Returns:
        Its name in the spec, and the arguments of the layer.
    """
    is_code = entry.kind in CODE_LAYERS
    arguments = {} if is_code else _arguments(entry, called, notes, path)
    keys: dict[str, Any] = {"import": _import(entry, called, notes, path)}
    if arguments:
        keys["arguments"] = arguments
    inputs = ["x"] if seen.count == 1 else [f"x{i + 1}" for i in range(seen.count)]
    while set(inputs) & set(arguments):
        inputs = [f"{name}_" for name in inputs]
    if inputs != ["x"]:
        keys["inputs"] = inputs
    known = declaration(entry.kind, arguments) if inputs == ["x"] else None
    if known is None:
        known = _outputs(seen, inputs[0], entry, called, notes, path)
        known |= _weights(entry, called, notes, path)
    keys |= known
    name = _class(entry, called, keys, notes)
    if is_code:
        text = _told(entry)
        notes.unknown(called, "function", text, notes.places[path])
        notes.comments[path] = f"{entry.kind}: write the class {name} for what it does"
    frozen = {"trainable": False} if entry.config.get("trainable") is False else {}
    return name, {**arguments, **frozen}


def _told(entry: Entry) -> str:
    """What is told of a layer that does what nobody knows."""
    if is_operation(entry):
        return f"a spec has no operation that does TensorFlow's {what(entry)} as here"
    return f"it runs code that the file holds as bytes, or not at all ({_code(entry)})"


def _code(entry: Entry) -> str:
    """What there is to tell of a layer's code, which nobody runs."""
    function = entry.config.get("function")
    if isinstance(function, Mapping):
        function = function.get("registered_name") or function.get("class_name")
    return function if isinstance(function, str) and len(function) < 80 else "a lambda"


def _arguments(entry: Entry, called: str, notes: Notes, path: Path) -> dict[str, Any]:
    found = {}
    for name, value in entry.config.items():
        if name in _OF_ALL:
            continue
        try:
            if not is_word(name):
                raise Unknown(name)
            slot = slot_of(name)
            found[name] = component(value, slot) if slot else said(value)
        except Unknown as error:
            text = f"it is an object that no YAML holds ({error})"
            notes.unknown(called, name, text, notes.places[path])
    return found


def _import(entry: Entry, called: str, notes: Notes, path: Path) -> str:
    """The module and the class, as far as the file has them."""
    module = entry.module
    if not is_place(module) or module.partition(".")[0] in _FOREIGN:
        text = f"the file doesn't say which module the class {entry.kind} stands in"
        if entry.kind not in CODE_LAYERS:
            notes.unknown(called, "import", text, notes.places[path], (_NOWHERE,))
        package = entry.registered.rpartition(">")[0]
        module = word(package).lower() if package and package != "Custom" else _NOWHERE
    return module


def _outputs(
    seen: Seen, first: str, entry: Entry, called: str, notes: Notes, path: Path
) -> dict[str, Any]:
    known: list[Any] = []
    for shape in seen.outputs:
        if shape is None:
            guess = f"${{{first}[:-1] + [{seen.width}]}}" if seen.width else f"${first}"
            text = "the file doesn't say the shape of what it gives"
            # Where the file holds all weights, their number tells whether it is right.
            counts = not notes.weights
            place = notes.places[path]
            notes.unknown(called, "output", text, place, (guess,), counts=counts)
            known.append(guess)
        else:
            known.append([*shape[1:]])
    return {"output": known[0]} if len(known) == 1 else {"outputs": known}


def _weights(entry: Entry, called: str, notes: Notes, path: Path) -> dict[str, Any]:
    """The weights that the file holds, each with its sizes."""
    held = notes.held(entry.name)
    if not held and entry.kind not in CODE_LAYERS and not notes.weights:
        text = "the file holds no weights that would show its own"
        notes.unknown(called, "weights", text, notes.places[path], ({},), counts=True)
    found: dict[str, dict[str, Any]] = {"weights": {}, "non_trainable": {}}
    for number, (name, shape) in enumerate(held):
        bare = name.rpartition("/")[2].partition(":")[0]
        bare = bare if is_word(bare) else f"weight_{number}"
        while any(bare in several for several in found.values()):
            bare = f"{bare}_"
        key = "non_trainable" if bare.startswith("moving_") else "weights"
        found[key][bare] = [*shape]
    return {key: several for key, several in found.items() if several}


def _class(entry: Entry, called: str, keys: dict[str, Any], notes: Notes) -> str:
    """The name under which the class is declared, the same for the same sizes."""
    own = word(entry.kind)
    wanted = own
    if is_layer(own) or own in STATEMENTS or entry.kind in CODE_LAYERS:
        wanted = "".join(
            part[:1].upper() + part[1:] for part in word(called).split("_")
        )
        wanted = f"Own{wanted}" if is_layer(wanted) else wanted
    names = {k: dict.fromkeys(v) if k == "arguments" else v for k, v in keys.items()}
    number, name = 1, wanted
    while name in notes.custom and not _is_same(notes.custom[name], names):
        number += 1
        name = f"{wanted}_{number}"
    if name not in notes.custom:
        if name != own and entry.kind not in CODE_LAYERS:
            keys = {**keys, "import": f"{keys['import']}:{own}"}
        notes.custom[name] = keys
    return name


def _is_same(declared: Mapping[str, Any], keys: Mapping[str, Any]) -> bool:
    """Whether a class is declared with the same arguments, sizes and weights."""
    one = {k: [*v] if k == "arguments" else v for k, v in declared.items()}
    other = {k: [*v] if k == "arguments" else v for k, v in keys.items()}
    one["import"] = str(one["import"]).partition(":")[0]
    return one == other

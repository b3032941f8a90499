"""One layer of a configuration, to an entry of a layer list."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.past import Note, current
from cnnspec.catalogue.past.objects import Unknown
from cnnspec.catalogue.registry import is_known, is_model, is_operation
from cnnspec.ground.kinds import Argument
from cnnspec.read.configs.network import Entry, entry_of
from cnnspec.read.configs.noted import Notes
from cnnspec.read.configs.values import argument, is_finite, is_usual

WORKED_OUT = (
    ("dtype", "float32"),
    ("data_format", "channels_last"),
    ("activation", "linear"),
)
"""Arguments that Keras works out where nobody gives them, and to what."""
FORWARD = "forward_"
"""What Keras puts before the name of a layer that runs in both directions."""


class Told(NamedTuple):
    """A layer as a spec has it, and what isn't as it was."""

    kind: str
    arguments: dict[str, Any]
    notes: tuple[Note, ...]
    settings: Mapping[str, Any] = {}
    """What each call of it is given today."""


def is_today(entry: Entry, kind: str) -> bool:
    """Whether a layer of a file is one that a spec can hold.

    A class of somebody's own may have the name of one of Keras's; the module or the
    package that a file has for it tells, and arguments that it would need.
    """
    if not is_known(kind) or is_model(kind) or is_operation(kind):
        return False
    cls, package = layer_class(kind), entry.registered.rpartition(">")[0]
    if cls.is_public():
        return not package and (not entry.module or entry.module.startswith(_KERAS))
    if not entry.module and not package:
        return entry.config.keys() <= cls.arguments().keys()
    return package == CARRIED or entry.module.startswith(_KERAS)


CARRIED = "cnnspec"
"""The package under which layers are registered that cnnspec brings itself."""
_KERAS = ("keras", "tf_keras", "tensorflow")


Inner = Callable[[Mapping[str, Any]], dict[str, Any] | None]
"""Gives the entry of a model that stands inside a layer; None for what is none."""


def told(entry: Entry, notes: Notes, model: Inner) -> Told | None:
    """A layer as a spec has it, without its name; None where Keras has none like it.

    Args:
        entry: the layer.
        notes: tells the version that wrote it.
        model: gives the entry of a model that stands inside a layer.
    """
    shapes = entry.built.get("shapes_dict")
    query = shapes.get(_QUERY) if isinstance(shapes, Mapping) else None
    given = entry.config if query is None else {_QUERY: query, **entry.config}
    bare = {name: value for name, value in given.items() if name != "name"}
    said = repr((entry.kind, entry.registered, entry.module, bare))
    found: Told | None = notes.told.get(said)  # most layers are like others
    if found is not None:
        return found
    try:
        found = _Reader(notes.version, model).told(entry._replace(config=given))
    except _Strange:
        return None
    if found and not layer_class(found.kind).holding():
        notes.told[said] = found
    return found


class _Strange(Exception):
    """A layer stands inside another one that a spec can't hold there."""


class _Reader:
    def __init__(self, version: str, model: Inner) -> None:
        self._version, self._model = version, model
        self._notes: list[Note] = []

    def told(self, entry: Entry) -> Told | None:
        """A layer and what it holds."""
        found = current(entry.kind, entry.config, self._version)
        if not is_today(entry, found.kind):
            return None
        known = layer_class(found.kind).arguments()
        if any(
            one.required and name not in found.arguments for name, one in known.items()
        ):
            return None
        self._notes += found.notes
        arguments: dict[str, Any] = {}
        for name, value in found.arguments.items():
            if name == "name" or value is None and known[name].default is None:
                continue
            if known[name].kind.holds_layers:
                arguments[name] = self._held(value)
            else:
                arguments |= self._argument(known[name], value)
        made, notes = _mirrored(arguments), tuple(self._notes)
        return Told(found.kind, made, notes, found.settings)

    def _argument(self, one: Argument, value: Any) -> dict[str, Any]:
        """An argument, unless it says what Keras takes anyway."""
        try:
            read = argument(one, value)
        except Unknown as error:
            text = f"today's Keras has no {error}; it is as usual here"
            if not is_finite(value):
                text = f"it is {value}, and a spec's numbers are finite"
                text = f"{text}; it is as usual here"
            self._notes.append(Note(one.name, text))
            return {}
        if one.default is None and (one.name, read) in WORKED_OUT:
            return {}
        return {} if is_usual(one, read) else {one.name: read}

    def _held(self, value: Any) -> Any:
        """What an argument holds: a layer, or a list of them."""
        if isinstance(value, list | tuple):
            return [self._held(one) for one in value]
        if found := self._model(value):
            return found
        entry = entry_of(value)
        held = self.told(entry)
        if held is None:
            raise _Strange
        name = entry.config.get("name")
        named = {} if name is None else {"name": str(name).removeprefix(FORWARD)}
        return {held.kind: {**held.arguments, **named}}


_QUERY = "query_shape"


def _mirrored(arguments: dict[str, Any]) -> dict[str, Any]:
    """Without the layer for the other direction, where Keras would make the same."""
    forward, backward = arguments.get("layer"), arguments.get("backward_layer")
    if forward is None or backward is None:
        return arguments
    [(one, there)], [(other, back)] = forward.items(), backward.items()
    copied = {k: v for k, v in back.items() if k != "go_backwards"}
    if "name" in there:
        there = {**there, "name": f"backward_{there['name']}"}
    if one == other and there == copied:
        return {k: v for k, v in arguments.items() if k != "backward_layer"}
    return arguments

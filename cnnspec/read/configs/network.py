"""The configuration of a model, of any version of Keras, as layers and their calls."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.past.arguments import SILENT
from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.read.configs.calls import (
    Call,
    Ref,
    calls_of,
    ref_of,
    refs_in,
    with_refs,
)
from cnnspec.read.configs.forms import EDITED
from cnnspec.read.found import Place, ReadError

CHAIN = "Sequential"
_FUNCTIONS = "keras.src.ops"
"""The module of the classes that Keras 3 has for functions."""


class Entry(NamedTuple):
    """A layer of a model, or a model in it."""

    name: str
    kind: str
    """Its class."""
    module: str
    registered: str
    """What its class is registered as, with its package."""
    config: dict[str, Any]
    built: dict[str, Any]
    """What Keras 3 notes of the shapes that it was built for."""
    calls: list[Call]
    raw: Mapping[str, Any]
    """All that the file has of it."""

    @property
    def is_input(self) -> bool:
        """Whether it stands for an input of the model."""
        return self.kind == INPUT_LAYER

    @property
    def is_function(self) -> bool:
        """Whether it is a function of Keras 3, which has classes for them.

        An `.h5` file of Keras 3 has no modules; every layer says whether it is trained.
        """
        if self.module:
            return self.module.startswith(_FUNCTIONS)
        return _is_today(self) and not self.is_input and "trainable" not in self.config


class Network(NamedTuple):
    """A model: its layers, and what leads from its inputs to its outputs."""

    name: str
    entries: list[Entry]
    inputs: list[str]
    """The names of the layers that stand for them; none where the file has none."""
    outputs: list[Ref]
    trainable: bool
    chain: bool
    """Whether it is a Sequential."""
    built: Any
    """The shape that a Sequential was built for, with the batch."""


def is_model(raw: Any) -> bool:
    """Whether what a file has of a layer is a model in a model."""
    if not isinstance(raw, Mapping):
        return False
    config = raw.get("config")
    if raw.get("class_name") == CHAIN:
        return True
    return isinstance(config, Mapping) and "output_layers" in config


def network(raw: Mapping[str, Any]) -> Network:
    """The model that a file describes.

    Raises:
        ReadError: it isn't described there.
    """
    found = _network(raw)
    names = [entry.name for entry in found.entries]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ReadError(f"two layers of the model are called '{twice}'", EDITED)
    return found._replace(entries=_ordered(found.entries))


def _ordered(entries: list[Entry]) -> list[Entry]:
    """With the order of axes in the layers of Keras 1 that don't write it.

    It is taken from the others, where these agree.
    """
    orders = {str(entry.config.get(_ORDER, "")) for entry in entries} - {""}
    if orders != {_THEANO}:
        return entries
    return [
        entry._replace(config={_ORDER: _THEANO, **entry.config})
        if entry.kind in SILENT
        else entry
        for entry in entries
    ]


_ORDER, _THEANO = "dim_ordering", "th"


def _network(raw: Mapping[str, Any]) -> Network:
    kind, config = str(raw.get("class_name")), raw.get("config")
    if kind == CHAIN or isinstance(config, list):
        return _chain(raw, config)
    if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list):
        raise _opaque(kind)
    if "output_layers" not in config:
        return _chain(raw, config)
    return _graph(config)


def _opaque(kind: str) -> ReadError:
    text = f"the file names the class {kind} and none of its layers: its code has them"
    hint = "a Sequential or a functional model can be read; or read the code itself"
    return ReadError(text, hint)


def entry_of(raw: Any, names: Mapping[str, Any] = {}, number: int = 0) -> Entry:
    """A layer as a file has it.

    Args:
        raw: what stands there.
        names: of the layers beside it.
        number: of it among them.

    Raises:
        ReadError: it is none.
    """
    if not isinstance(raw, Mapping) or not isinstance(
        raw.get("config", {}), Mapping | list
    ):
        where = Place(label=f"layer {number + 1}")
        raise ReadError(
            "a layer must be a mapping with its class and config", "", where
        )
    config = raw.get("config")
    config = dict(config) if isinstance(config, Mapping) else {"layers": config or []}
    name = raw.get("name") or config.get("name") or f"layer_{number + 1}"
    built = raw.get("build_config")
    return Entry(
        str(name),
        str(raw.get("class_name")).rpartition(">")[2],
        str(raw.get("module") or ""),
        str(raw.get("registered_name") or raw.get("class_name")),
        config,
        dict(built) if isinstance(built, Mapping) else {},
        calls_of(raw.get("inbound_nodes"), names),
        raw,
    )


def _chain(raw: Mapping[str, Any], config: Any) -> Network:
    given = config if isinstance(config, Mapping) else {"layers": config or []}
    items = given.get("layers") or []
    if not isinstance(items, list):
        raise _opaque(str(raw.get("class_name")))
    entries = [entry_of(one, {}, i) for i, one in enumerate(items)]
    if not entries or all(entry.is_input for entry in entries):
        raise ReadError("the model has no layers")
    if (merged := _merged(raw, entries)) is not None:
        return merged
    inputs = [entry.name for entry in entries[:1] if entry.is_input]
    found, before = entries[: len(inputs)], Ref(inputs[0], 0, 0) if inputs else None
    for entry in entries[len(inputs) :]:
        if entry.is_input:
            text = f"the input '{entry.name}' stands behind a layer of a Sequential"
            raise ReadError(text, EDITED)
        call = Call((before,) if before else (), {})
        found.append(entry._replace(calls=[call]))
        before = Ref(entry.name, 0, 0)
    assert before is not None
    built = given.get("build_input_shape") or _build_shape(raw)
    name = str(given.get("name") or "sequential")
    trainable = given.get("trainable", True) is not False
    return Network(name, found, inputs, [before], trainable, True, built)


def _merged(raw: Mapping[str, Any], entries: list[Entry]) -> Network | None:
    """The model of a Sequential that began, in Keras 1, with models side by side."""
    first, *others = entries
    branches = first.config.get("layers")
    if first.kind != _MERGE or not isinstance(branches, list) or not branches:
        return None
    found, ends, inputs = list[Entry](), list[Any](), list[str]()
    for number, branch in enumerate(map(entry_of, branches)):
        name = branch.config.get("name") or f"branch_{number + 1}"
        config = {"batch_input_shape": _shape_of(branch.raw)}
        source = entry_of({"class_name": INPUT_LAYER, "name": f"{name}_input"})
        inputs.append(source.name)
        found.append(source._replace(config=config))
        call = Call((Ref(source.name, 0, 0),), {})
        found.append(branch._replace(name=str(name), calls=[call]))
        ends.append(Ref(str(name), 0, 0))
    call = Call((ends,), {})
    for entry in (first, *others):
        found.append(entry._replace(calls=[call]))
        call = Call((Ref(entry.name, 0, 0),), {})
    outputs = [Ref(entries[-1].name, 0, 0)]
    return Network("sequential", found, inputs, outputs, True, False, None)


_MERGE = "Merge"


def _shape_of(raw: Mapping[str, Any]) -> Any:
    """The shape of what a branch is given, as its first layer has it."""
    config = raw.get("config")
    items = config.get("layers") if isinstance(config, Mapping) else config
    if isinstance(items, list) and items and isinstance(items[0], Mapping):
        return _shape_of(items[0])
    return config.get("batch_input_shape") if isinstance(config, Mapping) else None


def _build_shape(raw: Mapping[str, Any]) -> Any:
    built = raw.get("build_config")
    return built.get("input_shape") if isinstance(built, Mapping) else None


def _graph(config: Mapping[str, Any]) -> Network:
    raws = config["layers"]
    names = {str(one.get("name")): one for one in raws if isinstance(one, Mapping)}
    entries = [entry_of(one, names, i) for i, one in enumerate(raws)]
    outputs = list(_tensors(config["output_layers"]))
    entries, outputs = _counted(entries, outputs)
    inputs = [ref.layer for ref in _tensors(config.get("input_layers"))]
    read = [ref for e in entries for call in e.calls for ref in call.refs()]
    _refuse_lost(entries, inputs, [*read, *outputs])
    trainable = config.get("trainable", True) is not False
    name = str(config.get("name") or "functional")
    return Network(name, entries, inputs, outputs, trainable, False, None)


def _refuse_lost(entries: list[Entry], inputs: list[str], read: list[Ref]) -> None:
    """Refuses a model that reads what it doesn't have.

    Raises:
        ReadError: it does.
    """
    lost = {*inputs, *(ref.layer for ref in read)} - {entry.name for entry in entries}
    if lost:
        text = f"the model reads a layer '{min(lost)}' that it doesn't have"
        raise ReadError(text, EDITED)
    unlisted = {entry.name for entry in entries if entry.is_input} - {*inputs}
    for ref in read:
        if ref.layer in unlisted or (ref.layer in inputs and ref.call):
            text = f"the model reads '{ref.layer}', which isn't among its input_layers"
            raise ReadError(text, EDITED)


def _tensors(value: Any) -> Iterator[Ref]:
    """The tensors of `input_layers` or `output_layers`: one, or lists or mappings."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _tensors(one)
    elif isinstance(value, list | tuple):
        if len(value) == 3 and isinstance(value[0], str) and type(value[1]) is int:
            yield ref_of(value)
        else:
            for one in value:
                yield from _tensors(one)


def _counted(entries: list[Entry], outputs: list[Ref]) -> tuple[list[Entry], list[Ref]]:
    """The same with calls counted from 0.

    A functional model in a model has a call of its own before those that are written
    down. Keras 2 counts it always, Keras 3 in `output_layers` alone
    (keras/src/models/functional.py, 3.15). Every call that is written down is read by
    something, so in Keras 2 the least number tells which is the first.
    """
    inside = [ref for e in entries for call in e.calls for ref in call.refs()]
    models = [entry for entry in entries if is_model(entry.raw)]
    today = {entry.name for entry in models if _is_today(entry)}
    both = {e.name: _least(e.name, [*inside, *outputs]) for e in models}
    here = {name: 0 if name in today else least for name, least in both.items()}
    there = {
        e.name: _before(e, outputs) if e.name in today else both[e.name] for e in models
    }
    return [_recounted(entry, here) for entry in entries], [
        _less(ref, there) for ref in outputs
    ]


def _recounted(entry: Entry, first: Mapping[str, int]) -> Entry:
    calls = [
        Call(*with_refs((call.args, call.kwargs), lambda ref: _less(ref, first)))
        for call in entry.calls
    ]
    return entry._replace(calls=calls)


def _is_today(entry: Entry) -> bool:
    """Whether its calls are written as Keras 3 does."""
    nodes = entry.raw.get("inbound_nodes") or ()
    return any(isinstance(node, Mapping) and "args" in node for node in nodes)


def _least(name: str, refs: list[Ref]) -> int:
    return min((ref.call for ref in refs if ref.layer == name), default=0)


def _before(entry: Entry, outputs: list[Ref]) -> int:
    """The number that the first call has in `output_layers` of Keras 3."""
    numbers = [ref.call for ref in outputs if ref.layer == entry.name]
    return 0 if entry.kind == CHAIN or 0 in numbers else 1


def _less(ref: Ref, first: Mapping[str, int]) -> Ref:
    return ref._replace(call=max(0, ref.call - first.get(ref.layer, 0)))


__all__ = ["CHAIN", "Entry", "Network", "is_model", "network", "refs_in"]

"""The inputs of a model, where its configuration has them and where it hasn't."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.past import current
from cnnspec.catalogue.registry import is_known
from cnnspec.language.naming import INPUT_NAME
from cnnspec.read.configs.forms import EDITED, dtype_of, plain
from cnnspec.read.configs.network import Entry, Network, is_model, network
from cnnspec.read.configs.noted import Notes
from cnnspec.read.found import Place, ReadError

_WHOLE = ("int", "uint")
_SHAPES = ("batch_shape", "batch_input_shape")


def of(model: Network, notes: Notes) -> dict[str, Any]:
    """What a spec says of each input, by the names that they have in the file."""
    if model.inputs:
        entries = {entry.name: entry for entry in model.entries}
        return {name: _written(entries[name]) for name in model.inputs}
    return {INPUT_NAME: _of_chain(model, notes)}


def _written(entry: Entry) -> Any:
    """An input that the file has."""
    config = entry.config
    shape = next((config[key] for key in _SHAPES if config.get(key) is not None), None)
    if shape is None and "input_shape" in config:
        shape = [None, *config["input_shape"]]
    found = _sized(shape)
    dtype = dtype_of(config.get("dtype"))
    if dtype not in (None, "float32"):
        found["dtype"] = dtype
    for key in ("optional", "sparse"):
        if config.get(key) is True:
            found[key] = True
    return _short(found)


def _sized(shape: Any) -> dict[str, Any]:
    """A shape with the batch."""
    found = plain(shape)
    if found is not None and not isinstance(found, list):
        text = f"the shape of an input is a list of sizes; found {found!r:.80}"
        raise ReadError(text, EDITED)
    batch, *sizes = found or [None]
    return {"shape": sizes, **({} if batch is None else {"batch_size": batch})}


def _short(found: dict[str, Any]) -> Any:
    """Sizes alone where there is nothing else to say."""
    return found["shape"] if found.keys() == {"shape"} else found


def _of_chain(model: Network, notes: Notes) -> Any:
    """The input of a Sequential that has none of its own."""
    for shape, dtype in _told(model):
        if shape is not None:
            found = _sized(shape)
            if dtype not in (None, "float32"):
                found["dtype"] = dtype
            return _short(found)
    return guessed(model, notes)


def _told(model: Network) -> Iterator[tuple[Any, Any]]:
    """The shapes that the file has for the input of a Sequential, the surest first."""
    first = model.entries[0]
    yield from _of_layer(first)
    yield model.built, None
    yield first.built.get("input_shape"), None


def _of_layer(first: Entry) -> Iterator[tuple[Any, Any]]:
    """What the first layer says of what it takes, as Keras 1 and 2 had it there."""
    config = first.config
    dtype = dtype_of(config.get("input_dtype") or config.get("dtype"))
    if not str(dtype).startswith(_WHOLE) and "input_dtype" not in config:
        dtype = None  # it computes in that, whatever comes in
    for key in _SHAPES:
        yield config.get(key), dtype
    if isinstance(config.get("input_shape"), list):
        yield [None, *config["input_shape"]], dtype
    if is_model(first.raw):
        inside = network(first.raw)
        if inside.inputs:
            entries = {entry.name: entry for entry in inside.entries}
            yield next(_shapes_of(entries[inside.inputs[0]].config), None), None
        elif inside.entries:
            yield from _told(inside)
    held = config.get("layer")
    if isinstance(held, Mapping) and isinstance(held.get("config"), Mapping):
        yield next(_shapes_of(held["config"]), None), dtype


def _shapes_of(config: Mapping[str, Any]) -> Iterator[Any]:
    return (config[key] for key in _SHAPES if config.get(key) is not None)


def guessed(model: Network, notes: Notes) -> Any:
    """Sizes that the weights of the first layer that has some allow."""
    for entry in model.entries:
        shapes = [shape for _, shape in notes.weights.get(entry.name, ())]
        found = current(entry.kind, entry.config).kind
        if shapes and is_known(found):
            sizes = _taken(found, entry, shapes[0])
            break
    else:
        entry, sizes = model.entries[0], [None]
    text = "the file doesn't say the shape of the input, which its weights leave open"
    place = Place(label=f'layer "{entry.name}"')
    notes.unknown("", "input", text, place, (sizes,), counts=True)
    return sizes


def _taken(kind: str, entry: Entry, weight: tuple[int | None, ...]) -> list[int | None]:
    """The sizes of what a layer takes, by the shape of its first weight."""
    cls = layer_class(kind)
    sizes: list[int | None] = [None] * (len(cls.example_inputs[0]) - 1)
    if cls.grows_with not in ("filters", "units"):
        return sizes
    first = entry.config.get("data_format") == "channels_first"
    sizes[0 if first else -1] = weight[-2] if len(weight) > 1 else None
    return sizes

"""The weights of a file that some Keras wrote, in a model of today's Keras."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.catalogue.past import current
from cnnspec.catalogue.past.layouts import today
from cnnspec.language.naming import keras_name
from cnnspec.read.configs.names import legal
from cnnspec.read.configs.network import Entry, entry_of, is_model, network
from cnnspec.read.containers.kinds import kind_of
from cnnspec.read.containers.stored import Stored
from cnnspec.read.containers.weights import opened
from cnnspec.read.found import Place, ReadError


class Array(NamedTuple):
    """An array of a file."""

    name: str
    values: Any


Arrays = Sequence[Array]


def carry(model: Any, stored: Stored, path: str) -> int:
    """Gives a live model the weights of an `.h5` file, layer by layer.

    Args:
        model: of today's Keras, made from the file's configuration.
        stored: what the file says of itself.
        path: of the file that holds the weights.

    Returns:
        How many arrays were carried over.

    Raises:
        ReadError: they aren't those of this model, or stand in another kind of file.
    """
    with opened(path, kind_of(path) or "") as file:
        held = {
            layer: [
                Array(one.name, values)
                for one, values in zip(several, file.values(layer), strict=True)
            ]
            for layer, several in file.held.items()
        }
    return _Carrier(stored).layers(model, stored.config, held)


class _Carrier:
    def __init__(self, stored: Stored) -> None:
        self._version, self._backend = stored.keras_version, stored.backend

    def layers(
        self, model: Any, raw: Mapping[str, Any], held: Mapping[str, Arrays]
    ) -> int:
        """Carries the weights of each layer of a model; counts them."""
        live = {layer.name: layer for layer in model.layers}
        count = 0
        for entry in network(raw).entries:
            layer = live.get(keras_name(legal(entry.name), entry.kind))
            if layer is not None and layer.weights:
                count += self._layer(layer, entry, held.get(entry.name, ()))
        return count

    def _layer(self, layer: Any, entry: Entry, arrays: Arrays) -> int:
        if is_model(entry.raw):
            return self.layers(layer, entry.raw, _shared_out(layer, entry, arrays))
        inner = entry.config.get("layer")
        if isinstance(inner, Mapping) and is_model(inner):
            held = entry_of(inner)
            return self._layer(layer.layer, held, arrays)
        values = self._today(entry, [array.values for array in arrays])
        if len(values) != len(layer.weights):
            text = f"the file has {len(values)} arrays for it, and it has "
            raise _misfit(entry, f"{text}{len(layer.weights)} weights")
        for weight, value in zip(layer.weights, values, strict=True):
            if tuple(weight.shape) != tuple(value.shape):
                text = (
                    f"the file has {weight.name} of {tuple(value.shape)}, and it has "
                )
                raise _misfit(entry, f"{text}{tuple(weight.shape)}")
            weight.assign(value)
        return len(values)

    def _today(self, entry: Entry, values: list[Any]) -> list[Any]:
        """The arrays in today's layout, also those of a layer inside."""
        inner = entry.config.get("layer")
        if isinstance(inner, Mapping):
            held = entry_of(inner)
            # A layer that runs in both directions has two copies of one.
            parts = 2 if "merge_mode" in entry.config else 1
            size = len(values) // parts
            halves = (values[n * size : (n + 1) * size] for n in range(parts))
            return [one for half in halves for one in self._today(held, half)]
        found = current(entry.kind, entry.config, self._version)
        how = self._version, self._backend
        return today(found.kind, found.arguments, values, *how)


def _shared_out(layer: Any, entry: Entry, arrays: Arrays) -> dict[str, list[Array]]:
    """The arrays of a model in a model, by the layers that they belong to.

    Files have them in one list: those that are trained, layer by layer, then the
    others. Their names tell the layers, but in files of Keras 1.
    """
    entries = network(entry.raw).entries
    names = [one.name for one in entries]
    found: dict[str, list[Array]] = {}
    for array in arrays:
        parts = array.name.split("/")
        owner = next((name for name in names if name in parts), "")
        if not owner:  # of a model still further inside
            owner = next((one.name for one in entries if _has(one, parts)), "")
        if not owner:
            return _by_count(layer, entries, arrays)
        found.setdefault(owner, []).append(array)
    return found


def _has(entry: Entry, parts: Sequence[str]) -> bool:
    if not is_model(entry.raw):
        return False
    inside = network(entry.raw).entries
    return any(one.name in parts or _has(one, parts) for one in inside)


def _by_count(
    layer: Any, entries: Sequence[Entry], arrays: Arrays
) -> dict[str, list[Array]]:
    """The same by how many weights each layer has."""
    live = {one.name: one for one in layer.layers}
    found: dict[str, list[Array]] = {entry.name: [] for entry in entries}
    rest = iter(arrays)
    for kind in ("trainable_weights", "non_trainable_weights"):
        for entry in entries:
            one = live.get(keras_name(legal(entry.name), entry.kind))
            for _ in getattr(one, kind, ()):
                found[entry.name] += [a for a in [next(rest, None)] if a is not None]
    return found


def _misfit(entry: Entry, text: str) -> ReadError:
    place = Place(label=f'layer "{entry.name}"')
    return ReadError(f"the weights don't fit '{entry.name}': {text}", "", place)

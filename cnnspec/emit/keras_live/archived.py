"""The weights of a `.keras` file, put where the layers of another model look for them.

Keras files weights under the class of a layer, with a number where several have one:
`layers/conv2d_1` (keras/src/saving/saving_lib.py, `_save_container_state`, 3.15). A
model that is made anew of the same layers may have others of both: what was a
Sequential inside is functional then. So layers are found by their names, of which the
file's configuration has those of the old places, and what is in a layer stays as it is.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from tempfile import TemporaryDirectory
from typing import Any

from cnnspec.catalogue.components import snake_case
from cnnspec.language.naming import keras_name
from cnnspec.read.configs.names import legal
from cnnspec.read.configs.network import Entry, entry_of, is_model, network
from cnnspec.read.containers.kinds import ARCHIVE
from cnnspec.read.containers.stored import Stored
from cnnspec.read.containers.weights import opened
from cnnspec.read.found import ReadError

_LAYERS = "layers"
_OLDEST = "_layer_checkpoint_dependencies"
"""The same in files of Keras 2.12."""


def give_archived(model: Any, stored: Stored, path: str) -> None:
    """Gives a live model the weights of a `.keras` file.

    Args:
        model: of today's Keras, made from the file's configuration.
        stored: what the file says of itself.
        path: of the file that holds the weights.

    Raises:
        ReadError: they don't fit, or it holds none.
    """
    import h5py

    with opened(path, ARCHIVE) as old, TemporaryDirectory() as folder:
        name = os.path.join(folder, "model.weights.h5")
        with h5py.File(name, "w") as new:
            for before, after in _moves(old.file, "", stored.config, model, ""):
                old.file.copy(before, new, after)
        _load(model, name)


def _load(model: Any, name: str) -> None:
    try:
        model.load_weights(name)
    except (ValueError, KeyError, OSError) as error:
        [text, *_] = str(error).splitlines() or [type(error).__name__]
        raise ReadError(f"Keras can't read its weights: {text}") from None


def _moves(
    file: Any, old: str, raw: Mapping[str, Any], model: Any, new: str
) -> Iterator[tuple[str, str]]:
    """The groups of the layers in a model, in the file and for the new one.

    Args:
        file: of h5py.
        old: where the model stands in it.
        raw: its configuration.
        model: the live one.
        new: where Keras looks for that.
    """
    root = f"{old}/{_OLDEST}" if f"{old}/{_OLDEST}" in file else f"{old}/{_LAYERS}"
    entries = [one for one in network(raw).entries if not one.is_function]
    places = zip(_numbered([entry.kind for entry in entries]), entries, strict=True)
    live = dict(
        zip(
            [layer.name for layer in model.layers],
            zip(_numbered([*map(_class, model.layers)]), model.layers, strict=True),
            strict=True,
        )
    )
    for place, entry in places:
        with suppress(KeyError):  # one that has no weights may be none any more
            number, layer = live[keras_name(legal(entry.name), entry.kind)]
            before, after = f"{root}/{place}", f"{new}/{_LAYERS}/{number}"
            yield from _of_layer(file, before, entry, layer, after)


def _of_layer(
    file: Any, old: str, entry: Entry, layer: Any, new: str
) -> Iterator[tuple[str, str]]:
    inner = entry.config.get("layer")
    if is_model(entry.raw):
        yield from _moves(file, old, entry.raw, layer, new)
    elif isinstance(inner, Mapping) and is_model(inner):
        held = entry_of(inner)
        yield from _of_layer(file, f"{old}/layer", held, layer.layer, f"{new}/layer")
    elif old in file:
        yield old, new


def _class(layer: Any) -> str:
    return type(layer).__name__


def _numbered(kinds: list[str]) -> Iterator[str]:
    """What Keras calls the groups of layers by their classes, in order."""
    count: dict[str, int] = {}
    for kind in kinds:
        name = snake_case(kind)
        number = count[name] = count.get(name, -1) + 1
        yield f"{name}_{number}" if number else name

"""The values of the weights in a file, one layer after the other.

Whoever wants values has Keras, and so NumPy and h5py; nothing else imports this. An
HDF5 file is gone through in a process of its own first (`hdf5.contents`), so that a
damaged one doesn't end this one.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from cnnspec.read.containers import kinds
from cnnspec.read.containers.folders import Zipped, unpacked
from cnnspec.read.containers.hdf5 import contents, held_arrays
from cnnspec.read.containers.stored import Held
from cnnspec.read.found import ReadError

_MEMBER = "model.weights.h5"
_SAVED = "save the model with Keras as model.h5, and name that"


class Weights(NamedTuple):
    """The arrays of an open file.

    They stand by the layer's name in what `.h5` files are, and by its path in what
    `.keras` and `.weights.h5` ones are: `layers/conv2d_1`, where the name is that of
    the class with a number (keras/src/saving/saving_lib.py, `_save_container_state`).
    """

    held: Mapping[str, tuple[Held, ...]]
    """Names, shapes and types of each layer's arrays, in Keras's order."""
    file: Any
    """The open file of h5py."""

    def values(self, layer: str) -> list[Any]:
        """The arrays of a layer, as NumPy's, in Keras's order.

        Raises:
            ReadError: one of them lies in another file.
        """
        root = self.file.get("model_weights", self.file)
        group = root[f"{layer}/vars"] if f"{layer}/vars" in root else root[layer]
        return [_values(group[one.name]) for one in self.held[layer]]


@contextmanager
def opened(path: str, kind: str) -> Iterator[Weights]:
    """The weights of a file that holds a model, or nothing but weights.

    Args:
        path: of the file.
        kind: as `kinds.kind_of` tells it.

    Raises:
        ReadError: it can't be read, or its weights are in a form that isn't.
    """
    import h5py

    with _hdf5(path, kind) as inner:
        answer = contents(inner)
        found = held_arrays(answer)
        if not found:
            raise ReadError("this file holds no weights of a model", _SAVED)
        with h5py.File(inner, "r", locking=False) as file:
            yield Weights(found, file)


@contextmanager
def _hdf5(path: str, kind: str) -> Iterator[str]:
    """The HDF5 file in which the weights are."""
    if kind == kinds.H5:
        yield path
    elif kind == kinds.ARCHIVE and os.path.isdir(path):
        yield os.path.join(path, _MEMBER)
    elif kind in (kinds.ARCHIVE, kinds.ZIPPED):
        folder = Zipped(path)
        name = folder.only(kinds.ENDINGS) if kind == kinds.ZIPPED else _MEMBER
        if name is None or not folder.has(name):
            raise ReadError(f"this archive has no {_MEMBER}", _SAVED)
        with unpacked(folder, name) as inner:
            yield inner
    else:
        raise ReadError("of such a file the layers are read, and not weights", _SAVED)


def _values(array: Any) -> Any:
    if array.external or array.is_virtual:
        text = f"the values of {array.name} lie in another file, which isn't opened"
        raise ReadError(text, _SAVED)
    return array[()]

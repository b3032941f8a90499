"""What holds a model, to the configuration in it."""

import os
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import IO

from cnnspec.ground.visible import visible
from cnnspec.read.containers import kinds
from cnnspec.read.containers.folders import Folder, OnDisk, Zipped, read_from, unpacked
from cnnspec.read.containers.stored import Stored
from cnnspec.read.found import ReadError

_TEXT_LIMIT = 32 * 2**20
"""Bytes of a text, each kind of which has a limit of its own."""
_SAVED = "name the file that model.save() wrote"


def begun(path: str, kind: str) -> Callable[[], Stored]:
    """Begins to read a file or folder; what is given waits for the end of it.

    Args:
        path: of a file, or of the folder of a SavedModel or the like.
        kind: as `kinds.kind_of` tells it.

    Raises:
        ReadError: when it is called, since it can't be read, or holds no model.
        OSError: when it is called, since it can't be opened.
    """
    if kind == kinds.H5:
        from cnnspec.read.containers.hdf5 import begun_hdf5

        return begun_hdf5(path)
    return lambda: _stored(path, kind)


def stored(path: str, kind: str) -> Stored:
    """What a file or folder holds of a model, as `begun`.

    Raises:
        ReadError: it can't be read, or holds no model with layers.
        OSError: it can't be opened.
    """
    return begun(path, kind)()


def _stored(path: str, kind: str) -> Stored:
    if kind == kinds.ARCHIVE:
        from cnnspec.read.containers.archive import stored_archive

        return stored_archive(_folder(path))
    if kind == kinds.SAVED_MODEL:
        from cnnspec.read.containers.saved_model import stored_saved_model

        return stored_saved_model(_protobufs(path))
    if kind == kinds.ZIPPED:
        return _of_member(Zipped(path))
    if kind in (kinds.POINTER, kinds.GRAPH, kinds.NONE):
        raise _no_model(path, kind)
    return _of_text(path, kind)


def _folder(path: str) -> Folder:
    return OnDisk(path) if os.path.isdir(path) else Zipped(path)


def _protobufs(path: str) -> Iterator[IO[bytes]]:
    """The files of a SavedModel, what Keras says first; `path` may be one of them."""
    from cnnspec.read.containers.saved_model import GRAPH, METADATA

    folder, names = _folder_and_names(path, METADATA, GRAPH)
    for name in names:
        if not folder.has(name):
            continue
        if isinstance(folder, Zipped):  # whose files are to be read to their ends
            yield BytesIO(read_from(folder, name, _TEXT_LIMIT))
        else:
            yield folder.open(name)


def _of_member(folder: Zipped) -> Stored:
    name = folder.only(kinds.ENDINGS)
    assert name is not None, "an archive of another kind"
    with unpacked(folder, name) as path:
        kind = kinds.kind_of(path)
        if kind is None or kind == kinds.ZIPPED:
            text = f"'{visible(name)}' in this archive is no Keras model"
            raise ReadError(text, _SAVED)
        return stored(path, kind)


def _of_text(path: str, kind: str) -> Stored:
    folder, names = _folder_and_names(path, "model.json")
    content = read_from(folder, names[-1], _TEXT_LIMIT)
    if kind == kinds.TFJS:
        from cnnspec.read.containers.tfjs import stored_tfjs

        return stored_tfjs(content)
    from cnnspec.read.containers.texts import stored_json, stored_yaml

    return stored_yaml(content) if kind == kinds.YAML else stored_json(content)


def _folder_and_names(path: str, *names: str) -> tuple[Folder, tuple[str, ...]]:
    """The folder or archive at a path with some names; of a file its own at the end."""
    if os.path.isdir(path):
        return OnDisk(path), names
    with open(path, "rb") as file:
        if file.read(2) == b"PK":
            return Zipped(path), names
    folder, own = os.path.split(path)
    return OnDisk(folder), (*(n for n in names[:-1] if n != own), own)


# ------------------------------------------------------------------ in a model's place


def _no_model(path: str, kind: str) -> ReadError:
    with open(path, "rb") as file:
        start = file.read(1024)
    if kind == kinds.POINTER:
        size = re.search(rb"^size (\d{1,20})$", start, re.MULTILINE)
        of = f" of {_megabytes(int(size[1]))}" if size else ""
        text = f"this is a pointer of Git LFS to the model{of}, and not the model"
        return ReadError(text, "run git lfs pull, or download the file itself")
    if kind == kinds.GRAPH:
        text = "this is a graph of TensorFlow's, which has operations and no layers"
        return ReadError(text, "import the code that makes the model")
    if not start:
        return ReadError("the file is empty", "fetch or save it anew")
    if re.match(rb"\s*<(!doctype|html|head|\?xml)", start, re.IGNORECASE):
        text = "this is a page of a website, saved under the name of a model"
        return ReadError(text, "download the file itself, by the link called 'raw'")
    begins = visible(start[:24].decode("utf-8", "backslashreplace"))
    text = f"this is named as a Keras model and is none: it begins with '{begins}'"
    return ReadError(text, _SAVED)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 1e5 else f"{size:,} bytes"

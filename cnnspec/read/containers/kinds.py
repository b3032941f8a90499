"""What kind of file holds a model: told by its bytes, and at last by its name."""

import os
import re

from cnnspec.read.containers.folders import Folder, OnDisk, Zipped, start_of

START = 2**16
"""Bytes at the start of a file that are looked at."""
H5, ARCHIVE, JSON, YAML = "keras-h5", "keras-archive", "keras-json", "keras-yaml"
TFJS, SAVED_MODEL = "tfjs", "saved-model"
ZIPPED = "zipped"
"""A file of these kinds, alone in a zip archive."""
POINTER, GRAPH, NONE = "git-lfs", "graph", "none"
"""Files in the place of a model, of which is told what they are."""

ENDINGS = (".h5", ".hdf5", ".keras")
"""Of files that Keras saves whole models to."""
_H5_SIGN = b"\x89HDF\r\n\x1a\n"
_H5_PLACES = (0, 512, 1024, 2048)
"""Where HDF5's sign may stand (HDF5 File Format Specification 3.0, II.A)."""
_OPERATIONS = (b"\x12\x0bPlaceholder", b"\x12\5Const")
"""What the first operation of a graph is, mostly."""


def kind_of(path: str) -> str | None:
    """What a file or folder is; None for one that is none of these.

    Raises:
        ReadError: it is an archive that is damaged, or that nobody should open.
        OSError: it can't be opened.
    """
    if os.path.isdir(path):
        return _of_folder(OnDisk(path))
    with open(path, "rb") as file:
        start = file.read(START)
    return of_start(start, path) or _of_name(path)


def of_start(start: bytes, path: str) -> str | None:
    """What a file is by its first bytes; `path` is where it lies."""
    if any(start.startswith(_H5_SIGN, place) for place in _H5_PLACES):
        return H5
    if start.startswith((b"PK\3\4", b"PK\5\6")):
        folder = Zipped(path)
        return _of_folder(folder) or (ZIPPED if folder.only(ENDINGS) else None)
    if start.startswith(b"\x08\1\x12") or b"_tf_keras_" in start[:64]:
        return SAVED_MODEL  # its version and a graph, or the first entry for Keras
    if start.startswith(b"\n") and any(name in start[:64] for name in _OPERATIONS):
        return GRAPH
    if start.startswith(b"version https://git-lfs.github.com/spec/"):
        return POINTER
    return _of_text(start)


def _of_folder(folder: Folder) -> str | None:
    if folder.has("saved_model.pb") or folder.has("keras_metadata.pb"):
        return SAVED_MODEL
    for name, kinds in (("config.json", (JSON,)), ("model.json", (TFJS, JSON))):
        if not folder.has(name):
            continue
        kind = _of_text(start_of(folder, name, START))
        if kind in kinds:
            return ARCHIVE if name == "config.json" else kind
        if name == "config.json" and folder.has("model.weights.h5"):
            return ARCHIVE
    return None


def _of_text(start: bytes) -> str | None:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\0", b"")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b'"{')):
        if re.search(rb'\\?"modelTopology\\?"\s*:', text):
            return TFJS
        of_keras = re.search(rb'\\?"class_name\\?"\s*:', text)
        return JSON if of_keras and b'"nbformat' not in text else None
    keys = set(re.findall(rb"^(class_name|config):", text, re.MULTILINE))
    return YAML if len(keys) == 2 else None


def _of_name(path: str) -> str | None:
    return NONE if path.lower().endswith(ENDINGS) else None

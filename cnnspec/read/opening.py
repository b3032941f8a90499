"""Any file that holds a model, known by what is in it, to a `Found`.

The ending of its name says little: tables are pasted into files of any kind, and Keras
itself has given the ending `.h5` to files of several. So the first bytes decide, and
for texts the words that stand in them.
"""

import os
import re
from collections.abc import Callable
from typing import Any

from cnnspec.ground.errors import Diagnostic, SpecError
from cnnspec.read.found import Choice, Found, ReadError
from cnnspec.read.placed import FoundSource, PlacedMark

UNREADABLE = "unreadable-model"
"""The code of a source that can't be read."""
_SIZE_LIMIT = 32 * 2**20
"""Bytes of a text."""


def read(path: str, **choice: Any) -> Found | None:
    """The model that a file holds; None where nothing here knows such files.

    Args:
        path: of a file, or of a SavedModel's folder.
        choice: which of its models: the fields of a `Choice`.

    Raises:
        ReadError: it holds a model, or should, and can't be read.
        OSError: the file can't be opened.
    """
    kind = _kind_of(path)
    if kind is None:
        return None
    reader = _READERS[kind]
    return reader(path, kind, Choice(**choice))


def source(path: str, **choice: Any) -> FoundSource | None:
    """The same as a document.

    Raises:
        SpecError: it can't be read.
    """
    try:
        found = read(path, **choice)
    except ReadError as error:
        mark = PlacedMark.at(path, error.place)
        text, hint = error.message, error.hint
        raise SpecError([Diagnostic("error", UNREADABLE, mark, text, hint)]) from None
    except OSError:
        return None  # whoever reads it as a spec says why it can't be
    return None if found is None else FoundSource(found, path)


# ------------------------------------------------------------------ what it is


def _kind_of(path: str) -> str | None:
    """What a file is by its content, if it is something that is read here."""
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        content = file.read(_SIZE_LIMIT)
    return next((kind for kind, is_it in _TEXTS.items() if is_it(content)), None)


def _json_with(*keys: bytes) -> Callable[[bytes], bool]:
    """Tells whether a text is an object of JSON that has keys, at whatever depth."""

    def is_it(content: bytes) -> bool:
        begins = re.match(rb"(\xef\xbb\xbf)?\s*\{", content) is not None
        return begins and all(b'"%s"' % key in content for key in keys)

    return is_it


_TEXTS: dict[str, Callable[[bytes], bool]] = {
    "keras-json": _json_with(b"class_name", b"config"),
}
"""The kinds of texts, and what tells each by its content."""


# ------------------------------------------------------------------ how it is read


def _stored(path: str, kind: str, choice: Choice) -> Found:
    from cnnspec.read.configs.model import from_config
    from cnnspec.read.containers.stored import stored

    return from_config(stored(path, kind))


_READERS: dict[str, Callable[[str, str, Choice], Found]] = {
    "keras-json": _stored,
}
"""What reads each kind of file."""

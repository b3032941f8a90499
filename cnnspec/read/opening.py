"""Any file that holds a model, known by what is in it, to a `Found`.

The ending of its name says little: tables are pasted into files of any kind, and Keras
itself has given the ending `.h5` to files of several. So the first bytes decide, and
for texts the words that stand in them.
"""

import os
from typing import Any

from cnnspec.ground.errors import Diagnostic, SpecError
from cnnspec.read.containers.kinds import kind_of
from cnnspec.read.found import Choice, Found, ReadError
from cnnspec.read.placed import FoundSource, PlacedMark

UNREADABLE = "unreadable-model"
"""The code of a source that can't be read."""


def read(path: str, **choice: Any) -> Found | None:
    """The model that a file holds; None where nothing here knows such files.

    Args:
        path: of a file, or of a SavedModel's folder.
        choice: which of its models: the fields of a `Choice`.

    Raises:
        ReadError: it holds a model, or should, and can't be read.
        OSError: the file can't be opened.
    """
    if not os.path.isfile(path) and not os.path.isdir(path):
        return None  # a pipe would have to be waited for
    kind = kind_of(path)
    return None if kind is None else _of_container(path, kind, Choice(**choice))


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


def _of_container(path: str, kind: str, choice: Choice) -> Found:
    from cnnspec.read.configs.model import from_config
    from cnnspec.read.containers.reading import stored

    return from_config(stored(path, kind))

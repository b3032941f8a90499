"""Any file that holds a model, known by what is in it, to a `Found`.

The ending of its name says little: tables are pasted into files of any kind, and Keras
itself has given the ending `.h5` to files of several. So the first bytes decide, and
for texts the words that stand in them.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any

from cnnspec.ground.errors import (
    FOREIGN,
    Diagnostic,
    Mark,
    SettingsError,
    SpecError,
)
from cnnspec.ground.source import foreign, may_be_spec, read_source
from cnnspec.read.containers.kinds import YAML, kind_of
from cnnspec.read.found import Choice, Found, ReadError
from cnnspec.read.placed import FoundSource, mark_of

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
    if not os.path.isfile(path) and not os.path.isdir(path):
        return None  # a pipe can be read once only
    kind = _kind(path)
    if kind is None:
        return None
    refuse_choice(path, kind, choice)
    if kind not in _OF_WORDS:
        return _of_container(path, kind)
    return _OF_WORDS[kind](path, Choice(**choice))


def _kind(path: str) -> str | None:
    """What a file or folder is; None where nothing here knows such."""
    kind = kind_of(path)
    if kind is None and not os.path.isdir(path):
        kind = _of_words(path)
    return kind


def chosen_by(path: str) -> set[str]:
    """What tells the models of a file apart: fields of a `Choice`."""
    kind = None
    with suppress(ReadError, OSError):  # whoever reads it tells of that
        kind = _kind(path)
    return {name for name, kinds in _CHOICES.items() if kind in kinds}


def source(path: str, shown: str = "", **choice: Any) -> FoundSource | None:
    """The same as a document.

    Args:
        path: of a file, or of a SavedModel's folder.
        shown: what messages call it, if that isn't its path.
        choice: which of its models: the fields of a `Choice`.

    Raises:
        SpecError: it can't be read.
    """
    try:
        found = read(path, **choice)
    except ReadError as error:
        raise refused(error, shown or path) from None
    except OSError:
        return None  # whoever reads it as a spec says why it can't be
    return None if found is None else FoundSource(found, shown or path)


def refused(error: ReadError, path: str) -> SpecError:
    """What is said of a file that can't be read."""
    mark = mark_of(path, error.place)
    text, hint = error.message, error.hint
    if not hint and ";" not in text:
        hint = _TOLD
    return SpecError([Diagnostic("error", UNREADABLE, mark, text, hint)])


def opened(name: str, **choice: Any) -> FoundSource:
    """The model that a file holds, or standard input.

    Args:
        name: path of a file; `-` for standard input.
        choice: which of its models: the fields of a `Choice`.

    Raises:
        SpecError: it can't be read, or is a spec, or something else.
    """
    if name != STDIN:
        return _known(name, name, choice)
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "model")
        with open(path, "wb") as file:
            _receive(file)
        return _known(path, _SHOWN, choice)


STDIN, _SHOWN = "-", "stdin"
_RECEIVED_LIMIT = 2 * 2**30
"""Bytes of standard input; the largest of keras.applications has half of them."""


def _receive(file: IO[bytes]) -> None:
    """Writes standard input to a file.

    Raises:
        SpecError: there is no end of it.
    """
    left = _RECEIVED_LIMIT
    while piece := sys.stdin.buffer.read(2**20):
        left -= file.write(piece)
        if left < 0:
            text = f"over {_RECEIVED_LIMIT // 2**30} GiB came in"
            raise refused(ReadError(text, "name the file itself"), _SHOWN)


def _known(path: str, shown: str, choice: Mapping[str, Any]) -> FoundSource:
    """The model that a file holds.

    Raises:
        SpecError: it holds none that can be read.
    """
    try:
        if found := source(path, shown, **choice):
            return found
        spec = read_source(path)
        spec.refuse_foreign()
    except SpecError as error:
        raise SpecError(_of_import(one, shown) for one in error.diagnostics) from None
    text, hint = _NOTHING
    if may_be_spec(spec):
        text, hint = "this is a spec already", f"cnnspec check {shown} checks it"
    raise SpecError([Diagnostic("error", FOREIGN, Mark(shown), text, hint)])


def _of_import(found: Diagnostic, shown: str) -> Diagnostic:
    """What is wrong with a file, where any model would do and not a spec alone."""
    if found.code == FOREIGN:
        found = foreign.unread(found)
    elif found.code == "encoding":  # what is no text may be anything
        text, hint = _NOTHING
        return Diagnostic("error", FOREIGN, Mark(shown), text, hint)
    if found.mark.path == shown:
        return found
    return found._replace(mark=found.mark._replace(path=shown))


_TOLD = "docs/import.md tells what is read"
_NOTHING = "no model is found in this file", _TOLD


# ------------------------------------------------------------------ what it is


def refuse_choice(path: str, kind: str, choice: Mapping[str, Any]) -> None:
    """Makes sure that there is something to choose.

    Raises:
        SettingsError: a file of this kind holds no such things.
    """
    for name, value in choice.items():
        kinds = _CHOICES[name]
        if value is not None and kind not in kinds:
            text = f"--{name} chooses in {' and '.join(kinds.values())}"
            raise SettingsError(f"{text}, and '{path}' is none; leave it out")


_TABLES = {"table": "texts with tables"}
_NOTEBOOKS = {"notebook": "notebooks"}
_CHOICES: dict[str, dict[str, str]] = {
    "model": {"python": "Python programs", **_NOTEBOOKS},
    "table": _TABLES,
    "cell": _NOTEBOOKS,
}
"""The kinds of files that hold several of each."""


def _of_words(path: str) -> str | None:
    """What a text is by its words: a format, as in `Found`.

    Raises:
        ReadError: nothing is in it.
        OSError: it can't be opened.
    """
    with open(path, "rb") as file:
        content = file.read(_SIZE_LIMIT)
    if not content:
        raise ReadError("the file is empty", "save it anew, or get it again")
    if path.endswith(".py"):
        return "python"
    text = _text_of(content)
    begun = re.match(r"((?:\s*#.*\n)*)\s*{", text)
    if begun and re.search(r'"nbformat"\s*:', text):
        return "notebook"
    if begun and begun[1] and re.search(r'"class_name"\s*:', text):
        return YAML  # with comments it isn't JSON any more
    of_specs = any(word in text for word in ("layers", "input", "extends"))
    if of_specs and re.search(_KEYS, text, re.MULTILINE):
        return None  # a spec by another name
    is_table = foreign.SUMMARY.is_it(text)
    may_be_code = not is_table or any(word in text for word in _CODE)
    is_code = may_be_code and foreign.SCRIPT.is_it(text)
    if is_code and not (is_table and not _is_python(text)):
        return "python"
    return "table" if is_table else None


_CODE = ("import", "def ", "class ", ".add(", "Sequential(", "Model(", "#!")
"""One of which stands in every program that makes a model."""
_KEYS = r"^(layers|inputs?|extends)[ \t]*:"
"""What a line of a spec begins with."""


def _text_of(content: bytes) -> str:
    """The text of a file; PowerShell's `>` writes UTF-16."""
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")


def _is_python(text: str) -> bool:
    """Whether the whole of a text is a program, and not a post with one in it."""
    from ast import parse
    from warnings import catch_warnings, simplefilter

    try:
        with catch_warnings():
            simplefilter("ignore")
            parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


# ------------------------------------------------------------------ how it is read


def _of_container(path: str, kind: str) -> Found:
    from cnnspec.read.containers.reading import begun

    stored = begun(path, kind)
    from cnnspec.read.configs.model import from_config  # while another process reads

    return from_config(stored())


def _of_code(path: str, choice: Choice) -> Found:
    from cnnspec.read.code.program import decoded, from_code

    with open(path, "rb") as file:
        return from_code(decoded(file.read(_SIZE_LIMIT)), choice)


def _of_notebook(path: str, choice: Choice) -> Found:
    from cnnspec.read.code.notebook import from_notebook
    from cnnspec.read.code.program import decoded

    with open(path, "rb") as file:
        return from_notebook(decoded(file.read(_SIZE_LIMIT)), choice)


def _of_table(path: str, choice: Choice) -> Found:
    from cnnspec.read.tables.model import from_text

    with open(path, "rb") as file:
        return from_text(_text_of(file.read(_SIZE_LIMIT)), choice)


Reader = Callable[[str, Choice], Found]
_OF_WORDS: dict[str, Reader] = {
    "table": _of_table,
    "python": _of_code,
    "notebook": _of_notebook,
}
"""What reads the kinds of texts that aren't files of Keras's, by their paths."""

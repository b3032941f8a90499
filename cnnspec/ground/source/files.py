"""The text of a spec's file."""

import os
import stat

from cnnspec.ground.errors import Diagnostic, Mark, SpecError, near, nearest

SIZE_LIMIT = 32 * 2**20
"""Bytes. A layer takes about 60, so this is half a million layers."""
_MARK = b"\xef\xbb\xbf"
"""What some editors begin a UTF-8 file with."""


def stem(path: str) -> str:
    """The name of a file, without its folder and ending, and with composed letters."""
    return composed(os.path.splitext(os.path.basename(path))[0])


def composed(text: str) -> str:
    """A text with each letter as one character, where there is such a character.

    A keyboard gives 손 as one character, and macOS as three in the names of files
    (Unicode Standard Annex 15, normalization form C).
    """
    if text.isascii() or _is_latin(text):
        return text
    from unicodedata import normalize

    return normalize("NFC", text)


def _is_latin(text: str) -> bool:
    """Whether no letter in a text is beyond Latin-1, whose letters are all composed."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:  # at the first one, however long the text is
        return False
    return True


def is_library(name: str) -> bool:
    """Whether a file has blocks or the like for specs to include, and no layers.

    It is told by the keys that begin its lines; a file that can't be read is none.
    """
    try:
        with open(name, "rb") as file:
            content = file.read(SIZE_LIMIT)
    except (OSError, ValueError):
        return False
    lines = b"\n" + content.removeprefix(_MARK)
    is_spec = b"\nlayers:" in lines or b"\nextends:" in lines
    return not is_spec and any(b"\n%s:" % key in lines for key in _OF_LIBRARIES)


_OF_LIBRARIES = (b"blocks", b"custom", b"vars", b"include")


def read_text(name: str) -> str:
    """The text of a UTF-8 file.

    Raises:
        SpecError: it isn't there, can't be read, or isn't text.
    """
    try:
        if not stat.S_ISREG(mode := os.stat(name).st_mode) and not stat.S_ISDIR(mode):
            text = "this is a pipe or a device, not a file"
            raise _error(name, "not-a-file", text, "save the text as a file first")
        with open(name, "rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as error:
        raise _error(name, *_unreadable(name, error)) from None
    if len(content) > SIZE_LIMIT:
        size = SIZE_LIMIT // 2**20
        raise _error(name, "too-large", f"the file is over {size} MiB; no spec is")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        _refuse_foreign(name, content)
        raise _error(name, "encoding", "this is a binary file, not YAML text")
    try:
        return content.removeprefix(_MARK).decode()
    except UnicodeDecodeError as error:
        _refuse_foreign(name, content)
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - before.rfind(b"\n")
        raise _error(
            name,
            "encoding",
            f"byte 0x{content[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
            line,
            column,
        ) from None


def _refuse_foreign(name: str, content: bytes) -> None:
    from cnnspec.ground.source.foreign import of_bytes

    if found := of_bytes(name, content):
        raise SpecError([found])


def refuse_outside(name: str, spec: str) -> None:
    """Refuses a file that a spec names and that lies outside of the spec's project.

    Raises:
        SpecError: it does, whether it is there or not.
    """
    project = _project(os.path.dirname(spec))
    try:
        inside = _holds(project, os.path.realpath(name))
    except ValueError:
        return  # no file has such a name, as will be told
    if not inside:
        text = "it lies outside of the project, whose files alone a spec may name"
        hint = "copy it into the project, or allow it with --allow-outside"
        raise _error(name, "outside-project", text, hint)


def _project(folder: str) -> str:
    """The nearest folder around another that is a project's.

    Where there is none it is the folder itself, or the current one around it.
    """
    own = here = os.path.realpath(folder)
    while not any(os.path.exists(os.path.join(here, sign)) for sign in _SIGNS):
        if here == (here := os.path.dirname(here)):
            current = os.path.realpath(os.curdir)
            return current if current != here and _holds(current, own) else own
    return here


_SIGNS = ("pyproject.toml", ".git")


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


def _unreadable(name: str, error: Exception) -> tuple[str, str, str]:
    if isinstance(error, FileNotFoundError):
        return "not-found", "there is no such file", _neighbour(name)
    if isinstance(error, IsADirectoryError):
        return "not-a-file", "this is a folder", "name a file in it"
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return "unreadable", f"the file can't be read: {reason}", ""


def _neighbour(name: str) -> str:
    """A file beside the missing one that its name may have meant."""
    folder, base = os.path.split(name)
    try:
        there = os.listdir(folder or ".")
    except OSError:
        return ""
    meant = next((e for e in (".yaml", ".yml") if base + e in there), None)
    return near(base + meant) if meant else nearest(base, there)


def _error(
    path: str, code: str, message: str, hint: str = "", line: int = 1, column: int = 1
) -> SpecError:
    return SpecError(
        [Diagnostic("error", code, Mark(path, line, column), message, hint)]
    )

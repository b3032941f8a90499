"""Writing files whole, and never over work of somebody else's.

What cnnspec writes carries a digest of itself: a script or picture in its second line,
not counting a `#!`, a notebook in its metadata, an archive (`.keras` is a zip file) in
its comment. A file without one, or one whose digest no longer fits, was written or
changed by a person or by another program, and is kept.
"""

import errno
import os
import stat
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.source.remarks import GENERATED, KEPT
from cnnspec.ground.visible import visible

_DIGITS = 16
_TAG = b"cnnspec "
_BEGINNINGS = (f"# {GENERATED}".encode(), f"<!-- {GENERATED}".encode())


def seal_text(text: str, source: str) -> str:
    """Code with lines above it that tell where it is from, and its digest.

    What runs it, in a first line as `#!/bin/bash`, stays the first line.
    """
    runs, end, rest = text.partition("\n") if text.startswith("#!") else ("", "", text)
    digest = _digest(rest.encode())
    header = f"# {GENERATED} from {visible(source)}\n# {KEPT} {digest}\n"
    return f"{runs}{end}{header}{rest}"


def origin(path: str) -> str:
    """What the header of a sealed script says it is from; nothing if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline().rstrip("\n").removeprefix(f"# {GENERATED} from ")
    except OSError:
        return ""


def seal_markup(text: str, source: str) -> str:
    """SVG or Markdown with comments above it, as `seal_text` has them."""
    digest = _digest(text.encode())
    # Two hyphens would end the comment (Extensible Markup Language 1.0, 2.5).
    origin = visible(source).replace("--", "-\N{NON-BREAKING HYPHEN}")
    return f"<!-- {GENERATED} from {origin} -->\n<!-- {KEPT} {digest} -->\n{text}"


def seal_notebook(notebook: dict[str, Any], source: str) -> str:
    """A notebook as JSON, whose metadata tell where it is from, and its digest.

    Jupyter writes the file anew when it is saved, so a notebook that was run and saved
    counts as edited.
    """
    import json

    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    seal = {"cnnspec": {"source": visible(source), "digest": _digest(text.encode())}}
    sealed = notebook | {"metadata": notebook["metadata"] | seal}
    return f"{json.dumps(sealed, indent=1, ensure_ascii=False)}\n"


def _is_sealed_notebook(data: bytes) -> bool:
    import json

    try:
        notebook = json.loads(data)
        seal = notebook["metadata"].pop("cnnspec")
        text = json.dumps(notebook, indent=1, ensure_ascii=False)
        return bool(seal["digest"] == _digest(text.encode()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def seal_zip(data: bytes) -> bytes:
    """A zip archive without a comment, with its digest as comment.

    Its last two bytes are the length of that comment (PKWARE's APPNOTE.TXT, 4.3.16).
    """
    comment = _TAG + _digest(data).encode()
    return data[:-2] + len(comment).to_bytes(2, "little") + comment


def is_sealed(data: bytes) -> bool:
    """Whether these bytes are as cnnspec wrote them."""
    if data.startswith(b"#!"):
        data = data.partition(b"\n")[2]
    if data.startswith(_BEGINNINGS):
        # A checkout may have changed the ends of lines.
        _, _, rest = data.replace(b"\r\n", b"\n").partition(b"\n")
        seal, _, text = rest.partition(b"\n")
        return seal.removesuffix(b" -->").endswith(b" " + _digest(text).encode())
    if data.lstrip().startswith(b"{"):
        return _is_sealed_notebook(data)
    size = len(_TAG) + _DIGITS
    archive = data[: -size - 2] + b"\0\0"
    return data.endswith(_TAG + _digest(archive).encode())


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:_DIGITS]


def refuse_edited(path: str, force: bool = False) -> None:
    """Makes sure that nothing is lost when `path` is written.

    Raises:
        SpecError: a file stands there that cnnspec didn't write, or that was changed
            since; not where `force` is set.
    """
    if force:
        return
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        if not os.path.islink(path):
            return
        text = "this is a link to a file that isn't there, so it is kept"
        raise _kept(path, text) from None
    except OSError as error:
        raise _unwritable(path, error) from None
    if not is_sealed(data):
        ours = any(beginning in data[:200] for beginning in _BEGINNINGS)
        text = "was edited after cnnspec wrote it" if ours else "is not from cnnspec"
        raise _kept(path, f"this file {text}, so it is kept")


def refuse_source(path: str, source: str) -> None:
    """Makes sure that a model isn't written over the file that it is read from.

    Raises:
        SpecError: both are the same file.
    """
    try:
        same = os.path.samefile(path, source)
    except OSError:
        return  # one of them isn't there
    if same:
        text = "this is the file that the model is read from, so it is kept"
        found = Diagnostic("error", "edited-file", Mark(path), text, _ELSEWHERE)
        raise SpecError([found])


_ELSEWHERE = "give it another name or folder with -o"


def is_edited(path: str) -> bool:
    """Whether a file is there that isn't as cnnspec wrote it."""
    try:
        refuse_edited(path)
    except SpecError:
        return True
    return False


def write_file(path: str, content: str | bytes, force: bool = False) -> None:
    """Writes a sealed text or archive: the whole file, or nothing.

    Args:
        path: of the file; folders that are missing are made.
        content: what a function of this module sealed.
        force: overwrites a file whoever wrote it.

    Raises:
        SpecError: the file there is somebody's work, or can't be written.
    """
    refuse_edited(path, force)
    write_together({path: content})


def write_together(contents: Mapping[str, str | bytes]) -> None:
    """Writes files over whatever is there: all of them whole, or none.

    Args:
        contents: of each file, by its path; folders that are missing are made.

    Raises:
        SpecError: one can't be written.
    """
    unfinished: dict[str, str] = {}
    try:
        for path, content in contents.items():
            _refuse_folder(path)
            folder = os.path.dirname(path)
            os.makedirs(folder or ".", exist_ok=True)
            # In that folder: only within a file system a rename is one step.
            name = os.path.join(folder, f".cnnspec-{os.urandom(8).hex()}.tmp")
            # Nothing may be there: a link would be written through.
            with open(name, "xb") as file:
                unfinished[path] = name
                file.write(content.encode() if isinstance(content, str) else content)
        for path, name in unfinished.items():
            os.replace(name, path)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        for name in filter(os.path.exists, unfinished.values()):
            os.remove(name)


def _refuse_folder(path: str) -> None:
    """Raises OSError where no file can be renamed to `path`."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _kept(path: str, text: str) -> SpecError:
    hint = "--force overwrites it, -o DIR writes into another folder"
    return SpecError([Diagnostic("error", "edited-file", Mark(path), text, hint)])


def _unwritable(path: str, error: OSError) -> SpecError:
    reason = (error.strerror or str(error)).lower()
    hint = "choose another folder with -o DIR"
    text = f"the file can't be written: {reason}"
    return SpecError([Diagnostic("error", "unwritable", Mark(path), text, hint)])

"""The files whose blocks, variables and own layers a spec includes."""

import os
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from cnnspec.ground.errors import Diagnostic, SpecError, nearest
from cnnspec.ground.source.extends import follow, read_named
from cnnspec.ground.source.files import SIZE_LIMIT, read_text
from cnnspec.ground.source.marked import CARRIED, Source

BROUGHT = ("vars", "custom", "blocks")
"""The keys of an included file whose names its reader gets."""
KEPT = ("defaults",)
"""Those that hold in the file itself."""

_FILE_LIMIT = 100
"""Files that a spec may include, those of others among them."""
_LIBRARY = os.path.join(os.path.dirname(__file__), "..", "..", "library")


class _Included(NamedTuple):
    """The files included so far."""

    keys: Container[str]
    """Those of a spec."""
    files: list[Source]
    known: set[str]
    """Their real paths."""


def include(source: Source, keys: Container[str]) -> None:
    """Gives a document what the files have that it and its bases include.

    A name that the document has is its own; of two files that bring one name, the
    first gives it, and the other is noted as a rival.

    Args:
        source: the document, with what its bases say.
        keys: those of a spec, by which one is known.

    Raises:
        SpecError: one of them can't be read, is no spec, or leads back to one above.
    """
    found = _Included(keys, [], set())
    for one in source.chain():
        _read_all(one, found, (one,))
    data = source.data
    data["include"] = [
        {key: file.data[key] for key in KEPT if key in file.data}
        for file in found.files
    ]
    for section in BROUGHT:
        own = data.get(section)
        brought: dict[Any, Any] = {}
        if own is None or isinstance(own, dict):
            brought = _brought(source, section, own or {}, found.files)
        if brought:
            data[section] = brought
    source.note_included(found.files)


def _brought(
    source: Source, section: str, own: dict[Any, Any], files: Sequence[Source]
) -> dict[Any, Any]:
    """A section with what included files have under its key."""
    brought: dict[Any, Any] = {}
    for number, file in enumerate(files):
        given = file.data.get(section)
        for name, value in (given if isinstance(given, dict) else {}).items():
            if name in brought:
                source.rivals.append((section, name, number))
            elif name not in own:
                brought[name] = value
                source.note_brought((section, name), number)
    return brought | own


def _read_all(source: Source, found: _Included, chain: Sequence[Source]) -> None:
    """Reads the files that a document includes, and those that they do.

    Raises:
        SpecError: with each that can't be included.
    """
    errors: list[Diagnostic] = []
    for place, name in _names(source):
        try:
            _read(source, place, name, found, chain)
        except SpecError as error:
            errors += error.diagnostics
            if len(found.files) > _FILE_LIMIT:
                break
    if errors:
        raise SpecError(errors)


def _names(source: Source) -> Iterator[tuple[int, str]]:
    """The files that a document names, and their places in its list.

    Raises:
        SpecError: it has no list of names.
    """
    given = source.said("include")
    if given is None:
        return
    names = given if isinstance(given, list) else []
    wrong = next((k for k, one in enumerate(names) if not _is_name(one)), None)
    if not names or wrong is not None:
        path = ("include",) if wrong is None else ("include", wrong)
        hint = "as in include: [blocks/residual.yaml]"
        if isinstance(given, str) and given:
            hint = f"write include: [{given}]"
        text = "include must be a list of the names of files"
        found = source.diagnostic("error", "wrong-type", path, text, hint)
        raise SpecError([found])
    yield from enumerate(names)


def _is_name(given: Any) -> bool:
    return isinstance(given, str) and bool(given)


def _read(
    source: Source, place: int, name: str, found: _Included, chain: Sequence[Source]
) -> None:
    """Reads one file and all that it includes, if that hasn't been done.

    Raises:
        SpecError: it can't be included.
    """
    where = ("include", place)
    file = _file(source, where, name, found)
    real = os.path.realpath(file.path)
    if real in (os.path.realpath(one.path) for one in chain):
        names = [os.path.basename(one.path) for one in (*chain, file)]
        text = f"the file includes itself: {' → '.join(names)}"
        raise _error(source, where, "cycle", text, "take it out")
    if real in found.known:
        return
    found.known.add(real)
    found.files.append(file)
    length = sum(one.length for one in found.files)
    if len(found.files) > _FILE_LIMIT or length > SIZE_LIMIT:
        text = f"more than {_FILE_LIMIT} files are included, or over 32 MiB of text"
        raise _error(source, where, "include", text, "join some of them")
    follow(file, found.keys)
    way = [*chain]
    for one in file.chain():
        way.append(one)
        _read_all(one, found, way)


def _file(
    source: Source, where: tuple[str, int], name: str, found: _Included
) -> Source:
    """A file that a document includes.

    Raises:
        SpecError: it can't be read, or is no spec.
    """
    if name.startswith(CARRIED):
        return _carried(source, where, name)
    return read_named(source, where, name, "includes", found.keys)


def carried() -> list[str]:
    """The files that come with cnnspec, by the names that `include` has for them."""
    files = os.listdir(_LIBRARY)
    return sorted(f"{CARRIED}{os.path.splitext(file)[0]}" for file in files)


def carrying(block: str) -> str:
    """The file that comes with cnnspec and has a block; nothing where none has it."""
    return _carried_blocks().get(block, "")


@cache
def _carried_blocks() -> Mapping[str, str]:
    """The blocks that come with cnnspec, each with its file."""
    return {
        block: name
        for name in reversed(carried())
        for block in read_carried(name).data["blocks"]
    }


def read_carried(name: str) -> Source:
    """A file that comes with cnnspec."""
    file = os.path.join(_LIBRARY, f"{name.removeprefix(CARRIED)}.yaml")
    return Source(read_text(file), name)


def _carried(source: Source, where: tuple[str, int], name: str) -> Source:
    """A file that comes with cnnspec.

    Raises:
        SpecError: there is none of that name.
    """
    if name in carried():
        return read_carried(name)
    text = f"cnnspec carries no '{name}'"
    hint = nearest(name, carried()) or "cnnspec blocks lists what there is"
    raise _error(source, where, "include", text, hint)


def _error(
    source: Source, where: tuple[str, int], code: str, text: str, hint: str
) -> SpecError:
    return SpecError([source.diagnostic("error", code, where, text, hint)])

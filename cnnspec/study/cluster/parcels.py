"""The folder of a run that is sent to another machine, and fetched back from it."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from cnnspec.ground.locks import hold
from cnnspec.study.files import LOCK, LOG
from cnnspec.study.records import FAILURE, RECORD

LIMIT = 1 << 30
"""Bytes of one run that are fetched back at most; its largest files are left out."""
_PIECE = 1 << 22
_PREFIX = "cnnspec-run-"
_NEW = 60.0
"""Seconds in which a folder may have no lock yet."""


class Piece(NamedTuple):
    """A part of a file that is sent."""

    name: str
    """Of the file, in the folder of its run."""
    begins: bool
    ends: bool
    data: bytes


def packed(folder: str) -> dict[str, bytes]:
    """The files of a prepared run, by their names in its folder."""
    found = {}
    for name in _files(folder):
        with open(f"{folder}/{name}", "rb") as file:
            found[name] = file.read()
    return found


def pieces(folder: str) -> Iterator[Piece]:
    """The files that a run has left, its record last; what is left out is logged."""
    sizes = {name: os.path.getsize(f"{folder}/{name}") for name in _files(folder)}
    room, kept = LIMIT, []
    for name in sorted(sizes, key=lambda name: (sizes[name], name)):
        room -= sizes[name]
        kept += [name] if room >= 0 else []
    if left_out := sorted(sizes.keys() - set(kept)):
        with open(f"{folder}/{LOG}", "a", encoding="utf-8") as log:
            names = ", ".join(left_out)
            log.write(f"Not fetched back, for want of room: {names}\n")
        kept = sorted({LOG, *kept})
    for name in sorted(kept, key=lambda name: (name in (RECORD, FAILURE), name)):
        yield from _of_file(folder, name)


def _of_file(folder: str, name: str) -> Iterator[Piece]:
    with open(f"{folder}/{name}", "rb") as file:
        data, begins = file.read(_PIECE), True
        while True:
            following = file.read(_PIECE)
            yield Piece(name, begins, not following, data)
            if not following:
                return
            data, begins = following, False


def put(folder: str, piece: Piece) -> None:
    """Puts a part of a file into a folder; the file appears when it is whole.

    Raises:
        OSError: it can't be written.
    """
    path = f"{folder}/{piece.name}"
    unfinished = f"{path}.unfinished"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(unfinished, "wb" if piece.begins else "ab") as file:
        file.write(piece.data)
    if piece.ends:
        os.replace(unfinished, path)


def _files(folder: str) -> list[str]:
    """The files in a folder, at any depth; the lock belongs to the machine."""
    found = []
    for here, _, names in os.walk(folder):
        found += [os.path.relpath(f"{here}/{name}", folder) for name in names]
    return sorted(name for name in found if name != LOCK)


@contextmanager
def lent_home(home: str, folder: str, files: Mapping[str, bytes]) -> Iterator[str]:
    """A folder on this machine in which a run finds what it does where it is at home.

    It goes when the run has ended; where this process is killed, the next run that
    comes to this machine takes it away.

    Args:
        home: where the study was started. What a machine has there, as data, is seen.
        folder: of the run, seen from there.
        files: of that folder.
    """
    _sweep()
    lent = tempfile.mkdtemp(prefix=_PREFIX)
    try:
        hold(f"{lent}/{LOCK}")
        _link_what_is_there(home, lent, folder)
        for name, data in files.items():
            put(f"{lent}/{folder}", Piece(name, True, True, data))
        yield lent
    finally:
        shutil.rmtree(lent, ignore_errors=True)


def _link_what_is_there(home: str, lent: str, folder: str) -> None:
    """Lets a run see what stands beside the results of its study."""
    here = ""
    for part in folder.split("/")[:2]:
        os.makedirs(f"{lent}/{here}", exist_ok=True)
        there = f"{home}/{here}"
        for name in os.listdir(there) if os.path.isdir(there) else ():
            if name not in (part, LOCK):
                os.symlink(f"{there}{name}", f"{lent}/{here}{name}")
        here += f"{part}/"


def _sweep() -> None:
    """Removes the folders of runs that were killed on this machine."""
    parent = tempfile.gettempdir()
    for name in os.listdir(parent):
        path = f"{parent}/{name}"
        try:
            is_old = time.time() - os.stat(path).st_mtime > _NEW
            if name.startswith(_PREFIX) and is_old and not hold(f"{path}/{LOCK}"):
                shutil.rmtree(path, ignore_errors=True)
        except OSError:
            continue  # another run does that, or it is somebody else's

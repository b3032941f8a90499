"""Files that lie together: in a folder, or in a zip archive.

An archive is refused where programs could differ in what they find in it: names that
stand twice in its directory, that lead out of it, and members that need a password.
Nothing is unpacked by what the directory says of sizes; only so much is read.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Protocol

from cnnspec.ground.visible import visible
from cnnspec.read.found import Place, ReadError

MEMBERS_LIMIT = 10_000
"""Files in an archive; Keras writes three, and those of its assets."""
_ENTRY = 46
"""Bytes that an entry of a zip's directory takes at least (APPNOTE 6.3.10, 4.3.12)."""
_EXPANSION = 100
"""How often weights may be larger than they are packed, as Keras bounds them too."""
_END, _END_SIZE, _COMMENT = b"PK\5\6", 22, 2**16
_ANEW = "fetch or save it anew"


class Folder(Protocol):
    """Files that lie together."""

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def open(self, name: str) -> IO[bytes]:
        """The file, which `has` knows."""


class OnDisk:
    """A folder of the disk."""

    def __init__(self, path: str) -> None:
        self._path = path

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(os.path.join(self._path, name))

    def open(self, name: str) -> IO[bytes]:
        """The file, which `has` knows."""
        return open(os.path.join(self._path, name), "rb")


class Zipped:
    """A zip archive.

    A folder in which everything lies is left out of its names, and so is what macOS
    puts beside.
    """

    def __init__(self, path: str) -> None:
        """Reads the directory.

        Raises:
            ReadError: it is cut off or damaged, or of the kinds that are refused.
        """
        import zipfile

        _refuse_directory(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise _damaged(error) from None
        members = [m for m in self._zip.infolist() if not m.filename.endswith("/")]
        found: dict[str, Any] = {}
        for member in members:
            _refuse_name(member.filename, found)
            found[member.filename] = member
        own = {n: m for n, m in found.items() if not n.startswith("__MACOSX/")}
        within = os.path.commonpath(own) if len(own) > 1 else ""
        within = f"{within}/" if within and within not in own else ""
        self.members = {n.removeprefix(within): m for n, m in own.items()}

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self.members

    def only(self, endings: tuple[str, ...]) -> str | None:
        """The file of some kinds, if there is just one."""
        found = [name for name in self.members if name.lower().endswith(endings)]
        return found[0] if len(found) == 1 else None

    def open(self, name: str) -> IO[bytes]:
        """The file, which `has` knows.

        Raises:
            ReadError: it is encrypted, damaged, or packed in a way nobody knows.
        """
        import zipfile

        member = self.members[name]
        if member.flag_bits & 1:
            text = f"'{visible(name)}' in this archive needs a password"
            raise ReadError(text, "unpack it, and name the folder")
        try:
            return self._zip.open(member)
        except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
            raise _damaged(error) from None


def read_from(folder: Folder, name: str, limit: int) -> bytes:
    """The content of a file.

    Raises:
        ReadError: it is over `limit` bytes, or damaged.
    """
    content = start_of(folder, name, limit + 1)
    if len(content) > limit:
        text = f"'{visible(name)}' is over {limit // 2**20} MiB"
        raise ReadError(f"{text}; no model's layers are")
    return content


def start_of(folder: Folder, name: str, size: int) -> bytes:
    """The first bytes of a file.

    Raises:
        ReadError: it is damaged.
    """
    with folder.open(name) as file:
        return _piece(file, size)


@contextmanager
def unpacked(folder: "Zipped", name: str) -> Iterator[str]:
    """The path of a file with what a member holds, for as long as it is used.

    Raises:
        ReadError: it is damaged, or hardly anything packed very large.
    """
    import tempfile

    limit = _EXPANSION * folder.members[name].compress_size + 2**20
    ending = os.path.splitext(name)[1]
    with tempfile.TemporaryDirectory(prefix="cnnspec-") as place:
        path = os.path.join(place, f"member{ending}")
        with open(path, "wb") as file, folder.open(name) as member:
            while piece := _piece(member, 2**20):
                limit -= file.write(piece)
                if limit < 0:
                    shown = visible(name)
                    text = f"'{shown}' is packed over {_EXPANSION} times smaller"
                    raise ReadError(f"{text} than it is; no model's weights are")
        yield path


def _piece(file: IO[bytes], size: int) -> bytes:
    try:
        return file.read(size)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - zlib, bz2, lzma and zipfile raise
        raise _damaged(error) from None


def _refuse_directory(path: str) -> None:
    """Refuses an archive by its end, before its directory is read whole."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _END_SIZE - _COMMENT))
        end = file.read()
    place = end.rfind(_END)
    if place < 0 or len(end) - place < _END_SIZE:
        text = "the archive is cut off: its directory, which ends it, isn't there"
        raise ReadError(text, _ANEW)
    directory = int.from_bytes(end[place + 12 : place + 16], "little")
    large = directory == 0xFFFFFFFF or directory > MEMBERS_LIMIT * _ENTRY * 3
    count = int.from_bytes(end[place + 10 : place + 12], "little")
    if large or MEMBERS_LIMIT < count < 0xFFFF:
        text = f"the archive has over {MEMBERS_LIMIT:,} files; no model's has"
        raise ReadError(text)


def _refuse_name(name: str, others: dict[str, Any]) -> None:
    shown = visible(name[:80])
    if name in others:
        text = f"'{shown}' stands twice in this archive, so that it has two contents"
        raise ReadError(text, "save the model anew")
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or parts[0][1:2] == ":":
        text = f"'{shown}' in this archive would lie outside of it"
        raise ReadError(text, "save the model anew")


def _damaged(error: Exception) -> ReadError:
    why = visible(str(error).rstrip("."))[:120] or type(error).__name__
    text = f"the archive is damaged ({why})"
    return ReadError(text, _ANEW, Place())

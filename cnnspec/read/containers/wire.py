"""Protocol buffers as bytes: the fields of a message, without its schema.

A message is a row of fields, each with a number and one of four forms
(protobuf.dev/programming-guides/encoding). What isn't wanted is skipped in the file, so
that a graph of gigabytes costs nothing.
"""

from collections.abc import Iterator
from typing import IO, NamedTuple

from cnnspec.read.found import ReadError

FIELDS_LIMIT = 100_000
"""Fields that are looked at in a file."""
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


class Field(NamedTuple):
    """One field of a message."""

    number: int
    start: int
    """Where its content begins in the file; its value, for a number."""
    end: int
    is_bytes: bool
    """Whether it has content: a text, or a message."""


class Messages:
    """A file of messages in messages."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self.size = file, size
        self._left = FIELDS_LIMIT

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message between two places.

        Raises:
            ReadError: it is none, is cut off, or has no end of fields.
        """
        place = start
        while place < end:
            self._left -= 1
            if self._left < 0:
                raise ReadError("this protobuf has no end of fields")
            key, place = self._number(place, end)
            form, number = key & 7, key >> 3
            if form == _VARINT:
                value, place = self._number(place, end)
                yield Field(number, value, place, False)
                continue
            if form == _BYTES:
                length, place = self._number(place, end)
            elif form in (_EIGHT, _FOUR):
                length = 8 if form == _EIGHT else 4
            else:
                raise ReadError("this is no protobuf", "fetch or save it anew")
            if length > end - place:
                raise ReadError("the file is cut off", "fetch or save it anew")
            yield Field(number, place, place + length, form == _BYTES)
            place += length

    def content(self, field: Field, limit: int) -> bytes:
        """The bytes of a field.

        Raises:
            ReadError: they are more than `limit`.
        """
        length = field.end - field.start
        if length > limit:
            raise ReadError(f"a text in this file takes over {limit // 2**20} MiB")
        self._file.seek(field.start)
        return self._file.read(length)

    def _number(self, place: int, end: int) -> tuple[int, int]:
        """A number of seven bits a byte, and the place behind it."""
        self._file.seek(place)
        value = 0
        for count, byte in enumerate(self._file.read(min(10, end - place))):
            value |= (byte & 0x7F) << 7 * count
            if byte < 0x80:
                return value, place + count + 1
        raise ReadError("this is no protobuf", "fetch or save it anew")

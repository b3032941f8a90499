"""JSON of somebody else's: read in bounds, and refused where readers differ.

`json` takes more than the standard has: a key twice in an object, of which the last
wins. Such a text may say one thing here and another one elsewhere (RFC 8259, section
4). The words NaN and Infinity, which it writes and reads too, mean the same to all that
know them.
"""

import json
from typing import Any

from cnnspec.read.found import Place, ReadError

SIZE_LIMIT = 32 * 2**20
"""Bytes that the letters of a text may take in memory."""
COUNT_LIMIT = 400_000
"""Commas in a text. A layer takes about 40, so this is ten thousand layers."""
DEPTH_LIMIT = 100
"""Levels of nesting. A model in a model takes four more."""
_LARGE = 10**40
_ANEW = "save the model anew"


def parsed(content: bytes, label: str = "") -> Any:
    """The plain data of a text.

    Args:
        content: in UTF-8, 16 or 32.
        label: what the text is called in its file; nothing if it is the file.

    Raises:
        ReadError: it is no JSON, or beyond the limits.
    """
    place = Place(label=label)
    refuse_large(content, place)
    try:
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError as error:
        what = f"byte 0x{content[error.start]:02x} is not {error.encoding.upper()}"
        raise ReadError(f"{what}, as JSON is", _ANEW, place) from None
    data = _decoded(text, place)
    _refuse_unsound([data], place)
    _refuse_halves(text, data, place)
    return data


def refuse_large(content: bytes, place: Place) -> None:
    """Refuses a text that could fill the memory.

    Raises:
        ReadError: it is too large, or has too many values.
    """
    wide = 1 if content.isascii() else 2 + 2 * any(n in content for n in b"\xf0\xf3")
    if len(content) * wide > SIZE_LIMIT:
        size = SIZE_LIMIT // wide // 2**20
        raise ReadError(f"this takes over {size} MiB; no model's layers do", "", place)
    if content.count(b",") > COUNT_LIMIT:
        text = f"this has over {COUNT_LIMIT:,} values; no model's layers need so many"
        raise ReadError(text, "", place)


def _decoded(text: str, place: Place) -> Any:
    try:
        return json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_object,
            parse_constant=NotFinite,
        )
    except json.JSONDecodeError as error:
        if not place.label:
            place = Place(error.lineno, error.colno)
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            raise ReadError(
                "the text ends in the middle: it is cut off",
                "fetch or save the file anew",
                place,
            ) from None
        raise ReadError(f"this is no JSON: {error.msg}", _ANEW, place) from None
    except RecursionError:
        raise _too_deep(place) from None
    except ReadError as error:
        raise ReadError(error.message, error.hint, place) from None
    except ValueError:
        raise _too_long(place) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        twice = next((key for key, value in pairs if data[key] != value), None)
        if twice is not None:
            text = f"the key '{twice}' stands twice in an object, with two values"
            raise ReadError(text, "take one of them out")
    return data


class NotFinite(float):
    """What one of the words NaN, Infinity and -Infinity stands for."""


def _refuse_unsound(data: Any, place: Place) -> None:
    """Refuses what is nested too deep, and numbers beyond all bounds."""
    level = [data]
    for _ in range(DEPTH_LIMIT + 1):
        below: list[Any] = []
        for value in level:
            for item in value.values() if type(value) is dict else value:
                kind = type(item)
                if kind is dict or kind is list:
                    below.append(item)
                elif kind is int and not -_LARGE < item < _LARGE:
                    raise _too_long(place)
                elif kind is float and item - item:
                    raise _not_finite(place)
        level = below
        if not level:
            return
    raise _too_deep(place)


def _refuse_halves(text: str, data: Any, place: Place) -> None:
    """Refuses half a character, which JSON can hold and no file."""
    if "\\u" not in text:
        return
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(str(error.object)[error.start]):04x}"
        message = f"{half} is half a character, which is none"
        raise ReadError(message, _ANEW, place) from None


def _not_finite(place: Place) -> ReadError:
    text = "a number here is larger than any that a computer reckons with"
    return ReadError(text, _ANEW, place)


def _too_deep(place: Place) -> ReadError:
    text = f"values are nested over {DEPTH_LIMIT} deep here; no model is"
    return ReadError(text, "", place)


def _too_long(place: Place) -> ReadError:
    return ReadError("a number here has over 40 digits; no layer has one", "", place)

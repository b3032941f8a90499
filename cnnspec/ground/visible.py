"""Texts of somebody else's, so that what stands in them can be seen.

A name or path may hold characters that do something to what shows it: ESC colours a
terminal, a line break forges a line of the result, U+202E turns the rest of a line
round (Boucher and Anderson, Trojan Source, 2021), and others take no room at all.
"""

from collections.abc import Callable
from typing import Any

_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode's categories of control and format characters, of lone surrogates, and of
what separates lines and paragraphs (Unicode Standard 15.0, table 4-4)."""
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


def visible(text: str, keep: str = "") -> str:
    r"""A text with an escape such as `\x1b` in place of each character that hides.

    Letters of all scripts and blanks of all widths stay, and so do joiners between
    characters beyond ASCII, which Persian and many emoji are written with.

    Args:
        text: to be shown; of one line, unless line breaks are kept.
        keep: characters to leave as they are.
    """
    return _escaped(text, keep, lambda c: c.encode("unicode_escape").decode())


def hidden(text: str, keep: str = "") -> str:
    """The first character that `visible` shows as an escape; nothing if none is."""
    return "".join(text[place] for place in sorted(_places(text, keep))[:1])


def json_text(data: Any) -> str:
    r"""Plain data as JSON, whose own escapes (`\u202e`) show what hides."""
    import json

    text = json.dumps(data, indent=2, ensure_ascii=False)
    return _escaped(text, "\n", lambda c: json.dumps(c)[1:-1])


def _escaped(text: str, keep: str, escape: Callable[[str], str]) -> str:
    places = _places(text, keep)
    if not places:
        return text
    return "".join(escape(c) if n in places else c for n, c in enumerate(text))


def _places(text: str, keep: str) -> set[int]:
    """Where a text holds what hides."""
    rest = text
    for character in keep:
        rest = rest.replace(character, "")
    if rest.isprintable():
        return set()
    return {
        place
        for place, c in enumerate(text)
        if c not in keep and _hides(c) and not _joins(text, place)
    }


def _hides(character: str) -> bool:
    from unicodedata import category

    kind, number = category(character), ord(character)
    # Two at the end of each plane, and 32 more, are no characters (Unicode, 23.7).
    none = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    return kind in _HIDDEN or (kind == "Cn" and none)


def _joins(text: str, place: int) -> bool:
    """Whether a joiner stands between characters that it may change the form of."""
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return text[place] in _JOINERS and len(around) == 2 and min(around) > "\x7f"

"""Texts of somebody else's, so that what stands in them can be seen.

A name or path may hold characters that do something to what shows it: ESC colours a
terminal, a line break forges a line of the result, U+202E turns the rest of a line
round (Boucher and Anderson, Trojan Source, 2021), and others take no room at all.
"""

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
    if text.isprintable():
        return text
    from unicodedata import category

    found = [
        c.encode("unicode_escape").decode()
        if category(c) in _HIDDEN and c not in keep and not _joins(text, place)
        else c
        for place, c in enumerate(text)
    ]
    return "".join(found)


def _joins(text: str, place: int) -> bool:
    """Whether a joiner stands between characters that it may change the form of."""
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return text[place] in _JOINERS and len(around) == 2 and min(around) > "\x7f"

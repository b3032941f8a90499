"""Boxes that were written in UTF-8 and read in another encoding.

Imported only for a text that isn't plain ASCII.
"""

import re
from functools import cache

_BOX = "┃│━─┏┳┓┡╇┩├┼┤└┴┘┗┻┛╭╮╰╯║═…¯"
_ENCODINGS = ("cp1252", "cp949", "cp437", "gbk", "latin-1")
_SIGNS = ("â", "\ufffd", "ÔÇ", "ΓöÇ", "Γöü", "鈹", "?봻", "?봼", "?봺")
"""What tells of such a text; few others have it."""

_CUT = re.compile(r"(?<=[\w,.])(?:\ufffd{3}|\?{3})(?=\s|\[|$)", re.MULTILINE)
"""An ellipsis behind a word that is cut; elsewhere the same is a line of a box."""


def mended(text: str) -> str:
    """The text with the lines of boxes in place of what an encoding made of them."""
    if not any(sign in text for sign in _SIGNS):
        return text
    text = _CUT.sub("…", text)
    found, pattern = _known()
    return pattern.sub(lambda match: found[match[0]], text)


@cache
def _known() -> tuple[dict[str, str], re.Pattern[str]]:
    found: dict[str, str] = {}
    for encoding in _ENCODINGS:
        for char in _BOX:
            read = "".join(_read(char, encoding))
            for one in (read, read.replace("\ufffd", "?")):
                # Where several come to the same, it separates cells at any rate.
                found[one] = "│" if found.get(one, char) != char else char
    found = {one: char for one, char in found.items() if len(one) > 1 and one != "???"}
    longest = sorted(found, key=len, reverse=True)
    return found, re.compile("|".join(map(re.escape, longest)))


def _read(char: str, encoding: str) -> str:
    if encoding != "cp1252":
        return char.encode().decode(encoding, "replace")
    # Web pages and editors read the five bytes that it lacks as Latin-1 does.
    read = (bytes([byte]) for byte in char.encode())
    return "".join(
        one.decode(encoding)
        if one.decode(encoding, "ignore")
        else one.decode("latin-1")
        for one in read
    )

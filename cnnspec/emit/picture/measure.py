"""How much room a text takes, in whatever font it is shown."""

from math import fsum
from unicodedata import east_asian_width

from cnnspec.ground.visible import visible

TYPE, SMALL, HEADING = 12.0, 10.0, 20.0
"""Sizes of text: what a layer is, all else about it, and the model's name."""
_LONGEST = 32
"""Characters of a name or of arguments; the tooltip has the rest."""


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """A width that the text won't exceed in any common sans-serif font.

    The classes of letters are those of DejaVu Sans and Verdana, the widest of these.
    """
    return size * fsum(map(_letter, text)) * (1.13 if bold else 1.0)


def _letter(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in "fijlrtIJ.,:;·'|!/()[]- ":
        return 0.42
    if letter in "mwMW@%&#+<=>~×→…":
        return 1.0
    return 0.79 if letter.isupper() else 0.64


def shortened(text: str) -> str:
    """A text that is visible, and cut in the middle where it is long."""
    text = visible(text)
    if len(text) <= _LONGEST:
        return text
    # Long names begin with those of the blocks around them, which differ least.
    return f"{text[: _LONGEST // 2 - 4]}…{text[-_LONGEST // 2 - 3 :]}"

"""A text as lines of plain characters, each with its number in the text.

What surrounds tables where they are pasted is put aside here: colours, HTML, blanks of
other kinds, boxes that were read in a wrong encoding.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from cnnspec.ground.patterns import pattern

_BLANKS = dict.fromkeys(map(ord, "\xa0\u2007\u202f\u2002\u2003\u2009\u200a"), " ")
_BLANKS |= {0x3000: "  ", **dict.fromkeys(map(ord, "\xad\u2060\ufeff"), "")}
_BLANKS |= dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F)), "")
# Keyboards for Korean and Chinese make these of brackets, commas and number signs.
_WIDE = dict(zip(map(ord, "（），［］＃｜"), "(),[]#|", strict=True))
_WIDE |= {0xFF10 + digit: str(digit) for digit in range(10)}
_PLAIN = {**_BLANKS, **_WIDE}
# Some copies of coloured text have lost the character that each code begins with.
_COLOUR = r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]{0,999}(?:\x07|\x1b\\)"
_BARE_COLOUR = r"\[[0-9]{1,3}(?:;[0-9]{1,3}){0,5}m"

_ESCAPED = pattern(r"\\u([0-9a-f]{4})", re.IGNORECASE)
_LINE_OF_JSON = pattern(r'\\n",?$', re.MULTILINE)
_APART = "\u2007\u2009\u202f'’"
_THOUSANDS = pattern(rf"(?<=[0-9])[{_APART}](?=[0-9]{{3}}(?![0-9]))")
"""What stands between thousands elsewhere than in Keras."""
_QUOTED = pattern(r"(?:> ?)+")
_MARKUP = pattern(r"</|<br|&[a-z#0-9]{2,8};", re.IGNORECASE)
_RULES = pattern(r"(_{40,}|[┏+][━┳+-]{39,})\n(_+|[━┳+-]*[┓+])")
_RULE_ENDS, _RULE_BEGINS = frozenset("_━-┳"), frozenset("_━┳+-┓")


class Line(NamedTuple):
    """A line of a text and its number, counted from 1."""

    number: int
    text: str


def lines_of(text: str) -> list[Line]:
    """The lines of a text, without what only draws or surrounds them.

    A number stands twice where one line of the text holds several of a table, as HTML
    may have it.
    """
    if "\n" not in text:
        text = text.replace("\r", "\n")
    if text.count("\\n") > max(text.count("\n"), 2):  # as Python and JSON write a text
        text = text.replace("\\n", "\v").replace("\\t", "\t")
    if '\\n",' in text:  # a notebook's file, or what else is JSON
        text = _LINE_OF_JSON.sub("", text)
    if "\\u" in text:
        text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if "\x1b" in text:
        text = re.sub(_COLOUR, "", text)
    if "[0m" in text:
        text = re.sub(_BARE_COLOUR, "", text)
    if not text.isascii():
        from cnnspec.read.tables.garbled import mended

        text = mended(text)
        if any(sign in text for sign in _APART):
            text = _THOUSANDS.sub(",", text)
        if any(chr(code) in text for code in _PLAIN):
            text = text.translate(_PLAIN)
    if ("<" in text or "&" in text) and _MARKUP.search(text):
        from cnnspec.read.tables.markup import without_markup

        text = without_markup(text)
    lines = [
        Line(number, part.rstrip("\r"))
        for number, line in enumerate(text.split("\n"), 1)
        for part in (line.split("\v") if "\v" in line else (line,))
    ]
    return [Line(number, _bare(line)) for number, line in _unfolded(lines)]


def _bare(line: str) -> str:
    """A line without what a mail quotes it by, and without blanks at its end."""
    return _QUOTED.sub("", line, count=1).rstrip() if line[:1] == ">" else line.rstrip()


def _unfolded(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines as they were before a window broke those that it was too narrow for.

    A rule that goes on in the next line tells its width. Where others of that width
    don't go on, a row is missing between two of them.
    """
    width = broken = 0
    for one, other in pairwise(lines):
        both = one.text[-1:] in _RULE_ENDS and other.text[:1] in _RULE_BEGINS
        if both and _RULES.fullmatch(f"{one.text}\n{other.text}"):
            width = width or len(one.text)
            broken += 1
    if not width:
        return lines
    whole_rules = sum(
        one.text == "_" * width and other.text[:1] != "_"
        for one, other in pairwise(lines)
    )
    if whole_rules > broken:
        return lines
    whole: list[Line] = []
    goes_on = False
    for line in lines:
        if goes_on:
            whole[-1] = whole[-1]._replace(text=whole[-1].text + line.text)
        else:
            whole.append(line)
        goes_on = len(line.text) == width
    return whole

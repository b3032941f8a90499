"""Where a row of a table begins in a line, whatever blanks stand between its cells."""

import re

from cnnspec.ground.patterns import pattern
from cnnspec.read.tables.cells import (
    ELLIPSIS,
    Cells,
    count_of,
    joined,
    printed_row,
)
from cnnspec.read.tables.rows import SummaryError

_SHAPE = pattern(
    r"(?:^|(?<=[\s)]))[\[({]{1,9}\s?(?:'?[\w./]{1,80}'?:\s?[\[(]{1,2}\s?)?"
    r"(?:None|null|\?|-?[0-9]|[\])}])"
)
_WORD = pattern(r"(?<=\s)(?:multiple|\?|None)(?=\s+[0-9])")
_NO_SHAPE = pattern(r"\S+\s?\(\s?[A-Za-z][\w.>]*\s?\)(?=\s+[0-9])")
_WHOLE = pattern(r"\S.*?\(\s?[A-Za-z_][\w.>]*\s?\)")
_CUT = pattern(rf"\S+(?:\s\((?:\s?[A-Za-z_]\w*)?)?{ELLIPSIS}?")
_ALMOST = pattern(r"(\S+\s?\([A-Z]\w*\))\s+([\[({].*)")
_TOKEN = pattern(r"\S+")
_ONE_NUMBER = pattern(r"[0-9]+(?:,[0-9]{3})*")
_BAR = pattern(r"[┃│║|]")
_OPENS = {")": "(", "]": "[", "}": "{"}
_LONGEST = 4_000
"""Characters of a line, beyond which it is none of a table."""


def depth_of(text: str, boxed: bool) -> tuple[str, int]:
    """A line without bars and corners, and how deep in models they say that it is.

    Args:
        text: the line, of which the rest stays where it is.
        boxed: whether bars stand between the cells of all rows.
    """
    if "└" in text:
        corner = text.index("└")
        return _BAR.sub(" ", text.replace("└", " ")), max((corner - 1) // 3, 1)
    if not _BAR.search(text):
        return text, 0
    bare = text.lstrip("|")
    depth = len(text) - len(bare)
    inner = bare.rstrip("| ")
    if _BAR.search(inner) or not depth or boxed:
        return _BAR.sub(" ", text), 0
    return " " * depth + inner, depth


def label_is_whole(label: str) -> bool:
    """Whether a layer's name and its class are printed to the end."""
    return _WHOLE.fullmatch(label) is not None


def is_open(shape: str) -> bool:
    """Whether a bracket in a shape isn't closed."""
    return bool(shape) and shape[0] in "([{" and _end(shape) != len(shape)


def row_begun(number: int, text: str, depth: int) -> Cells | None:
    """The row that begins in a line, if one does.

    Raises:
        SummaryError: a shape and a number stand there, behind no layer's name.
    """
    if len(text) > _LONGEST or not any(char.isdecimal() for char in text):
        return None
    match = _SHAPE.search(text, 1)
    if match is None:
        return _without_shape(number, text, depth)
    start = match.start()
    label = text[:start].strip()
    end = _end(text, start)
    shape, tail = (text[start:end], text[end:]) if end else _cut(text[start:])
    more = tail.lstrip()
    if end and more[:1] == "[" and (end := _end(more)):
        # TensorFlow.js has the shape of the input in front.
        shape, tail = more[:end], more[end:]
    counted = count_of(tail.lstrip())
    if not counted:
        return None
    count, rest = counted
    if not (label_is_whole(label) or _CUT.fullmatch(label) or (depth and not label)):
        if label and "None" in shape:
            raise SummaryError(
                number,
                f"found {label!r} before an output shape, where a layer's name and "
                "class are wanted, as in conv2d (Conv2D)",
            )
        return None
    return Cells(number, label, shape.strip(), count, rest, depth)


def _without_shape(number: int, text: str, depth: int) -> Cells | None:
    word = _WORD.search(text)
    name = _NO_SHAPE.match(text.strip())
    if word:
        label, shape, tail = text[: word.start()].strip(), word[0], text[word.end() :]
        if not (label_is_whole(label) or _CUT.fullmatch(label)):
            return None
    elif name:
        label, shape, tail = name[0], "", text.strip()[name.end() :]
    else:
        return None
    counted = count_of(tail.lstrip())
    return Cells(number, label, shape, *counted, depth) if counted else None


def refuse_almost(number: int, text: str) -> None:
    """Refuses a line that has a layer's name and class, and what is no shape or number.

    Raises:
        SummaryError: it says which of them is wrong.
    """
    match = _ALMOST.match(text.strip())
    if match is None or len(text) > _LONGEST:
        return
    end = _end(match[2])
    shape, tail = (match[2][:end], match[2][end:]) if end else (match[2], "")
    printed_row(joined([Cells(number, match[1], shape, tail.strip())], ""))


def _cut(text: str) -> tuple[str, str]:
    """A shape that isn't closed, and what follows it.

    The row's number is the first one that no other follows.
    """
    tokens = [*_TOKEN.finditer(text)]
    for token, following in zip(tokens[1:], [*tokens[2:], None], strict=False):
        last = following is None or not _ONE_NUMBER.fullmatch(following[0])
        if last and _ONE_NUMBER.fullmatch(token[0]):
            return text[: token.start()], text[token.start() :]
    return text, ""


def rest_of_shape(text: str) -> str:
    """What a line begins with that closes the brackets of a shape, or goes on in it."""
    found = re.match(r"(?:None|[0-9?,\s()\[\]{}])*[)\]},](?=[\s)\]}]|$)", text)
    return found[0] if found else ""


def _end(text: str, start: int = 0) -> int:
    """Where the bracket closes that opens at a place; 0 if it doesn't."""
    opened: list[str] = []
    for place in range(start, min(len(text), start + 999)):
        char = text[place]
        if char in "([{":
            opened.append(char)
        elif char in _OPENS:
            if not opened or opened.pop() != _OPENS[char]:
                return 0
            if not opened:
                return place + 1
    return 0

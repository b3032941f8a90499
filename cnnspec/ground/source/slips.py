"""Slips of the hand in YAML: which line was meant. Each is tried before it is told.

Imported only for a text that isn't YAML.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from yaml.error import MarkedYAMLError
from yaml.reader import ReaderError

from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.wide import narrow

_SIZE_LIMIT = 2**18
"""Characters of a text that is tried; a longer one takes too long."""
_LINE_LIMIT = 500
"""Characters of a line that is mended; the time grows with the square."""

_HINT_LIMIT = 160
"""Characters of a hint that writes several lines out."""

Lines = dict[int, str]
"""Lines that change, from 0, and what they become; the slip is in the first."""


class _Slip(NamedTuple):
    code: str
    message: str
    mends: Callable[[list[str], int], Iterator[Lines]]
    """What the lines of a text may have been, for the place of a line."""


def slip(
    path: str,
    lines: list[str],
    line: int,
    begun: int,
    compose: Callable[[str], object],
) -> Diagnostic | None:
    """A slip in the line that libyaml stopped at, in the one before, or further up.

    Args:
        path: what messages call the file.
        lines: of its text, as libyaml counts them.
        line: where libyaml stopped, from 1.
        begun: where what it was reading begins, such as a bracket.
        compose: libyaml, which raises for what isn't YAML.
    """
    if sum(map(len, lines)) > _SIZE_LIMIT:
        return None
    near = dict.fromkeys((line - 1, line - 2, begun - 1))
    places = [n for n in near if 0 <= n < len(lines) and len(lines[n]) < _LINE_LIMIT]
    for code, message, mends in _SLIPS:
        for change in (change for place in places for change in mends(lines, place)):
            if _reaches(lines, change, compose) > max(line, max(change) + 1):
                return _told(path, code, message, lines, change)
    return None


def sign(
    path: str, text: str, line: int, compose: Callable[[str], object]
) -> Diagnostic | None:
    """What only looks like a dash or a space, in a line that is YAML by chance.

    Args:
        path: what messages call the file.
        text: of it.
        line: where a value or key begins, from 1.
        compose: libyaml, which raises for what isn't YAML.
    """
    lines = re.split("[\n\x85\u2028\u2029]", text)
    if len(text) > _SIZE_LIMIT or len(lines[line - 1]) > _LINE_LIMIT:
        return None
    for code, message, mends in _SIGNS:
        for change in mends(lines, line - 1):
            if line - 1 in change and _reaches(lines, change, compose) > len(lines):
                return _told(path, code, message, lines, change)
    return None


def _told(
    path: str, code: str, message: str, lines: list[str], change: Lines
) -> Diagnostic:
    number = min(change)
    old, new = lines[number].rstrip("\r"), change[number].rstrip("\r")
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old)
    )
    is_longer = len(new) > len(old) and new.endswith(old[same:])
    column = max(same, 1) if is_longer else same + 1
    if "%s" in message:
        there = re.match(r"\d+\S|.", old[same:])
        assert there
        shown, meant = _shown(there[0]), f"'{new[same]}'".replace("' '", "a space")
        message = message.replace("%s", f"{shown} stands where YAML has {meant}")
    texts = [change[n].strip() for n in sorted(change)]
    more = len(texts) - 1
    rest = f", and {more} more line{'s' * (more > 1)} likewise" if more else ""
    hint = f"write {' and '.join(texts)}"
    if new.strip() == old.strip():
        hint = f"indent it with {len(new) - len(new.lstrip())} spaces{rest}"
    elif len(hint) > _HINT_LIMIT:
        hint = f"write {texts[0]}{rest}"
    return Diagnostic("error", code, Mark(path, number + 1, column), message, hint)


def _shown(sign: str) -> str:
    """A sign in quotes; what it is called, for a space."""
    from unicodedata import name

    if not sign.isspace():
        return f"a '{sign}'"
    called = name(sign, "space").lower()
    return f"a{'n' * (called[0] in 'aei')} {called} (U+{ord(sign):04X})"


def _reaches(
    lines: list[str], change: Lines, compose: Callable[[str], object]
) -> float:
    """The line, from 1, at which libyaml stops after a change; infinite for none."""
    text = "\n".join(change.get(n, line) for n, line in enumerate(lines))
    try:
        compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return mark.line + 1 if mark else 0
    except (ReaderError, SpecError):
        return 0
    return float("inf")


def _replaced(pattern: str, by: str) -> Callable[[list[str], int], Iterator[Lines]]:
    """Mends what a pattern finds in a line: the first of it, then all of it."""
    sign = re.compile(pattern)

    def mends(lines: list[str], place: int) -> Iterator[Lines]:
        line = lines[place]
        for count in (1, 0):
            new = sign.sub(by, line, count=count)
            if new != line:
                yield {place: new}

    return mends


def _wide(lines: list[str], place: int) -> Iterator[Lines]:
    """Signs as YAML has them: in this line, and in all lines."""
    if narrow(lines[place]) != lines[place]:
        yield {place: narrow(lines[place])}
        yield {n: new for n, line in enumerate(lines) if (new := narrow(line)) != line}


_BULLET = re.compile(
    r"^( *)([\u2010-\u2015\u2212\u2022\u2023\u2043\u2219\u25e6\u00b7\u30fb\u318d\u119e"
    r"\u25cf\u25cb\u25aa\u25ab\u25a0\u25a1\u25b6\u25b8\u25ba\u27a2\u2192\u30fc\uff65\uff0d"
    r"*+]|\d{1,3}[.)])\s*(?=[^\W\d][\w.]*\s*([:(].*)?(#.*)?\r?$)"
)
"""What word processors, chats and slides begin an item of a list with."""


def _bullets(lines: list[str], place: int) -> Iterator[Lines]:
    """Dashes in place of other signs: in this line and below, then further up."""
    new = {
        n: line
        for n, old in enumerate(lines)
        if len(old) < _LINE_LIMIT and (line := _BULLET.sub(r"\1- ", old)) != old
    }
    starts = [n for n in new if n <= place]
    for start in (*reversed(starts[-_RUN:]), *starts[:1]):
        yield {n: line for n, line in new.items() if n >= start}


_RUN = 8
"""Lines above one that are looked at one by one."""
_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ODD_SPACE = re.compile(
    rf"^[ {_SPACES}-]*[{_SPACES}]|^ *(?:- *)?[^\W\d]\w*:[ {_SPACES}]*[{_SPACES}]"
)
"""Where another space than YAML's can't be meant as text: up to a key or value."""


def _spaces(lines: list[str], place: int) -> Iterator[Lines]:
    """YAML's spaces in place of others, each as wide as two or as one."""
    found = {n: m for n, line in enumerate(lines) if (m := _ODD_SPACE.match(line))}
    if place not in found:
        return
    for broad in ("  ", " "):
        new = {n: re.sub(_BROAD, broad, one[0]) for n, one in found.items()}
        for n, text in new.items():
            start = re.sub(": +$", ": ", re.sub(f"[{_SPACES}]", " ", text))
            new[n] = start + lines[n][found[n].end() :]
        yield new


_BROAD = "[\u2001\u2003\u3000]"
"""Spaces that are as wide as a sign of Korean, Japanese or Chinese."""


def _tabs(lines: list[str], place: int) -> Iterator[Lines]:
    """Spaces in place of tabs: in this line and in those below it."""
    tabs = [n for n, line in enumerate(lines) if n >= place and "\t" in line]
    if place in tabs:
        yield {n: lines[n].expandtabs(4) for n in tabs}
        yield {n: lines[n].expandtabs(2) for n in tabs}


_CLOSING = {"(": ")", "[": "]", "{": "}"}


def _brackets(lines: list[str], place: int) -> Iterator[Lines]:
    """Closes brackets, changes those of the wrong kind, drops those too many."""
    line, comment = _without_comment(lines[place])
    opened: list[str] = []
    new = ""
    for sign in line.rstrip():
        if sign in "[{":
            opened.append(_CLOSING[sign])
        elif sign in "]}":
            if not opened:
                continue
            sign = opened.pop()
        new += sign
    closed = new + "".join(reversed(opened))
    if closed != line.rstrip():
        yield {place: closed + comment}


def _without_comment(line: str) -> tuple[str, str]:
    found = re.search(r"\s+#.*$", line[:1000])
    return (line[: found.start()], found[0]) if found else (line, "")


def _quotes(lines: list[str], place: int) -> Iterator[Lines]:
    """Closes a quote at the end of the word, or of the line."""
    line = lines[place].rstrip()
    for quote in "\"'":
        if line.count(quote) % 2:
            start = line.rindex(quote)
            word = re.compile(r"[\s,}\]]|$").search(line, start + 1)
            end = word.start() if word else len(line)
            yield {place: f"{line[:end]}{quote}{line[end:]}"}
            yield {place: f"{line}{quote}"}
            yield {place: f"{line[:start]}{line[start + 1 :]}"}


def _dashes(lines: list[str], place: int) -> Iterator[Lines]:
    """Puts a dash before this line, or before this and the ones above it."""
    change: Lines = {}
    for number in range(place, max(place - 20, -1), -1):
        found = re.match(r"( *)([A-Z]\w*(:( .*)?)?)$", lines[number].rstrip("\r"))
        if not found:
            return
        change = {**change, number: f"{found[1]}- {found[2]}"}
        yield dict(sorted(change.items()))


def _indents(lines: list[str], place: int) -> Iterator[Lines]:
    """Indents a line as one of those around it, or deeper than the one above."""
    line = lines[place]
    if not line.strip():
        return
    above = [_indent(one) for one in lines[max(place - 6, 0) : place] if one.strip()]
    below = [_indent(one) for one in lines[place + 1 : place + 3] if one.strip()]
    last = above[-1:] or [0]
    for indent in dict.fromkeys([*below[:1], *last, last[0] + 2, *reversed(above)]):
        if indent != _indent(line):
            yield {place: " " * indent + line.strip()}


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _keys(lines: list[str], place: int) -> Iterator[Lines]:
    """Puts a mapping of one line after a key into brackets: `- Conv2D: filters: 32`."""
    found = re.match(r"( *- )(\w+): +(\w+): +(\S.*)$", lines[place])
    if found:
        yield {place: f"{found[1]}{found[2]}: {{{found[3]}: {found[4].rstrip()}}}"}


def _texts(lines: list[str], place: int) -> Iterator[Lines]:
    """Puts quotes round a text that a colon stands in."""
    text = re.match(r"( *\w+: +)([^\"'\[{].*:.*)$", lines[place])
    if text:
        yield {place: f'{text[1]}"{text[2].rstrip()}"'}


_SYNTAX, _INDENTED = "yaml-syntax", "yaml-indentation"
_SIGNS = (
    _Slip(_INDENTED, "%s", _spaces),
    _Slip(_SYNTAX, "%s", _bullets),
)
"""What only looks like a sign of YAML's; a text with it may be YAML by chance."""
_SLIPS = (
    *_SIGNS,
    _Slip(
        _SYNTAX,
        "between double quotes, a '\\' begins an escape such as \\n; a path stands in "
        "single ones, or has / in its place",
        _replaced(r'"([^"\']*\\[^"\']*)"', r"'\1'"),
    ),
    _Slip(_SYNTAX, "%s", _wide),
    _Slip(
        _SYNTAX,
        "a '-' has no space after it",
        _replaced(r"^( *-)(?=[A-Za-z])", r"\1 "),
    ),
    _Slip(
        _SYNTAX,
        "a ':' has no space after it",
        _replaced(r"((?:^ *(?:- +)?|[{,] *)[A-Za-z_]\w*:)(?=[^\s:/])", r"\1 "),
    ),
    _Slip(
        _SYNTAX,
        "a comment begins with '#', not with '//'",
        _replaced(r"(\s|^)//", r"\1#"),
    ),
    _Slip(_SYNTAX, "a ';' stands where a ',' belongs", _replaced(r" *;", ",")),
    _Slip("yaml-tab", "a tab stands where a value begins", _tabs),
    _Slip(_SYNTAX, "a ',' is missing", _replaced(r"([\w\"'\]}])( +\w+: )", r"\1,\2")),
    _Slip(_SYNTAX, "a quote isn't closed", _quotes),
    _Slip(_SYNTAX, "brackets don't match", _brackets),
    _Slip(_INDENTED, "a key stands in the line of another one", _keys),
    _Slip(_SYNTAX, "a text holds ': ', which begins a value", _texts),
    _Slip(
        _SYNTAX,
        "a key has a '=' in place of a ':'",
        _replaced(r"^( *(?:- )?\w+) *= *", r"\1: "),
    ),
    _Slip(_INDENTED, "an item of a list has no '- ' before it", _dashes),
    _Slip(_SYNTAX, "a key has no ':' after it", _replaced(r"^( *(?:- )?\w+)$", r"\1:")),
    _Slip(
        _SYNTAX,
        "a key has no ':' after it",
        _replaced(r"^( *(?:- )?[A-Za-z_]\w*) +(?=[\w\[{\"'])", r"\1: "),
    ),
    _Slip(
        _INDENTED,
        "this line is indented differently from the lines it belongs with",
        _indents,
    ),
)
"""In the order in which they are tried: what is sure goes first."""

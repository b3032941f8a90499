"""Comments that silence warnings: `# cnnspec: ignore[unused-layer]`."""

import re
from bisect import bisect_right
from typing import NamedTuple

from yaml._yaml import CParser
from yaml.tokens import ScalarToken

from cnnspec.ground.errors import Mark


class Ignore(NamedTuple):
    """A comment that silences the warnings of its line that have one of some codes."""

    mark: Mark
    codes: tuple[str, ...]
    """Nothing where the comment names none."""


_IGNORE = re.compile(r"# ?cnnspec: ?ignore\b(?:\[([^\]\n]*)\])?")


def read_ignores(text: str, path: str) -> list[Ignore]:
    """The comments of a YAML document that silence warnings.

    Args:
        text: of the document, which can be read.
        path: the file's name, for marks.
    """
    found = list(_IGNORE.finditer(text))
    if not found:
        return []
    begins, ends = scalars(text)
    ignores = []
    line = at = 0
    for match in found:
        line, at = line + text.count("\n", at, match.start()), match.start()
        around = bisect_right(begins, at)
        if not around or ends[around - 1] <= at:
            mark = Mark(path, line + 1, at - text.rfind("\n", 0, at))
            ignores.append(Ignore(mark, _codes(match)))
    return ignores


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    codes = (code.strip() for code in (match[1] or "").split(","))
    return tuple(filter(None, codes))


def codes_in(comment: str) -> tuple[str, ...] | None:
    """The codes that a comment silences; None where it silences nothing."""
    match = _IGNORE.match(comment)
    return _codes(match) if match else None


def scalars(text: str) -> tuple[list[int], list[int]]:
    """Where texts and numbers begin and end, in which a # begins no comment."""
    parser = CParser(text)
    begins, ends = [], []
    while parser.check_token():
        token = parser.get_token()
        if isinstance(token, ScalarToken):
            begins.append(token.start_mark.index)
            ends.append(token.end_mark.index)
    return begins, ends

"""Comments that silence warnings: `# cnnspec: ignore[unused-layer]`."""

import re
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
    scalars = _scalars(text)
    ignores = []
    for match in found:
        before = text[: match.start()]
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        if not any(begin <= (line, column) < end for begin, end in scalars):
            codes = tuple(code.strip() for code in (match[1] or "").split(","))
            mark = Mark(path, line + 1, column + 1)
            ignores.append(Ignore(mark, tuple(filter(None, codes))))
    return ignores


_Place = tuple[int, int]


def _scalars(text: str) -> list[tuple[_Place, _Place]]:
    """Where texts and numbers stand, in which a # begins no comment."""
    parser = CParser(text)
    found = []
    while parser.check_token():
        token = parser.get_token()
        if isinstance(token, ScalarToken):
            begin, end = token.start_mark, token.end_mark
            found.append(((begin.line, begin.column), (end.line, end.column)))
    return found

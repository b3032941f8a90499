"""Comments in code that silence warnings, as they do in a spec."""

import tokenize
from collections.abc import Iterator
from io import StringIO

from cnnspec.ground.ignores import codes_in
from cnnspec.read.found import Place

_WORD = "cnnspec"


def ignores_of(text: str, cell: int = 0) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """Where comments silence warnings, and which.

    Args:
        text: of a script or a cell.
        cell: its number; 0 for a script.
    """
    if _WORD not in text:
        return
    try:
        for token in tokenize.generate_tokens(StringIO(text).readline):
            codes = codes_in(token.string) if token.type == tokenize.COMMENT else None
            if codes is not None:
                line, column = token.start
                yield Place(line, column + 1, cell), codes
    except (tokenize.TokenError, SyntaxError):
        return  # what comes behind isn't read, either

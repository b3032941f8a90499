"""Regular expressions that are compiled when they are first used."""

import re
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    Pattern = re.Pattern[str]


class _Later:
    """Stands for a pattern, of which a run may have no use."""

    __slots__ = (
        *("_flags", "_text"),
        *("findall", "finditer", "fullmatch", "match", "search", "split", "sub"),
    )

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        # From then on its methods are the pattern's own.
        compiled = re.compile(self._text, self._flags)
        for method in self.__slots__[2:]:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(text: str, flags: int = 0) -> "Pattern":
    """A pattern that is compiled when it is first asked for something."""
    return cast("Pattern", _Later(text, flags))

"""The kinds of exercises, each a module of this folder.

A module has the name of its template in templates/exercises, and its texts begin with
that name; so another kind is another file, with a template and texts.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, Protocol, cast

from cnnspec.emit.worksheet.sheet import Sheet


class Kind(Protocol):
    """What such a module has."""

    PLACE: int
    """Where exercises of this kind stand among the others."""
    POINTS: int
    """What each is worth."""

    def find(self, sheet: Sheet) -> Iterator[Any]:
        """What the template and the texts of each exercise are told, as `asked`.

        None, where the model has nothing to ask about. Each has a `hint`, and what
        stands `below` the task, as Markdown.
        """
        ...


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by their names, in the order of a worksheet."""
    from pkgutil import iter_modules

    names = [module.name for module in iter_modules(__path__)]
    found = {name: cast("Kind", import_module(f"{__name__}.{name}")) for name in names}
    return dict(sorted(found.items(), key=lambda one: one[1].PLACE))

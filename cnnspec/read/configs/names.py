"""Names of a file's layers that a spec can have, each for one thing."""

import re

from cnnspec.ground.kinds import is_name
from cnnspec.language.own.keys import is_word

INPUT = "input"
"""What `from` means the first input by."""
_RESERVED = frozenset({"prev", INPUT})


class Names:
    """The names that are given in a model."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str, *, first: bool = False) -> str:
        """The name that comes nearest to a wanted one and isn't taken yet.

        Args:
            wanted: as a file has it.
            first: whether it is that of the first input, which `from` knows as `input`.
        """
        name = wanted if first and wanted == INPUT else legal(wanted)
        found, number = name, 0
        while found in self._taken:
            number += 1
            found = f"{name}_{number}"
        self._taken.add(found)
        return found


def legal(name: str) -> str:
    """A name without what a spec's can't have."""
    found = "".join(c if is_name(c) else "_" for c in name) or "layer"
    found = found.replace("$", "_")
    return f"{found}_" if found in _RESERVED else found


def word(name: str) -> str:
    """A class's name, as Python takes it, made of any text."""
    found = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    found = found if found and not found[0].isdigit() else f"Layer{found}"
    return found if is_word(found) else f"{found}_"

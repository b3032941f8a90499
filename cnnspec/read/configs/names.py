"""Names of a file's layers that a spec can have, each for one thing."""

from collections.abc import Mapping

from cnnspec.ground.kinds import is_name

INPUT = "input"
"""What `from` means the first input by."""
_RESERVED = frozenset({"prev", INPUT})


class Names:
    """The names that are given in a model."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._rows: Mapping[str, int] = {}

    def keep(self, rows: Mapping[str, int]) -> None:
        """Keeps the names that Keras will give to operations by itself.

        Args:
            rows: how many there are, by what their names begin with.
        """
        self._rows = rows

    def take(self, wanted: str, *, first: bool = False, row: bool = False) -> str:
        """The name that comes nearest to a wanted one and isn't taken yet.

        Args:
            wanted: as a file has it.
            first: whether it is that of the first input, which `from` knows as `input`.
            row: whether it is an operation's, which Keras doesn't ask for.
        """
        name = wanted if first and wanted == INPUT else legal(wanted)
        stem, number = _parted(name)
        if not row and number < self._rows.get(stem, 0):
            name, number = stem, self._rows[stem] - 1
        elif name not in self._taken:
            self._taken.add(name)
            return name
        else:
            stem, number = name, 0
        found = name
        while found in self._taken or found == name:
            number += 1
            found = f"{stem}_{number}"
        self._taken.add(found)
        return found


def _parted(name: str) -> tuple[str, int]:
    """A name and the number that counts it, as Keras makes names: `add_1`."""
    stem, _, number = name.rpartition("_")
    return (stem, int(number)) if number.isdecimal() and stem else (name, 0)


def legal(name: str) -> str:
    """A name without what a spec's can't have."""
    found = name
    if not is_name(name):
        found = "".join(c if is_name(c) else "_" for c in name) or "layer"
    found = found.replace("$", "_")
    return f"{found}_" if found in _RESERVED else found

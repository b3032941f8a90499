"""A spec that is no file: plain data, and the same interface as a document's."""

import os
from collections.abc import Mapping
from typing import Any

from cnnspec.ground.errors import Mark, Path
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import flow


class DataMark(Mark):
    """A place in data, which has no lines."""

    keys: str
    """The way there, as Python writes it: `spec['layers'][0]`."""

    def __str__(self) -> str:
        return self.keys


class DataSource(Source):
    """Plain data read as a document."""

    def __init__(self, data: Any, path: str = "spec") -> None:
        """Reads `data` as YAML would give it.

        Args:
            data: mappings, lists, tuples, texts, numbers, truth values and None.
            path: what messages call it.

        Raises:
            TypeError: it holds something else.
            SpecError: no spec may hold such values.
        """
        # In one line, the order of places is that of the columns.
        super().__init__(flow(plain(data, path), exact=True), path)

    def mark(self, path: Path, at_key: bool = False) -> Mark:
        """Where a value is, by its keys; of a file that it extends, by its line."""
        home, place = self._home(path)
        if home is not self:
            return home.mark(place, at_key)
        mark = super().mark(path, at_key)
        if mark.path != self.path:
            return mark
        found = DataMark(*mark)
        found.keys = self.path + "".join(f"[{step!r}]" for step in self._known(path))
        return found

    def _known(self, path: Path) -> Path:
        """The part of a path that leads through what is there."""
        count = len(path)
        while count and not self.holds(path[:count]):
            count -= 1
        return path[:count]

    def line(self, path: Path) -> str:
        """The same, in place of a line."""
        return str(self.mark(path))


def plain(value: Any, where: str) -> Any:
    """A value of Python as YAML would give it, in mappings and lists of its own.

    Args:
        value: mappings, lists, tuples, texts, numbers, truth values, paths and None;
            NumPy's numbers too.
        where: what messages call it.

    Raises:
        TypeError: it is or holds something else.
    """
    return _plain(value, (where,))


_AS_THEY_ARE = frozenset({type(None), str, bool, int, float})


def _plain(value: Any, where: tuple[Any, ...]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: item if type(item) in _AS_THEY_ARE else _plain(item, (*where, key))
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            item if type(item) in _AS_THEY_ARE else _plain(item, (*where, n))
            for n, item in enumerate(value)
        ]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    text = "a spec has mappings, lists, texts, numbers, truth values and None"
    name, *keys = where
    place = f"{name}{''.join(f'[{key!r}]' for key in keys)}"
    raise TypeError(f"{place} is {type_of(value)}; {text}")


def type_of(value: Any) -> str:
    """What Python calls a value: `a set`, `an int`."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"

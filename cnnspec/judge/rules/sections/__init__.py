"""Rules about the sections on training: whether they fit one another and the model."""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.named import Named
from cnnspec.ground.errors import Path
from cnnspec.language.training import Train


def named(train: Train) -> Iterator[tuple[Path, Named]]:
    """What train: gives arguments to, and where each stands."""
    for key in ("loss", "optimizer", "metrics", "callbacks"):
        yield from _below(("train", key), getattr(train, key))


def _below(path: Path, value: Any) -> Iterator[tuple[Path, Named]]:
    """The objects that a key has, in a list or by output."""
    if isinstance(value, dict):
        for output, one in value.items():
            yield from _below((*path, output), one)
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            yield from _within((*path, place), one)
    else:
        yield from _within(path, value)


def _within(path: Path, value: object) -> Iterator[tuple[Path, Named]]:
    """An object, and those that it is given."""
    if isinstance(value, Named):
        yield path, value
        for argument, inner in value.given.items():
            yield from _within((*path, value.title(), argument), inner)

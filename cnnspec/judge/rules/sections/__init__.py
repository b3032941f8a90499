"""Rules about the sections on training: whether they fit one another and the model."""

from collections.abc import Iterator

from cnnspec.catalogue.named import Named
from cnnspec.ground.errors import Path
from cnnspec.language.training import Train


def named(train: Train) -> Iterator[tuple[Path, Named]]:
    """What train: gives arguments to, and where each stands."""
    for key in ("loss", "optimizer"):
        yield from _within(("train", key), getattr(train, key))
    for key in ("metrics", "callbacks"):
        for place, value in enumerate(getattr(train, key)):
            yield from _within(("train", key, place), value)


def _within(path: Path, value: object) -> Iterator[tuple[Path, Named]]:
    """An object, and those that it is given."""
    if isinstance(value, Named):
        yield path, value
        for argument, inner in value.given.items():
            yield from _within((*path, value.title(), argument), inner)

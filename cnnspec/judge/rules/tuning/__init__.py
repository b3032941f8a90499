"""Rules about a second fit: what it trains that the first one doesn't."""

from collections.abc import Iterator

from cnnspec.ground.errors import Path
from cnnspec.language.fine_tuning import FineTune
from cnnspec.model.summary import Model


def tune_of(model: Model) -> FineTune:
    """What a model's second fit is told."""
    train = model.program.train
    assert train is not None
    assert isinstance(train.fine_tune, FineTune)
    return train.fine_tune


def each_name(model: Model) -> Iterator[tuple[Path, str]]:
    """What a second fit is told to train beside, and where each name stands."""
    path: Path = ("train", "fine_tune", "unfreeze")
    given = tune_of(model).unfreeze
    if isinstance(given, str):
        yield path, given
        return
    for place, name in enumerate(given):
        yield (*path, place), name

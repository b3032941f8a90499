"""Which epoch of a training is the best, and so which model is kept."""

from typing import TYPE_CHECKING, NamedTuple

from cnnspec.catalogue.accuracy import Metric
from cnnspec.judge.subjects import metric_key

if TYPE_CHECKING:
    from cnnspec.language.training import Train


class Best(NamedTuple):
    """What tells the best epoch."""

    figure: str
    """As Keras reports it: `val_loss`."""
    is_largest: bool = False
    """Whether the largest of it is the best, and not the smallest."""
    least_gain: float = 0.0
    """How much better than the best before it an epoch has to be."""
    first: int = 0
    """The first epoch that counts, from 0."""


def best_of(train: "Train", *, validates: bool) -> Best:
    """What tells the best epoch: what a callback goes by, or else the loss.

    One that saves the best epoch goes before one that restores it, and that before one
    that stops the training; of several such callbacks the last.

    Args:
        train: how the model is trained.
        validates: whether something is validated after each epoch.
    """
    found = [one for one in train.callbacks if one.judges_epochs and one.watches]
    found.sort(key=lambda one: (bool(one.writes), one.restores_best))
    if not found:
        return Best("val_loss" if validates else "loss")
    chosen = found[-1]
    figure, mode = chosen.watches, chosen.mode
    if mode == "auto":
        up = _goes_up(train, figure.removeprefix("val_"))
    else:
        up = mode == "max"
    if not chosen.restores_best:
        return Best(figure, up)
    # What it restores is the best by its own measure.
    return Best(figure, up, abs(chosen.min_delta), chosen.start_from_epoch)


def _goes_up(train: "Train", figure: str) -> bool:
    """Whether Keras takes more of a figure for better."""
    metrics = (one for one in train.metrics if metric_key(one) == figure)
    return any(Metric.of(metric).direction == "up" for metric in metrics)

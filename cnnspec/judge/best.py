"""Which epoch of a training is the best, and so which model is kept."""

from typing import NamedTuple

from cnnspec.catalogue.accuracy import Metric
from cnnspec.judge.subjects import Fit, reported


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


def best_of(fit: Fit) -> Best:
    """What tells the best epoch: what a callback goes by, or else the loss.

    One that saves the best epoch goes before one that restores it, and that before one
    that stops the training; of several such callbacks the last.

    Args:
        fit: what is trained, and how.
    """
    found = [one for one in fit.train.callbacks if one.judges_epochs and one.watches]
    found.sort(key=lambda one: (bool(one.writes), one.restores_best))
    if not found:
        return Best("val_loss" if fit.validates else "loss")
    chosen = found[-1]
    figure, mode = chosen.watches, chosen.mode
    is_told = mode != "auto"
    up = mode == "max" if is_told else _goes_up(fit, figure.removeprefix("val_"))
    if not chosen.restores_best:
        return Best(figure, up)
    # What it restores is the best by its own measure.
    return Best(figure, up, abs(chosen.min_delta), chosen.start_from_epoch)


def _goes_up(fit: Fit, figure: str) -> bool:
    """Whether Keras takes more of a figure for better."""
    metric = reported(fit).get(figure)
    return metric is not None and Metric.of(metric).direction == "up"

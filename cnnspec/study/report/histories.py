"""The figures of each epoch, over the seeds of a variant."""

import csv
import math
from collections.abc import Sequence
from typing import NamedTuple

from cnnspec.study.records import histories_of
from cnnspec.study.report.figures import Row
from cnnspec.study.statistics import spread

History = dict[str, list[float]]
"""The figures of each epoch by their names: `val_loss`."""


class Course(NamedTuple):
    """How a figure went, from the first epoch on."""

    means: tuple[float, ...]
    """Over all seeds, as long as all of them trained and had a number."""
    deviations: tuple[float, ...]
    """0 of a single seed."""
    single: tuple[tuple[float, ...], ...]
    """Of each seed that went on after that, from where it did, the whole of it."""


def history(path: str) -> History:
    """What a `history.csv` says; nothing where it can't be read."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            head, *lines = csv.reader(file)
        columns = zip(*(map(float, line) for line in lines), strict=True)
        return {
            name: list(column)
            for name, column in zip(head, columns, strict=True)
            if name != "epoch"
        }
    except (OSError, ValueError):
        return {}


def histories(row: Row) -> list[History]:
    """Those of the runs of a variant; an ensemble's members have one each."""
    runs = row.outcome.finished
    return [history(path) for run in runs for path in histories_of(run.folder)]


def course(found: Sequence[History], figure: str) -> Course | None:
    """How a figure went over several runs; nothing where no run has it."""
    series = [_to_the_end(each[figure]) for each in found if figure in each]
    series = [each for each in series if each]
    if not series:
        return None
    # A mean over fewer and fewer seeds would jump where a seed stops.
    shared = min(map(len, series))
    columns = list(zip(*(each[:shared] for each in series), strict=True))
    spreads = [each for column in columns if (each := spread(column))]
    return Course(
        tuple(each.mean for each in spreads),
        tuple(each.deviation or 0.0 for each in spreads),
        tuple(tuple(each) for each in series if len(each) > shared),
    )


def _to_the_end(series: Sequence[float]) -> Sequence[float]:
    """The figures up to where a training diverged."""
    end = next((k for k, each in enumerate(series) if not math.isfinite(each)), None)
    return series[:end]

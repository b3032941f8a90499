"""What came of a study: each variant with its runs, finished, failed or missing."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cnnspec.study.records import Record

TEST, VALIDATION = "test", "validation"
"""What a model is scored on in the end, as `metrics.json` calls it."""
LEFT_OUT, REMOVED = "left_out", "removed"
"""A variant that can't be built; one that has runs, and is no longer in the study."""


class Finished(NamedTuple):
    """A run that has ended well."""

    record: Record
    folder: str
    """Where its `history.csv` lies."""

    @property
    def score(self) -> float:
        """What variants are compared by; NaN where the run has no such figure."""
        return float(self.record.test.get(self.record.score, math.nan))

    @property
    def diverged(self) -> bool:
        """Whether a figure of its test is no number, as a loss that has overflowed."""
        return not all(map(math.isfinite, self.record.test.values()))

    @property
    def stopped_early(self) -> bool:
        """Whether it took fewer epochs than it was asked for."""
        return self.record.epochs < self.record.epochs_asked


class Outcome(NamedTuple):
    """A variant and what came of it."""

    name: str
    settings: Mapping[str, Any] = {}
    spec: str = ""
    state: str = ""
    """`LEFT_OUT` or `REMOVED`; nothing of most."""
    reason: str = ""
    """Why it was left out."""
    params: int | None = None
    trainable_params: int | None = None
    macs: int | None = None
    """Of the model; None where that isn't known."""
    finished: tuple[Finished, ...] = ()
    failed: tuple[tuple[int, str], ...] = ()
    """The seed and the reason of each run that has failed."""
    missing: tuple[int, ...] = ()
    """The seeds of the runs that are still to come."""
    unasked: tuple[int, ...] = ()
    """The seeds of finished runs that the study no longer asks for."""
    same_as: str = ""
    """The variant before it that it comes to the same as; mostly none."""
    rungs_left: int = 0
    """How often a sample of a search would have to go on to be trained as long as the
    others; others than these did better."""

    @property
    def status(self) -> str:
        """`LEFT_OUT`, `REMOVED`, `failed`, `missing`, or `complete`."""
        if self.state:
            return self.state
        return "failed" if self.failed else "missing" if self.missing else "complete"

    def scores(self, score: str) -> dict[int, float]:
        """The score of each seed; none of a run that is scored by another figure."""
        return {
            run.record.seed: run.score
            for run in self.finished
            if run.record.score == score
        }


class Results(NamedTuple):
    """Variants side by side."""

    title: str
    name: str
    reference: str
    """The variant that the others are held against."""
    variants: tuple[Outcome, ...]
    """In the order of the study, then those that were removed from it."""

    @property
    def finished(self) -> Iterator[Finished]:
        """All runs that have ended well, those of the reference first."""
        ordered = sorted(self.variants, key=lambda each: each.name != self.reference)
        return (run for outcome in ordered for run in outcome.finished)

    def scored_by(self) -> tuple[str, bool]:
        """The figure that variants are compared by, and whether higher is better.

        It is that of the reference, else the first that there is.
        """
        for run in self.finished:
            return run.record.score, run.record.higher_is_better
        return "loss", False

    def held_out(self) -> str:
        """What the scores are of: `test`, or `validation` where there was no other."""
        for run in self.finished:
            found = metrics_of(run.folder)
            return VALIDATION if VALIDATION in found and TEST not in found else TEST
        return TEST


def metrics_of(folder: str) -> Mapping[str, Any]:
    """What `metrics.json` of a run says; nothing where there is none."""
    try:
        with open(os.path.join(folder, "metrics.json"), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}

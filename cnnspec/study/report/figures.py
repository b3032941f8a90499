"""What is told of each variant: its figures over the seeds, beside the reference's."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import NamedTuple

from cnnspec.study.results import REMOVED, Outcome, Results
from cnnspec.study.statistics import Difference, Spread, compare, spread


class Row(NamedTuple):
    """A variant in numbers."""

    outcome: Outcome
    is_reference: bool
    scores: Mapping[int, float]
    """By seed, as they are: one may be no number."""
    score: Spread | None
    difference: Difference | None
    """To the reference; none of itself, of what has no score, was removed (it may be of
    another base) or trained on another rung, and without a reference with a score."""
    best: Spread | None
    """The best validation of each run."""
    best_figure: str
    """What that is: `val_accuracy`; empty where it is several or none."""
    epochs: Spread | None
    epochs_asked: int
    seconds: Spread | None

    @property
    def name(self) -> str:
        """Of the variant."""
        return self.outcome.name

    @property
    def planned(self) -> int:
        """How many runs there are in all."""
        outcome = self.outcome
        runs = (outcome.finished, outcome.failed, outcome.missing)
        return sum(map(len, runs))

    @property
    def stopped_early(self) -> tuple[int, ...]:
        """The seeds of the runs that took fewer epochs than they were asked for."""
        runs = self.outcome.finished
        return tuple(run.record.seed for run in runs if run.stopped_early)

    @property
    def diverged(self) -> tuple[int, ...]:
        """The seeds of the runs whose score is no number."""
        return tuple(seed for seed, f in self.scores.items() if not isfinite(f))

    @property
    def overflowed(self) -> tuple[int, ...]:
        """Those of others with a figure that is none, as a loss has become."""
        runs = self.outcome.finished
        seeds = (run.record.seed for run in runs if run.diverged)
        return tuple(seed for seed in seeds if seed not in self.diverged)

    @property
    def uncounted(self) -> tuple[int, ...]:
        """The seeds of the runs that are scored by another figure than the others."""
        seeds = (run.record.seed for run in self.outcome.finished)
        return tuple(seed for seed in seeds if seed not in self.scores)


class Comparison(NamedTuple):
    """Variants side by side, in numbers."""

    results: Results
    score: str
    """The figure of the test that they are compared by."""
    higher_is_better: bool
    rows: tuple[Row, ...]
    """The best first, of those that were trained as long; those without a score, and
    those that were removed, last."""

    @property
    def reference(self) -> Row | None:
        """The row that the others are held against."""
        return next((row for row in self.rows if row.is_reference), None)

    @property
    def scored(self) -> tuple[Row, ...]:
        """The rows with a score, of variants that the study has."""
        rows = self.rows
        return tuple(r for r in rows if r.score and r.outcome.state != REMOVED)


def comparison(results: Results) -> Comparison:
    """The figures of all variants."""
    score, higher_is_better = results.scored_by()
    found = {outcome.name: outcome for outcome in results.variants}
    reference = found.get(results.reference, Outcome(results.reference))
    rows = [
        _row(outcome, outcome.name == results.reference, score)
        for outcome in results.variants
    ]
    scores = reference.scores(score)
    if spread(list(scores.values())) is not None:
        rows = [
            row._replace(
                difference=compare(
                    row.scores, scores, higher_is_better=higher_is_better
                )
            )
            if _is_comparable(row, reference)
            else row
            for row in rows
        ]
    sign = -1 if higher_is_better else 1
    rows.sort(
        key=lambda row: (
            row.outcome.state == REMOVED,
            row.outcome.rungs_left,
            sign * row.score.mean if row.score else float("inf"),
        )
    )
    return Comparison(results, score, higher_is_better, tuple(rows))


def _is_comparable(row: Row, reference: Outcome) -> bool:
    """Whether a difference to the reference would say something of the variant."""
    outcome = row.outcome
    as_long = outcome.rungs_left == reference.rungs_left
    is_other = not row.is_reference and outcome.state != REMOVED
    return row.score is not None and is_other and as_long


def _row(outcome: Outcome, is_reference: bool, score: str) -> Row:
    records = [run.record for run in outcome.finished]
    scores = outcome.scores(score)
    bests = [record.best for record in records if record.best]
    figures = {figure for figure, _, _ in bests}
    return Row(
        outcome,
        is_reference,
        scores,
        spread(list(scores.values())),
        None,
        spread([figure for _, figure, _ in bests]) if len(figures) == 1 else None,
        figures.pop() if len(figures) == 1 else "",
        spread([record.epochs for record in records]),
        max((record.epochs_asked for record in records), default=0),
        spread([record.seconds for record in records]),
    )


def shown(rows: Sequence[Row], most: int) -> list[Row]:
    """As many rows as a picture has room for: the first, and the reference."""
    if len(rows) <= most:
        return list(rows)
    kept = list(rows[:most])
    reference = [row for row in rows[most:] if row.is_reference]
    return [*kept[: most - len(reference)], *reference]


_GRID = re.compile(r"(?:[\w-]+\.)*[\w-]+=").match
_KEY = re.compile(r",(?:[\w-]+\.)*(?=[\w-]+=)")


def brief(names: Sequence[str]) -> list[str]:
    """Names for where there is little room: `depth=2, batch_size=8`.

    They are those of a grid without the way to each key, if that leaves them different.
    """
    found = [_KEY.sub(", ", f",{name}")[2:] if _GRID(name) else name for name in names]
    return found if len(set(found)) == len(names) else list(names)


def common(figures: Iterable[str]) -> str:
    """What several figures are called, if all are one."""
    found = {figure for figure in figures if figure}
    return found.pop() if len(found) == 1 else ""

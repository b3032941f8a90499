"""The figures as CSV files: a row for each variant, and one for each run."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cnnspec.study.report.figures import Comparison, Row
from cnnspec.study.results import Finished, Outcome
from cnnspec.study.statistics import Spread

Cells = Mapping[str, Any]


def table(comparison: Comparison) -> str:
    """A row for each variant, in the order of the study: the text of `table.csv`."""
    found = {row.name: row for row in comparison.rows}
    keys = _settings(comparison)
    return _text(
        {
            **_of_variant(comparison, found[outcome.name]),
            **_set(outcome, keys),
        }
        for outcome in comparison.results.variants
    )


def _of_variant(comparison: Comparison, row: Row) -> Cells:
    outcome, difference = row.outcome, row.difference
    interval = (difference and difference.interval) or (None, None)
    return {
        "variant": row.name,
        "status": outcome.status,
        "reason": outcome.reason or "; ".join(said for _, said in outcome.failed),
        "is_reference": _truth(row.is_reference),
        "runs": row.planned,
        "finished": len(outcome.finished),
        "failed": len(outcome.failed),
        "missing": len(outcome.missing),
        "diverged": len(row.diverged),
        "stopped_early": len(row.stopped_early),
        "score": comparison.score,
        "held_out": comparison.results.held_out(),
        "higher_is_better": _truth(comparison.higher_is_better),
        "scored": row.score.size if row.score else 0,
        **_spread("score", row.score, ends=True),
        "pairs": len(difference.by_seed) if difference else 0,
        "difference": difference.mean if difference else None,
        "difference_low": interval[0],
        "difference_high": interval[1],
        "verdict": difference.verdict if difference else "",
        "params": outcome.params,
        "trainable_params": outcome.trainable_params,
        "macs": outcome.macs,
        "best_figure": row.best_figure,
        **_spread("best", row.best),
        **_spread("epochs", row.epochs),
        "epochs_asked": row.epochs_asked or None,
        **_spread("seconds", row.seconds),
    }


def _spread(name: str, found: Spread | None, *, ends: bool = False) -> Cells:
    told = {
        f"{name}_mean": found.mean if found else None,
        f"{name}_sd": found.deviation if found else None,
    }
    if ends:
        told |= {
            f"{name}_min": found.least if found else None,
            f"{name}_max": found.most if found else None,
        }
    return told


def runs(comparison: Comparison) -> str:
    """A row for each run, seed by seed: the text of `runs.csv`."""
    keys = _settings(comparison)
    every = [run for o in comparison.results.variants for run in o.finished]
    figures = list(dict.fromkeys(name for run in every for name in run.record.test))
    return _text(
        {**cells, **_set(outcome, keys)}
        for outcome in comparison.results.variants
        for cells in _of_runs(outcome, figures)
    )


def _of_runs(outcome: Outcome, figures: Sequence[str]) -> Iterator[Cells]:
    """The runs of a variant; each has all columns."""
    found = {run.record.seed: run for run in outcome.finished}
    reasons = dict(outcome.failed)
    for seed in sorted({*found, *reasons, *outcome.missing}):
        status = "missing"
        if seed in found or seed in reasons:
            status = "finished" if seed in found else "failed"
        yield {
            "variant": outcome.name,
            "seed": seed,
            "status": status,
            "reason": reasons.get(seed, ""),
            **_of_run(found.get(seed), figures),
        }


def _of_run(run: Finished | None, figures: Sequence[str]) -> Cells:
    record = run.record if run else None
    best = (record and record.best) or (None, None, None)
    return {
        "epochs": record and record.epochs,
        "epochs_asked": record and record.epochs_asked,
        "seconds": record and record.seconds,
        "best_figure": best[0],
        "best": best[1],
        "best_epoch": best[2],
        **{f"test_{name}": record and record.test.get(name) for name in figures},
        "folder": run.folder if run else None,
    }


def _settings(comparison: Comparison) -> list[str]:
    """The keys that any variant sets."""
    variants = comparison.results.variants
    return list(dict.fromkeys(key for outcome in variants for key in outcome.settings))


def _set(outcome: Outcome, keys: Iterable[str]) -> Cells:
    """What a variant sets, as JSON; nothing where it leaves a value as it is."""
    given = outcome.settings
    return {
        f"set {key}": json.dumps(given[key], ensure_ascii=False, default=str)
        if key in given
        else None
        for key in keys
    }


def _truth(found: bool) -> str:
    return "true" if found else "false"


def _text(rows: Iterable[Cells]) -> str:
    found = list(rows)
    file = io.StringIO()
    writer = csv.DictWriter(file, list(found[0]) if found else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return file.getvalue()

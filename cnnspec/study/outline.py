"""What a study's results are to hold, and where: a plan without its models.

`study.json` beside the runs keeps it, so that results can be told without the specs.
"""

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cnnspec.emit.write import write_together
from cnnspec.study.facts import counts_of, rungs_of
from cnnspec.study.files import EARLIER, OUTLINE
from cnnspec.study.plan import Plan, Planned
from cnnspec.study.reasons import reason
from cnnspec.study.records import FAILURE, RECORD, Record, record_of
from cnnspec.study.results import (
    LEFT_OUT,
    REMOVED,
    Finished,
    Outcome,
    Results,
)


class Place(NamedTuple):
    """Where a run's results are."""

    variant: str
    seed: int
    folder: str
    """Seen from the folder of the study's results."""
    key: str
    """That of a record that is of this run as it is now."""


class Outline(NamedTuple):
    """A study's variants, and where the runs of each are."""

    title: str
    name: str
    reference: str
    variants: tuple[Outcome, ...]
    """Without what came of them."""
    places: tuple[Place, ...]


def outline_of(plan: Plan) -> Outline:
    """The outline of a plan."""
    study = plan.study
    return Outline(
        study.title,
        study.name,
        study.reference,
        tuple(_outcome(plan, planned) for planned in plan.variants),
        tuple(
            Place(
                run.variant,
                run.seed,
                os.path.relpath(run.folder, study.folder).replace(os.sep, "/"),
                run.key,
            )
            for run in plan.runs
        ),
    )


def _outcome(plan: Plan, planned: Planned) -> Outcome:
    variant, model, _ = planned
    found = Outcome(variant.name, variant.settings, variant.spec)
    if model is None:
        return found._replace(state=LEFT_OUT, reason=reason(planned))
    rungs = rungs_of(plan.study, variant, model)
    return found._replace(
        **counts_of(model)._asdict(),
        rungs_left=len(rungs) - 1 - plan.rungs.get(variant.name, 0),
        same_as=plan.same.get(variant.name, ""),
    )


# ------------------------------------------------------------------ as a file


def write_outline(outline: Outline, folder: str) -> None:
    """Writes `study.json`.

    Raises:
        SpecError: it can't be written.
    """
    data = {
        "title": outline.title,
        "name": outline.name,
        "reference": outline.reference,
        "variants": [
            {key: getattr(each, key) for key in _KEPT} for each in outline.variants
        ],
        "runs": [place._asdict() for place in outline.places],
    }
    text = json.dumps(data, indent=1, ensure_ascii=False, default=str)
    write_together({os.path.join(folder, OUTLINE): f"{text}\n"})


_KEPT = (
    *("name", "settings", "spec", "state", "reason"),
    *("params", "trainable_params", "macs", "rungs_left", "same_as"),
)
"""What is kept of a variant."""


def read_outline(folder: str) -> Outline | None:
    """What `study.json` of a folder says; None where there is none, or another's."""
    try:
        with open(os.path.join(folder, OUTLINE), encoding="utf-8") as file:
            data: Any = json.load(file)
        return Outline(
            str(data["title"]),
            str(data["name"]),
            str(data["reference"]),
            tuple(map(_kept, data["variants"])),
            tuple(Place(**each) for each in data["runs"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _kept(data: Any) -> Outcome:
    """A variant as it was kept.

    Raises:
        TypeError: what is there wasn't kept by us.
    """
    found = Outcome(**data)
    counts = (found.params, found.trainable_params, found.macs, found.rungs_left)
    texts = (found.name, found.spec, found.state, found.reason, found.same_as)
    sound = isinstance(found.settings, dict)
    sound &= all(isinstance(count, int | None) for count in counts)
    if not sound or not all(isinstance(text, str) for text in texts):
        raise TypeError
    return found


# ------------------------------------------------------------------ what came of it


def results_of(outline: Outline, folder: str) -> Results:
    """What came of a study so far.

    Args:
        outline: of the study.
        folder: of its results.
    """
    places: dict[str, list[Place]] = {}
    for place in outline.places:
        places.setdefault(place.variant, []).append(place)
    unasked = _unasked(outline, folder)
    variants = [
        _with_runs(outcome, places.get(outcome.name, []), folder)._replace(
            unasked=tuple(run.record.seed for run in unasked.pop(outcome.name, []))
        )
        for outcome in outline.variants
    ]
    variants += [
        outcome_of(name, runs)._replace(state=REMOVED) for name, runs in unasked.items()
    ]
    return Results(outline.title, outline.name, outline.reference, tuple(variants))


def _with_runs(outcome: Outcome, places: Iterable[Place], folder: str) -> Outcome:
    finished, failed, missing = [], [], []
    for place in places:
        there = os.path.join(folder, place.folder)
        if record := _current(there, RECORD, place.key):
            finished.append(Finished(record, there))
        elif record := _current(there, FAILURE, place.key):
            failed.append((place.seed, record.reason))
        else:
            missing.append(place.seed)
    return outcome._replace(
        finished=tuple(finished), failed=tuple(failed), missing=tuple(missing)
    )


def _current(folder: str, name: str, key: str) -> Record | None:
    record = record_of(folder, name)
    return record if record is not None and record.key == key else None


def _unasked(outline: Outline, folder: str) -> dict[str, list[Finished]]:
    """The finished runs that the study no longer asks for, by variant."""
    planned = {os.path.join(folder, place.folder) for place in outline.places}
    found: dict[str, list[Finished]] = {}
    for there in run_folders(os.path.join(folder, "runs")):
        record = None if there in planned else record_of(there)
        if record is not None:
            found.setdefault(record.variant, []).append(Finished(record, there))
    return found


def outcome_of(name: str, runs: Iterable[Finished]) -> Outcome:
    """A variant of which nothing is known but its finished runs."""
    ordered = tuple(sorted(runs, key=lambda run: run.record.seed))
    first = ordered[0].record
    return Outcome(
        name,
        params=first.params,
        trainable_params=first.trainable_params,
        macs=first.macs,
        finished=ordered,
    )


def run_folders(folder: str) -> Iterator[str]:
    """The folders below one in which a run has left something, in order of names."""
    for here, folders, files in os.walk(folder):
        folders.sort()
        if {"runs", EARLIER} <= set(folders):
            folders.remove(EARLIER)
        if _LEFT.intersection(files):
            folders.clear()  # an ensemble's members are no runs of their own
            yield here


_LEFT = {RECORD, FAILURE, "metrics.json"}

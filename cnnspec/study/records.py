"""What a run of a study leaves behind: what it was to do, and what came of it.

This is imported by each run's own process, so it needs nothing but Python.
"""

import csv
import json
import os
import re
from collections.abc import Iterator, Mapping
from glob import escape, glob
from math import isnan
from typing import Any, NamedTuple

TASK, RECORD, FAILURE = "task.json", "record.json", "failure.json"
ACCURACY = "accuracy"
"""The figure that variants are compared by wherever it is told."""


class Task(NamedTuple):
    """What is known of a run before it is started."""

    variant: str
    seed: int
    key: str
    """A digest of all that its outcome depends on."""
    script: str
    """The name of its script, which stands in its folder."""
    params: int
    trainable_params: int
    macs: int | None
    epochs_asked: int
    score: str
    """The figure of the test that variants are compared by."""
    higher_is_better: bool


class Record(NamedTuple):
    """What came of a run."""

    variant: str
    seed: int
    key: str
    """As of its task."""
    reason: str
    """Why it failed, in a line; nothing if it didn't."""
    params: int
    trainable_params: int
    macs: int | None
    epochs: int
    """Those that it trained."""
    epochs_asked: int
    """More than it trained where it stopped early."""
    seconds: float
    """Of the whole script."""
    best: tuple[str, float, int] | None
    """The score's best on validation data: its name, its value, the epoch from 1."""
    test: Mapping[str, float]
    """What the model came to on what was held out."""
    score: str
    """Which of the test is the one that variants are compared by."""
    higher_is_better: bool


# ------------------------------------------------------------------ files


def task_of(folder: str) -> Task | None:
    """What the run of a folder was to do; None where there is none."""
    found = _read(f"{folder}/{TASK}")
    return Task(**found) if found is not None and found.keys() == _KEYS else None


_KEYS = set(Task._fields)


def record_of(folder: str, name: str = RECORD) -> Record | None:
    """What came of the run of a folder; None where it has no such record.

    Args:
        folder: of the run.
        name: of its file; that of `FAILURE` is there where it failed.
    """
    found = _read(f"{folder}/{name}")
    if found is None or found.keys() != set(Record._fields):
        return None
    best = found["best"]
    best = tuple(best) if isinstance(best, list) else best
    record = Record(**{**found, "best": best})
    return record if _is_sound(record) else None


def _is_sound(record: Record) -> bool:
    """Whether a record holds what was written, and nothing that somebody broke."""
    best: Any = record.best
    if best is not None and not (isinstance(best, tuple) and len(best) == 3):
        return False
    name, value, epoch = best or ("", 0.0, 0)
    texts = (record.variant, record.key, record.reason, record.score, name)
    counts = [record.seed, record.params, record.trainable_params, record.macs or 0]
    counts += [record.epochs, record.epochs_asked, epoch]
    if not isinstance(record.test, dict):
        return False
    figures = [record.seconds, value, *record.test.values()]
    return (
        all(isinstance(text, str) for text in texts)
        and all(isinstance(count, int) for count in counts)
        and all(isinstance(figure, int | float) for figure in figures)
    )


def _read(path: str) -> dict[str, Any] | None:
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write(folder: str, name: str, what: Task | Record) -> None:
    """Puts a file into a folder by one rename: whole, or not at all.

    It isn't put on the disk at once, which takes 10 ms with its folder: where the power
    fails before the system does that, it may be lost, empty or cut, and is missing.

    Raises:
        OSError: it can't be written.
    """
    path, unfinished = f"{folder}/{name}", f"{folder}/{name}.unfinished"
    try:
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(what._asdict(), file, indent=1, ensure_ascii=False)
        os.replace(unfinished, path)
    except OSError:
        remove(unfinished)
        raise


def remove(path: str) -> None:
    """Removes a file, if it is there and can be."""
    try:
        os.remove(path)
    except OSError:
        return


# ------------------------------------------------------------------ what a script left


def outcome(folder: str, task: Task, seconds: float, reason: str = "") -> Record:
    """What came of a run whose script has ended.

    Args:
        folder: of the run.
        task: what it was to do.
        seconds: that the script took.
        reason: why it failed; nothing if it didn't.
    """
    about = {name: getattr(task, name) for name in Record._fields if name in _KEYS}
    return Record(
        **about,
        reason=reason,
        epochs=epochs_of(folder),
        seconds=round(seconds, 3),
        best=best_of(folder, task),
        test={} if reason else dict(_scores(folder)),
    )


def has_scores(folder: str) -> bool:
    """Whether the script of a run has left any."""
    return any(_scores(folder))


def _scores(folder: str) -> Iterator[tuple[str, float]]:
    """What the model came to on what was held out, of each figure that is a number."""
    found = _read(f"{folder}/metrics.json") or {}
    if isinstance(vote := found.get("vote"), int | float):
        yield ACCURACY, vote
        return
    held_out = found.get("test", found.get("validation"))
    for name, value in held_out.items() if isinstance(held_out, dict) else ():
        if isinstance(value, int | float):
            yield name, value


def histories_of(folder: str) -> list[str]:
    """The files with the figures of each epoch, of an ensemble that of each member."""
    there = escape(folder)
    return glob(f"{there}/history.csv") or sorted(
        glob(f"{there}/member_*/history.csv"),
        key=lambda path: int(re.findall(r"\d+", os.path.dirname(path))[-1]),
    )


def epochs_of(folder: str) -> int:
    """The epochs that the script of a run has done, an ensemble's last member's."""
    files = histories_of(folder)
    return len(_column(files[-1], "epoch")) if files else 0


def best_of(folder: str, task: Task) -> tuple[str, float, int] | None:
    """The best of the score on validation data so far; None where nothing validates."""
    name = f"val_{task.score}"
    found = [
        (value, epoch)
        for path in histories_of(folder)
        for epoch, value in enumerate(_column(path, name), start=1)
        if not isnan(value)
    ]
    if not found:
        return None
    sign = 1 if task.higher_is_better else -1
    value, epoch = max(found, key=lambda one: (sign * one[0], -one[1]))
    return name, value, epoch


def _column(path: str, name: str) -> list[float]:
    """The figures of one name in a history; empty where it hasn't that."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [float(row[name]) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []

"""How far runs are: what an engine tells while they are trained."""

import os
from typing import NamedTuple

from cnnspec.study.plan import Run
from cnnspec.study.records import Record, Task, best_of, epochs_of, histories_of


class Progress(NamedTuple):
    """How far a run is."""

    epochs: int
    """That it has done."""
    epochs_asked: int
    seconds: float
    """Since it was started."""
    left: float | None
    """Seconds that its epochs still take; None where nothing tells."""
    best: tuple[str, float, int] | None
    """The best so far on validation data, as in its record."""


class Listener:
    """What hears of the runs of a study; here, nothing is done with it."""

    def begun(self, run: Run) -> None:
        """A run is started."""

    def went_on(self, run: Run, progress: Progress) -> None:
        """A run may have ended an epoch; told every now and then."""

    def ended(self, run: Run, record: Record | None, reason: str) -> None:
        """A run has ended: with a record, or with the reason why it failed.

        With neither, it was stopped, and is to be started again.
        """

    def stopping(self, runs: int) -> None:
        """The study was asked to stop, and runs are about to end."""


_LONG = 60.0
"""Seconds beside which the start of a script counts little."""


class Watch:
    """Follows a run by the history that its script writes after each epoch."""

    def __init__(self, folder: str, task: Task, now: float) -> None:
        self._folder, self._task, self._begun = folder, task, now
        self._seen = self._written()
        self._epochs = epochs_of(folder)
        """Those done, here or by a start before this one."""
        self._before = self._epochs
        self._first: tuple[int, float] | None = None
        """The epochs done when the first of this start had ended, and when that was."""
        self._last = now
        self._best = best_of(folder, task)

    def look(self, now: float) -> Progress:
        """How far it is.

        Args:
            now: seconds, of the clock that told when it was started.
        """
        seen = self._written()
        if seen != self._seen:
            self._seen, epochs = seen, epochs_of(self._folder)
            if self._first is None or epochs < self._epochs:
                self._first = (epochs, now)
            self._epochs, self._last = epochs, now
            self._best = best_of(self._folder, self._task)
        asked = self._task.epochs_asked
        return Progress(
            self._epochs, asked, now - self._begun, self._left(now), self._best
        )

    def _written(self) -> tuple[tuple[str, float], ...]:
        return tuple((path, _changed(path)) for path in histories_of(self._folder))

    def _left(self, now: float) -> float | None:
        """Seconds that its epochs still take.

        The first one that ends has loading to it, and tells something where it is long.
        Of an ensemble, nothing tells how many of its members are still to come.
        """
        if self._first is None or self._is_ensemble():
            return None
        done, since = self._first
        if self._epochs > done:
            each = (self._last - since) / (self._epochs - done)
        elif self._epochs > self._before and since - self._begun >= _LONG:
            each = (since - self._begun) / (self._epochs - self._before)
        else:
            return None
        rest = (self._task.epochs_asked - self._epochs) * each
        return max(0.0, rest - (now - self._last))

    def _is_ensemble(self) -> bool:
        return any(os.path.dirname(path) != self._folder for path, _ in self._seen)


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0

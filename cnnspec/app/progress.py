"""What is printed while the runs of a study are trained: a line for what happens."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from cnnspec.ground.visible import visible
from cnnspec.study.files import LOG
from cnnspec.study.plan import Run
from cnnspec.study.progress import Listener, Progress
from cnnspec.study.records import Record

_PAUSE = 10.0
"""Seconds between two lines on how far one run is."""


class Lines(Listener):
    """Prints what happens to runs, as for a pipe.

    Attributes:
        ended_well, failed: how many have done so.
    """

    def __init__(self, todo: Sequence[Run], jobs: int) -> None:
        self._todo, self._jobs = len(todo), jobs
        self._begun_at = monotonic()
        self._told: dict[str, tuple[float, int]] = {}
        self._going_on: dict[str, tuple[Run, Progress]] = {}
        self.ended_well, self.failed = 0, 0

    def begun(self, run: Run) -> None:
        """Nothing is known of it yet."""
        self._told[run.folder] = monotonic(), 0
        self._going_on[run.folder] = run, Progress(0, run.epochs, 0.0, None, None)

    def went_on(self, run: Run, progress: Progress) -> None:
        """Tells of a run from time to time."""
        self._going_on[run.folder] = run, progress
        when, epochs = self._told[run.folder]
        if monotonic() - when >= _PAUSE and progress.epochs > epochs:
            self._told[run.folder] = monotonic(), progress.epochs
            left = f", {left_text(progress)} left" if progress.left is not None else ""
            best = f", best {best_text(progress)}" if progress.best else ""
            self._say(f"{called(run)}: epoch {epochs_text(progress)}{best}{left}")

    def ended(self, run: Run, record: Record | None, reason: str) -> None:
        """Tells what came of it."""
        self._going_on.pop(run.folder, None)
        if record is not None:
            self.ended_well += 1
            self._say(f"{self._count()} {called(run)}: {outcome_text(record)}")
        elif reason:
            self.failed += 1
            text = f"{self._count()} {called(run)} failed: {reason}"
            self._say(f"{text} ({run.folder}/{LOG})")

    def stopping(self, runs: int) -> None:
        """Says what takes a while."""
        if runs:
            self._say(f"stopping {counted(runs, 'run')}; Ctrl-C again ends them now")

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Prints as long as this lasts."""
        yield

    def left(self) -> str:
        """How long all of them will still take, as far as can be told."""
        going_on = [progress for _, progress in self._going_on.values()]
        done, spent = self.ended_well, monotonic() - self._begun_at
        waiting = self._todo - self.ended_well - self.failed - len(going_on)
        rest = [one.left for one in going_on if one.left is not None]
        if done:
            each = spent * min(self._jobs, self._todo) / (done + len(going_on) / 2)
        elif rest:
            each = max(p.seconds + p.left for p in going_on if p.left is not None)
        else:
            return ""
        return duration(max([*rest, 0.0]) + each * waiting / self._jobs)

    def _count(self) -> str:
        """Which of them has ended, as `[3/12]`."""
        return f"[{self.ended_well + self.failed}/{self._todo}]"

    def _say(self, text: str) -> None:
        print(visible(text), flush=True)


def called(run: Run) -> str:
    """A run as people are told of it: `he, seed 0`."""
    return f"{run.variant}, seed {run.seed}"


def epochs_text(progress: Progress) -> str:
    """`3/10`."""
    return f"{progress.epochs}/{progress.epochs_asked}"


def best_text(progress: Progress) -> str:
    """`val_accuracy 0.9123 (epoch 2)`; nothing where there is none."""
    if progress.best is None:
        return ""
    name, value, epoch = progress.best
    return f"{name} {value:.4g} (epoch {epoch})"


def left_text(progress: Progress) -> str:
    """`12 s`; nothing where it can't be told."""
    return "" if progress.left is None else duration(progress.left)


def outcome_text(record: Record) -> str:
    """`accuracy 0.9123, 10 epochs in 12 s`."""
    score = record.test.get(record.score)
    figures = [] if score is None else [f"{record.score} {score:.4g}"]
    epochs = counted(record.epochs_asked, "epoch")
    if record.epochs < record.epochs_asked:
        epochs = f"{record.epochs} of {epochs}"
    return ", ".join([*figures, f"{epochs} in {duration(record.seconds)}"])


def duration(seconds: float) -> str:
    """A time as people say it: `8 s`, `3 min`, `2 h 10 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def counted(number: int, thing: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"

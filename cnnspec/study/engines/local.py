"""Runs of a study on this machine, so many at once."""

import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any, NamedTuple

from cnnspec.study import running
from cnnspec.study.plan import Plan, Run
from cnnspec.study.preparing import prepared
from cnnspec.study.progress import Listener, Watch
from cnnspec.study.records import task_of
from cnnspec.study.running import Writing
from cnnspec.study.sharing import share
from cnnspec.study.stopping import hearing

_LOOK = 0.3
"""Seconds between two looks at what runs have written."""
_PATIENCE = 60.0
"""Seconds that runs have to end by themselves when the study is stopped."""


class _Started(NamedTuple):
    """A run that is going on."""

    run: Run
    process: subprocess.Popen[str]
    watch: Watch


def run(
    plan: Plan,
    todo: Sequence[Run],
    listener: Listener,
    *,
    jobs: int = 1,
    writing: Writing,
) -> int:
    """Trains runs to their ends.

    Args:
        plan: of the study.
        todo: its runs that are to be trained, in this order.
        listener: hears of them.
        jobs: how many are trained at once.
        writing: how their scripts are written.

    Returns:
        The signal that stopped the study; 0 if none did.
    """
    with hearing() as heard:
        return _Machine(todo, listener, jobs, writing, heard).work()


class _Machine:
    """Places for runs, each with one or none in it."""

    def __init__(
        self,
        todo: Sequence[Run],
        listener: Listener,
        jobs: int,
        writing: Writing,
        heard: list[int],
    ) -> None:
        self._waiting, self._listener, self._jobs = deque(todo), listener, jobs
        self._writing, self._heard = writing, heard
        self._ready: deque[tuple[Run, subprocess.Popen[str]]] = deque()
        """Prepared while others are trained, so that no place stays empty for long."""
        self._going_on: dict[int, _Started] = {}

    def work(self) -> int:
        """Trains all runs, unless a signal says otherwise; that signal, or 0."""
        while not self._heard and (self._waiting or self._ready or self._going_on):
            free = [n for n in range(self._jobs) if n not in self._going_on]
            if free and self._ready:
                self._start(free[0], *self._ready.popleft())
            elif free and self._waiting:
                self._prepare_next()
            elif not self._look(_LOOK):
                self._prepare_ahead()
        for _, process in self._ready:
            running.kill(process)
            process.wait()
        if self._heard:
            self._stop()
        return self._heard[0] if self._heard else 0

    def _prepare_ahead(self) -> None:
        """Gets as many runs ready as there are places; others have begun by now."""
        while self._waiting and len(self._ready) < self._jobs and not self._heard:
            self._prepare_next()
            if self._look(0):
                return

    def _prepare_next(self) -> None:
        run = self._waiting.popleft()
        surroundings = prepared(run, self._writing, self._listener)
        if surroundings is None:
            return
        try:
            self._ready.append((run, running.ready(run.folder, surroundings)))
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            self._listener.ended(run, None, f"it can't be started: {why}")

    def _start(self, place: int, run: Run, process: subprocess.Popen[str]) -> None:
        task = task_of(run.folder)
        assert task is not None
        try:
            running.begin(process, share(place, self._jobs))
        except OSError:  # somebody has ended it
            self._listener.ended(run, None, running.end(process))
            return
        watch = Watch(run.folder, task, monotonic())
        self._going_on[place] = _Started(run, process, watch)
        self._listener.begun(run)

    def _look(self, seconds: float) -> bool:
        """Waits until a run has ended, though not for long, and tells of them all.

        Returns:
            Whether one has.
        """
        ended = _first_ended(self._going_on, seconds)
        for place in ended:
            run, process, _ = self._going_on.pop(place)
            reason = running.end(process)
            self._tell_end(run, reason)
        for run, _, watch in self._going_on.values():
            self._listener.went_on(run, watch.look(monotonic()))
        return bool(ended)

    def _tell_end(self, run: Run, reason: str) -> None:
        record = running.recorded(run)
        stopped = bool(self._heard) and running.failed(run) is None
        self._listener.ended(run, record, "" if record or stopped else reason)

    def _stop(self) -> None:
        """Lets all runs end, at once if that takes long or is asked for again."""
        self._listener.stopping(len(self._going_on))
        for started in self._going_on.values():
            started.process.terminate()
        deadline, asked = monotonic() + _PATIENCE, len(self._heard)
        while self._going_on:
            if monotonic() > deadline or len(self._heard) > asked:
                for started in self._going_on.values():
                    running.kill(started.process)
            self._look(_LOOK)


def _first_ended(going_on: Mapping[int, _Started], seconds: float) -> list[int]:
    """The places of those that have ended, as soon as there is one."""
    from multiprocessing.connection import wait

    ends: dict[Any, int] = {}
    for place, (_, process, _) in going_on.items():
        # Windows waits for processes, and other systems for the ends of their outputs.
        ended = getattr(process, "_handle", None) or process.stdout
        ends[ended] = place
    return [ends[ended] for ended in wait(list(ends), seconds)]

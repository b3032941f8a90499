"""What Ray places: one run of a study, from its start to its end."""

import os
import platform
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from time import monotonic
from typing import Any, NamedTuple

from cnnspec.study import running
from cnnspec.study.cluster.parcels import lent_home, pieces
from cnnspec.study.progress import Watch
from cnnspec.study.records import task_of
from cnnspec.study.sharing import limits

_LOOK = 0.5
"""Seconds between two looks at what a run has written."""
PATIENCE = 60.0
"""Seconds that a run has to end by itself when the study is stopped."""


class Job(NamedTuple):
    """A prepared run as Ray is given it."""

    home: str
    """Where the study was started."""
    folder: str
    """Of the run, seen from there."""
    key: str
    environment: Mapping[str, str]
    """What its script finds in its environment, beside what a machine has."""
    cpus: float
    gpus: float | None
    """None: one, or with `is_spread` all of a machine; none where there are none."""
    is_spread: bool
    """Whether its spec has `distribute`."""
    is_fetched: bool
    """Whether its files are sent, and the disk isn't shared."""


def work(job: Job, files: Mapping[str, bytes]) -> Iterator[tuple[str, Any]]:
    """Runs a prepared run on the machine where Ray has placed it, and tells of it.

    Ray interrupts it where the study is stopped: the script then saves what it has.

    Args:
        job: the run.
        files: of its folder, where its disk isn't shared.

    Yields:
        What happens, with what is known of it: `begun`, `went_on`, `sent`, and at the
        end `ended` or `refused`, with the reason.
    """
    with _at_home(job, files) as home:
        task = None
        if os.path.isdir(home):
            os.chdir(home)
            task = task_of(job.folder)
        if task is None or task.key != job.key:
            where = f"{platform.node()} doesn't see '{job.home}/{job.folder}'"
            yield "refused", f"{where}; put it on a shared disk, or write --fetch"
            return
        yield "begun", None
        process = running.start(job.folder, _surroundings(job))
        try:
            yield from _followed(process, Watch(job.folder, task, monotonic()))
            reason = running.end(process)
        finally:
            _end(process)
        for piece in pieces(job.folder) if job.is_fetched else ():
            yield "sent", piece
        yield "ended", reason


def _at_home(job: Job, files: Mapping[str, bytes]) -> AbstractContextManager[str]:
    if job.is_fetched:
        return lent_home(job.home, job.folder, files)
    return nullcontext(job.home)


def _surroundings(job: Job) -> dict[str, str]:
    """The environment of a run: with as many threads as it has processors.

    One with GPUs has no bound: its threads wait for these, and feed them.
    """
    found = {**os.environ, **job.environment}
    if not job.gpus:
        return {**limits(max(1, int(job.cpus)), found), **found}
    # Ray's own, and not that of the study.
    if "OMP_NUM_THREADS" not in job.environment:
        found.pop("OMP_NUM_THREADS", None)
    return found


def _followed(
    process: subprocess.Popen[str], watch: Watch
) -> Iterator[tuple[str, Any]]:
    """Tells how far a run is, as long as it goes on."""
    from multiprocessing.connection import wait

    told: tuple[int, Any] = 0, None
    output: Any = process.stdout
    while not wait([output], _LOOK):
        progress = watch.look(monotonic())
        if told != (told := (progress.epochs, progress.best)):
            yield "went_on", progress


def _end(process: subprocess.Popen[str]) -> None:
    """Ends a run that was interrupted; one that has ended stays as it is."""
    if process.poll() is not None:
        return
    try:
        process.terminate()
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        pass  # it is ended below
    finally:
        running.kill(process)

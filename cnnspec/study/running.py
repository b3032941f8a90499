"""What one run of a study is: a script in a folder of its own, started and watched.

All engines run this. The process that an engine starts, the launcher, runs the script
and writes the record; it ends, with the script, when whoever started it does.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EEXIST
from typing import NamedTuple

from cnnspec.emit.own import homes_of
from cnnspec.ground.file_names import file_name
from cnnspec.ground.locks import hold_with_children
from cnnspec.ground.processes import environment
from cnnspec.ground.source import read_source, stem
from cnnspec.judge.check import check_source
from cnnspec.judge.settings import Settings
from cnnspec.judge.subjects import reported, sections
from cnnspec.model.summary import Model
from cnnspec.study.facts import counts_of
from cnnspec.study.files import EARLIER, LOCK
from cnnspec.study.plan import Plan, Run
from cnnspec.study.records import (
    ACCURACY,
    FAILURE,
    RECORD,
    TASK,
    Record,
    Task,
    record_of,
    task_of,
    write,
)


class Writing(NamedTuple):
    """How scripts are written."""

    settings: Settings
    """Of the check of a spec."""
    lang: str = "en"
    backend: str = "tensorflow"
    templates: str | None = None


# ------------------------------------------------------------------ what is missing


def due(plan: Plan) -> list[Run]:
    """The runs of a plan without a record; results of what was changed give way.

    These are kept in `earlier`, and come back when the change is taken back.

    Raises:
        OSError: a folder can't be moved.
    """
    for run in plan.runs:
        there = task_of(run.folder)
        if there is not None and there.key != run.key:
            _put_away(run.folder, earlier(plan, run, there.key))
        kept = earlier(plan, run, run.key)
        if os.path.isdir(kept) and record_of(run.folder) is None:
            shutil.rmtree(run.folder, ignore_errors=True)
            os.makedirs(os.path.dirname(run.folder), exist_ok=True)
            os.rename(kept, run.folder)
    return [run for run in plan.runs if recorded(run) is None]


def recorded(run: Run) -> Record | None:
    """The record of a run as it is planned now."""
    found = record_of(run.folder)
    return found if found is not None and found.key == run.key else None


def failed(run: Run) -> Record | None:
    """What is known of a run as it is planned now that failed."""
    found = record_of(run.folder, FAILURE)
    return found if found is not None and found.key == run.key else None


def earlier(plan: Plan, run: Run, key: str) -> str:
    """Where results of a run are kept that belong to a changed variant."""
    inside = os.path.relpath(run.folder, f"{plan.study.folder}/runs")
    return f"{plan.study.folder}/{EARLIER}/{inside}-{key[:12]}"


def _put_away(folder: str, kept: str) -> None:
    """Makes room: what has a record is kept, and what has none is worth nothing."""
    with _free(folder):
        pass
    if record_of(folder) is None:
        shutil.rmtree(folder)
        return
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    os.rename(folder, kept)


def removed(plan: Plan) -> Iterator[tuple[str, Record]]:
    """The folders and records of runs that the study no longer has; they are kept."""
    planned = {os.path.normpath(run.folder) for run in plan.runs}
    for here, _, files in os.walk(f"{plan.study.folder}/runs"):
        is_run = RECORD in files and os.path.normpath(here) not in planned
        if is_run and (found := record_of(here)):
            yield here, found


# ------------------------------------------------------------------ one run


def prepare(run: Run, writing: Writing) -> Mapping[str, str]:
    """Writes the script of a run, and what it is to do, into its folder.

    Waits for what an earlier start of it left in the folder to end.

    Returns:
        The environment in which it is to be started.

    Raises:
        OSError: that can't be written.
        SpecError: one's own templates can't be rendered.
        NotInstalledError: a module of a layer of one's own isn't found.
    """
    model = _model(run, writing.settings)
    os.makedirs(run.folder, exist_ok=True)
    with _free(run.folder):
        task = _task(run, model)
        if not _goes_on(model):
            _clear(run.folder)
        write(run.folder, TASK, task)
        _write_script(run.folder, task, model, writing)
    return environment(homes_of(model))


@contextmanager
def _free(folder: str) -> Iterator[None]:
    """Waits until the last process of a run has ended, and keeps others out."""
    lock = hold_with_children(f"{folder}/{LOCK}")
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _model(run: Run, settings: Settings) -> Model:
    checked = check_source(
        lambda: read_source(run.spec), run.spec, dict(run.settings), settings
    )
    return checked.model()


def _goes_on(model: Model) -> bool:
    """Whether a script goes on where it broke off."""
    train = model.program.train
    return train is not None and (train.resume or train.distribute is not None)


def _clear(folder: str) -> None:
    """Removes what a start that broke off has left, but for its lock.

    Raises:
        OSError: that can't be done, or the folder isn't that of a run.
    """
    there = set(os.listdir(folder)) - {LOCK}
    if there and TASK not in there:
        raise FileExistsError(EEXIST, f"it holds '{min(there)}', which isn't a run's")
    # Its task last: it says whose folder this is.
    for name in sorted(there, key=TASK.__eq__):
        path = os.path.join(folder, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)


def _task(run: Run, model: Model) -> Task:
    score, higher = _score(model)
    return Task(
        variant=run.variant,
        seed=run.seed,
        key=run.key,
        script=f"{file_name(stem(model.program.source.path))}.py",
        **counts_of(model)._asdict(),
        epochs_asked=run.epochs,
        score=score,
        higher_is_better=higher,
    )


def _score(model: Model) -> tuple[str, bool]:
    """The figure that variants are compared by, and whether more of it is better."""
    from cnnspec.catalogue.accuracy import Metric

    found = reported(sections(model).training())
    if ACCURACY in found:
        return ACCURACY, True
    for name, metric in found.items():
        if metric is None:
            continue
        about = Metric.of(metric)
        if about.direction and not about.is_several:
            return name, about.direction == "up"
    return "loss", False


def _write_script(folder: str, task: Task, model: Model, writing: Writing) -> None:
    from cnnspec.emit.targets import FULL, Options, contents, targets
    from cnnspec.emit.write import write_together
    from cnnspec.language.results import OF_CALLBACKS

    options = Options(
        writing.lang, writing.backend, writing.templates, FULL, results=folder
    )
    [script] = contents(targets()["script"], model, options)
    write_together({f"{folder}/{task.script}": script})
    assert model.program.train is not None
    for callback in model.program.train.callbacks:
        if callback.writes:
            path = f"{folder}/{OF_CALLBACKS}/{getattr(callback, callback.writes)}"
            os.makedirs(os.path.dirname(path), exist_ok=True)


def command(folder: str, kind: str = "watched") -> list[str]:
    """The command line of the process that runs a prepared run, and records it.

    Args:
        folder: of the run.
        kind: `watched` by a pipe to its input, with whose end it ends; or `alone`.
    """
    task = task_of(folder)
    assert task is not None
    return [sys.executable, *launcher(kind), folder, task.script]


def launcher(kind: str) -> list[str]:
    """What Python runs in such a process, but for the folder and the script's name."""
    # Without site-packages and whatever changes Python: it needs nothing of these.
    return ["-I", "-S", f"{os.path.dirname(__file__)}/launcher.py", kind]


def start(folder: str, surroundings: Mapping[str, str]) -> subprocess.Popen[str]:
    """Starts a prepared run, which ends when this process does.

    Its output ends with it, and is why it failed.
    """
    process = ready(folder, surroundings)
    begin(process, {})
    return process


def ready(folder: str, surroundings: Mapping[str, str]) -> subprocess.Popen[str]:
    """The process that is going to run a prepared run, as soon as `begin` says so."""
    return subprocess.Popen(
        command(folder),
        env=surroundings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        # Ctrl-C is heard by whoever started it, and its group is ended as a whole.
        start_new_session=True,
    )


def begin(process: subprocess.Popen[str], more: Mapping[str, str]) -> None:
    """Lets a process begin that is ready, in an environment with more variables.

    Raises:
        OSError: it has ended.
    """
    assert process.stdin is not None
    process.stdin.write("\0".join(f"{n}={value}" for n, value in more.items()) + "\n")
    process.stdin.flush()


def end(process: subprocess.Popen[str]) -> str:
    """Ends what is left of a run whose output has ended; why it failed, if it did."""
    assert process.stdout is not None
    said = process.stdout.read().strip()
    kill(process)
    status = process.wait()
    if said or status == 0:
        return said.rpartition("\n")[2]
    how = f"by signal {-status}" if status < 0 else f"with status {status}"
    return f"the process that runs it was ended {how}"


def kill(process: subprocess.Popen[str]) -> None:
    """Ends a run with all that it has started, at once."""
    if sys.platform == "win32":
        process.kill()
        return
    import signal

    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # it has ended, with all of its group

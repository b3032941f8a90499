"""Runs of a study as one job of SLURM, each a task of it."""

from collections.abc import Sequence

from cnnspec.emit.keras_script.job import Array, Wanted, array_text
from cnnspec.emit.own import homes_of
from cnnspec.emit.write import refuse_edited, write_file
from cnnspec.study import running
from cnnspec.study.plan import Plan, Run
from cnnspec.study.preparing import prepared
from cnnspec.study.progress import Listener
from cnnspec.study.records import RECORD, task_of
from cnnspec.study.running import Writing

JOB = "study.sbatch"
"""In the folder of the study."""


def write(
    plan: Plan,
    todo: Sequence[Run],
    listener: Listener,
    *,
    jobs: int | None = None,
    writing: Writing,
    wanted: Wanted,
) -> str:
    """Writes the scripts of runs, and the job that runs them.

    Args:
        plan: of the study.
        todo: its runs that are to be trained.
        listener: hears of those that can't be prepared.
        jobs: how many are trained at once; None: as many as there is room for.
        writing: how scripts are written.
        wanted: what is asked for, for each run.

    Returns:
        The path of the job; nothing if there is nothing to run.

    Raises:
        SpecError: the job can't be written, or is somebody's work.
    """
    path = f"{plan.study.folder}/{JOB}"
    refuse_edited(path, force=False)
    ready = [run for run in todo if prepared(run, writing, listener) is not None]
    if not ready:
        return ""
    variants = {run.variant for run in ready}
    models = [
        one.model
        for one in plan.variants
        if one.model is not None and one.variant.name in variants
    ]
    array = Array(
        plan.study.name,
        plan.study.folder,
        [_script(run) for run in ready],
        jobs,
        RECORD,
        running.launcher("alone"),
    )
    homes = list(dict.fromkeys(home for model in models for home in homes_of(model)))
    text = array_text(models, array, wanted, homes, writing.lang, writing.templates)
    write_file(path, text, force=True)
    return path


def _script(run: Run) -> str:
    task = task_of(run.folder)
    assert task is not None
    return f"{run.folder}/{task.script}"

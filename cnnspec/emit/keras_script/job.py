"""Trainings as a job of SLURM: a script of bash that starts the script of a spec.

It only sets the environment that docs/scaling.md describes, from what SLURM tells.
Source: the pages of sbatch and srun, Slurm 25.05.
"""

import sys
from collections.abc import Sequence
from shlex import quote
from typing import NamedTuple

from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.targets import FULL
from cnnspec.emit.write import seal_text
from cnnspec.ground.file_names import file_name
from cnnspec.language.results import results_folder
from cnnspec.model.summary import Model


class Wanted(NamedTuple):
    """What a person asks SLURM for."""

    nodes: int = 1
    gpus: str | None = None
    """On each machine: `4`, or `a100:4`."""
    time: str | None = None
    partition: str | None = None
    lines: Sequence[str] = ()
    """Other options of sbatch, as `--mem=64G`."""
    setup: Sequence[str] = ()
    """Lines of shell that prepare the environment."""


class Array(NamedTuple):
    """The runs of a study, one for each task of a job."""

    name: str
    """Of the study."""
    folder: str
    """Of its results."""
    scripts: Sequence[str]
    """Of the runs, each in the folder of its run."""
    at_once: int | None
    """How many are trained at once; None: as many as there is room for."""
    done: str
    """The file in the folder of a run that is there when it has ended well."""
    launcher: Sequence[str]
    """What runs a script and records it, given its folder and its name; for Python."""


class JobView(NamedTuple):
    """What the template of a job is told."""

    lines: Sequence[str]
    """Options of sbatch."""
    setup: Sequence[str]
    """Lines of shell that prepare the environment."""
    nodes: int
    """Machines, with a process on each."""
    modules: str
    """Folders in which the script finds modules as well, quoted."""
    command: str
    """What each machine runs, quoted."""
    runs: Sequence[str] = ()
    """Scripts of which each task takes one, quoted."""
    done: str = ""
    """The file beside a script that has nothing more to do."""


def job_text(
    model: Model,
    script: Sequence[str],
    wanted: Wanted,
    homes: Sequence[str] = (),
    lang: str = "en",
    templates: str | None = None,
) -> str:
    """The job of a spec, sealed for `write_file`.

    Args:
        model: the spec.
        script: the path of its script, and the arguments of that.
        wanted: what is asked for.
        homes: folders in which the script finds modules as well.
        lang: the language of comments.
        templates: a folder of one's own.

    Raises:
        SpecError: one's own template can't be rendered.
    """
    from cnnspec.emit.keras_script.script import made_from

    program = model.program
    # A second job of this name waits for the first: both write to one folder.
    lines = ["--dependency=singleton"]
    log = f"{results_folder(program)}/slurm-%j.log"
    view = JobView(
        lines=_lines(program.name, log, wanted, lines, _goes_on(model)),
        setup=wanted.setup,
        nodes=wanted.nodes,
        modules=":".join(map(quote, homes)),
        command=" ".join(map(quote, [_python(wanted), *script])),
    )
    return seal_text(_printed(model, view, lang, templates), made_from(program))


def array_text(
    models: Sequence[Model],
    array: Array,
    wanted: Wanted,
    homes: Sequence[str] = (),
    lang: str = "en",
    templates: str | None = None,
) -> str:
    """The job of the runs of a study, sealed for `write_file`.

    Args:
        models: of the runs.
        array: the runs.
        wanted: what is asked for, for each.
        homes: folders in which their scripts find modules as well.
        lang: the language of comments.
        templates: a folder of one's own.

    Raises:
        SpecError: one's own template can't be rendered.
    """
    bound = "" if array.at_once is None else f"%{array.at_once}"
    lines = [f"--array=0-{len(array.scripts) - 1}{bound}"]
    log = f"{array.folder}/slurm-%A_%a.log"
    view = JobView(
        lines=_lines(
            job_name(array.name), log, wanted, lines, any(map(_goes_on, models))
        ),
        setup=wanted.setup,
        nodes=1,
        modules=":".join(map(quote, homes)),
        command=" ".join(map(quote, [_python(wanted), *array.launcher])),
        runs=[quote(script) for script in array.scripts],
        done=quote(array.done),
    )
    return seal_text(_printed(models[0], view, lang, templates), array.name)


def job_name(study: str) -> str:
    """The name of the job of a study."""
    return file_name(f"{study}_runs")


def _printed(model: Model, view: JobView, lang: str, templates: str | None) -> str:
    writer = Writer(*model, Language(lang, templates), own=templates, style=FULL)
    return writer.text("full/slurm.sh.j2", job=view)


def _python(wanted: Wanted) -> str:
    """The environment of whoever submits a job goes along, and so does its Python."""
    return "python" if wanted.setup else sys.executable


def _goes_on(model: Model) -> bool:
    """Whether a script goes on where it broke off."""
    train = model.program.train
    return train is not None and (train.resume or train.distribute is not None)


def _lines(
    name: str, log: str, wanted: Wanted, more: Sequence[str], goes_on: bool
) -> list[str]:
    """The options of sbatch, quoted; what a person gives comes last, and goes first."""
    given = {"gpus-per-node": wanted.gpus, "time": wanted.time}
    given["partition"] = wanted.partition
    folder, _, file = log.rpartition("/")
    lines = [
        f"--job-name={file_name(name)}",
        f"--nodes={wanted.nodes}",
        "--ntasks-per-node=1",
        *(f"--{name}={value}" for name, value in given.items() if value is not None),
        f"--output={folder.replace('%', '%%')}/{file}",
        "--open-mode=append",
        *more,
        # Two minutes before its time is up, the script is told to save what it has.
        "--signal=TERM@120",
        "--requeue" if goes_on else "--no-requeue",
        *wanted.lines,
    ]
    return [quote(line) for line in lines]

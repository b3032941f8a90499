"""A training as a job of SLURM: a script of bash that starts the script of a spec.

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
    writer = Writer(*model, Language(lang, templates), own=templates, style=FULL)
    # The environment of whoever submits a job goes along, and so does its Python.
    python = "python" if wanted.setup else sys.executable
    view = JobView(
        lines=[quote(line) for line in _lines(model, wanted)],
        setup=wanted.setup,
        nodes=wanted.nodes,
        modules=":".join(map(quote, homes)),
        command=" ".join(map(quote, [python, *script])),
    )
    return seal_text(writer.text("full/slurm.sh.j2", job=view), made_from(program))


def _lines(model: Model, wanted: Wanted) -> list[str]:
    """The options of sbatch; what a person gives comes last, and so goes first."""
    program = model.program
    folder = results_folder(program).replace("%", "%%")
    train = program.train
    goes_on = train is not None and (train.resume or train.distribute is not None)
    given = {"gpus-per-node": wanted.gpus, "time": wanted.time}
    given["partition"] = wanted.partition
    return [
        f"--job-name={file_name(program.name)}",
        f"--nodes={wanted.nodes}",
        "--ntasks-per-node=1",
        *(f"--{name}={value}" for name, value in given.items() if value is not None),
        f"--output={folder}/slurm-%j.log",
        "--open-mode=append",
        # A second job of this name waits for the first: both write to one folder.
        "--dependency=singleton",
        # Two minutes before its time is up, the script is told to save what it has.
        "--signal=TERM@120",
        "--requeue" if goes_on else "--no-requeue",
        *wanted.lines,
    ]

"""What `--engine slurm` does: a job is written, and handed to sbatch."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from cnnspec.app.arguments import spec_errors
from cnnspec.app.streams import say, stop
from cnnspec.emit.keras_script.job import Wanted, job_name, job_text
from cnnspec.emit.write import refuse_edited, write_file
from cnnspec.ground.visible import visible
from cnnspec.model.summary import Model

_TIME = r"\d+(:\d\d?){0,2}|\d+-\d+(:\d\d?){0,2}"
"""As sbatch takes it."""
_GPUS = r"([\w.-]+:)?[1-9]\d*"


def wanted(given: dict[str, Any], engine: str, dry_run: bool | None = None) -> Wanted:
    """What the command line asks SLURM for; what can't be had ends the command.

    Args:
        given: the options for SLURM, by their parameters; None or empty where left out.
        engine: what is to run the training.
        dry_run: whether nothing is to be submitted; a command may have no such option.
    """
    if engine != "slurm":
        names = [name for name, value in given.items() if value not in (None, [])]
        if names or dry_run:
            name = names[0] if names else "dry-run"
            stop(f"--{name} is for SLURM; write --engine slurm too")
        return Wanted()
    for name, pattern, example in (
        ("time", _TIME, "30, 2:00:00 or 1-12 (a day and twelve hours)"),
        ("gpus", _GPUS, "4, or a100:4"),
        ("partition", r"[^\s]+", "gpu"),
    ):
        text = given[name]
        if text is not None and not re.fullmatch(pattern, text, re.ASCII):
            stop(f"--{name} takes {example}; found '{text}'")
    for line in given["sbatch"]:
        if not line.startswith("-") or not line.isprintable():
            text = "--sbatch takes an option of sbatch, as in --sbatch --mem=64G"
            stop(f"{text}; found '{line}'")
    if not dry_run and shutil.which("sbatch") is None:
        text = (
            "there is no sbatch here, which hands jobs to SLURM; run this where it is"
        )
        more = ", or let --dry-run write the job alone" if dry_run is False else ""
        stop(f"{text}{more}")
    return Wanted(
        given["nodes"] or 1,
        given["gpus"],
        given["time"],
        given["partition"],
        given["sbatch"],
        given["setup"],
    )


def refuse_several_nodes(model: Model, nodes: int, backend: str) -> None:
    """Makes sure that several machines can train a spec together."""
    train = model.program.train
    if nodes == 1 or train is None:
        return
    if train.distribute is None:
        text = f"--nodes {nodes} is for a spec with train.distribute"
        stop(f"{text}; write --set train.distribute=data_parallel")
    if backend != "jax":
        text = f"--nodes {nodes} needs JAX, with which alone Keras trains on several"
        stop(f"{text} machines; write --backend jax")


def run(
    model: Model,
    script: Sequence[str],
    asked: Wanted,
    *,
    homes: Sequence[str],
    lang: str,
    templates: str | None,
    force: bool,
    dry_run: bool,
) -> int:
    """Writes the job beside the script, and submits it; the exit status."""
    path = f"{os.path.splitext(script[0])[0]}.sbatch"
    with spec_errors():
        refuse_edited(path, force)
        text = job_text(model, script, asked, homes, lang, templates)
        write_file(path, text, force=True)
    for written in (script[0], path):
        print(visible(f"wrote {written}"))
    return 0 if dry_run else submit(path)


def submit(path: str) -> int:
    """Hands a job to SLURM, and says what it says; the exit status."""
    done = subprocess.run(["sbatch", path], capture_output=True, text=True, check=False)
    if done.returncode:
        say(visible(f"cnnspec: sbatch refused the job: {done.stderr.strip()}"))
        return 1
    print(visible(done.stdout.strip()))
    return 0


def refuse_queued(study: str) -> None:
    """Makes sure that no earlier job of a study is to run what this one would."""
    if shutil.which("squeue") is None:
        return
    command = ["squeue", "--noheader", "--me", f"--name={job_name(study)}"]
    found = subprocess.run(
        [*command, "--format=%A"], capture_output=True, text=True, check=False
    )
    if found.returncode == 0 and (jobs := found.stdout.split()):
        text = f"job {jobs[0]} of this study is in SLURM's queue"
        stop(f"{text}; wait for its end, or write scancel {jobs[0]}")

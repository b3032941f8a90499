"""Writing a training script and running it: the very file that a person would run."""

import os
import subprocess
import sys
from pathlib import PurePath

from cnnspec import api
from cnnspec.emit.packages import BACKENDS, refuse_missing, refuse_other_backend
from cnnspec.ground.errors import Diagnostic, Mark, SpecError, either
from cnnspec.language.program import Program
from cnnspec.model.summary import Model


def refuse_missing_packages(
    model: Model, lang: str, backend: str, templates: str | None = None
) -> None:
    """Makes sure that what the script of a spec needs is installed.

    Args:
        model: the spec.
        lang: the language of the script.
        backend: what Keras runs on unless the environment says otherwise.
        templates: a folder of one's own.

    Raises:
        NotInstalledError: something isn't.
    """
    from cnnspec.emit.keras_script.telling import needed_packages
    from cnnspec.emit.keras_script.texts import Language
    from cnnspec.emit.keras_script.writer import script_font

    refuse_other_backend("training", BACKENDS)
    backend = os.environ.get("KERAS_BACKEND") or backend
    font = script_font(model.program, Language(lang, templates))
    packages = needed_packages(model.program, backend, font)
    refuse_missing("training", dict.fromkeys(["keras", *packages]), backend)


def training_script(
    model: Model,
    *,
    force: bool = False,
    lang: str = "en",
    backend: str = "tensorflow",
    templates: str | None = None,
) -> str:
    """Writes the script that trains a model beside the results it will write.

    Returns:
        Its path: `results/NAME/FILE.py`, in the folder where it has to be run.

    Raises:
        SpecError: the spec doesn't say how to train, or the file is somebody's work.
    """
    program = model.program
    missing = [key for key in ("data", "train") if getattr(program, key) is None]
    if missing:
        text = f"there is nothing to train with: the spec has no {either(missing)}"
        where = program.source.path
        hint = "docs/training.md shows both sections"
        raise SpecError([Diagnostic("error", "missing-field", Mark(where), text, hint)])
    _refuse_missing_files(program)
    from cnnspec.emit.keras_script.telling import results_folder

    folder = results_folder(program)
    _refuse_other_results(program, folder)
    try:
        [path] = api.build(
            model,
            folder,
            ["script"],
            force=force,
            lang=lang,
            backend=backend,
            templates=templates,
        )
    except SpecError as error:
        raise SpecError(
            found._replace(
                hint=f"python {found.mark.path} runs it; --force writes anew"
            )
            if found.code == "edited-file"
            else found
            for found in error.diagnostics
        ) from None
    return path


def _refuse_missing_files(program: Program) -> None:
    """Refuses to start a training whose data aren't there.

    Raises:
        SpecError: with each file or folder that is missing.
    """
    found = []
    for key in ("path", "train", "validation"):
        name = getattr(program.data, key)
        if name is not None and not os.path.exists(name):
            text = f"'{name}' is missing in the folder where the training is started"
            hint = "put it there, or name its whole path"
            where = ("data", key)
            found.append(
                program.source.diagnostic("error", "not-found", where, text, hint)
            )
    if found:
        raise SpecError(found)


def _refuse_other_results(program: Program, folder: str) -> None:
    """Keeps the results of one spec from being written over those of another.

    Raises:
        SpecError: the folder holds the script of another spec.
    """
    ours = f"{PurePath(program.source.path).stem}.py"
    scripts = os.listdir(folder) if os.path.isdir(folder) else []
    others = [file for file in scripts if file.endswith(".py") and file != ours]
    if others:
        text = f"'{folder}' holds the results of another spec, with '{others[0]}'"
        hint = "give this spec a name: of its own, or remove that folder"
        mark = Mark(program.source.path)
        raise SpecError([Diagnostic("error", "edited-file", mark, text, hint)])


def run(script: str, arguments: list[str]) -> int:
    """Runs a script in the place of this process, with its number and its terminal.

    So a signal to this process reaches the training, and neither outlives the other.

    Returns:
        The exit status, on Windows alone, where no process can take another's place.
    """
    # Plots go to files, and TensorFlow's own log would hide what is asked for.
    quiet = {"MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "2"}
    environment = {**quiet, **os.environ}
    if os.name != "nt":
        os.execve(sys.executable, [sys.executable, script, *arguments], environment)
    return run_as_child([script, *arguments], environment)


_WATCHED = """
import os, runpy, sys, threading
threading.Thread(target=lambda: os.read(0, 1) or os._exit(1), daemon=True).start()
sys.argv = sys.argv[1:]
sys.path[0] = os.path.dirname(sys.argv[0])
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a script until its input ends, as it does when whoever writes to it has gone."""


def run_as_child(command: list[str], environment: dict[str, str]) -> int:
    """Runs a script in a process that ends when this one does.

    Returns:
        Its exit status.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", _WATCHED, *command],
        env=environment,
        stdin=subprocess.PIPE,
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The script has heard it too, and is saving what it has reached.
            continue

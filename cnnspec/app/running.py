"""Writing a training script and running it: the very file that a person would run."""

import os
import subprocess
import sys
from collections.abc import Sequence

from cnnspec import api
from cnnspec.emit.packages import BACKENDS, refuse_missing, refuse_other_backend
from cnnspec.ground.errors import Diagnostic, Mark, SpecError, either
from cnnspec.ground.file_names import file_name
from cnnspec.ground.processes import environment, launched
from cnnspec.ground.source import stem
from cnnspec.judge.present import missing_files
from cnnspec.language.program import Program
from cnnspec.model.summary import Model
from cnnspec.study.files import OUTLINE

ANSWERS = "predict.py"
"""The script beside a trained model that answers with it."""


def chosen_backend(backend: str) -> str:
    """What Keras runs on: the environment goes before the command line.

    Raises:
        NotInstalledError: the environment names one that trains nothing.
    """
    refuse_other_backend("training", BACKENDS)
    return os.environ.get("KERAS_BACKEND") or backend


def refuse_missing_packages(
    models: Sequence[Model], lang: str, backend: str, templates: str | None = None
) -> None:
    """Makes sure that what the scripts of specs need is installed.

    Args:
        models: the specs.
        lang: the language of the scripts.
        backend: what Keras runs on.
        templates: a folder of one's own.

    Raises:
        NotInstalledError: something isn't.
    """
    from cnnspec.emit.keras_script.telling import needed_packages
    from cnnspec.emit.keras_script.texts import Language
    from cnnspec.emit.keras_script.writer import script_font

    language, packages = Language(lang, templates), {"keras": None}
    for program, _ in models:
        font = script_font(program, language)
        packages |= dict.fromkeys(needed_packages(program, backend, font))
    refuse_missing("training", packages, backend)


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
        if program.source.is_read:
            hint = "import the model, and add both: docs/training.md shows them"
        elif program.train is not None:
            hint = "add data:; or build its script, for a training loop of your own"
        raise SpecError([Diagnostic("error", "missing-field", Mark(where), text, hint)])
    if lacking := list(missing_files(program)):
        raise SpecError(lacking)
    _refuse_script_of_answers(program)
    from cnnspec.language.results import results_folder

    folder = results_folder(program)
    _refuse_other_results(program, folder)
    if not force:
        _refuse_other_overrides(program, folder)
    # A folder is made only where a script can be.
    is_new = not os.path.isdir(folder)
    if not is_new:
        _refuse_second_run(program, folder)
    try:
        [path] = api.build(
            model,
            folder,
            ["script"],
            force=force,
            lang=lang,
            backend=backend,
            templates=templates,
            style="full",
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
    if is_new:
        _refuse_second_run(program, folder)
    _write_beside(model, folder, force, lang, backend, templates)
    return path


def _write_beside(
    model: Model,
    folder: str,
    force: bool,
    lang: str,
    backend: str,
    templates: str | None,
) -> None:
    """Writes what tells of a model, and what it is used with; a person's edits stay.

    Raises:
        SpecError: it can't be written, or one's own templates can't be rendered.
    """
    from cnnspec.emit.keras_script.kept import answering, card, is_own_card
    from cnnspec.emit.targets import Options, contents, targets
    from cnnspec.emit.write import is_edited, write_together

    options = Options(lang, backend, templates)
    answers, picture, readme = (f"{folder}/{name}" for name in _beside(model.program))
    written: dict[str, str | bytes] = {
        answers: answering(model, lang, backend, templates),
        picture: contents(targets()["svg"], model, options)[0],
        readme: card(model, lang, backend, templates),
    }
    kept = {path for path in (answers, picture) if is_edited(path)}
    if os.path.exists(readme):
        with open(readme, encoding="utf-8", errors="replace") as file:
            kept |= set() if is_own_card(file.read()) else {readme}
    write_together({p: text for p, text in written.items() if force or p not in kept})


def _beside(program: Program) -> tuple[str, str, str]:
    """The files beside a trained model that cnnspec writes."""
    return ANSWERS, f"{file_name(stem(program.source.path))}.svg", "README.md"


def _refuse_script_of_answers(program: Program) -> None:
    """Keeps the script of a spec from taking the name of one that answers.

    Raises:
        SpecError: the spec is called so.
    """
    if _script(program) == ANSWERS:
        text = f"its script '{ANSWERS}' would take the place of that which answers"
        hint = f"rename the spec, as in my_{stem(ANSWERS)}.yaml"
        mark = Mark(program.source.path)
        raise SpecError([Diagnostic("error", "unwritable", mark, text, hint)])


def _refuse_other_results(program: Program, folder: str) -> None:
    """Keeps the results of one spec from being written over those of another.

    Raises:
        SpecError: the folder holds the script of another spec, or a study.
    """
    study = f"{folder}/{OUTLINE}"
    if os.path.exists(study):
        text = f"'{folder}' holds the results of a study"
        raise _other_results(study, text, "give this spec a name: of its own")
    ours = _script(program)
    scripts = os.listdir(folder) if os.path.isdir(folder) else []
    known = (ours, ANSWERS)
    others = [file for file in scripts if file.endswith(".py") and file not in known]
    if others:
        text = f"'{folder}' holds the results of another spec, with '{others[0]}'"
        hint = "give this spec a name: of its own, or remove that folder"
        raise _other_results(f"{folder}/{others[0]}", text, hint)


def _refuse_other_overrides(program: Program, folder: str) -> None:
    """Keeps the results of one variant of a spec from being lost to another.

    Raises:
        SpecError: the folder holds results, and a script made with another `--set`.
    """
    from cnnspec.emit.keras_script.script import made_from
    from cnnspec.emit.write import origin

    script = _script(program)
    path = f"{folder}/{script}"
    [found, ours] = (
        text.partition(" --set ")[2] for text in (origin(path), made_from(program))
    )
    there = os.listdir(folder) if os.path.isdir(folder) else []
    code = (script, f"{stem(script)}.sbatch", *_beside(program))
    results = [file for file in there if file not in code and file[0] != "."]
    if found == ours or not results:
        return
    was, now = (f"--set {text}" if text else "no --set" for text in (found, ours))
    text = f"'{folder}' holds the results of a run with {was}, and this one has {now}"
    hint = f"{_elsewhere(program, folder)}, --force writes over those"
    raise _other_results(path, text, hint)


def _other_results(script: str, text: str, hint: str) -> SpecError:
    """Placed at the line of a script that says what it was made from."""
    return SpecError([Diagnostic("error", "other-results", Mark(script), text, hint)])


def _refuse_second_run(program: Program, folder: str) -> None:
    """Keeps a folder for this process until it ends.

    Raises:
        SpecError: another process has it, or it can't be written.
    """
    from cnnspec.ground.locks import hold

    # Machines that train together may share their folders.
    process = os.environ.get("KERAS_DISTRIBUTION_PROCESS_ID", "0")
    shares = program.train is not None and program.train.distribute and process != "0"
    try:
        holder = hold(f"{folder}/.lock{f'_{process}' if shares else ''}")
    except OSError:
        return  # whatever else is written there says why it can't be
    if holder:
        text = f"'{folder}' is in use: {holder} trains there"
        hint = f"wait for its end, or stop it; {_elsewhere(program, folder)}"
        mark = Mark(program.source.path)
        raise SpecError([Diagnostic("error", "unwritable", mark, text, hint)])


def _elsewhere(program: Program, folder: str) -> str:
    """How to give a run a folder of its own."""
    from shlex import quote

    number = 2
    while os.path.exists(f"{folder}_{number}"):
        number += 1
    assignment = quote(f"name={program.name}_{number}")
    return f"--set {assignment} gives this run a folder of its own"


def _script(program: Program) -> str:
    """The name of a spec's script."""
    return f"{file_name(stem(program.source.path))}.py"


def run(script: str, arguments: list[str], homes: Sequence[str] = ()) -> int:
    """Runs a script in the place of this process, with its number and its terminal.

    So a signal to this process reaches the training, and neither outlives the other.

    Args:
        script: its path.
        arguments: of its command line.
        homes: folders in which it finds modules as well.

    Returns:
        The exit status, on Windows alone, where no process can take another's place.
    """
    surroundings = environment(homes)
    if sys.platform != "win32":
        import signal

        # Ctrl-C waits until it can be answered.
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        command = launched("alone", script, *arguments)
        os.execve(sys.executable, command, surroundings)
    return run_as_child([script, *arguments], surroundings)


def run_as_child(command: list[str], surroundings: dict[str, str]) -> int:
    """Runs a script in a process that ends when this one does.

    Returns:
        Its exit status.
    """
    process = subprocess.Popen(
        launched("watched", *command), env=surroundings, stdin=subprocess.PIPE
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The script has heard it too, and is saving what it has reached.
            continue

"""`cnnspec build`."""

import os
from collections.abc import Sequence
from typing import Any

from cnnspec import api
from cnnspec.app import findings
from cnnspec.app.arguments import (
    loaded_each,
    refuse_drawing,
    refuse_no_folder,
    refuse_same_names,
    refuse_unknown_language,
    refuse_wrong_templates,
    spec_errors,
    targets_of,
    usage_errors,
)
from cnnspec.app.streams import say, stop
from cnnspec.app.tables import summary as terminal
from cnnspec.app.tables.form import make_console
from cnnspec.emit.targets import Options
from cnnspec.emit.targets import targets as all_targets
from cnnspec.ground.errors import NotInstalledError, SpecError
from cnnspec.ground.source import is_study, read_source
from cnnspec.ground.visible import visible
from cnnspec.model.summary import Model

_LIVE = "keras"
"""The target that loads the weights of published models."""
_NO_WEIGHTS = "no-weights"
_NOTEBOOK = "notebook"
"""What alone a study is built to."""


def run(
    specs: Sequence[str],
    to: str | None,
    folder: str,
    style: str,
    form: str,
    look: str,
    unroll: bool,
    block: str | None,
    model: str | None,
    table: int | None,
    cell: int | None,
    lang: str,
    backend: str,
    templates: str | None,
    force: bool,
    overrides: Sequence[str],
    allow_outside: bool | None,
    allow_import: bool,
) -> int:
    """Checks specs, then writes each as a Keras model and as a training script.

    What is wrong with one leaves the others alone.
    """
    targets = targets_of(to)
    if "svg" not in targets:
        refuse_drawing(look, unroll, block, wants="--to svg")
    refuse_wrong_templates(templates)
    refuse_unknown_language(lang, templates)
    refuse_same_names(specs)
    refuse_no_folder(folder)
    settings: dict[str, Any] = {
        "allow_outside": allow_outside,
        "allow_import": allow_import,
    }
    options: dict[str, Any] = {"lang": lang, "backend": backend, "templates": templates}
    options |= {"style": style, "form": form, "force": force}
    options |= {"look": look, "unroll": unroll, "block": block}
    studies = _studies_of(specs, to)
    specs = [spec for spec in specs if spec not in studies]
    told = [_write_study(one, folder, options, overrides, settings) for one in studies]
    settings |= {"model": model, "table": table, "cell": cell}
    sound = loaded_each(specs, overrides, **settings)
    chosen = [targets] * len(sound)
    left_out: dict[str, None] = {}
    if to is None:
        chosen = [_possible(targets, built, left_out) for _, built in sound]
    with spec_errors():
        for (_, built), targets in zip(sound, chosen, strict=True):
            api.files(built, folder, targets, force=force)
    written = 0
    for (checked, built), targets in zip(sound, chosen, strict=True):
        findings.tell_others(built.program)
        terminal.show(built.summary, why=False, console=make_console())
        print(findings.built(checked, built.program, built.summary))
        try:
            _write(built, folder, targets, options)
        except SpecError as error:
            if to is None and {d.code for d in error.diagnostics} == {_NO_WEIGHTS}:
                others = [name for name in targets if name != _LIVE]
                _write(built, folder, others, options)
            say(str(error))
            continue
        written += 1
    for text in left_out:
        say(f"cnnspec: {text}")
    return 0 if written == len(specs) and all(told) else 1


def _studies_of(specs: Sequence[str], to: str | None) -> list[str]:
    """The studies among what is to be built."""
    studies = [spec for spec in specs if os.path.isfile(spec) and _is_study(spec)]
    if studies and to != _NOTEBOOK:
        stop(f"'{studies[0]}' is a study, which is built with --to {_NOTEBOOK} alone")
    return studies


def _is_study(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            text = file.read()
        # Most are none, and needn't be taken apart twice.
        names_one = b"study" in text or b"base" in text
        return names_one and is_study(read_source(path))
    except (OSError, SpecError):
        return False  # whoever reads it as a spec says what is wrong


def _write_study(
    study: str,
    folder: str,
    options: dict[str, Any],
    overrides: Sequence[str],
    settings: dict[str, Any],
) -> bool:
    """Writes the notebook of a study, and tells what was found; whether it is there."""
    from cnnspec.study.notebook.writing import write_notebook

    names = ("lang", "backend", "templates", "form")
    chosen = Options(**{name: options[name] for name in names})
    try:
        with usage_errors():
            path, found = write_notebook(
                *(study, folder, chosen, overrides), force=options["force"], **settings
            )
    except SpecError as error:
        say(str(error))
        return False
    for problem in found:
        say(str(problem))
    print(visible(f"wrote {path}"))
    return True


def _write(
    model: Model, folder: str, targets: Sequence[str], options: dict[str, Any]
) -> None:
    """Writes the files of a spec.

    Raises:
        SpecError: one can't be written.
    """
    with usage_errors():
        for path in api.build(model, folder, targets, **options):
            print(visible(f"wrote {path}"))


def _possible(
    targets: Sequence[str], model: Model, left_out: dict[str, None]
) -> list[str]:
    """The targets that nothing is missing for; what is missing for another is noted."""
    found = []
    for name in targets:
        try:
            all_targets()[name].refuse(model)
        except NotInstalledError as error:
            left_out[str(error)] = None
            continue
        except SpecError:
            pass  # told with whatever else keeps files from being written
        found.append(name)
    return found

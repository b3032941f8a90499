"""What a command is given: refused where nothing can be done with it, else loaded.

A mistake in the command line or in the settings ends a command with status 2, one in a
spec with 1.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cnnspec import api
from cnnspec.api import Checked, Model
from cnnspec.app.streams import say, stop, tell_bug
from cnnspec.ground import interrupts
from cnnspec.ground.errors import (
    Diagnostic,
    Mark,
    NotInstalledError,
    OverrideError,
    SettingsError,
    SpecError,
    either,
)
from cnnspec.ground.source import stem


def specs_of(paths: Sequence[str] | None) -> list[str]:
    """The specs to check; a folder stands for those in it."""
    if not paths and not os.path.isdir("specs"):
        stop("there is no folder specs/ here; name a spec or a folder")
    found = []
    for path in paths or ["specs"]:
        with usage_errors():
            specs = api.find_specs(path)
        if not specs:
            stop(f"the folder '{path}' holds no .yaml file")
        found += specs
    return found


def targets_of(names: str | None) -> list[str]:
    """The targets that `--to` names."""
    from cnnspec.emit.targets import targets, usual_targets

    found = usual_targets()
    if names is not None:
        found = [name.strip() for name in names.split(",")]
    for name in found:
        if name not in targets():
            allowed = either(targets(), "and")
            stop(f"--to takes {allowed}, joined by a comma; found '{name}'")
    return found


def refuse_wrong_templates(folder: str | None) -> None:
    """Makes sure that a folder of templates is one."""
    if folder is None:
        return
    from cnnspec.emit.folders import changes_something

    if not os.path.isdir(folder):
        stop(f"--templates takes a folder; there is none called '{folder}'")
    if not changes_something(folder):
        text = f"'{folder}' has no file that is called as one of cnnspec's templates"
        stop(f"{text}; docs/templates.md lists them")


def refuse_drawing(
    look: str, unroll: bool, block: str | None, lang: str = "en", *, wants: str
) -> None:
    """Makes sure that nothing is said of a picture that nobody asks for.

    Args:
        look, unroll, block, lang: of the picture.
        wants: the option that asks for one.
    """
    given = {
        "--look": look != "boxes",
        "--unroll": unroll,
        "--block": block is not None,
        "--lang": lang != "en",
    }
    for name in (name for name, is_given in given.items() if is_given):
        stop(f"{name} is for a picture; write {wants} too")


def refuse_unknown_language(lang: str, templates: str | None) -> None:
    """Makes sure that there are texts in a language."""
    from cnnspec.emit.words import languages

    if lang not in (known := languages(templates)):
        stop(f"--lang takes {either(known)}; found '{lang}'")


def refuse_same_names(specs: Sequence[str]) -> None:
    """Keeps two specs from being written to the same files."""
    from cnnspec.ground.file_names import file_name

    named: dict[str, str] = {}
    for spec in specs:
        if (other := named.setdefault(file_name(stem(spec)), spec)) != spec:
            both = f"'{other}' and '{spec}'"
            stop(f"{both} would be written to the same files; build one at a time")


def refuse_no_folder(folder: str) -> None:
    """Makes sure that files can be written to a folder, which may not be there yet."""
    there = folder or os.curdir
    while not os.path.lexists(there):
        there = os.path.dirname(there) or os.curdir
    if not os.path.isdir(there):
        stop(f"'{there}' is a file; -o takes a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        text = f"the folder '{there}' can't be written to"
        stop(f"{text}; choose another with -o DIR")


def codes_of(text: str | None) -> list[str] | None:
    """The codes that an option lists; None where it isn't given."""
    return None if text is None else [code.strip() for code in text.split(",")]


# ------------------------------------------------------------------ specs


def check_spec(spec: str, overrides: Sequence[str], **settings: Any) -> Checked:
    """A spec and all that was found out about it."""
    with usage_errors():
        return api.check_file(spec, overrides, **settings)


def checked_spec(spec: str, overrides: Sequence[str], **settings: Any) -> Checked:
    """What is found out about a spec; where cnnspec fails, that it did."""
    try:
        return check_spec(spec, overrides, **settings)
    except Exception as error:
        if interrupts.heard() or isinstance(error, NotInstalledError):
            raise
        tell_bug(error, spec)
        text = f"this spec was not checked: cnnspec failed with {type(error).__name__}"
        hint = "that is a bug in cnnspec, not in the spec; please report it"
        found = Diagnostic("error", BUG, Mark(spec), text, hint)
        return Checked(spec, None, None, [found])


BUG = "bug"
"""The code of what cnnspec says where it fails itself."""


def loaded(spec: str, overrides: Sequence[str], **settings: Any) -> Model:
    """The model of a spec. What is found goes to standard error; errors end it all."""
    with spec_errors(), usage_errors():
        checked = api.check_file(spec, overrides, **settings)
        model = checked.model()
    for found in checked.diagnostics:
        if found.severity == "warning":
            say(str(found))
    return model


def loaded_each(
    specs: Sequence[str], overrides: Sequence[str], **settings: Any
) -> list[tuple[Checked, Model]]:
    """The specs that are sound, with their models; what else is found is told."""
    sound = []
    for spec in specs:
        checked = check_spec(spec, overrides, **settings)
        try:
            sound.append((checked, checked.model()))
        except SpecError as error:
            say(str(error))
            continue
        for found in checked.diagnostics:
            if found.severity == "warning":
                say(str(found))
    return sound


def loaded_variants(
    *variants: tuple[str, Sequence[str], dict[str, Any]], **settings: Any
) -> tuple[Model, ...]:
    """The models of specs, each with its overrides and with what is chosen in it.

    The errors of all end the command.
    """
    models: list[Model] = []
    errors: list[Diagnostic] = []
    for spec, overrides, choice in variants:
        try:
            models.append(check_spec(spec, overrides, **settings, **choice).model())
        except SpecError as error:
            errors += error.diagnostics
    with spec_errors():
        if errors:
            raise SpecError(dict.fromkeys(errors))
    return tuple(models)


@contextmanager
def spec_errors() -> Iterator[None]:
    """Prints what is wrong, and ends the command."""
    try:
        yield
    except SpecError as error:
        say(str(error))
        raise SystemExit(1) from None


@contextmanager
def usage_errors() -> Iterator[None]:
    """What can't be set or chosen is a mistake in the command line or its settings."""
    try:
        yield
    except (OverrideError, SettingsError) as error:
        stop(str(error))

"""The public functions: read a spec, check it, summarise it, build from it."""

import os
from collections.abc import Sequence

from cnnspec.ground.errors import Diagnostic
from cnnspec.ground.source import stem
from cnnspec.judge.check import Checked, check_file, check_text
from cnnspec.judge.settings import settings_for
from cnnspec.model.summary import Model

__all__ = ["Checked", "Model", "build", "check", "files", "find_specs", "load", "loads"]

PathName = str | os.PathLike[str]


def check(
    path: PathName,
    overrides: Sequence[str] = (),
    *,
    keras: bool = False,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    strict: bool | None = None,
) -> Checked:
    """Reads the spec at `path` and holds it against what it expects.

    Settings that aren't given are those of the `[tool.cnnspec]` in a pyproject.toml,
    which is looked for from the spec's folder upwards.

    Args:
        path: of the YAML file.
        overrides: `KEY=VALUE` each, as `--set` takes them.
        keras: builds the model with Keras as well, and compares.
        select: codes of the only warnings to tell.
        ignore: codes of warnings not to tell.
        strict: makes a spec with warnings a wrong one.

    Raises:
        OverrideError: an override that isn't of that form, or can't be applied.
        SettingsError: a setting that can't be followed.
    """
    name = os.fspath(path)
    chosen = {"select": select, "ignore": ignore, "strict": strict}
    settings = settings_for(os.path.dirname(name), **chosen)
    return check_file(name, overrides, settings, *([_by_keras] if keras else []))


def _by_keras(model: Model) -> list[Diagnostic]:
    from cnnspec.emit.keras_live.target import proved

    return proved(model)[1]


def load(path: PathName, overrides: Sequence[str] = ()) -> Model:
    """The program and summary of the spec at `path`.

    Raises:
        SpecError: with every error of the spec.
        OverrideError: an override that can't be applied.
        SettingsError: a pyproject.toml whose settings can't be followed.
    """
    return check(path, overrides).model()


def loads(text: str, path: str = "<spec>") -> Model:
    """The program and summary of a spec's text.

    Raises:
        SpecError: with every error of the spec.
    """
    return check_text(text, path).model()


def files(
    model: Model,
    folder: PathName = "generated",
    targets: Sequence[str] | None = None,
    *,
    force: bool = False,
) -> dict[str, str]:
    """The file that `build` writes for each target.

    Raises:
        SpecError: a file that stands there is somebody's work, or one of the targets
            can't be made of this model.
    """
    from cnnspec.emit.targets import targets as all_targets
    from cnnspec.emit.targets import usual_targets
    from cnnspec.emit.write import refuse_edited

    start = os.path.join(folder, stem(model.program.source.path))
    found = {}
    for name in usual_targets() if targets is None else targets:
        target = all_targets()[name]
        target.refuse(model)
        found[name] = start + target.ending
    for path in found.values():
        refuse_edited(path, force)
    return found


def build(
    model: Model,
    folder: PathName = "generated",
    targets: Sequence[str] | None = None,
    *,
    force: bool = False,
    lang: str = "en",
    backend: str = "tensorflow",
    templates: PathName | None = None,
) -> list[str]:
    """Writes a model as a Keras model, as a script or notebook, or as a picture.

    Everything is made before anything is written.

    Args:
        model: a spec without errors.
        folder: where to write; made if it isn't there.
        targets: names of targets; a Keras model and a script if none are given.
        force: overwrites files that a person edited or that cnnspec didn't write.
        lang: the language of scripts and notebooks, by its code.
        backend: what scripts and notebooks run Keras on unless KERAS_BACKEND is set.
        templates: a folder whose templates and texts go before cnnspec's
            (docs/templates.md).

    Returns:
        The paths of the files written.

    Raises:
        SpecError: a file is somebody's work, or can't be written; or what Keras built
            is not what the summary says; or the templates don't make a script.
    """
    from cnnspec.emit.targets import Options
    from cnnspec.emit.targets import targets as all_targets
    from cnnspec.emit.write import write_file

    paths = files(model, folder, targets, force=force)
    own = None if templates is None else os.fspath(templates)
    options = Options(lang, backend, own)
    made = {name: all_targets()[name].make(model, options) for name in paths}
    for name, content in made.items():
        write_file(paths[name], content, force)
    return list(paths.values())


def find_specs(path: PathName) -> list[str]:
    """The specs that a path stands for: itself, or all YAML files below a folder.

    Raises:
        SettingsError: a setting that can't be followed.
    """
    name = os.fspath(path)
    if not os.path.isdir(name):
        return [name]
    settings = settings_for(name)
    found = (
        os.path.join(folder, file)
        for folder, _, files in os.walk(name)
        for file in files
        if file.endswith((".yaml", ".yml"))
    )
    return sorted(path for path in found if not settings.leaves_out(path))

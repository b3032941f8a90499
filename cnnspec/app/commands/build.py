"""`cnnspec build`."""

from collections.abc import Sequence

from cnnspec import api
from cnnspec.app import findings
from cnnspec.app.arguments import (
    loaded,
    refuse_no_folder,
    refuse_same_names,
    refuse_unknown_language,
    refuse_wrong_templates,
    spec_errors,
    targets_of,
)
from cnnspec.app.streams import say
from cnnspec.app.tables import summary as terminal
from cnnspec.emit.targets import targets as all_targets
from cnnspec.ground.errors import NotInstalledError, SpecError
from cnnspec.ground.visible import visible
from cnnspec.model.summary import Model


def run(
    specs: Sequence[str],
    to: str | None,
    folder: str,
    style: str,
    form: str,
    lang: str,
    backend: str,
    templates: str | None,
    force: bool,
    overrides: Sequence[str],
    allow_outside: bool | None,
) -> None:
    """Checks specs, then writes each as a Keras model and as a training script."""
    targets, left_out = targets_of(to), ""
    refuse_wrong_templates(templates)
    refuse_unknown_language(lang, templates)
    refuse_same_names(specs)
    refuse_no_folder(folder)
    models = [loaded(spec, overrides, allow_outside=allow_outside) for spec in specs]
    if to is None:
        targets, left_out = _possible(targets, models[0])
    with spec_errors():
        for model in models:
            api.files(model, folder, targets, force=force)
    for model in models:
        terminal.show(model.summary, why=False, console=terminal.make_console())
        print(findings.built(model.program, model.summary))
        with spec_errors():
            written = api.build(
                model,
                folder,
                targets,
                force=force,
                lang=lang,
                backend=backend,
                templates=templates,
                style=style,
                form=form,
            )
            for path in written:
                print(visible(f"wrote {path}"))
    if left_out:
        say(f"cnnspec: {left_out}")


def _possible(targets: Sequence[str], model: Model) -> tuple[list[str], str]:
    """The targets that nothing is missing for, and what is missing for another."""
    found, left_out = [], ""
    for name in targets:
        try:
            all_targets()[name].refuse(model)
        except NotInstalledError as error:
            left_out = str(error)
            continue
        except SpecError:
            pass  # told with whatever else keeps files from being written
        found.append(name)
    return found, left_out

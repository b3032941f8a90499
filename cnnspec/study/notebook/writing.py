"""The notebook of a study as a file."""

import os
from typing import Any

from cnnspec.emit.targets import Options
from cnnspec.emit.write import refuse_edited, refuse_source, write_together
from cnnspec.ground.errors import Diagnostic
from cnnspec.ground.file_names import file_name
from cnnspec.ground.source import stem
from cnnspec.judge.overrides import Overrides
from cnnspec.study.checking import plan_of
from cnnspec.study.document import read
from cnnspec.study.notebook.cells import render_notebook

ENDING = ".ipynb"


def write_notebook(
    path: str,
    folder: str,
    options: Options,
    overrides: Overrides = (),
    *,
    force: bool = False,
    **settings: Any,
) -> tuple[str, tuple[Diagnostic, ...]]:
    """Writes the notebook of a study.

    Args:
        path: of the study.
        folder: where to write; made if it isn't there.
        options: its language, backend and templates.
        overrides: change each variant's spec first.
        force: overwrites a notebook that a person edited.
        settings: that win over those of a pyproject.toml, as `plan` takes them.

    Returns:
        The path of the notebook, and why variants are left out of it.

    Raises:
        SpecError: the study can't be read, no variant of it can be trained, or the
            file is somebody's work.
        OverrideError: an override that can't be applied.
        SettingsError: a setting that can't be followed.
    """
    found = plan_of(lambda: read(path, overrides=overrides), **settings)
    written = f"{os.path.join(folder, file_name(stem(path)))}{ENDING}"
    refuse_source(written, path)
    refuse_edited(written, force)
    write_together({written: render_notebook(found, options)})
    left_out = [one for one in found.variants if one.model is None]
    problems = [problem for one in left_out for problem in one.problems]
    return written, tuple(dict.fromkeys(problems))

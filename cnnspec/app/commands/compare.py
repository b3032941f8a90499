"""`cnnspec compare`."""

import os
from collections.abc import Sequence

from cnnspec.app.arguments import (
    refuse_unknown_language,
    refuse_wrong_templates,
    spec_errors,
)
from cnnspec.app.streams import stop


def run(
    folders: Sequence[str],
    output: str | None,
    lang: str,
    templates: str | None,
) -> None:
    """Puts results of trainings and studies side by side."""
    from cnnspec.app.tables.comparison import show, show_report
    from cnnspec.app.tables.form import make_console
    from cnnspec.study.gathering import gathered
    from cnnspec.study.report.figures import comparison
    from cnnspec.study.report.writing import write_report

    refuse_wrong_templates(templates)
    refuse_unknown_language(lang, templates)
    for folder in folders:
        if not os.path.isdir(folder):
            stop(f"compare takes folders of results; there is none called '{folder}'")
    results = gathered(folders)
    if results is None:
        stop(f"there are no finished runs in {', '.join(folders)}")
    if output is None:
        show(comparison(results), make_console())
        return
    with spec_errors():
        written = write_report(results, output, lang, templates)
    show_report(written, make_console())

"""The files of a report: tables, pictures and pages, written beside the runs."""

import os
from collections.abc import Container, Mapping
from typing import Any, NamedTuple

from cnnspec.emit.write import is_edited, seal_markup, write_together
from cnnspec.ground.visible import visible
from cnnspec.model.readable import escaped
from cnnspec.study.report.drawing import NAMES, Picture, pictures
from cnnspec.study.report.figures import Comparison, Row, comparison
from cnnspec.study.report.tables import runs, table
from cnnspec.study.report.wording import Column, Found, Wording
from cnnspec.study.results import Results


class RowView(NamedTuple):
    """A variant's row of the table."""

    kind: str
    """`reference`, `left_out`, `removed`, or what its difference says: `better`."""
    cells: Mapping[str, str]
    """What stands in it, by the columns' keys."""


class ReportView(NamedTuple):
    """What the templates of a report are told."""

    lang: str
    """The code of its language."""
    title: str
    """Of the study."""
    summary: list[str]
    """How much there is, and how it is compared: a sentence or two."""
    findings: list[Found]
    """Which variants are better, worse or can't be told apart: `says` and `items`."""
    columns: list[Column]
    """Those of the table: `key`, `heading`, and whether it `is_text`."""
    rows: list[RowView]
    """A row for each variant: `kind`, and its `cells` by the columns' keys."""
    problems: list[Found]
    """What is missing or not whole: `says` and `items`."""
    pictures: list[Picture]
    """Each with `name`, `title`, what it `describes`, and its `svg`, or what it `says`
    in place of one."""
    notes: list[str]
    """How the numbers are to be read."""
    table: str
    """Where all numbers are."""


def report(
    results: Results, lang: str = "en", own: str | None = None
) -> tuple[Comparison, dict[str, str]]:
    """The comparison of results, and the text of each file of its report by its name.

    Args:
        results: of a study.
        lang: the code of a language.
        own: a folder of templates of one's own.

    Raises:
        SpecError: a template of one's own can't be followed.
    """
    compared = comparison(results)
    wording = Wording(compared, lang, own)
    view = _view(wording)
    files = {"table.csv": table(compared), "runs.csv": runs(compared)}
    marked = {f"{each.name}.svg": each.svg for each in view.pictures if each.svg}
    marked |= _pages(view, wording, own)
    files |= {name: seal_markup(text, results.name) for name, text in marked.items()}
    return compared, files


class Written(NamedTuple):
    """A report that has been written."""

    comparison: Comparison
    paths: tuple[str, ...]
    """Of its files."""
    kept: tuple[str, ...]
    """Of those that a person had edited, which are as they were."""


def write_report(
    results: Results, folder: str, lang: str = "en", own: str | None = None
) -> Written:
    """Writes the report of results into a folder: all of its files, or none.

    What a person edited stays as it is; so does what is not from cnnspec.

    Args:
        results: of a study.
        folder: where to; made if it is missing.
        lang: the code of a language.
        own: a folder of templates of one's own.

    Raises:
        SpecError: a template of one's own can't be followed, or a file not be written.
    """
    compared, files = report(results, lang, own)
    paths = {os.path.join(folder, name): files[name] for name in files}
    kept = tuple(path for path in paths if _is_edited(path))
    written = {path: text for path, text in paths.items() if path not in kept}
    write_together(written)
    _remove_pictures(folder, paths)
    return Written(compared, tuple(written), kept)


def _remove_pictures(folder: str, paths: Container[str]) -> None:
    """Removes pictures of an earlier report for which there are no figures now."""
    for name in NAMES:
        path = os.path.join(folder, f"{name}.svg")
        if path not in paths and os.path.isfile(path) and not is_edited(path):
            os.remove(path)


def _is_edited(path: str) -> bool:
    """Whether somebody's own work would be lost; a table of ours has our columns."""
    if not path.endswith(".csv"):
        return is_edited(path)
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return not file.read(8).startswith("variant,")
    except OSError:
        return False


def _view(wording: Wording) -> ReportView:
    compared = wording.comparison
    return ReportView(
        wording.lang,
        visible(compared.results.title),
        wording.summary(),
        wording.findings(),
        wording.columns(),
        [_row(row, wording) for row in compared.rows],
        wording.problems(),
        pictures(wording),
        wording.notes(),
        wording.say("table"),
    )


def _row(row: Row, wording: Wording) -> RowView:
    kind = row.outcome.state or (row.difference.verdict if row.difference else "")
    return RowView("reference" if row.is_reference else kind, wording.cells(row))


def _pages(view: ReportView, wording: Wording, own: str | None) -> dict[str, str]:
    from cnnspec.emit.keras_script.templates import environment, refusal

    told: dict[str, Any] = {"report": view, "say": wording.say}
    found = {}
    try:
        for name, escapes in (("report.md", False), ("report.html", True)):
            renders = environment(own).overlay(autoescape=escapes)
            renders.filters["markdown"] = _markdown
            found[name] = renders.get_template(f"study/{name}.j2").render(told)
    except Exception as error:
        if own is None:
            raise
        raise refusal(error, own) from None
    return found


def _markdown(text: object) -> str:
    return escaped(visible(str(text)))

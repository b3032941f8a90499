"""`cnnspec show`."""

from collections.abc import Sequence

from cnnspec.app import findings
from cnnspec.app.arguments import (
    loaded,
    refuse_drawing,
    refuse_unknown_language,
    usage_errors,
)
from cnnspec.app.streams import print_picture, stop
from cnnspec.ground.source import stem


def run(
    spec: str,
    format: str,
    why: bool,
    expand: bool,
    graph: bool,
    look: str,
    unroll: bool,
    block: str | None,
    model: str | None,
    table: int | None,
    cell: int | None,
    lang: str,
    overrides: Sequence[str],
    allow_outside: bool | None,
) -> None:
    """Shows every layer's shape, parameters, MACs, memory and receptive field."""
    if graph and (why or expand or format != "text"):
        stop("--graph draws a picture, which has no --format, --why and --expand")
    if not graph:
        refuse_drawing(look, unroll, block, lang, wants="--graph")
    refuse_unknown_language(lang, None)
    choice = {"model": model, "table": table, "cell": cell}
    shown = loaded(spec, overrides, allow_outside=allow_outside, **choice)
    program, summary = shown
    findings.tell_others(program)
    if graph:
        with usage_errors():
            picture = shown.svg(look=look, unroll=unroll, block=block, lang=lang)
        print_picture(picture, f"cnnspec show {spec} --graph > {stem(spec)}.svg")
    elif format == "text":
        from cnnspec.app.tables import summary as terminal
        from cnnspec.app.tables.form import make_console

        console = make_console()
        terminal.show(summary, why=why, console=console, expand=expand)
    elif format == "json":
        from cnnspec.ground.visible import json_text
        from cnnspec.model import readable

        print(json_text(readable.summary_data(summary, program.source)))
    else:
        from cnnspec.emit.report import summary as report

        form = report.markdown if format == "markdown" else report.html
        print(form(summary, why, expand))

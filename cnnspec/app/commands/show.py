"""`cnnspec show`."""

import sys
from collections.abc import Sequence

from cnnspec.app.arguments import loaded
from cnnspec.app.streams import say, stop
from cnnspec.ground.source import stem
from cnnspec.ground.visible import visible
from cnnspec.model.summary import Summary


def run(
    spec: str,
    format: str,
    why: bool,
    graph: bool,
    overrides: Sequence[str],
    allow_outside: bool | None,
) -> None:
    """Shows every layer's shape, parameters, MACs, memory and receptive field."""
    if graph and (why or format != "text"):
        stop("--graph draws a picture, which has no --format and no --why")
    program, summary = loaded(spec, overrides, allow_outside=allow_outside)
    if graph:
        _print_picture(spec, summary)
    elif format == "text":
        from cnnspec.app.tables import summary as terminal

        terminal.show(summary, why=why, console=terminal.make_console())
    elif format == "json":
        from cnnspec.ground.visible import json_text
        from cnnspec.model import readable

        print(json_text(readable.summary_data(summary, program.source)))
    else:
        from cnnspec.emit.report import summary as report

        print((report.markdown if format == "markdown" else report.html)(summary, why))


def _print_picture(spec: str, summary: Summary) -> None:
    from cnnspec.emit.picture.diagram import svg

    # Without letters beyond ASCII it stays what it is in any encoding of the output.
    print(svg(summary).encode("ascii", "xmlcharrefreplace").decode(), end="")
    if sys.stdout.isatty():
        text = (
            f"a picture for a browser: cnnspec show {spec} --graph > {stem(spec)}.svg"
        )
        say(visible(f"cnnspec: this is {text}"))

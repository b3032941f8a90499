"""`cnnspec import`."""

import sys

from cnnspec import api
from cnnspec.app import findings
from cnnspec.app.arguments import spec_errors, usage_errors
from cnnspec.app.streams import say
from cnnspec.ground.visible import json_text


def run(
    source: str,
    output: str | None,
    flat: bool,
    strict: bool,
    report: str,
    model: str | None,
    table: int | None,
    cell: int | None,
    force: bool,
) -> int:
    """Reads a model that isn't a spec, and writes the spec of it."""
    from cnnspec.emit.write import refuse_edited, seal_text, write_together

    with spec_errors(), usage_errors():
        if output is not None:
            refuse_edited(output, force)
        found = api.import_model(
            source,
            flat=flat,
            model=model,
            table=table,
            cell=cell,
            path=output or "spec",
        )
    if output is not None:
        with spec_errors():
            write_together({output: seal_text(found.text, source)})
    elif report == "text":
        print(found.text, end="")
    if report == "json":
        print(json_text(found.report()))
    else:
        for line in findings.of_import(found, source, output):
            say(line)
    sys.stdout.flush()
    return 0 if found.is_sound(strict=strict) else 1

"""`cnnspec import`."""

from cnnspec import api
from cnnspec.app import findings
from cnnspec.app.arguments import spec_errors, usage_errors
from cnnspec.app.streams import say
from cnnspec.ground.visible import json_text, visible


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
    """Reads a model that isn't a spec, and writes the spec of it.

    The spec, where it is printed, has standard output for itself; else what is told of
    it goes there.
    """
    from cnnspec.emit.write import refuse_edited, seal_text, write_together

    with spec_errors(), usage_errors():
        if output is not None:
            refuse_edited(output, force)
        read = api.import_model(
            source,
            flat=flat,
            model=model,
            table=table,
            cell=cell,
            path=output or "<stdout>",
        )
        if output is not None:
            write_together({output: seal_text(read.text, source)})
    if report == "json":
        print(json_text(read.report()))
    elif output is None:
        print(read.text, end="")
    tell = say if report == "json" or output is None else print
    if output is not None:
        tell(visible(f"wrote {output}"))
    for line in findings.of_import(read, source):
        tell(line)
    return 0 if read.is_sound(strict=strict) else 1

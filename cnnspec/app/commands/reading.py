"""`cnnspec import`."""

from cnnspec import api
from cnnspec.app import findings
from cnnspec.app.arguments import spec_errors, usage_errors
from cnnspec.app.streams import say
from cnnspec.ground.visible import json_text
from cnnspec.judge.imported import Imported


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
            path=output,
        )
        if output is not None:
            sealed = seal_text(read.text, source)
            write_together({output: sealed})
            read = _further_down(read, sealed.count("\n") - read.text.count("\n"))
    if report == "json":
        print(json_text(read.report()))
    elif output is None:
        print(read.text, end="")
    tell = say if report == "json" or output is None else print
    for line in findings.of_import(read, output, strict=strict):
        tell(line)
    return 0 if read.is_sound(strict=strict) else 1


def _further_down(read: Imported, lines: int) -> Imported:
    """The same, of a spec that has some lines more at its head."""
    found = [
        one._replace(mark=one.mark._replace(line=one.mark.line + lines))
        for one in read.checked.diagnostics
    ]
    return read._replace(checked=read.checked._replace(diagnostics=found))

"""`cnnspec import`."""

from cnnspec import api
from cnnspec.app import findings
from cnnspec.app.arguments import spec_errors, usage_errors
from cnnspec.app.streams import say, stop
from cnnspec.ground.visible import json_text
from cnnspec.judge.imported import Imported

_ENDING = ".keras"


def run(
    source: str,
    output: str | None,
    flat: bool,
    strict: bool,
    report: str,
    model: str | None,
    table: int | None,
    cell: int | None,
    weights: str | None,
    force: bool,
    allow_import: bool,
) -> int:
    """Reads a model that isn't a spec, and writes the spec of it.

    The spec, where it is printed, has standard output for itself; else what is told of
    it goes there.
    """
    written: dict[str, str | bytes] = {}
    with spec_errors(), usage_errors():
        for path in filter(None, (output, weights)):
            _refuse_over(path, source, force)
        read = api.import_model(
            source, flat=flat, model=model, table=table, cell=cell, path=output
        )
        if output is not None:
            from cnnspec.emit.write import seal_text

            written[output] = sealed = seal_text(read.text, source)
            read = _further_down(read, sealed.count("\n") - read.text.count("\n"))
        if weights is not None:
            _refuse_no_archive(weights, source)
            written[weights] = api.kept_weights(source, allow_import=allow_import)
        if written:
            from cnnspec.emit.write import write_together

            write_together(written)
    if report == "json":
        print(json_text(read.report()))
    elif output is None:
        print(read.text, end="")
    tell = say if report == "json" or output is None else print
    for line in findings.of_import(read, written, strict=strict):
        tell(line)
    return 0 if read.is_sound(strict=strict) else 1


def _refuse_over(path: str, source: str, force: bool) -> None:
    """Makes sure that nobody's work is written over."""
    from cnnspec.emit.write import refuse_edited, refuse_source

    refuse_source(path, source)
    refuse_edited(path, force)


def _refuse_no_archive(weights: str, source: str) -> None:
    """Makes sure that weights can be had, and where."""
    if not weights.endswith(_ENDING):
        stop(f"--weights takes the name of a {_ENDING} file; found '{weights}'")
    if source == "-":
        stop("--weights needs the file that has them; name it in place of -")


def _further_down(read: Imported, lines: int) -> Imported:
    """The same, of a spec that has some lines more at its head."""
    found = [
        one._replace(mark=one.mark._replace(line=one.mark.line + lines))
        for one in read.checked.diagnostics
    ]
    return read._replace(checked=read.checked._replace(diagnostics=found))

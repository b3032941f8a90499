"""The command line: reads the arguments, calls the library, prints what it says."""

import os
import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from cnnspec import __version__, api
from cnnspec.api import Checked
from cnnspec.app.arguments import (
    check_spec,
    codes_of,
    loaded,
    loaded_variants,
    refuse_no_folder,
    refuse_same_names,
    refuse_unknown_language,
    refuse_wrong_templates,
    spec_errors,
    specs_of,
    targets_of,
    usage,
)
from cnnspec.app.options import (
    Backend,
    BackendOption,
    CheckFormat,
    DiffFormat,
    Force,
    Lang,
    ListFormat,
    Override,
    ShowFormat,
    SpecPath,
    Templates,
)
from cnnspec.ground.errors import Invalid, either
from cnnspec.model.summary import Summary

app = typer.Typer(
    name="cnnspec",
    help="Checks a CNN written as a layer list, and builds it with Keras.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.")
    ] = False,
) -> None:
    if version:
        print(f"cnnspec {__version__}")
        raise typer.Exit


@app.command()
def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Specs and folders; specs/ if none."),
    ] = None,
    format: Annotated[
        CheckFormat, typer.Option("--format", help="What to print.")
    ] = CheckFormat.text,
    overrides: Override = [],  # noqa: B006 - Typer reads it, nothing changes it
    keras: Annotated[
        bool, typer.Option("--keras", help="Build with Keras too, and compare.")
    ] = False,
    select: Annotated[
        str | None,
        typer.Option("--select", metavar="CODES", help="Tell these warnings alone."),
    ] = None,
    ignore: Annotated[
        str | None,
        typer.Option("--ignore", metavar="CODES", help="Leave these warnings out."),
    ] = None,
    strict: Annotated[
        bool | None,
        typer.Option("--strict/--no-strict", help="Let no warning pass."),
    ] = None,
) -> None:
    """Prove shapes and parameter counts, and hold them against expect:."""
    from cnnspec.app import findings

    settings = {
        "select": codes_of(select),
        "ignore": codes_of(ignore),
        "strict": strict,
    }
    results = [
        check_spec(spec, overrides, keras=keras, **settings) for spec in specs_of(paths)
    ]
    if format is CheckFormat.json:
        print(findings.as_json(results))
    elif format is CheckFormat.github:
        print(findings.as_github(results))
    else:
        for checked in results:
            _print_findings(checked)
        if len(results) > 1:
            print(findings.closing(results))
    raise typer.Exit(0 if all(checked.ok for checked in results) else 1)


@app.command()
def show(
    spec: SpecPath,
    format: Annotated[
        ShowFormat, typer.Option("--format", help="What to print.")
    ] = ShowFormat.text,
    why: Annotated[
        bool, typer.Option("--why", help="Show how each layer's params are counted.")
    ] = False,
    graph: Annotated[
        bool, typer.Option("--graph", help="Draw the model instead: an SVG picture.")
    ] = False,
    overrides: Override = [],  # noqa: B006 - as above
) -> None:
    """Show every layer's shape, parameters, MACs, memory and receptive field."""
    from cnnspec.emit.report import summary as report

    if graph and (why or format is not ShowFormat.text):
        usage("--graph draws a picture, which has no --format and no --why")
    program, summary = loaded(spec, overrides)
    if graph:
        _print_picture(spec, summary)
    elif format is ShowFormat.text:
        from cnnspec.app.tables import summary as terminal

        terminal.show(summary, why=why, console=terminal.make_console())
    elif format is ShowFormat.json:
        import json

        from cnnspec.model import readable

        data = readable.summary_data(summary, program.source)
        print(json.dumps(data, indent=2, ensure_ascii=False))
    elif format is ShowFormat.markdown:
        print(report.markdown(summary, why))
    else:
        print(report.html(summary, why))


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A YAML file.")],
    after: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="Another; A with --set if none."),
    ] = None,
    format: Annotated[
        DiffFormat, typer.Option("--format", help="What to print.")
    ] = DiffFormat.text,
    overrides: Override = [],  # noqa: B006 - as above
) -> None:
    """Compare two models: layers, shapes, params and MACs."""
    from cnnspec.judge.diff import wording as differences
    from cnnspec.judge.diff.comparison import compare

    if after is None and not overrides:
        usage("diff takes two specs, or one and --set KEY=VALUE to change in it")
    one, other = loaded_variants((before, []), (after or before, overrides))
    difference = compare(one.summary, other.summary)
    titles = differences.titles(one, other, overrides)
    if format is DiffFormat.text:
        from cnnspec.app.tables import difference as terminal_diff
        from cnnspec.app.tables import summary as terminal

        terminal_diff.show(difference, titles, terminal.make_console())
    elif format is DiffFormat.markdown:
        print(differences.markdown(difference, titles))
    else:
        print(differences.as_json(difference, one, other))


@app.command()
def build(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="YAML files.")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="TARGET,...",
            help="What to write: a Keras model and a script, unless named. An unknown "
            "name lists all.",
        ),
    ] = None,
    folder: Annotated[
        str, typer.Option("-o", "--output", metavar="DIR", help="Where to write it.")
    ] = "generated",
    lang: Lang = "en",
    backend: BackendOption = Backend.tensorflow,
    templates: Templates = None,
    force: Force = False,
    overrides: Override = [],  # noqa: B006 - as above
) -> None:
    """Check specs, then write each as a Keras model and as a training script."""
    from cnnspec.app import findings
    from cnnspec.app.tables import summary as terminal

    targets = targets_of(to)
    refuse_wrong_templates(templates)
    refuse_unknown_language(lang, templates)
    refuse_same_names(specs)
    refuse_no_folder(folder)
    models = [loaded(spec, overrides) for spec in specs]
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
                backend=backend.value,
                templates=templates,
            )
            for path in written:
                print(f"wrote {path}")


@app.command()
def train(
    spec: SpecPath,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="Members trained at once."),
    ] = None,
    lang: Lang = "en",
    backend: BackendOption = Backend.tensorflow,
    templates: Templates = None,
    force: Force = False,
    overrides: Override = [],  # noqa: B006 - as above
) -> None:
    """Write the training script of a spec beside its results, and run it."""
    from cnnspec.app import running

    refuse_wrong_templates(templates)
    refuse_unknown_language(lang, templates)
    model = loaded(spec, overrides)
    if jobs is not None and model.program.ensemble is None:
        usage(f"--jobs is for ensembles, and {spec} has no ensemble:")
    with spec_errors():
        missing = running.missing_packages(model, lang, backend.value, templates)
    if missing:
        usage(
            f"training needs {either(missing, 'and')}: pip install {' '.join(missing)}"
        )
    with spec_errors():
        script = running.training_script(
            model,
            force=force,
            lang=lang,
            backend=backend.value,
            templates=templates,
        )
    arguments = ["--jobs", str(jobs)] if jobs is not None else []
    print(f"running {script}", flush=True)
    raise typer.Exit(running.run(script, arguments))


@app.command()
def layers(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A layer; all if none.")
    ] = None,
    format: Annotated[
        ListFormat, typer.Option("--format", help="What to print.")
    ] = ListFormat.text,
) -> None:
    """List the layers, or tell everything about one."""
    from cnnspec.emit.report import layers as catalogue

    if format is ListFormat.markdown:
        if name is not None:
            usage("--format markdown is the page of all layers; leave NAME out")
        print(catalogue.markdown(), end="")
    elif name is None:
        print(catalogue.overview())
    else:
        try:
            print(catalogue.describe(name))
        except Invalid as error:
            hints = [p.hint for p in error.problems if p.hint]
            usage("; ".join([str(error), *hints]))


@app.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Of a finding; all if none.")
    ] = None,
    format: Annotated[
        ListFormat, typer.Option("--format", help="What to print.")
    ] = ListFormat.text,
) -> None:
    """Tell why something is an error or a warning, with a bad and a good example."""
    from cnnspec.emit.report import codes
    from cnnspec.judge.explain import explanations, unknown

    if format is ListFormat.markdown:
        if code is not None:
            usage("--format markdown is the page of all codes; leave CODE out")
        print(codes.markdown(), end="")
    elif code is None:
        print(codes.overview())
    elif code not in explanations():
        usage(unknown(code))
    else:
        print(codes.describe(explanations()[code]), end="")


@app.command()
def schema() -> None:
    """Print the JSON Schema of the language, for editors."""
    import json

    from cnnspec.emit.schema.language import json_schema

    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@app.command()
def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the new model.")],
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite NAME.yaml if it is there.")
    ] = False,
) -> None:
    """Write NAME.yaml, a small commented spec to start from, and its schema."""
    from cnnspec.app.starter import write_starter

    for path in write_starter(name, force):
        print(f"wrote {path}")


def _print_picture(spec: str, summary: Summary) -> None:
    from cnnspec.emit.picture.diagram import svg

    # Without letters beyond ASCII it stays what it is in any encoding of the output.
    print(svg(summary).encode("ascii", "xmlcharrefreplace").decode(), end="")
    if sys.stdout.isatty():
        name = os.path.splitext(os.path.basename(spec))[0]
        text = f"a picture for a browser: cnnspec show {spec} --graph > {name}.svg"
        print(f"cnnspec: this is {text}", file=sys.stderr)


def _print_findings(checked: Checked) -> None:
    from cnnspec.app import findings

    for line in findings.text(checked).splitlines():
        for sign, colour in _COLOURS.items():
            place, mark, rest = line.partition(sign)
            if mark and sys.stdout.isatty():
                line = f"{place}{typer.style(mark, fg=colour, bold=True)}{rest}"
                break
        print(line)


_COLOURS = {
    ": error[": typer.colors.RED,
    ": warning[": typer.colors.YELLOW,
    ": ok: ": typer.colors.GREEN,
}
"""What a line of `check` begins with after its place."""


def main() -> Any:
    """Runs the command line; ends the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # An output that lacks the dot of "3·3·50" shows a question mark instead.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        try:
            app()
        finally:
            # Else a pipe whose reader has gone is met after all handlers.
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has gone: nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception:  # noqa: BLE001 - whatever it is, it is a bug of ours
        import traceback

        traceback.print_exc()
        print(
            "cnnspec: this is a bug in cnnspec, not in your spec; please report it "
            "with the lines above and the spec",
            file=sys.stderr,
        )
        sys.exit(3)

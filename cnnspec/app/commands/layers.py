"""`cnnspec layers`."""

from cnnspec.app.streams import stop
from cnnspec.emit.report import layers as catalogue
from cnnspec.ground.errors import Invalid


def run(name: str | None, format: str) -> None:
    """Lists the layers, or tells everything about one."""
    if format == "markdown":
        if name is not None:
            stop("--format markdown is the page of all layers; leave NAME out")
        print(catalogue.markdown(), end="")
    elif name is None:
        print(catalogue.overview())
    else:
        try:
            print(catalogue.describe(name))
        except Invalid as error:
            hints = [p.hint for p in error.problems if p.hint]
            stop("; ".join([str(error), *hints]))

"""`cnnspec explain`."""

from cnnspec.app.streams import stop
from cnnspec.emit.report import codes
from cnnspec.judge.explain import explanations, unknown


def run(code: str | None, format: str) -> None:
    """Tells why something is an error or a warning, with a bad and a good example."""
    if format == "markdown":
        if code is not None:
            stop("--format markdown is the page of all codes; leave CODE out")
        print(codes.markdown(), end="")
    elif code is None:
        print(codes.overview())
    elif code not in explanations():
        stop(unknown(code))
    else:
        print(codes.describe(explanations()[code]), end="")

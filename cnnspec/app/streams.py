"""Standard output and error, be they full, closed or without our letters."""

import os
import sys
from io import TextIOWrapper
from typing import NoReturn

from cnnspec.ground.visible import visible


def make_ready() -> None:
    """Makes sure that what is printed goes to a stream, or nowhere."""
    # A file that is opened would get the number of a stream that is closed, and with it
    # what libraries print.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None:
        stop("standard output is closed, so nothing can be printed")
    for stream in (sys.stdout, sys.stderr):
        # An output that lacks the dot of "3·3·50" shows a question mark instead.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str) -> None:
    """Prints to standard error, if somebody can read it."""
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:
        let_go(sys.stderr)


def print_picture(picture: str, kept_by: str) -> None:
    """Prints an SVG picture; who sees it in a terminal is told how to keep it.

    Args:
        picture: the text of an SVG file.
        kept_by: the command that writes it to a file.
    """
    # Without letters beyond ASCII it stays what it is in any encoding of the output.
    print(picture.encode("ascii", "xmlcharrefreplace").decode(), end="")
    if sys.stdout.isatty():
        say(visible(f"cnnspec: this is a picture for a browser: {kept_by}"))


def stop(message: str, status: int = 2) -> NoReturn:
    """Says why nothing can be done, and ends the command."""
    say(f"cnnspec: {visible(message)}")
    sys.exit(status)


def tell_bug(error: BaseException, spec: str = "your spec") -> None:
    """Says that cnnspec has failed, and where; more is known of no spec's fault."""
    from traceback import format_exception

    lines = "".join(format_exception(error)).rstrip().split("\n")
    say("\n".join(map(visible, lines)))
    say(
        f"cnnspec: this is a bug in cnnspec, not in {visible(spec)}; please report it "
        "with the lines above and the spec"
    )


def let_go(stream: object) -> None:
    """Sends what a stream still holds nowhere, so that its end is no error."""
    if isinstance(stream, TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())

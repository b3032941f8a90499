"""What all tables have in common: the console, the gaps, and how a table is printed."""

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

from cnnspec.app.width import TERMINAL_LINES, terminal_columns

GAP = 2
"""Blanks between two columns."""
_ASCII = str.maketrans("·█▉▊▋▌▍▎▏→…−─", "*#####   >.--")


def make_console() -> Console:
    """A console for standard output; in a pipe it has the same width everywhere."""
    # Rich reads LINES and COLUMNS too, and trips over what is no number.
    columns = terminal_columns()
    # A name such as [red] or :cat: means what it says.
    return Console(width=columns, height=TERMINAL_LINES, markup=False, emoji=False)


def ruled() -> Table:
    """A table with a line below its titles, and no other."""
    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
    )


def write(parts: RenderableType, console: Console) -> None:
    """Prints for a terminal, or for a file: no blanks at line ends there."""
    if console.is_terminal and not console.options.ascii_only:
        console.print(parts)
        return
    with console.capture() as captured:
        console.print(parts)
    text = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    if console.options.ascii_only:
        raw = text.translate(_ASCII).encode(console.encoding, "replace")
        text = raw.decode(console.encoding)
    console.file.write(text)

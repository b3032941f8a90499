"""How wide the output is."""

from shutil import get_terminal_size

PIPE_WIDTH = 80
"""Columns of output that no terminal shows, unless COLUMNS says otherwise."""
TERMINAL_LINES = 24
_LEAST, _MOST = 20, 1_000
"""What COLUMNS can say; no table is narrower or wider than that."""


def terminal_columns() -> int:
    """Columns of the terminal; in a pipe as many everywhere."""
    return min(
        max(get_terminal_size((PIPE_WIDTH, TERMINAL_LINES)).columns, _LEAST), _MOST
    )

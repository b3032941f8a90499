"""How much room a line has."""

WIDTH = 88
"""Columns of a line, as black has it."""


def columns(line: str) -> int:
    """How wide a line is where Korean, Chinese or Japanese letters take two columns."""
    if line.isascii():
        return len(line)
    from unicodedata import east_asian_width

    return len(line) + sum(east_asian_width(char) in "WF" for char in line)

"""The equation of an EinsumDense, and what it makes of shapes.

Imported only for a spec that has one.
"""

import re
from typing import NamedTuple

from cnnspec.ground.shapes import Shape

_EQUATION = re.compile(
    r"(\.{3})?([a-zA-Z]+)(\.{3})?,([a-zA-Z]+)->(\.{3})?([a-zA-Z]+)(\.{3})?"
)


class Letters(NamedTuple):
    """The letters of an equation: one for each axis."""

    input: str
    kernel: str
    output: str
    before: bool
    """Whether an ellipsis stands for axes before those of the letters."""

    @classmethod
    def parse(cls, equation: str) -> "Letters | None":
        """The parts of an equation, or None where it has another form."""
        found = _EQUATION.fullmatch(equation)
        if not found:
            return None
        before, input, after, kernel, before_out, output, after_out = found.groups()
        same = before == before_out and after == after_out
        if not same or (before and after) or (after and len(input) < 2):
            return None
        return cls(input, kernel, output, bool(before))


class EinsumShapes(NamedTuple):
    """The sizes that an equation comes to."""

    output: Shape
    kernel: Shape
    bias: Shape | None
    loops: Shape
    """The size of each axis that the products run over, without the batch's."""

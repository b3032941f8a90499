"""How figures are written: with as many digits as tell them apart."""

import math
from collections.abc import Iterable

from cnnspec.study.statistics import Spread

_DIGITS = 4
"""Of the largest of figures that stand below one another."""


def decimals(figures: Iterable[float]) -> int:
    """Digits behind the point, so that the largest figure has four in all."""
    found = [abs(figure) for figure in figures if math.isfinite(figure) and figure]
    if not found:
        return _DIGITS
    # An accuracy of 1 has as many digits as one below it.
    size = math.floor(math.log10(max(found)) - 1e-9)
    return min(max(_DIGITS - 1 - size, 0), 2 * _DIGITS)


def number(figure: float, digits: int) -> str:
    """A number with so many digits; what isn't 0 isn't told to be 0."""
    said = f"{figure:,.{digits}f}"
    if figure and not float(said.replace(",", "")):
        return f"{figure:.0e}"
    return said


def places_of(seconds: Spread | None) -> int:
    """Digits behind the point of seconds, so that there are some three in all."""
    if seconds is None or seconds.mean <= 0:
        return 0
    return min(max(2 - math.floor(math.log10(seconds.mean)), 0), 3)

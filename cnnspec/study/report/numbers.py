"""How figures are written: with as many digits as tell them apart."""

import math
from collections.abc import Iterable

from cnnspec.study.statistics import Spread

MINUS = "\N{MINUS SIGN}"
_DIGITS = 4
"""Of the largest of figures that stand below one another."""
_LONG = 1e9
"""From here on, as a loss that grows without end, all digits tell less than four."""


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
    size = abs(figure)
    said = f"{size:,.{digits}f}"
    if size and not float(said.replace(",", "")):
        said = f"{size:.0e}"
    elif size >= _LONG:
        said = f"{size:.{_DIGITS - 1}e}"
    return f"{MINUS}{said}" if figure < 0 else said


def places_of(seconds: Spread | None) -> int:
    """Digits behind the point of seconds, so that there are some three in all."""
    if seconds is None or seconds.mean <= 0:
        return 0
    return min(max(2 - math.floor(math.log10(seconds.mean)), 0), 3)

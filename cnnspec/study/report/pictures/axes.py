"""From figures to places of a picture, with round numbers along the way."""

import math
from collections.abc import Iterable
from typing import NamedTuple

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_WIDE = 4.0
"""How many times the least the most is, where counts are shown by their logarithm."""
_STEEP = 50.0
"""The same for losses."""


class Scale(NamedTuple):
    """An axis: which figure stands at which place."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def place(self, figure: float) -> float:
        """Where a figure stands, on the axis itself if it lies beyond it."""
        low, high = self._seen(self.low), self._seen(self.high)
        share = (self._seen(max(figure, self.low)) - low) / (high - low)
        return self.start + min(share, 1.0) * (self.end - self.start)

    def _seen(self, figure: float) -> float:
        return math.log10(figure) if self.is_log else figure

    def ticks(self, most: int = 5) -> list[float]:
        """Round figures along the axis, at most so many of equal distance."""
        if self.is_log:
            return _log_ticks(self.low, self.high, most)
        step = _step(self.high - self.low, most)
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(k * step, 12) for k in range(first, last + 1)]

    def text(self, figure: float, most: int = 5) -> str:
        """A figure of the axis, with as many digits as tell its neighbours apart."""
        if self.is_log or self.high >= 10_000:
            return short(figure)
        step = _step(self.high - self.low, most)
        # A step of 0.25 has two digits though its size asks for one.
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        digits += round(step, digits) != round(step, digits + 1)
        return f"{figure:,.{digits}f}".replace("-", "\N{MINUS SIGN}")


def scale(figures: Iterable[float], start: float, end: float) -> Scale:
    """An axis of figures, with a little room at both ends."""
    found = [figure for figure in figures if math.isfinite(figure)] or [0.0, 1.0]
    low, high = min(found), max(found)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return Scale(low - room, high + room, start, end)


def counts_scale(figures: Iterable[float], start: float, end: float) -> Scale:
    """An axis of counts, by their logarithm where they are far apart."""
    return _scale(list(figures), start, end, _WIDE)


def steep_scale(figures: Iterable[float], start: float, end: float) -> Scale:
    """An axis of losses, by their logarithm where they fall a long way."""
    return _scale(list(figures), start, end, _STEEP)


def _scale(figures: list[float], start: float, end: float, wide: float) -> Scale:
    found = [figure for figure in figures if math.isfinite(figure)]
    if not found or min(found) <= 0 or max(found) < wide * min(found):
        return scale(found, start, end)
    room = (max(found) / min(found)) ** 0.06
    return Scale(min(found) / room, max(found) * room, start, end, is_log=True)


def _step(length: float, most: int) -> float:
    """The distance of round figures of which a length holds at most so many."""
    least = length / most
    size = 10.0 ** math.floor(math.log10(least))
    return next(size * part for part in _ROUND if size * part >= least * (1 - 1e-9))


def _log_ticks(low: float, high: float, most: int) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for parts in ((1, 2, 5), (1, 3), (1,)):
        found = [part * 10.0**power for power in powers for part in parts]
        found = [figure for figure in found if low <= figure <= high]
        if len(found) <= most:
            return found
    return found[:: math.ceil(len(found) / most)]


def short(figure: float) -> str:
    """A figure in few letters: 5 k, 1.5 M, 0.02."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(figure) >= size:
            return f"{figure / size:g} {letter}"
    return f"{figure:g}"

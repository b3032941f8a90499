"""Settings that are drawn at random: the same for the same seed, on every machine."""

import math
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

_DIGITS = 4
"""Digits of a number that is drawn: a rate that reads well is as good as any other."""
_TRIES = 1_000
"""Draws that may bring nothing new before there is taken to be nothing new."""

Way = tuple[str, list[Any]]
"""In which way a value is drawn, and from what."""


def drawn(
    sample: Mapping[str, Way], trials: int, seed: int
) -> Iterator[dict[str, Any]]:
    """Settings that differ from one another; the first ones stay those of fewer trials.

    Args:
        sample: how each setting is drawn.
        trials: how many are wanted; fewer come where there are no more.
        seed: what they are drawn from.
    """
    # The one method whose numbers stay the same in all versions of Python.
    chance = Random(seed).random
    seen: set[str] = set()
    tries = 0
    while len(seen) < trials and tries < _TRIES:
        settings = {
            key: _DRAWN[way](chosen, chance()) for key, (way, chosen) in sample.items()
        }
        tries += 1
        if (text := repr(settings)) not in seen:
            seen.add(text)
            tries = 0
            yield settings


def _choice(options: list[Any], at: float) -> Any:
    return options[int(at * len(options))]


def _uniform(ends: list[Any], at: float) -> float:
    low, high = ends
    return _rounded(low + at * (high - low))


def _log(ends: list[Any], at: float) -> float:
    low, high = map(math.log, ends)
    return _rounded(math.exp(low + at * (high - low)))


def _int(ends: list[Any], at: float) -> int:
    low, high = ends
    return int(low + int(at * (high - low + 1)))


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


_DRAWN: dict[str, Callable[[list[Any], float], Any]] = {
    "choice": _choice,
    "uniform": _uniform,
    "log": _log,
    "int": _int,
}

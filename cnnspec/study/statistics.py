"""What may be said of scores from several seeds.

A difference to the reference is paired by seed: both variants had the same seed, so
what the seed alone does to both drops out of it. The interval is that of Student (1908,
"The probable error of a mean", Biometrika 6) for the mean of such differences.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

CONFIDENCE = 0.95
_LEAST_PAIRS = 3
"""From here on there is an interval: that of two would be 18 deviations wide."""


class Spread(NamedTuple):
    """Figures of several runs, as their mean and how far they lie apart."""

    mean: float
    deviation: float | None
    """The standard deviation of a sample, by n - 1; none of a single figure."""
    least: float
    most: float
    size: int
    """How many they are."""


BETTER, WORSE, NOISE = "better", "worse", "noise"
"""What an interval says: it lies on one side of 0, or holds it."""
TWO, ONE, NONE = "two", "one", "none"
"""So many seeds have a score of both, which is too few for an interval."""


class Difference(NamedTuple):
    """A variant against the reference, seed by seed."""

    verdict: str
    by_seed: tuple[tuple[int, float], ...]
    """What each seed has, the variant's score less that of the reference."""
    mean: float | None = None
    """Of the differences, from two on."""
    interval: tuple[float, float] | None = None
    """Where the mean of all seeds lies with a confidence of 95 %, from three on."""


def spread(figures: Sequence[float]) -> Spread | None:
    """The mean of figures and their spread; nothing where there is no number.

    Args:
        figures: of runs. What is no finite number (a loss that became NaN) isn't
            counted, which `size` shows.
    """
    found = [figure for figure in figures if math.isfinite(figure)]
    if not found:
        return None
    # Rounded, the mean of 0.1, 0.1 and 0.1 lies above them.
    mean = min(max(math.fsum(found) / len(found), min(found)), max(found))
    return Spread(mean, _deviation(found, mean), min(found), max(found), len(found))


def _deviation(figures: Sequence[float], mean: float) -> float | None:
    if len(figures) < 2:
        return None
    squares = math.fsum((figure - mean) ** 2 for figure in figures)
    return math.sqrt(squares / (len(figures) - 1))


def compare(
    scores: Mapping[int, float],
    reference: Mapping[int, float],
    *,
    higher_is_better: bool,
) -> Difference:
    """A variant against the reference, by the seeds that both have a score of.

    Args:
        scores: of the variant, by seed.
        reference: those of the reference.
        higher_is_better: whether a larger score is the better one.
    """
    pairs = tuple(
        (seed, scores[seed] - reference[seed])
        for seed in sorted(scores.keys() & reference.keys())
        if math.isfinite(scores[seed]) and math.isfinite(reference[seed])
    )
    if len(pairs) < 2:
        return Difference(ONE if pairs else NONE, pairs)
    found = spread([difference for _, difference in pairs])
    assert found is not None
    if len(pairs) < _LEAST_PAIRS:
        return Difference(TWO, pairs, found.mean)
    low, high = _interval(found)
    verdict = NOISE
    if low > 0 or high < 0:
        verdict = BETTER if (low > 0) == higher_is_better else WORSE
    return Difference(verdict, pairs, found.mean, (low, high))


def _interval(differences: Spread) -> tuple[float, float]:
    """The t-interval of their mean."""
    mean, deviation = differences.mean, differences.deviation or 0.0
    error = deviation / math.sqrt(differences.size)
    half = t_quantile((1 + CONFIDENCE) / 2, differences.size - 1) * error
    return mean - half, mean + half


@cache
def t_quantile(probability: float, freedom: int) -> float:
    """Below which value Student's t lies with a probability.

    Args:
        probability: above 0.5 and below 1.
        freedom: the degrees of freedom, a whole number from 1 on.
    """
    inside = 2 * probability - 1
    low, high = 0.0, math.pi / 2
    while low < (angle := (low + high) / 2) < high:
        if _within(angle, freedom) < inside:
            low = angle
        else:
            high = angle
    return math.sqrt(freedom) * math.tan(angle)


def _within(angle: float, freedom: int) -> float:
    """The probability that t lies within ± tan(angle)·√freedom.

    For whole degrees of freedom it is a finite sum (Abramowitz and Stegun 1964,
    Handbook of Mathematical Functions, 26.7.3 and 26.7.4).
    """
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    terms = [term] if freedom > 1 else []
    for k in range(2 + odd, freedom - 1, 2):
        term *= (k - 1) / k * cosine**2
        terms.append(term)
    if odd:
        return 2 / math.pi * (angle + sine * math.fsum(terms))
    return sine * math.fsum(terms)

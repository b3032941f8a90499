"""What is said of scores from several seeds, held against SciPy."""

import math
import random
import statistics

import pytest
from scipy import stats

from cnnspec.study.statistics import (
    BETTER,
    NOISE,
    NONE,
    ONE,
    TWO,
    WORSE,
    Difference,
    compare,
    spread,
    t_quantile,
)

NAN = math.nan


def by_seed(*scores: float, first: int = 0) -> dict[int, float]:
    return dict(enumerate(scores, start=first))


def better(scores: dict[int, float], reference: dict[int, float]) -> Difference:
    return compare(scores, reference, higher_is_better=True)


@pytest.mark.parametrize("probability", [0.6, 0.95, 0.975, 0.9995])
def test_the_quantile_is_that_of_scipy(probability: float) -> None:
    for freedom in (*range(1, 60), 99, 100, 999):
        expected = stats.t.ppf(probability, freedom)
        assert t_quantile(probability, freedom) == pytest.approx(expected, rel=1e-10)


def test_mean_deviation_and_interval_are_those_of_scipy() -> None:
    draw = random.Random(16)
    for size in (*range(3, 30), 200):
        scale = 10 ** draw.uniform(-4, 3)
        ours = [draw.gauss(0.9, 0.05) * scale for _ in range(size)]
        theirs = [draw.gauss(0.9, 0.05) * scale for _ in range(size)]
        found = spread(ours)
        assert found is not None
        assert found.mean == pytest.approx(statistics.mean(ours))
        assert found.deviation == pytest.approx(stats.tstd(ours))
        assert (found.least, found.most, found.size) == (min(ours), max(ours), size)
        difference = better(by_seed(*ours), by_seed(*theirs))
        expected = stats.ttest_rel(ours, theirs).confidence_interval(0.95)
        assert difference.interval == pytest.approx((expected.low, expected.high))
        holds_zero = expected.low <= 0 <= expected.high
        assert (difference.verdict == NOISE) == holds_zero


def test_seeds_are_paired_and_not_pooled() -> None:
    """Seeds that move both variants alike leave the difference clear."""
    reference = by_seed(0.50, 0.60, 0.70)
    scores = by_seed(0.52, 0.621, 0.719)
    assert better(scores, reference).verdict == BETTER
    assert not stats.ttest_ind([*scores.values()], [*reference.values()]).pvalue < 0.05


@pytest.mark.parametrize(
    ("scores", "verdict", "pairs"),
    [
        (by_seed(0.8, 0.81, 0.82), BETTER, 3),
        (by_seed(0.6, 0.61, 0.62), WORSE, 3),
        (by_seed(0.6, 0.71, 0.82), NOISE, 3),
        (by_seed(0.7, 0.71, 0.72), NOISE, 3),  # the reference itself
        (by_seed(0.9, 0.9), TWO, 2),
        (by_seed(0.9), ONE, 1),
        ({}, NONE, 0),
        (by_seed(0.9, 0.9, 0.9, first=7), NONE, 0),
        (by_seed(0.8, 0.81, 0.82, first=1), TWO, 2),  # seed 3 has no reference
        (by_seed(0.8, NAN, 0.82), TWO, 2),
        (by_seed(0.8, math.inf, NAN), ONE, 1),
        (by_seed(NAN, NAN, NAN), NONE, 0),
    ],
)
def test_what_a_difference_allows_to_say(
    scores: dict[int, float], verdict: str, pairs: int
) -> None:
    reference = by_seed(0.7, 0.71, 0.72)
    found = better(scores, reference)
    assert (found.verdict, len(found.by_seed)) == (verdict, pairs)
    assert (found.mean is None) == (pairs < 2)
    assert (found.interval is None) == (pairs < 3)
    other = {BETTER: WORSE, WORSE: BETTER}.get(verdict, verdict)
    lower = compare(scores, reference, higher_is_better=False)
    assert lower == found._replace(verdict=other)


def test_scores_that_are_all_the_same_have_no_spread() -> None:
    found = spread([0.1, 0.1, 0.1])
    assert found is not None
    assert (found.mean, found.deviation) == (0.1, 0.0)
    same = better(by_seed(0.1, 0.1, 0.1), by_seed(0.1, 0.1, 0.1))
    assert (same.verdict, same.interval) == (NOISE, (0.0, 0.0))
    half = better(by_seed(1.0, 1.0, 1.0), by_seed(0.5, 0.5, 0.5))
    assert (half.verdict, half.interval) == (BETTER, (0.5, 0.5))


def test_what_is_no_number_is_not_counted() -> None:
    assert spread([NAN, math.inf]) is None
    assert spread([]) is None
    found = spread([NAN, 0.5, 0.7])
    assert found is not None
    assert (found.mean, found.size) == (pytest.approx(0.6), 2)
    alone = spread([0.5])
    assert alone is not None
    assert alone.deviation is None

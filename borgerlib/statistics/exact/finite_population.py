"""Shares in a population so small that sampling without replacement matters: 79 of 98 municipalities.

All sums are over whole numbers, so an interval's coverage and a test's level hold exactly, not in the limit.

Intervals and the test of a share are about the 98: with 79 answers only the other 19 are uncertain. The two
tests that compare groups are conditional on their margins and do not use the population's size. Where most of
a population has answered, a difference within it is known better than they assume, so they err towards
'within chance'. Sums of whole numbers grow with n: 1,000 of 60,000 takes 0.04 s, 10,000 of millions seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from numbers import Real
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.errors import DataError
from borgerlib.statistics.exact.rank_sums import drawn_as_far, share_as_far


@dataclass(frozen=True)
class TestResult:
    """Result of an exact test.

    Parameters
    ----------
    p_value : float
        Two-sided; NaN where a count is hidden or not known.
    difference : float
        What is tested, on the scale that the test's function states (shares, 0–1).
    method : str
        Danish: the test in a phrase, for the method section.
    """

    p_value: float
    difference: float
    method: str

    # pytest takes every class called Test… for a test.
    __test__ = False

    def within_chance(self, confidence: float = 0.95) -> bool:
        """Return True when chance alone would give a difference as large this often or oftener.

        Raises
        ------
        DataError
            The p-value is not known, or confidence is not between 0 and 1.
        """
        _check_confidence(confidence)
        if math.isnan(self.p_value):
            raise DataError("Nothing can be said of chance: a count is hidden or not known.")
        return self.p_value > 1 - confidence


def finite_population_interval(
    count: int, n: int, population: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Return the exact interval of a population's share, from a sample without replacement.

    The interval holds every share K / population that an exact hypergeometric test with equal tails does not
    reject at the level: K from the smallest with P(X ≥ count) > α/2 to the largest with P(X ≤ count) > α/2
    (Wright, T. (1991): Exact Confidence Bounds when Sampling from Small Finite Universes; Konijn, H. S.
    (1973): Statistical Theory of Sample Survey Design and Analysis). It never covers less often than stated.
    Who answers is taken to be a matter of chance; n = population gives the share itself.

    Parameters
    ----------
    count, n : int
        Respondents who chose the option, and all who answered.
    population : int
        Everyone who could have answered.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper bound of the share, 0–1.

    Raises
    ------
    DataError
        Not 0 ≤ count ≤ n ≤ population, n < 1, or confidence not between 0 and 1.
    """
    _check_counts(count, n, population)
    _check_confidence(confidence)
    lower, upper = _bounds(int(count), int(n), int(population), float(confidence))
    return lower / population, upper / population


def exact_difference_test(count_a: int, n_a: int, count_b: int, n_b: int) -> TestResult:
    """Test whether two groups differ in a share.

    Fisher's exact test: two-sided by summing the tables that are no likelier than the one observed, all
    margins fixed (Fisher, R. A. (1935): The Logic of Inductive Inference; Irwin, J. O. (1935)).

    Parameters
    ----------
    count_a, n_a, count_b, n_b : int
        In each group: respondents who chose the option, and all who answered. Where one is missing (hidden,
        or not known), so is the result.

    Returns
    -------
    TestResult
        `difference` is the share of a less the share of b.

    Raises
    ------
    DataError
        A count is negative or above its n, or a group is empty.
    """
    method = "Fishers eksakte test, tosidet"
    if _missing(count_a, n_a, count_b, n_b):
        return TestResult(math.nan, math.nan, method)
    _check_counts(count_a, n_a, n_a, "a")
    _check_counts(count_b, n_b, n_b, "b")
    count_a, n_a, count_b, n_b = int(count_a), int(n_a), int(count_b), int(n_b)
    chosen, total = count_a + count_b, n_a + n_b
    ways = {
        k: math.comb(n_a, k) * math.comb(n_b, chosen - k)
        for k in range(max(0, chosen - n_b), min(n_a, chosen) + 1)
    }
    as_unlikely = sum(way for way in ways.values() if way <= ways[count_a])
    p_value = float(Fraction(as_unlikely, math.comb(total, chosen)))
    return TestResult(p_value, count_a / n_a - count_b / n_b, method)


def exact_trend_test(counts_a: Sequence[int], counts_b: Sequence[int], *, seed: int = 1) -> TestResult:
    """Test whether one of two groups stands higher on an ordered scale.

    Wilcoxon's rank sum with midranks for ties, against its exact permutation distribution given the margins
    (Mehta, C. R., Patel, N. R. & Tsiatis, A. A. (1984): Exact Significance Testing to Establish Treatment
    Equivalence with Ordered Categorical Data). Two-sided: rank sums at least as far from their mean. Ranks
    need no choice of distances between the steps of the scale. Where there are too many tables to go through,
    a million are drawn at random, and `method` says within what the p-value lies.

    Parameters
    ----------
    counts_a, counts_b : sequence of int
        Respondents of each group by step of the scale, lowest step first; missing ones as in
        `exact_difference_test`.
    seed : int
        Of the tables drawn at random, where they are.

    Returns
    -------
    TestResult
        `difference` is P(a above b) − P(b above a) for a random pair, −1 to 1.

    Raises
    ------
    DataError
        The groups have different numbers of steps, fewer than two, a negative count or nobody.
    """
    method = "eksakt Wilcoxon-test med midtrange, tosidet"
    if isinstance(counts_a, Iterable) and isinstance(counts_b, Iterable) and _missing(*counts_a, *counts_b):
        return TestResult(math.nan, math.nan, method)
    a, b = _check_steps(counts_a, counts_b)
    columns = [in_a + in_b for in_a, in_b in zip(a, b, strict=True)]
    # Midranks less the mean rank, doubled to stay whole: the step's rank sum is centred on 0.
    total, below = sum(columns), 0
    scores = []
    for column in columns:
        scores.append(2 * below + column - total)
        below += column
    observed = sum(score * count for score, count in zip(scores, a, strict=True))
    p_value = share_as_far(columns, scores, sum(a), abs(observed))
    if p_value is None:
        p_value, error = drawn_as_far(columns, scores, sum(a), abs(observed), seed=seed)
        method = (
            "Wilcoxon-test med midtrange, tosidet, af tilfældige fordelinger "
            f"(p-værdien er sikker på {danish.number(100 * error, 3)} procentpoint)"
        )
    return TestResult(p_value, observed / (sum(a) * sum(b)), method)


def exact_share_test(count: int, n: int, population: int, *, share: float = 0.5) -> TestResult:
    """Test whether a share among all of the population is above or below a given one.

    Hypergeometric: how often would a sample lie as far out if the population's share were the one given (or,
    where that is no whole number of people, the nearest on the other side)? The smaller of the two tails,
    doubled for two sides.

    Parameters
    ----------
    count, n, population : int
        As `finite_population_interval`; missing ones as in `exact_difference_test`.
    share : float
        Between 0 and 1; one half asks whether there is a majority.

    Returns
    -------
    TestResult
        `difference` is the share of the sample less the share given.

    Raises
    ------
    DataError
        As `finite_population_interval`, or the share is not between 0 and 1.
    """
    method = "eksakt hypergeometrisk test, tosidet"
    if _missing(count, n):
        return TestResult(math.nan, math.nan, method)
    _check_counts(count, n, population)
    if not (isinstance(share, Real) and 0 < share < 1):
        raise DataError(f"The share is {share!r}; give a number between 0 and 1, such as 0.5.")
    # As Python's own whole numbers, which do not overflow; a frame holds numpy's.
    count, n, population = int(count), int(n), int(population)
    successes = Fraction(share).limit_denominator(10**6) * population
    above = _at_least(count, n, math.floor(successes), population)
    below = _at_most(count, n, math.ceil(successes), population)
    p_value = float(min(Fraction(1), 2 * min(above, below)))
    return TestResult(p_value, count / n - share, method)


@lru_cache(maxsize=4096)
def _bounds(count: int, n: int, population: int, confidence: float) -> tuple[int, int]:
    tail = (1 - Fraction(confidence).limit_denominator(10**9)) / 2
    # K is at least the count and leaves room for those who did not choose it; both tails are monotone in K.
    lowest, highest = count, population - (n - count)
    lower = _first(lambda k: _at_least(count, n, k, population) > tail, lowest, highest)
    upper = highest - _first(
        lambda step: _at_most(count, n, highest - step, population) > tail, 0, highest - lowest
    )
    return lower, upper


def _first(holds: Callable[[int], bool], lowest: int, highest: int) -> int:
    """Return the smallest whole number where a condition holds that then holds for all larger ones."""
    while lowest < highest:
        middle = (lowest + highest) // 2
        if holds(middle):
            highest = middle
        else:
            lowest = middle + 1
    return lowest


def _at_least(count: int, n: int, successes: int, population: int) -> Fraction:
    """Return P(X ≥ count) for n drawn without replacement from a population with so many successes."""
    return 1 - _at_most(count - 1, n, successes, population)


def _at_most(count: int, n: int, successes: int, population: int) -> Fraction:
    failures = population - successes
    lowest, highest = max(0, n - failures), min(count, n, successes)
    if highest < lowest:
        return Fraction(0)
    way = math.comb(successes, lowest) * math.comb(failures, n - lowest)
    ways = way
    for k in range(lowest, highest):
        way = way * (successes - k) * (n - k) // ((k + 1) * (failures - n + k + 1))
        ways += way
    return Fraction(ways, math.comb(population, n))


def _check_counts(count: int, n: int, population: int, group: str = "") -> None:
    of_group = f" of group {group}" if group else ""
    values = {f"count{of_group}": count, f"n{of_group}": n, "population": population}
    problems = [
        f"{name} is {value!r}; give a whole number" for name, value in values.items() if not _is_whole(value)
    ]
    if not problems:
        if n < 1:
            problems.append(f"n{of_group} is {n}; give at least 1")
        if not 0 <= count <= n:
            problems.append(f"count{of_group} is {count}; legal are 0 to n = {n}")
        if n > population:
            problems.append(f"n is {n}, more than the population of {population}")
    if problems:
        raise DataError("These counts cannot be estimated from:", problems=problems)


def _missing(*counts: Any) -> bool:
    return any(pd.api.types.is_scalar(count) and pd.isna(count) for count in counts)


def _is_whole(value: object) -> bool:
    return isinstance(value, Real) and float(value).is_integer()


def _check_confidence(confidence: float) -> None:
    if not isinstance(confidence, Real) or not 0 < confidence < 1:
        raise DataError(f"The confidence is {confidence!r}; give a number between 0 and 1, such as 0.95.")


def _check_steps(counts_a: Sequence[int], counts_b: Sequence[int]) -> tuple[list[int], list[int]]:
    groups = [list(counts) if isinstance(counts, Iterable) else [] for counts in (counts_a, counts_b)]
    problems = []
    if len(groups[0]) != len(groups[1]):
        problems.append(f"group a has {len(groups[0])} steps and group b {len(groups[1])}; give as many")
    elif len(groups[0]) < 2:
        problems.append("a scale has at least two steps")
    for name, counts in zip("ab", groups, strict=True):
        if any(not _is_whole(count) or count < 0 for count in counts):
            problems.append(f"group {name} has counts that are no whole numbers of at least 0: {counts}")
        elif not sum(counts):
            problems.append(f"group {name} has nobody in it")
    if problems:
        raise DataError("The trend cannot be tested:", problems=problems)
    return [int(count) for count in groups[0]], [int(count) for count in groups[1]]

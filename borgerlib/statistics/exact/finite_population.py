"""Shares in a population so small that sampling without replacement matters: 79 of 98 municipalities.

All sums are over whole numbers, so an interval's coverage and a test's level hold exactly, not in the limit.

Intervals and the test of a share are about the 98: with 79 answers only the other 19 are uncertain. Sums of
whole numbers grow with n: 1,000 of 60,000 takes 0.04 s, 10,000 of millions seconds.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from fractions import Fraction
from functools import lru_cache
from numbers import Real

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.statistics.exact.counts import TestResult, check_counts, missing


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
        Not 0 ≤ count ≤ n ≤ population, or n < 1.
    ParameterError
        The confidence is not between 0 and 1.

    See Also
    --------
    exact_share_test : The test.

    Examples
    --------
    >>> import borgerlib
    >>> tuple(round(end, 3) for end in borgerlib.finite_population_interval(45, 78, 98))
    (0.531, 0.622)
    """
    check_counts(count, n, population)
    check_confidence(confidence)
    lower, upper = _bounds(int(count), int(n), int(population), float(confidence))
    return lower / population, upper / population


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
        Not 0 ≤ count ≤ n ≤ population, n < 1, or the share is not between 0 and 1.

    See Also
    --------
    finite_population_interval : The interval.

    Notes
    -----
    In R: ``phyper``.

    Examples
    --------
    >>> import borgerlib
    >>> round(borgerlib.exact_share_test(45, 78, 98).p_value, 4)
    0.0049
    """
    method = said("hypergeometric_test")
    if missing(count, n):
        return TestResult(math.nan, math.nan, method)
    check_counts(count, n, population)
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
    possible = range(lowest, highest)
    too_few = bisect_left(possible, True, key=lambda k: _at_least(count, n, k, population) > tail)
    down = range(highest, lowest, -1)
    too_many = bisect_left(down, True, key=lambda k: _at_most(count, n, k, population) > tail)
    return lowest + too_few, highest - too_many


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

"""Exact tests between two groups, conditional on their margins.

They do not use the population's size. Where most of a population has answered, a difference within it is
known better than they assume, so they err towards 'within chance'.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

import numpy as np

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.statistics.exact.counts import TestResult, check_counts, is_whole, missing

_MOST_TABLES = 2_000_000
_DRAWN = 1_000_000
_LEAST_ERROR = 1e-5


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

    See Also
    --------
    exact_trend_test : For ordered answers.
    estimate_difference : For weighted samples.

    Notes
    -----
    In R: ``fisher.test``.

    Examples
    --------
    >>> import borgerlib
    >>> round(borgerlib.exact_difference_test(30, 45, 15, 33).p_value, 4)
    0.0689
    """
    method = said("fisher_test")
    if missing(count_a, n_a, count_b, n_b):
        return TestResult(math.nan, math.nan, method)
    check_counts(count_a, n_a, n_a, "a")
    check_counts(count_b, n_b, n_b, "b")
    from scipy.stats import fisher_exact

    found = fisher_exact(np.array([[count_a, n_a - count_a], [count_b, n_b - count_b]], dtype=np.int64))
    return TestResult(float(found.pvalue), float(count_a / n_a - count_b / n_b), method)


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

    See Also
    --------
    exact_difference_test : For two answers.

    Notes
    -----
    In R: ``coin::wilcox_test(distribution = "exact")``.

    Examples
    --------
    >>> import borgerlib
    >>> round(borgerlib.exact_trend_test([1, 4, 8], [6, 5, 2]).p_value, 4)
    0.0117
    """
    method = said("wilcoxon_test")
    if isinstance(counts_a, Iterable) and isinstance(counts_b, Iterable) and missing(*counts_a, *counts_b):
        return TestResult(math.nan, math.nan, method)
    a, b = _check_steps(counts_a, counts_b)
    columns = [in_a + in_b for in_a, in_b in zip(a, b, strict=True)]
    # Midranks less the mean rank, doubled to stay whole: the step's rank sum is centred on 0.
    scores = [2 * up_to - own - sum(columns) for up_to, own in zip(accumulate(columns), columns, strict=True)]
    observed = sum(score * count for score, count in zip(scores, a, strict=True))
    p_value = share_as_far(columns, scores, sum(a), abs(observed))
    if p_value is None:
        p_value, error = drawn_as_far(columns, scores, sum(a), abs(observed), seed=seed)
        method = said("wilcoxon_test_drawn", points=round(Decimal(100 * error), 3))
    return TestResult(p_value, observed / (sum(a) * sum(b)), method)


def _check_steps(counts_a: Sequence[int], counts_b: Sequence[int]) -> tuple[list[int], list[int]]:
    groups = [list(counts) if isinstance(counts, Iterable) else [] for counts in (counts_a, counts_b)]
    problems = []
    if len(groups[0]) != len(groups[1]):
        problems.append(f"group a has {len(groups[0])} steps and group b {len(groups[1])}; give as many")
    elif len(groups[0]) < 2:
        problems.append("a scale has at least two steps")
    for name, counts in zip("ab", groups, strict=True):
        if any(not is_whole(count) or count < 0 for count in counts):
            problems.append(f"group {name} has counts that are no whole numbers of at least 0: {counts}")
        elif not sum(counts):
            problems.append(f"group {name} has nobody in it")
    if problems:
        raise DataError("The trend cannot be tested:", problems=problems)
    return [int(count) for count in groups[0]], [int(count) for count in groups[1]]


def share_as_far(columns: Sequence[int], scores: Sequence[int], size: int, far: int) -> float | None:
    """Return how often `size` people drawn from the columns have a sum of scores as far from 0.

    Every way to draw from all columns but the two largest is gone through; what is left to draw divides
    between those two hypergeometrically, and its tails are looked up. None where that is too much.
    """
    from scipy.special import gammaln
    from scipy.stats import hypergeom

    def log_ways(n: Any, k: Any) -> Any:
        return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

    order = sorted(range(len(columns)), key=lambda step: columns[step])
    others, (first, second) = order[:-2], order[-2:]
    left: Any = np.array([size])
    total: Any = np.zeros(1, dtype=np.int64)
    weight: Any = np.zeros(1)
    for step in others:
        if left.size * (columns[step] + 1) > _MOST_TABLES:
            return None
        count = np.arange(columns[step] + 1)
        fits = count <= left[:, None]
        total = (total[:, None] + count * scores[step])[fits]
        weight = (weight[:, None] + log_ways(columns[step], count))[fits]
        left = (left[:, None] - count)[fits]
    both = columns[first] + columns[second]
    left, total, weight = (values[left <= both] for values in (left, total, weight))
    # With k of the first of the two, the sum is total + left · score of the second + k · the difference.
    base, apart = total + left * scores[second], scores[first] - scores[second]
    ends = np.sort([(-far - base) / apart, (far - base) / apart], axis=0)
    below, above = np.floor(ends[0]), np.ceil(ends[1])
    share = hypergeom.cdf(below, both, columns[first], left)
    share += hypergeom.sf(np.maximum(above, below + 1) - 1, both, columns[first], left)
    log_all = log_ways(sum(columns), size)
    return float(min(1.0, np.exp(weight + log_ways(both, left) - log_all) @ share))


def drawn_as_far(
    columns: Sequence[int], scores: Sequence[int], size: int, far: int, *, seed: int
) -> tuple[float, float]:
    """Return `share_as_far` from a million tables drawn at random, and twice its standard error."""
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(columns, size, size=_DRAWN)
    # The table observed is one of them: the share is never 0 (Phipson & Smyth 2010).
    share = float((np.count_nonzero(abs(drawn @ np.array(scores)) >= far) + 1) / (_DRAWN + 1))
    return share, max(_LEAST_ERROR, 2 * math.sqrt(share * (1 - share) / _DRAWN))

"""From published percentages to the counts that they may have been computed from.

A report that prints "63 pct." has rounded ``100 · count / n``. Only some pairs of n and count reproduce a
printed percentage, and fewer reproduce all the percentages of one question. All arithmetic is in integers:
percentages are never compared as floats.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pandas as pd

from borgerlib.errors import DataError
from borgerlib.statistics.exact.counts import is_whole

MOST_SOLUTIONS = 100_000
# A cost is distance · 1000 + changes; this works because a question has far fewer than 1000 options.
_APART = 1000


def rounded_percent(count: int, n: int) -> int:
    """Return ``100 · count / n`` rounded half up, in whole numbers (45 of 72 → 63)."""
    return (200 * count + n) // (2 * n)


def feasible_counts(percentages: Sequence[int], *, max_n: int = 79, exclusive: bool = False) -> pd.DataFrame:
    """Find every n, and the counts behind each percentage, that gives all percentages back.

    Up to n = 100 a percentage has at most one count; above, it may have several, and every combination is a
    solution of its own.

    Parameters
    ----------
    percentages : sequence of int
        Whole percentages of one question, rounded half up, all with the same base.
    max_n : int
        Largest base considered.
    exclusive : bool
        The options rule each other out and are all here: the counts sum to n.

    Returns
    -------
    DataFrame
        One row a solution, by n: n (int), counts (tuple of int, in the order of `percentages`). No rows
        when nothing fits.

    Raises
    ------
    DataError
        The percentages or `max_n` are not legal, or there are more than 100,000 solutions.

    See Also
    --------
    smallest_change : How much percentages must move.
    audit : All published numbers.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.feasible_counts([58]).tail(2).values.tolist()
    [[78, (45,)], [79, (46,)]]
    """
    values = _checked(percentages, max_n)
    solutions: list[tuple[int, tuple[int, ...]]] = []
    for n in range(1, max_n + 1):
        candidates = [_counts_behind(value, n) for value in values]
        if math.prod(len(counts) for counts in candidates) + len(solutions) > MOST_SOLUTIONS:
            raise DataError(
                f"The percentages have more than {MOST_SOLUTIONS:,} candidate solutions from n = {n} on.",
                hint=f"Ask for max_n below {n}; up to n = 100 a percentage has at most one count.",
            )
        for counts in itertools.product(*candidates):
            if not exclusive or sum(counts) == n:
                solutions.append((n, counts))
    return pd.DataFrame(solutions, columns=["n", "counts"])


def smallest_change(percentages: Sequence[int], *, max_n: int = 79, exclusive: bool = False) -> pd.DataFrame:
    """Say for every n how far the percentages are from possible, the nearest first.

    The distance of a percentage is the number of percentage points between ``100 · count / n`` and the
    interval that rounds to it, ``[p − 0.5, p + 0.5]``; counts are chosen so that the sum of distances is
    smallest, then the number of changed percentages.

    Parameters
    ----------
    percentages, max_n, exclusive
        As `feasible_counts`.

    Returns
    -------
    DataFrame
        One row an n, nearest first: n, counts (tuple), percentages (tuple: what the counts round to),
        changes (tuple of (position from 0, published, possible)), changed (number of them), distance
        (percentage points in all). The first row of possible percentages has no changes.

    Raises
    ------
    DataError
        The percentages or `max_n` are not legal.

    See Also
    --------
    feasible_counts : Which counts are possible.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.smallest_change([58, 43]).head(1).to_dict("records")
    [{'n': 40, 'counts': (23, 17), 'percentages': (58, 43), 'changes': (), 'changed': 0, 'distance': 0.0}]
    """
    values = _checked(percentages, max_n)
    rows = []
    for n in range(1, max_n + 1):
        costs = [_costs(value, n) for value in values]
        counts = _cheapest_summing_to(n, costs) if exclusive else [int(cost.argmin()) for cost in costs]
        possible = tuple(rounded_percent(count, n) for count in counts)
        changes = tuple(
            (position, value, new)
            for position, (value, new) in enumerate(zip(values, possible, strict=True))
            if value != new
        )
        distance = Fraction(sum(int(cost[c]) // _APART for cost, c in zip(costs, counts, strict=True)), 2 * n)
        rows.append((distance, len(changes), n, tuple(counts), possible, changes))
    rows.sort(key=lambda row: row[:3])
    return pd.DataFrame(
        [
            (n, counts, possible, changes, changed, float(distance))
            for distance, changed, n, counts, possible, changes in rows
        ],
        columns=["n", "counts", "percentages", "changes", "changed", "distance"],
    )


def _checked(percentages: Sequence[int], max_n: int) -> list[int]:
    problems = []
    values = [] if is_whole(percentages) else list(percentages)
    if not values:
        problems.append("there are no percentages; give at least one, in a list: [58]")
    for position, value in enumerate(values):
        if isinstance(value, bool) or not is_whole(value):
            problems.append(f"percentage {position + 1} is {value!r}; give a whole number from 0 to 100")
        elif not 0 <= value <= 100:
            problems.append(f"percentage {position + 1} is {value}; legal are 0 to 100")
    if isinstance(max_n, bool) or not is_whole(max_n) or max_n < 1:
        problems.append(f"max_n is {max_n!r}; give a whole number of at least 1")
    if problems:
        raise DataError("Counts cannot be sought behind these percentages:", problems=problems)
    return [int(value) for value in values]


def _counts_behind(percentage: int, n: int) -> range:
    """Return the counts c with (2p − 1)·n ≤ 200·c < (2p + 1)·n."""
    lowest = max(0, -((-(2 * percentage - 1) * n) // 200))
    highest = min(n, ((2 * percentage + 1) * n - 1) // 200)
    return range(lowest, highest + 1)


def _costs(percentage: int, n: int) -> np.ndarray:
    """Return for each count 0…n a number that orders by distance (in 2n-ths), then by changed or not."""
    counts = np.arange(n + 1, dtype=np.int64)
    below = (2 * percentage - 1) * n - 200 * counts
    above = 200 * counts - (2 * percentage + 1) * n
    distance = np.maximum(0, np.maximum(below, above))
    changed = (200 * counts + n) // (2 * n) != percentage
    return np.asarray(distance * _APART + changed, dtype=np.int64)


def _cheapest_summing_to(total: int, costs: Sequence[np.ndarray]) -> list[int]:
    """Choose one count per percentage, summing to `total`, at the lowest cost (dynamic programming)."""
    unreachable = np.iinfo(np.int64).max // 4
    best = np.full(total + 1, unreachable)
    best[0] = 0
    choices = []
    sums = np.arange(total + 1)
    rest = sums[:, None] - sums[None, :]
    for cost in costs:
        options = np.where(rest >= 0, best[np.maximum(rest, 0)] + cost[None, :], unreachable)
        choices.append(options.argmin(axis=1))
        best = options.min(axis=1)
    counts: list[int] = []
    for choice in reversed(choices):
        counts.insert(0, int(choice[total - sum(counts)]))
    return counts

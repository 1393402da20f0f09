"""The permutation distribution of a rank sum, for tests between two groups on an ordered scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

_MOST_TABLES = 2_000_000
_DRAWN = 1_000_000
_LEAST_ERROR = 1e-5


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

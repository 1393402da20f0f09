"""Which answer stands first: only one that differs from all others by more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from borgerlib.statistics.levels import Floats, Mask

_MANY = 1e6  # degrees of freedom from which a t distribution is a normal one


def first_places(
    rows: Sequence[Mapping[Any, Any]],
    *,
    confidence: float,
    exclusive: bool = False,
    apart: Floats | None = None,
) -> Mask:
    """Return which answers to one question may be the most frequent among all.

    Multiple comparison with the best (Hsu 1981): an answer is left out where it is less frequent than
    another by more than chance. A single one that is left stands first; of several, none does.

    Parameters
    ----------
    rows : sequence of mapping
        One an answer: proportion, ci_lower, ci_upper (shares 0–1; the interval may be missing) and n.
    confidence : float
        Level of the intervals and of the comparison, between 0 and 1.
    exclusive : bool
        A respondent gave one answer.
    apart : array of float, optional
        rows × rows, where it is known: the share (0–1) of the respondents who gave exactly one of two.

    Returns
    -------
    array of bool
        One a row; False where the proportion is missing. All False where a row is suppressed: what is
        hidden may be the largest.

    Notes
    -----
    Estimates that may be shown hold no covariances. Without `apart` the respondents who gave exactly one of
    two answers are taken to be as many as the two shares allow (Fréchet 1951), which names a winner too
    seldom rather than too often. k − 1 one-sided comparisons share the level (Bonferroni). What weights cost
    is read off the intervals.
    """
    share, lower, upper, n = (
        np.array([row[key] for row in rows], dtype=np.float64)
        for key in ("proportion", "ci_lower", "ci_upper", "n")
    )
    known = ~np.isnan(share)
    possible = known & (not any(row.get("suppressed", False) for row in rows))
    if possible.sum() < 2:
        return possible
    from scipy.special import ndtri, stdtrit

    of = np.flatnonzero(possible)
    share, n = share[of], n[of]
    error = (upper - lower)[of] / (2 * float(ndtri((1 + confidence) / 2)))
    size = _effective_sizes(share, error, n)
    difference = share[None, :] - share[:, None]  # how much the column's answer is ahead of the row's
    either = share[None, :] + share[:, None]
    if apart is None:
        apart = either if exclusive else np.minimum(either, 2 - either)
    else:
        apart = apart[np.ix_(of, of)]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.maximum(apart - difference**2, 0) / np.minimum(size[None, :], size[:, None])
    degrees = max(float(np.nanmin(np.where(np.isnan(n), np.inf, n))) - 1, 1)
    critical = stdtrit(min(degrees, _MANY), 1 - (1 - confidence) / (len(of) - 1))
    behind = (difference > 0) & (difference > critical * np.sqrt(variance))
    possible[of] = ~behind.any(axis=1)
    return possible


def _effective_sizes(share: Floats, error: Floats, n: Floats) -> Floats:
    """Return how many respondents of a simple random sample would make each share as sure."""
    spread = share * (1 - share)
    readable = (error > 0) & (spread > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        read = np.where(readable, spread / error**2, n)
    # An interval without width is of a population that has answered whole: no difference is by chance.
    return np.where((error == 0) & (spread > 0), np.inf, read)

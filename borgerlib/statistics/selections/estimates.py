"""Estimates of a selection, beside those of everybody, with intervals and differences beyond chance.

All of it is computed from rounded numbers (`borgerlib.statistics.selections.disclosure`), and counts the
rounding as an uncertainty of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtr, ndtri
from statsmodels.stats.multitest import fdrcorrection

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.disclosure import SelectionSize

Shares = Mapping[str, npt.NDArray[Any]]

# Over the places that a share may have between two multiples, random rounding has this variance in steps.
_ROUNDING = 1 / 6
_SMALLEST_EXPECTED = 5.0


def intervals(shares: Shares, size: SelectionSize, *, confidence: float) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of rounded shares.

    Parameters
    ----------
    shares : mapping of str to array
        As `Guard.shares` returns.
    size : SelectionSize
        The selection's.
    confidence : float
        Level, between 0 and 1.

    Returns
    -------
    (array, array)
        Lower and upper ends (shares 0–1; missing where suppressed or settled).

    Notes
    -----
    The interval of Clopper & Pearson with the effective sample size (Korn & Graubard, 1998); its two sides
    are widened by the standard deviation of the rounding, as independent errors add up (Newcombe, 1998).
    """
    p = shares["proportion"]
    known = ~np.isnan(p) & ~shares["settled"]
    lower, upper = np.full(len(p), np.nan), np.full(len(p), np.nan)
    if known.any() and size.effective_n is not None:
        n, tail, share = float(size.effective_n), (1 - confidence) / 2, p[known]
        rounding = ndtri(1 - tail) ** 2 * _ROUNDING * shares["step"][known] ** 2
        low = betaincinv(share * n, (1 - share) * n + 1, tail)
        high = betaincinv(share * n + 1, (1 - share) * n, 1 - tail)
        lower[known] = np.clip(share - np.sqrt((share - low) ** 2 + rounding), 0, 1)
        upper[known] = np.clip(share + np.sqrt((high - share) ** 2 + rounding), 0, 1)
    return lower, upper


def directions(
    shares: Shares,
    size: SelectionSize,
    of_all: Shares,
    all_size: SelectionSize,
    *,
    false_discovery_rate: float,
) -> npt.NDArray[np.float64]:
    """Return whether a selection chooses each option more (1) or less (-1) than the rest, beyond chance.

    Parameters
    ----------
    shares, of_all : mapping of str to array
        As `Guard.shares` returns, of the selection and of everybody.
    size, all_size : SelectionSize
        Theirs.
    false_discovery_rate : float
        Of the marks, as many as this share may be false (Benjamini & Hochberg, 1995).

    Returns
    -------
    array
        1, -1, 0 where the difference is within chance, missing where it cannot be tested. Each item's
        options are a family of tests of its own.
    """
    item = shares["item"]
    found = np.full(len(item), np.nan)
    if size.n is None or all_size.n is None or all_size.n <= size.n:
        return found
    of_selected = float(size.people or 0) / float(all_size.people or 1)
    rest_n = float(all_size.effective_n or 0) - float(size.effective_n or 0)
    if not 0 < of_selected < 1 or rest_n <= 0:
        return found
    p, whole = shares["proportion"], of_all["proportion"]
    step, whole_step = shares["step"], of_all["step"]
    difference, error, testable = _compared(p, whole, step, whole_step, of_selected, size, rest_n)
    testable &= ~shares["settled"]
    p_values = 2 * ndtr(-np.abs(difference / error))
    for role in dict.fromkeys(item):
        rows = testable & (item == role)
        if rows.any():
            beyond, _ = fdrcorrection(p_values[rows], alpha=false_discovery_rate)
            found[rows] = np.where(beyond, np.sign(difference[rows]), 0.0)
    return found


def _compared(
    p: Floats,
    whole: Floats,
    step: Floats,
    whole_step: Floats,
    of_selected: float,
    size: SelectionSize,
    rest_n: float,
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return difference to the rest, its standard error if both were alike, and whether it can be tested."""
    selected_n = float(size.effective_n or 0)
    rest = np.clip((whole - of_selected * p) / (1 - of_selected), 0, 1)
    pooled = (selected_n * p + rest_n * rest) / (selected_n + rest_n)
    noise = _ROUNDING * (step**2 + (whole_step / (1 - of_selected)) ** 2)
    error = np.sqrt(pooled * (1 - pooled) * (1 / selected_n + 1 / rest_n) + noise)
    testable = ~np.isnan(p) & ~np.isnan(whole) & _enough(pooled, selected_n) & _enough(pooled, rest_n)
    return p - rest, error, testable


def _enough(share: Floats, n: float) -> npt.NDArray[np.bool_]:
    """Return where the normal approximation of a difference holds: five expected on either side."""
    return np.asarray(np.fmin(share, 1 - share) * n >= _SMALLEST_EXPECTED)

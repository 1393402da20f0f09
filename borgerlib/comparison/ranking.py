"""Which of many numbers differ: limits of a funnel, and simultaneous rank ranges."""

from __future__ import annotations

import numpy as np
import pandas as pd

_WINSORISED = 0.1


def control_limits(
    shares: pd.Series, errors: pd.Series, country: float, *, confidence: float
) -> tuple[float, list[str]]:
    """Return how much shares vary beyond their errors, and which of them lie outside that variation.

    Parameters
    ----------
    shares, errors : Series
        One an area: its share and standard error; missing where unknown.
    country : float
        The share that they vary about.
    confidence : float
        Probability that all areas lie within the limits if there is only this variation.

    Returns
    -------
    float
        Standard deviation between areas.
    list of str
        'over', 'under' or '' for each.

    Notes
    -----
    Spiegelhalter (2005): the variation is estimated from z scores winsorised at the outermost tenths, so that
    outliers do not widen the limits and hide themselves.
    """
    known = shares.notna().to_numpy()
    z = ((shares - country) / errors).to_numpy(dtype=np.float64)[known]
    low, high = np.quantile(z, [_WINSORISED, 1 - _WINSORISED])
    areas, factor = len(z), float((np.clip(z, low, high) ** 2).mean())
    weight = 1 / errors.to_numpy(dtype=np.float64)[known] ** 2
    between = (areas * factor - (areas - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())
    between = max(between, 0.0)
    reach = joint_reach(areas, confidence) * np.sqrt(errors**2 + between)
    off = (shares - country).where(known, 0.0)
    outside = np.select([off > reach, off < -reach], ["over", "under"], "")
    return float(np.sqrt(between)), [str(word) for word in outside]


def joint_reach(areas: int, confidence: float) -> float:
    """Return the number of standard deviations that covers so many areas simultaneously (Šidák 1967)."""
    from scipy import stats

    return float(stats.norm.ppf((1 + confidence ** (1 / areas)) / 2))


def rank_ranges(estimates: pd.Series, errors: pd.Series, *, confidence: float) -> tuple[list[int], list[int]]:
    """Return the best and the worst rank that each area may have; 1 is the largest.

    All ranges hold simultaneously at the confidence level: they follow from simultaneous intervals, of which
    two overlapping ones leave open which area is larger (Klein, Wright & Wieczorek 2020).
    """
    reach = joint_reach(len(estimates), confidence) * errors.to_numpy(dtype=np.float64)
    middle = estimates.to_numpy(dtype=np.float64)
    lower, upper = np.sort(middle - reach), np.sort(middle + reach)
    surely_larger = len(middle) - np.searchsorted(lower, middle + reach, side="right")
    surely_smaller = np.searchsorted(upper, middle - reach, side="left")
    return (1 + surely_larger).tolist(), (len(middle) - surely_smaller).tolist()

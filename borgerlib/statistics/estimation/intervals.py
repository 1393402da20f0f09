"""Intervals for proportions and means of survey samples."""

from __future__ import annotations

from numbers import Real
from typing import Literal

import numpy as np

from borgerlib.errors import ParameterError
from borgerlib.statistics.estimation.variance import DomainMeans
from borgerlib.statistics.levels import Floats

Method = Literal["beta", "logit", "wilson"]


def check_confidence(level: float, name: str = "confidence", usual: float = 0.95) -> None:
    """Raise `ParameterError` unless a level is a number between 0 and 1 (the text '0,95' is no number)."""
    if not isinstance(level, Real) or not 0 < level < 1:
        raise ParameterError(f"{name} is {level!r}; it must lie between 0 and 1, for example {usual}.")


def t_quantile(degrees: Floats, confidence: float) -> Floats:
    """Return Student's two-sided quantile; infinite where there are no degrees of freedom."""
    from scipy.special import stdtrit

    known = degrees > 0
    quantile = stdtrit(np.where(known, degrees, 1.0), 1 - (1 - confidence) / 2)
    return np.where(known, np.asarray(quantile, dtype=np.float64), np.inf)


def proportion_interval(
    means: DomainMeans, effective_n: Floats, degrees: tuple[Floats, Floats], method: Method, confidence: float
) -> tuple[Floats, Floats]:
    """Return the lower and upper end of a proportion's interval.

    Parameters
    ----------
    means : DomainMeans
        Proportions, their design variances, and where margins or a full count leave no doubt.
    effective_n : array
        Kish's effective sample size, used where the variance is zero but uninformative.
    degrees : tuple of array
        Degrees of freedom of the design, and of as many single respondents.
    method : {'beta', 'logit', 'wilson'}
        Korn & Graubard (1998): Clopper–Pearson with the effective sample size p(1−p)/variance, corrected
        for the degrees of freedom; the t interval of the logit; Wilson (1927) with the same effective sample
        size as beta.
    confidence : float

    Notes
    -----
    If all answers agree (a proportion of 0 or 1), or all sampling units happen to agree, the estimated
    variance is zero and uninformative. Kish's effective sample size is then used, with the same correction,
    and 'logit' is replaced by 'beta'. If the variance is zero because margins or a full count determine the
    proportion, the interval is the estimate itself. Without degrees of freedom it is 0 to 1.
    """
    proportion, variance, settled = means
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = proportion * (1 - proportion) / variance
        t_design, t_rows = (t_quantile(free, confidence) for free in degrees)
        correction = np.where(degrees[0] == degrees[1], 1.0, (t_rows / t_design) ** 2)
        size = np.where(means.silent, effective_n, usual) * np.where(np.isfinite(correction), correction, 1.0)
        lower, upper = interval_of_size(
            proportion, size, "wilson" if method == "wilson" else "beta", confidence
        )
        if method == "logit":
            of_logit = _logit(proportion, variance, t_design)
            lower, upper = np.where(means.silent, (lower, upper), of_logit)
    lower = np.where(settled, proportion, np.where(proportion <= 0, 0.0, lower))
    upper = np.where(settled, proportion, np.where(proportion >= 1, 1.0, upper))
    unknown = np.isnan(proportion)
    return np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper)


def mean_interval(
    mean: Floats, standard_error: Floats, degrees: Floats, confidence: float
) -> tuple[Floats, Floats]:
    """Return the ends of the t interval; missing without degrees of freedom."""
    known = degrees > 0
    half = np.where(known, t_quantile(np.where(known, degrees, 1.0), confidence), np.nan) * standard_error
    return mean - half, mean + half


def difference_without_error(
    own: Floats, other: Floats, size: Floats, size_other: Floats, degrees: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return interval and p-value of a difference of shares whose variance is zero but uninformative.

    Parameters
    ----------
    own, other : array of three rows
        Share, and the lower and upper end of its interval.
    size, size_other : array
        (Effective) respondents behind them.
    degrees : array
        Degrees of freedom of the test.

    Returns
    -------
    lower, upper : array
        Interval ends: each distance is the root of the summed squares of the two shares' own distances
        (Newcombe 1998; Zou & Donner 2008).
    p_value : array
        Two-sided, with the standard error of the pooled share (t distribution).
    """
    from scipy.special import stdtr

    (share, lower, upper), (share_other, lower_other, upper_other) = own, other
    difference = share - share_other
    down = np.hypot(share - lower, upper_other - share_other)
    up = np.hypot(upper - share, share_other - lower_other)
    with np.errstate(divide="ignore", invalid="ignore"):
        together = (size * share + size_other * share_other) / (size + size_other)
        error = np.sqrt(together * (1 - together) * (1 / size + 1 / size_other))
        p_value = np.where(difference == 0, 1.0, 2 * stdtr(degrees, -np.abs(difference) / error))
    return difference - down, difference + up, p_value


def interval_of_size(
    proportion: Floats, size: Floats, method: str, confidence: float
) -> tuple[Floats, Floats]:
    """Return the interval for a (fractional) number of respondents; 0 to 1 if there are none."""
    from statsmodels.stats.proportion import proportion_confint

    usable = np.isfinite(size) & (size > 0)
    count = np.where(usable, size, 1.0)
    lower, upper = proportion_confint(
        np.where(usable, proportion, 0.0) * count, count, alpha=1 - confidence, method=method
    )
    return np.where(usable, lower, 0.0), np.where(usable, upper, 1.0)


def _logit(proportion: Floats, variance: Floats, quantile: Floats) -> tuple[Floats, Floats]:
    from scipy.special import expit, logit

    half = quantile * np.sqrt(variance) / (proportion * (1 - proportion))
    middle = logit(proportion)
    return expit(middle - half), expit(middle + half)

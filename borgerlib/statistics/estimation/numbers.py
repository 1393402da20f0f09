"""Means, quantiles and ratios of numbers by domain, with standard errors and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, Unpack

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.estimation.answers import DomainCodes, column_named, domains_of, known_of
from borgerlib.statistics.estimation.intervals import check_confidence, mean_interval, t_quantile
from borgerlib.statistics.estimation.sample_design import Design, sample_design
from borgerlib.statistics.estimation.variance import Domains
from borgerlib.statistics.levels import LARGEST, Floats, Ints, any_frame, numeric_column, rows_named

_MEANS = ("item", "n", "n_weighted", "mean", "standard_error", "ci_lower", "ci_upper")
_QUANTILES = (
    "item", "probability", "n", "n_weighted", "quantile", "standard_error", "ci_lower", "ci_upper",
)  # fmt: skip
_RATIOS = (
    "numerator", "denominator", "n", "n_weighted", "ratio", "standard_error", "ci_lower", "ci_upper",
)  # fmt: skip


@any_frame
def estimate_mean(
    respondents: pd.DataFrame,
    item: str,
    *,
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Estimate the mean of a numeric column in each domain.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    item : str
        A numeric column; a missing value is outside the base.
    by, confidence, **design
        See `estimate_proportions`.

    Returns
    -------
    DataFrame
        One row a domain. Columns: the `by` columns, item, n, n_weighted, mean, standard_error, ci_lower,
        ci_upper (t interval; missing where a domain has no degrees of freedom). The standard error is missing
        where nothing varies, as of a single answer: that is no certainty.

    Raises
    ------
    ParameterError, DataError
        See `estimate_proportions`.

    See Also
    --------
    estimate_proportions : Shares.

    Notes
    -----
    As ``svymean`` of R's ``survey`` package with ``confint(df = degf(design))``.

    In R: ``svymean``, by groups ``svyby``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> borgerlib.estimate_mean(people, "alder", by="koen", weight="weight")[["koen", "mean"]].round(
    ...     1
    ... ).values.tolist()
    [['mand', 56.5], ['kvinde', 58.2], ['oensker_ikke', 58.6]]
    """
    check_confidence(confidence)
    item, values = _numbers(respondents, item)
    domains, _, base, (of_row,) = _based(respondents, by, _MEANS, design, values)
    found = base.estimate(of_row)
    mean, error = found.mean, found.error
    lower, upper = mean_interval(mean, error, base.degrees, confidence)
    columns = (base.n.astype(np.int64), base.n_weighted, mean, error, lower, upper)
    frame = domains.frame.assign(item=item, **dict(zip(_MEANS[1:], columns, strict=True)))
    return known_of(frame, respondents, design, confidence)


@any_frame
def estimate_quantiles(
    respondents: pd.DataFrame,
    item: str,
    *,
    probabilities: Sequence[float] = (0.5,),
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Estimate quantiles of a numeric column in each domain: the median, unless told otherwise.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    item : str
        A numeric column; a missing value is outside the base.
    probabilities : sequence of float
        Shares of people below, between 0 and 1: 0.5 is the median.
    by, confidence, **design
        See `estimate_proportions`.

    Returns
    -------
    DataFrame
        One row a domain × probability. Columns: the `by` columns, item, probability, n, n_weighted, quantile,
        standard_error, ci_lower, ci_upper. An end of the interval is missing where it lies beyond all
        answers.

    Raises
    ------
    ParameterError, DataError
        See `estimate_proportions`; also a probability outside 0–1.

    See Also
    --------
    estimate_mean : The mean.
    estimate_proportions : Shares.

    Notes
    -----
    The smallest answer that at least so many do not exceed. The interval is Woodruff's (1952): that of the
    share of those at or below the quantile, read back as answers; the standard error is its length over twice
    the t quantile. In R: ``svyquantile(qrule = "math", interval.type = "mean")``, which, however, gives the
    second answer where the first alone is more than is asked for.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> median = borgerlib.estimate_quantiles(people, "alder", by="koen", weight="weight")
    >>> median[["koen", "quantile", "ci_lower", "ci_upper"]].head(2).values.tolist()
    [['mand', 59.0, 57.0, 63.0], ['kvinde', 62.0, 60.0, 64.0]]
    """
    check_confidence(confidence)
    shares = _probabilities(probabilities)
    item, values = _numbers(respondents, item)
    domains, code, base, (answers,) = _based(respondents, by, _QUANTILES, design, values)
    ordered = [_Ordered(answers[code == d], base.weight[code == d]) for d in range(domains.size)]
    critical = np.where(base.degrees > 0, t_quantile(base.degrees, confidence), np.nan)
    results = np.empty((4, domains.size, len(shares)))
    for number, share in enumerate(shares):
        quantile = np.array([answers.at(share) for answers in ordered])
        found = base.estimate(answers <= quantile[code])
        below = found.mean
        # If nobody lies above the quantile, use the binomial variance of the requested share, p(1−p)/n_eff.
        variance = np.where(found.silent, share * (1 - share) / base.effective_n, found.variance)
        ends = [below + sign * critical * np.sqrt(variance) for sign in (-1, 1)]
        lower, upper = (
            np.array([of.at(p) for of, p in zip(ordered, end, strict=True)], dtype=np.float64) for end in ends
        )
        results[:, :, number] = quantile, (upper - lower) / (2 * critical), lower, upper
    frame = domains.frame.loc[domains.frame.index.repeat(len(shares))].reset_index(drop=True)
    counts = {"n": base.n.astype(np.int64), "n_weighted": base.n_weighted}
    frame = frame.assign(
        item=item,
        probability=shares * domains.size,
        **{name: np.repeat(count, len(shares)) for name, count in counts.items()},
        **{name: column.ravel() for name, column in zip(_QUANTILES[4:], results, strict=True)},
    )
    return known_of(frame, respondents, design, confidence)


@any_frame
def estimate_ratio(
    respondents: pd.DataFrame,
    numerator: str,
    denominator: str,
    *,
    by: str | Sequence[str] | None = None,
    confidence: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Estimate the ratio of two columns' totals in each domain: hours a meeting, meetings a person.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    numerator, denominator : str
        Numeric columns; who lacks a value in either is outside the base.
    by, confidence, **design
        See `estimate_proportions`.

    Returns
    -------
    DataFrame
        One row a domain. Columns: the `by` columns, numerator, denominator, n, n_weighted, ratio,
        standard_error, ci_lower, ci_upper (t interval). Missing where the denominator's total is zero, and
        the error where everybody's ratio is the same.

    Raises
    ------
    ParameterError, DataError
        See `estimate_proportions`.

    See Also
    --------
    estimate_mean : A ratio to the number of people.

    Notes
    -----
    Linearised (Särndal, Swensson & Wretman 1992, 5.6). In R: ``svyratio`` with
    ``confint(df = degf(design))``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"timer": [2, 6, 4], "moeder": [1, 2, 1]})
    >>> borgerlib.estimate_ratio(people, "timer", "moeder")["ratio"].tolist()
    [3.0]
    """
    check_confidence(confidence)
    (numerator, above), (denominator, below) = (
        _numbers(respondents, name) for name in (numerator, denominator)
    )
    domains, code, base, (above, below) = _based(respondents, by, _RATIOS, design, above, below)
    mean_above, mean_below = (base.estimate(values).mean for values in (above, below))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(mean_below == 0, np.nan, mean_above / mean_below)
        # Linearise: y − R·x has mean zero, and its standard error over |mean(x)| is that of the ratio R.
        left = base.estimate(above - np.nan_to_num(ratio)[code] * below)
        error = np.where(np.isnan(ratio), np.nan, left.error / np.abs(mean_below))
    lower, upper = mean_interval(ratio, error, base.degrees, confidence)
    columns = (base.n.astype(np.int64), base.n_weighted, ratio, error, lower, upper)
    frame = domains.frame.assign(
        numerator=numerator, denominator=denominator, **dict(zip(_RATIOS[2:], columns, strict=True))
    )
    return known_of(frame, respondents, design, confidence)


def _based(
    respondents: pd.DataFrame,
    by: str | Sequence[str] | None,
    reserved: Sequence[str],
    design: Design,
    *values: Floats,
) -> tuple[DomainCodes, Ints, Domains, list[Floats]]:
    """Return the domains, and for respondents in a domain with all values: domain, base, and the values."""
    sample = sample_design(respondents, **design)
    domains = domains_of(respondents, by, reserved=reserved)
    rows = np.flatnonzero(~np.isnan(sum(values)) & (domains.codes >= 0))
    code = domains.codes[rows]
    return domains, code, Domains(sample, rows, code, domains.size), [of[rows] for of in values]


def _probabilities(given: Any) -> list[float]:
    shares = list(given) if isinstance(given, Sequence | np.ndarray) else [given]
    if not shares or not all(isinstance(share, Real) and 0 < float(share) < 1 for share in shares):
        raise ParameterError(
            f"probabilities is {given!r}; give shares between 0 and 1, such as (0.25, 0.5, 0.75)."
        )
    return [float(share) for share in shares]


def _numbers(respondents: pd.DataFrame, item: str) -> tuple[str, Floats]:
    """Return a column's name and its numbers, or raise an error if they are not numeric."""
    item = column_named(respondents, item)
    values = numeric_column(respondents, item, role="numeric")
    size = np.abs(values)
    wrong = (size > LARGEST) | ((size > 0) & (size < 1 / LARGEST))
    if wrong.any():
        raise DataError(
            f"Column '{item}' holds numbers too large or too small to be squared, or infinite values "
            f"(rows {rows_named(respondents.index, wrong)}).",
            hint="Replace them by a number, or by a missing value; or count in another unit.",
        )
    return item, values


class _Ordered:
    """A domain's answers in ascending order, and the cumulative share of people."""

    def __init__(self, values: Floats, weight: Floats) -> None:
        order = np.argsort(values[weight > 0], kind="stable")
        self._values = values[weight > 0][order]
        below = np.cumsum(weight[weight > 0][order].astype(np.longdouble)).astype(np.float64)
        # Accumulate in long double, as R does: rounding decides which of two answers meets a share exactly.
        self._below = below / below[-1] if len(below) else below

    def at(self, share: float) -> float:
        """Return the smallest answer whose cumulative share is at least `share`; NaN outside 0–1."""
        if not len(self._values) or not 0 <= share <= 1:
            return float("nan")
        at = int(np.searchsorted(self._below, share, side="left"))
        return float(self._values[min(at, len(self._values) - 1)])

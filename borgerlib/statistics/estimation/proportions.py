"""Weighted proportions and means by domain, with standard errors and intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from borgerlib.errors import DataError
from borgerlib.statistics.estimation.answers import answers_to, column_named, domains_of
from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.intervals import (
    Method,
    check_confidence,
    check_interval,
    mean_interval,
    proportion_interval,
)
from borgerlib.statistics.estimation.option_bases import bases, by_option, known_of
from borgerlib.statistics.estimation.sample_design import sample_design
from borgerlib.statistics.estimation.variance import Domains
from borgerlib.statistics.levels import numeric_column, rows_named, sums
from borgerlib.statistics.weighting.adjustment import WeightingResult

__all__ = ["estimate_difference", "estimate_mean", "estimate_proportions"]

_PROPORTIONS = (
    "item", "option", "n", "count", "n_weighted", "proportion", "standard_error", "ci_lower", "ci_upper",
)  # fmt: skip
_MEANS = ("item", "n", "n_weighted", "mean", "standard_error", "ci_lower", "ci_upper")


def estimate_proportions(
    respondents: pd.DataFrame,
    item: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    weight: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    population_size: str | None = None,
    raked_to: WeightingResult | None = None,
    interval: Method = "beta",
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate the share of each response option in each domain.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample: domains are singled out with `by`, not by dropping rows.
    item : str or sequence of str
        A column whose values are the options; the 0/1 columns of a multiple-choice item; or the part before
        ``__`` in the names of such columns.
    by : str or sequence of str, optional
        Columns whose combinations are the domains.
    weight, strata, cluster : str, optional
        Columns: sampling weight, stratum, and primary sampling unit.
    population_size : str, optional
        Column: how many units there are to draw in the respondent's stratum (clusters where `cluster` is
        given, else people), for the finite population correction.
    raked_to : WeightingResult, optional
        The weighting of these respondents. It brings the weights, and the standard errors count what its
        margins explain.
    interval : {'beta', 'logit', 'wilson'}
        See `borgerlib.statistics.estimation.intervals.proportion_interval`; 'beta' is Korn & Graubard's.
    confidence : float
        Level of the intervals, 0–1.

    Returns
    -------
    DataFrame
        One row a domain × option, domains in the order of their levels, options in that of the item. Columns:
        the `by` columns, item, option, n (respondents of the domain who answered, whatever they chose), count
        (those who chose the option), n_weighted (the sum of the weights of n), proportion, standard_error,
        ci_lower, ci_upper (shares 0–1). A domain in which nobody answered has n 0 and missing estimates.
        `borgerlib.disclose` takes it as it is; ``attrs`` tell it whose answers these are.

    Raises
    ------
    ParameterError
        Unknown column, interval or confidence.
    DataError
        A column cannot be used as asked for, or the design does not allow a variance.

    See Also
    --------
    disclose : What comes next.
    estimate_difference : How groups differ.
    estimate_mean : For numbers.

    Notes
    -----
    Who did not answer is outside the base; of a multiple-choice item each option has its own base. Standard
    errors are Taylor-linearised with domains as zeroed influence, as ``svymean`` of R's ``survey`` package;
    degrees of freedom are primary sampling units minus strata among those who answered in the domain.

    In R: ``svymean`` with ``svyciprop``, by groups ``svyby``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> shares = borgerlib.estimate_proportions(people, "emner", by="koen", weight="weight")
    >>> shares[["koen", "option", "n", "proportion"]].round(2).head(2).values.tolist()
    [['mand', 'klima_miljoe', 361, 0.28], ['mand', 'skole_dagtilbud', 361, 0.24]]
    """
    check_interval(interval, confidence)
    answers = answers_to(respondents, item)
    design = sample_design(respondents, weight, strata, cluster, population_size, raked_to)
    domains = domains_of(respondents, by, reserved=_PROPORTIONS)
    shape = (domains.size, len(answers.options))
    n, count, n_weighted, effective, degrees, row_degrees, proportion, variance = np.empty((8, *shape))
    settled = np.empty(shape, dtype=np.bool_)
    for number, (base, rows, chosen) in enumerate(bases(design, domains, answers)):
        proportion[:, number], variance[:, number], settled[:, number] = base.estimate(chosen[rows])
        n[:, number], n_weighted[:, number] = base.n, base.n_weighted
        count[:, number] = sums(domains.codes[rows[chosen[rows]]], domains.size)
        effective[:, number] = base.effective_n
        degrees[:, number], row_degrees[:, number] = base.degrees, base.row_degrees
    if strata is not None and item == strata:
        # How large the strata are is no matter of chance: the weights have them as they are.
        settled |= variance == 0
    lower, upper = proportion_interval(
        proportion,
        variance,
        settled=settled,
        effective_n=effective,
        degrees=degrees,
        row_degrees=row_degrees,
        method=interval,
        confidence=confidence,
    )
    frame = by_option(domains.frame, answers)
    whole = (n.astype(np.int64), count.astype(np.int64))
    columns = (*whole, n_weighted, proportion, np.sqrt(variance), lower, upper)
    frame = frame.assign(**{name: c.ravel() for name, c in zip(_PROPORTIONS[2:], columns, strict=True)})
    return known_of(frame, respondents, weight, raked_to, confidence)


def estimate_mean(
    respondents: pd.DataFrame,
    item: str,
    *,
    by: str | Sequence[str] | None = None,
    weight: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    population_size: str | None = None,
    raked_to: WeightingResult | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Estimate the mean of a numeric column in each domain.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    item : str
        A numeric column; a missing value is outside the base.
    by, weight, strata, cluster, population_size, raked_to, confidence
        See `estimate_proportions`.

    Returns
    -------
    DataFrame
        One row a domain. Columns: the `by` columns, item, n, n_weighted, mean, standard_error, ci_lower,
        ci_upper (t interval; missing where a domain has no degrees of freedom).

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
    [['mand', 56.6], ['kvinde', 58.2], ['oensker_ikke', 55.3]]
    """
    check_confidence(confidence)
    item = column_named(respondents, item)
    values = numeric_column(respondents, item, role="numeric")
    infinite = np.isinf(values)
    if infinite.any():
        raise DataError(
            f"Column '{item}' holds infinite values (rows {rows_named(respondents.index, infinite)}).",
            hint="Replace them by a number, or by a missing value.",
        )
    design = sample_design(respondents, weight, strata, cluster, population_size, raked_to)
    domains = domains_of(respondents, by, reserved=_MEANS)
    rows = np.flatnonzero(~np.isnan(values) & (domains.codes >= 0))
    base = Domains(design, rows, domains.codes[rows], domains.size)
    mean, variance, _ = base.estimate(values[rows])
    error = np.sqrt(variance)
    lower, upper = mean_interval(mean, error, base.degrees, confidence)
    columns = (base.n.astype(np.int64), base.n_weighted, mean, error, lower, upper)
    frame = domains.frame.assign(item=item, **dict(zip(_MEANS[1:], columns, strict=True)))
    return known_of(frame, respondents, weight, raked_to, confidence)

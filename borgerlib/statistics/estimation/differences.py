"""Differences between domains: each against the rest, or against one of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.statistics.estimation.answers import (
    DomainCodes,
    answers_to,
    bases,
    by_option,
    domains_of,
    known_of,
)
from borgerlib.statistics.estimation.covariance import covariance, degrees_of_freedom
from borgerlib.statistics.estimation.intervals import (
    check_confidence,
    difference_without_error,
    interval_of_size,
    mean_interval,
)
from borgerlib.statistics.estimation.sample_design import Design, SampleDesign, sample_design
from borgerlib.statistics.levels import Floats, Ints, Mask, any_frame, sums

_NOTHING = 1e-24
_COLUMNS = (
    "item", "option", "n", "n_against", "proportion", "proportion_against", "difference", "standard_error",
    "ci_lower", "ci_upper", "p_value",
)  # fmt: skip


@any_frame
def estimate_difference(
    respondents: pd.DataFrame,
    item: str | Sequence[str],
    *,
    by: str | Sequence[str],
    against: Hashable | None = None,
    confidence: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Estimate how much each domain's proportions differ from those of the rest, or of one domain.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    item, by
        See `estimate_proportions`; respondents without a value in a `by` column take no part.
    against : level, optional
        The domain to compare with: a level of `by`, or a tuple of levels of several columns. Without it each
        domain is compared with all others together.
    confidence : float
        Level of the intervals, 0–1.
    **design
        weight, strata, cluster, population_size, raked_to, lonely_psu: see `estimate_proportions`.

    Returns
    -------
    DataFrame
        One row a domain (but `against`) × option. Columns: the `by` columns, item, option, n, n_against (who
        answered), proportion, proportion_against, difference (shares), standard_error, ci_lower, ci_upper,
        p_value (two-sided t test; missing where margins or a full count leave no doubt). Where the variance
        is zero because everybody on either side agrees, interval and p-value are those of
        `borgerlib.statistics.estimation.intervals.difference_without_error`.

    Raises
    ------
    ParameterError, DataError
        See `estimate_proportions`; also a single domain, or an unknown `against`.

    See Also
    --------
    estimate_proportions : The shares.
    rao_scott_test : One test of all groups.

    Notes
    -----
    The covariance of the two proportions is counted. As ``svyttest`` of R's ``survey`` package: degrees of
    freedom are primary sampling units minus strata minus 1 among the respondents compared.

    In R: ``svyttest``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> found = borgerlib.estimate_difference(people, "emner", by="koen", weight="weight")
    >>> found[["koen", "option", "difference"]].round(2).head(2).values.tolist()
    [['mand', 'klima_miljoe', -0.06], ['mand', 'skole_dagtilbud', -0.03]]
    """
    check_confidence(confidence)
    answers = answers_to(respondents, item)
    sample = sample_design(respondents, **design)
    domains = domains_of(respondents, by, reserved=_COLUMNS)
    reference = _reference(domains, against)
    compared = np.array([code for code in range(domains.size) if code != reference], dtype=np.intp)
    results = np.empty((8, len(compared), len(answers.options)))
    for number, (_, rows, chosen) in enumerate(bases(sample, domains, answers)):
        results[:, :, number] = _contrasts(sample, domains, rows, chosen, compared, reference)
    n, n_against, proportion, other, error, degrees, size, size_other = results
    difference = proportion - other
    lower, upper = mean_interval(difference, error, degrees, confidence)
    p_value = _p_value(difference, error, degrees)
    # `_contrasts` gives a size only where the variance is zero but uninformative.
    silent = (size > 0) & (degrees > 0)
    ends, ends_other = (
        np.array([share, *interval_of_size(share, of, "beta", confidence)])
        for share, of in ((proportion, size), (other, size_other))
    )
    exact = difference_without_error(ends, ends_other, size, size_other, degrees)
    lower, upper, p_value = (
        np.where(silent, rare, usual) for rare, usual in zip(exact, (lower, upper, p_value), strict=True)
    )
    counts = (n.astype(np.int64), n_against.astype(np.int64))
    interval = (np.maximum(lower, -1.0), np.minimum(upper, 1.0))
    columns = (*counts, proportion, other, difference, error, *interval, p_value)
    frame = by_option(domains.frame.iloc[compared], answers)
    frame = frame.assign(**{name: c.ravel() for name, c in zip(_COLUMNS[2:], columns, strict=True)})
    return known_of(frame, respondents, design, confidence)


def _reference(domains: DomainCodes, against: Hashable | None) -> int | None:
    if domains.size < 2:
        raise DataError("There is a single domain, so there is nothing to compare it with.")
    if against is None:
        return None
    keys = list(domains.frame.itertuples(index=False, name=None))
    wanted = against if isinstance(against, tuple) else (against,)
    if wanted not in keys:
        names = [", ".join(map(str, key)) for key in keys]
        raise ParameterError(unknown_name("domain", ", ".join(map(str, wanted)), names))
    return keys.index(wanted)


def _contrasts(
    design: SampleDesign, domains: DomainCodes, rows: Ints, chosen: Mask, others: Ints, reference: int | None
) -> Floats:
    """Return a row a number, a column a contrast.

    The numbers are: n, n_against, both means, the standard error, the degrees of freedom, and both effective
    sizes where the variance is zero but uninformative (else 0).
    """
    domain, count, values = domains.codes[rows], domains.size, chosen[rows].astype(np.float64)
    weight = design.weight[rows]
    totals = np.stack([sums(domain, count, of) for of in (weight**0, weight, weight * values, weight**2)])
    own = totals[:, others]
    against = totals.sum(axis=1, keepdims=True) - own
    if reference is not None:
        against = np.repeat(totals[:, [reference]], len(others), axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, mean_against = (np.clip(of[2] / of[1], 0.0, 1.0) for of in (own, against))
        # Respondents of one domain with the same answer have the same influence.
        answers, answer = np.unique(values, return_inverse=True)
        of_group, value = np.divmod(np.arange(count * len(answers)), len(answers))
        inside = of_group[:, None] == others
        outside = ~inside if reference is None else (of_group == reference)[:, None]
        score = answers[value][:, None]
        influence = np.where(inside, (score - mean) / own[1], 0.0)
        influence -= np.where(outside, (score - mean_against) / against[1], 0.0)
    known = np.isfinite(mean) & np.isfinite(mean_against)
    influence[:, ~known] = 0.0
    spread = covariance(design, rows, influence, domain * len(answers) + answer)
    variance = np.maximum(np.diagonal(spread), 0.0)
    if reference is None:
        degrees = np.full(len(others), degrees_of_freedom(design, rows) - 1.0)
    else:
        pairs = [rows[(domain == code) | (domain == reference)] for code in others]
        degrees = np.array([degrees_of_freedom(design, pair) - 1.0 for pair in pairs])
    # Summation in another order leaves a zero variance as about 1e-190; shares are of the order of one.
    error = np.sqrt(np.where(variance < _NOTHING, 0.0, variance))
    error = np.where(known, error, np.nan)
    alike = mean * (1 - mean) + mean_against * (1 - mean_against) < _NOTHING**0.5
    silent = (error == 0) & design.in_doubt[rows].any() & (alike | (design.residuals is None))
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = [np.where(silent, of[1] ** 2 / of[3], 0.0) for of in (own, against)]
    return np.stack([own[0], against[0], mean, mean_against, error, degrees, *sizes])


def _p_value(difference: Floats, error: Floats, degrees: Floats) -> Floats:
    from scipy.special import stdtr

    testable = (error > 0) & (degrees > 0)
    statistic = np.abs(difference) / np.where(testable, error, 1.0)
    p_value = 2 * stdtr(np.where(testable, degrees, 1.0), -statistic)
    same = (difference == 0) & (error == 0)
    return np.where(testable, p_value, np.where(same, 1.0, np.nan))

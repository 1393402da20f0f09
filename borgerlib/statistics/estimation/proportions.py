"""Weighted proportions by domain, and how many people they are, with standard errors and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack, get_args

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, ParameterError, check_known
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
    Method,
    check_confidence,
    mean_interval,
    proportion_interval,
)
from borgerlib.statistics.estimation.sample_design import Design, SampleDesign, sample_design
from borgerlib.statistics.estimation.variance import DomainMeans, Domains
from borgerlib.statistics.levels import (
    Floats,
    Ints,
    Mask,
    any_frame,
    counted,
    positive_column,
    rows_named,
    sums,
)

TOTALS = ("total", "total_error", "total_lower", "total_upper")
# A share's variance below this is a rounding error.
_NOTHING = 1e-24
_PROPORTIONS = (
    "item", "option", "n", "count", "n_weighted", "proportion", "standard_error", "ci_lower", "ci_upper",
)  # fmt: skip


@any_frame
def estimate_proportions(
    respondents: pd.DataFrame,
    item: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    interval: Method = "beta",
    confidence: float = 0.95,
    **design: Unpack[Design],
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
    interval : {'beta', 'logit', 'wilson'}
        See `borgerlib.statistics.estimation.intervals.proportion_interval`; 'beta' is Korn & Graubard's.
    confidence : float
        Level of the intervals, 0–1.
    **design
        How respondents were drawn and weighted; every estimate of borgerlib takes these.

        - weight, strata, cluster (str): columns of the sampling weight, the stratum, and the primary sampling
          unit.
        - population_size (str): column of how many units there are to draw in the respondent's stratum
          (clusters where `cluster` is given, else people), for the finite population correction. Where units
          were drawn within units, a list of each: ``cluster=["village"], population_size=["villages",
          "people"]`` for people drawn in villages. Variances of all stages add up. Strata may be such a list,
          too: ``strata=["area", "sex"]`` where women and men were drawn apart in each village, `None` for a
          stage without (population_size is then that of the stratum in the village).
        - raked_to (WeightingResult): the weighting of these respondents. It brings the weights, and the
          standard errors count what its margins explain.
        - lonely_psu ({'fail', 'certainty', 'remove', 'adjust', 'average'}): what a stratum with a single
          sampling unit is taken for: an error; without variance; a unit that varies about the mean of the
          whole sample; a stratum as variable as the others (of its cluster) are on average.

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
    [['mand', 'klima_miljoe', 363, 0.29], ['mand', 'skole_dagtilbud', 363, 0.24]]
    """
    check_known("interval", interval, get_args(Method))
    check_confidence(confidence)
    answers = answers_to(respondents, item)
    sample = sample_design(respondents, **design)
    domains = domains_of(respondents, by, reserved=_PROPORTIONS)
    shape = (domains.size, len(answers.options))
    n, count, n_weighted, effective, degrees, row_degrees, proportion, variance = np.empty((8, *shape))
    settled = np.empty(shape, dtype=np.bool_)
    for number, (base, rows, chosen) in enumerate(bases(sample, domains, answers)):
        proportion[:, number], variance[:, number], settled[:, number] = base.estimate(chosen[rows])
        n[:, number], n_weighted[:, number] = base.n, base.n_weighted
        count[:, number] = sums(domains.codes[rows[chosen[rows]]], domains.size)
        effective[:, number] = base.effective_n
        degrees[:, number], row_degrees[:, number] = base.degrees, base.row_degrees
    strata = design.get("strata")
    if answers.item == (strata[0] if isinstance(strata, list) else strata):
        # The sizes of strata are fixed, not estimated, so a variance of zero is exact here.
        settled |= variance == 0
    means = DomainMeans(proportion, variance, settled)
    lower, upper = proportion_interval(means, effective, (degrees, row_degrees), interval, confidence)
    frame = by_option(domains.frame, answers)
    whole = (n.astype(np.int64), count.astype(np.int64))
    columns = (*whole, n_weighted, proportion, np.sqrt(variance), lower, upper)
    frame = frame.assign(**{name: c.ravel() for name, c in zip(_PROPORTIONS[2:], columns, strict=True)})
    return known_of(frame, respondents, design, confidence)


@any_frame
def estimate_total(
    respondents: pd.DataFrame,
    item: str | Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    household_size: str | None = None,
    confidence: float = 0.95,
    **design: Unpack[Design],
) -> pd.DataFrame:
    """Estimate how many people, or households, each response option stands for in each domain.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    item, by, confidence, **design
        See `estimate_proportions`. A weight, or `raked_to`, is needed: it says how many people each
        respondent stands for.
    household_size : str, optional
        Column: how many of the respondent's household could have been asked. Households are counted then:
        each is told of by any of its people, so each person counts 1 ÷ household_size.

    Returns
    -------
    DataFrame
        As that of `estimate_proportions` (of people or households), with total, total_error (its standard
        error), total_lower and total_upper besides. `borgerlib.disclose` takes it as it is, and blanks the
        totals of what it hides.

    Raises
    ------
    ParameterError
        There is no weight, or the weights count respondents and no people; else as `estimate_proportions`.
    DataError
        A household without a size, or of less than one person.

    See Also
    --------
    estimate_proportions : The shares alone.

    Notes
    -----
    The share of those who answered, times the people of the domain: who left the item out is taken to have
    answered as the others of the domain would. The standard error is linearised and counts that the domain's
    size is estimated too, unless margins give it; the distances to the ends are those of the share and what
    the size adds, squared and added. Households: Lavallée (2007).

    In R: ``svytotal``; where some did not answer, ``svycontrast`` of totals.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> told = borgerlib.estimate_total(people, "tid", raked_to=borgerlib.load_weighting("Ærø"))
    >>> told[["option", "total"]].round().head(1).values.tolist()
    [['ingen_tid', 911.0]]
    """
    check_confidence(confidence)
    answers = answers_to(respondents, item)
    sample = sample_design(respondents, **design)
    _refuse_relative(sample.weight, design)
    unit = np.ones(len(respondents))
    if household_size is not None:
        unit = 1 / positive_column(respondents, household_size, role="household size")
        if (unit > 1).any():
            raise DataError(
                f"Column '{household_size}' holds households of less than one person "
                f"(rows {rows_named(respondents.index, unit > 1)}).",
                hint="Count the respondent, too: who lives alone is a household of 1.",
            )
    domains = domains_of(respondents, by, reserved=(*_PROPORTIONS, *TOTALS))
    found = np.empty((len(_PROPORTIONS[2:]) + len(TOTALS), domains.size, len(answers.options)))
    for number, (base, rows, chosen) in enumerate(bases(sample, domains, answers)):
        found[:, :, number] = _totals(sample, domains, base, rows, chosen[rows], unit, confidence)
    frame = by_option(domains.frame, answers)
    names = (*_PROPORTIONS[2:], *TOTALS)
    frame = frame.assign(**{name: of.ravel() for name, of in zip(names, found, strict=True)})
    return known_of(frame.astype({"n": np.int64, "count": np.int64}), respondents, design, confidence)


def _refuse_relative(weight: Floats, design: Design) -> None:
    """Raise if the weights are relative: they do not say how many people a respondent stands for."""
    weighted = design.get("raked_to") is not None or design.get("weight") is not None
    if weighted and weight.sum() > len(weight) * (1 + 1e-6):
        return
    raise ParameterError(
        f"The weights sum to {weight.sum():,.6g} for {counted(len(weight))}: they count no people."
        if weighted
        else "How many people answered so cannot be told without weights.",
        hint="Weight to counts of people (borgerlib.rake with population_margins) and give raked_to=.",
    )


def _totals(
    sample: SampleDesign,
    domains: DomainCodes,
    base: Domains,
    rows: Ints,
    chosen: Mask,
    unit: Floats,
    confidence: float,
) -> Floats:
    """Return one option's numbers (a row a number, a column a domain)."""
    everybody = np.flatnonzero(domains.codes >= 0)
    code, inside = domains.codes[rows], np.eye(domains.size)[domains.codes[everybody]]
    mass = sample.weight * unit
    people = sums(domains.codes[everybody], domains.size, mass[everybody])
    answered, squared = (sums(code, domains.size, of[rows]) for of in (mass, mass**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = sums(code, domains.size, mass[rows] * chosen) / answered
        deviation = np.zeros((len(sample.weight), domains.size))
        deviation[rows, code] = unit[rows] * (chosen - share[code]) / answered[code]
        deviation = np.nan_to_num(deviation[everybody])
        moved = deviation * people + inside * unit[everybody, None] * np.nan_to_num(share)
        spread, of_total = (
            np.maximum(np.diagonal(covariance(sample, everybody, of)), 0.0) for of in (deviation, moved)
        )
        variance = np.where(spread > _NOTHING, spread, 0.0)
        means = DomainMeans(share, variance, (variance == 0) & base.estimate(chosen).settled)
        size, degrees = answered**2 / squared, (base.degrees, base.row_degrees)
        lower, upper = proportion_interval(means, size, degrees, "beta", confidence)
        total, error = people * share, np.sqrt(of_total)
        # Near a share of 0 or 1 the share's distances go to zero, but the size of the domain is as uncertain
        # as elsewhere: add the variance that it adds. If that is negative (margins give totals), the
        # distances shrink.
        added = of_total - people**2 * variance
        _, of_size = mean_interval(
            np.zeros_like(added),
            np.sqrt(np.maximum(added, 0.0)),
            np.full_like(added, degrees_of_freedom(sample, everybody)),
            confidence,
        )
        of_size = np.where(added > 0, of_size, 0.0)
        scale = people * np.where((variance > 0) & (added < 0), error / (people * np.sqrt(variance)), 1.0)
        ends = (
            np.maximum(total - np.hypot(scale * (share - lower), of_size), 0.0),
            total + np.hypot(scale * (upper - share), of_size),
        )
    numbers = (base.n, sums(code[chosen], domains.size), answered, share, np.sqrt(variance), lower, upper)
    known = answered > 0
    return np.stack([*numbers, *(np.where(known, of, np.nan) for of in (total, error, *ends))])

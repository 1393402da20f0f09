"""Weighted proportions by domain, with standard errors and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from borgerlib.statistics.estimation.answers import answers_to, bases, by_option, domains_of, known_of
from borgerlib.statistics.estimation.intervals import Method, check_interval, proportion_interval
from borgerlib.statistics.estimation.sample_design import Design, sample_design
from borgerlib.statistics.levels import any_frame, sums

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
          (clusters where `cluster` is given, else people), for the finite population correction.
        - raked_to (WeightingResult): the weighting of these respondents. It brings the weights, and the
          standard errors count what its margins explain.
        - lonely_psu ({'fail', 'certainty', 'remove', 'adjust', 'average'}): what a stratum with a single
          sampling unit is taken for: an error; without variance; a unit that varies about the mean of the
          whole sample; a stratum as variable as the others are on average.

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
    if item == design.get("strata"):
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
    return known_of(frame, respondents, design, confidence)

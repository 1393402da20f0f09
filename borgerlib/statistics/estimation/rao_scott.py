"""Test whether two answers are associated: Pearson's chi-squared test for survey samples."""

from __future__ import annotations

from typing import NamedTuple, Unpack

import numpy as np
import pandas as pd

from borgerlib.errors import DataError
from borgerlib.statistics.estimation.answers import column_named
from borgerlib.statistics.estimation.covariance import covariance
from borgerlib.statistics.estimation.sample_design import Design, sample_design
from borgerlib.statistics.levels import Floats, any_frame, column_of, levels_of, sums

# A design effect below this, relative to that of a simple random sample, is a rounding error.
_NOTHING = 1e-10


class RaoScottTest(NamedTuple):
    """Result of `rao_scott_test`.

    Parameters
    ----------
    f_statistic : float
    df1, df2 : float
        Degrees of freedom of the F distribution; rarely whole numbers.
    p_value : float
        Chance of an association as strong as this one, were there none.
    """

    f_statistic: float
    df1: float
    df2: float
    p_value: float


@any_frame
def rao_scott_test(
    respondents: pd.DataFrame,
    item: str,
    by: str,
    **design: Unpack[Design],
) -> RaoScottTest:
    """Test whether two columns are independent in the population.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, the whole sample.
    item, by : str
        The two columns, in whichever order; who lacks a value in either is outside the base.
    **design
        weight, strata, cluster, population_size, raked_to, lonely_psu: see `estimate_proportions`.

    Returns
    -------
    RaoScottTest
        f_statistic, df1, df2, p_value.

    Raises
    ------
    DataError
        A column with a single level among those who answered both, or a design that allows no variance.
    ParameterError
        Unknown column.

    See Also
    --------
    estimate_difference : Which groups differ.

    Notes
    -----
    Second-order correction of Rao & Scott (1984) with the observed cell proportions, as
    ``svychisq(statistic = "F")`` of R's ``survey`` package; the denominator counts the sampling units of
    the whole sample. Where a cell is empty the correction takes the proportions expected of independent
    answers: R leaves empty cells out of it, and rejects up to a third of true independence at 5 %.

    In R: ``svychisq(statistic = "F")``.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens
    >>> test = borgerlib.rao_scott_test(people, "tid", "koen", weight="weight")
    >>> 0 <= test.p_value <= 1
    True
    """
    item, by = column_named(respondents, item), column_named(respondents, by)
    answers = [levels_of(column_of(respondents, name, role="test")) for name in (item, by)]
    sample = sample_design(respondents, **design)
    rows = np.flatnonzero((answers[0].codes >= 0) & (answers[1].codes >= 0) & (sample.weight > 0))
    codes = []
    for name, levels in zip((item, by), answers, strict=True):
        seen, code = np.unique(levels.codes[rows], return_inverse=True)
        if len(seen) < 2:
            raise DataError(
                f"Column '{name}' has {len(seen)} level among those who answered both, so nothing can be "
                "tested.",
                hint="A test needs two levels or more in each column.",
            )
        codes.append((code, len(seen)))
    (row_code, row_count), (column_code, column_count) = codes
    cell, cells = row_code * column_count + column_code, row_count * column_count
    weight_of = sample.weight[rows]
    proportion = sums(cell, cells, weight_of) / weight_of.sum()
    influence = (np.eye(cells) - proportion) / weight_of.sum()
    units = len(sample.psu_stratum) - sample.strata
    spread = covariance(sample, rows, influence, cell)
    effective = weight_of.sum() ** 2 / np.dot(weight_of, weight_of) if sample.in_doubt.any() else np.inf
    return _second_order(proportion.reshape(row_count, column_count), spread, units, effective)


def _second_order(table: Floats, spread: Floats, units: int, effective: float) -> RaoScottTest:
    from scipy.linalg import helmert
    from scipy.special import fdtrc

    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    pearson = float(((table - expected) ** 2 / expected).sum())
    contrasts = np.kron(*(helmert(levels).T for levels in table.shape))
    # R inverts the observed proportions. A cell that is empty by chance has no inverse, and leaving it out
    # makes the test reject far too often: use the proportions expected under independence instead.
    proportions = (table if (table > 0).all() else expected).ravel()
    weighted = contrasts / proportions[:, None]
    # Eigenvalues of `effects` are the design effects of the interaction contrasts, over the sample size.
    simple, actual = contrasts.T @ weighted, weighted.T @ spread @ weighted
    effects = np.linalg.solve(simple, actual)
    if np.trace(effects) <= _NOTHING * len(effects) / effective:
        # One answer determines the other without exception, so the sample shows no variation: use the design
        # effects of a simple random sample of the effective size.
        effects = np.eye(len(effects)) / effective
    trace = float(np.trace(effects))
    if not trace > 0 or units <= 0:
        return RaoScottTest(np.nan, np.nan, np.nan, np.nan)
    df1 = trace**2 / float(np.trace(effects @ effects))
    statistic = pearson / trace
    return RaoScottTest(statistic, df1, df1 * units, float(fdtrc(df1, df1 * units, statistic)))

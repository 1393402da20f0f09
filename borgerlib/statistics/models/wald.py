"""Wald tests of whole terms of a model: several coefficients at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from borgerlib.errors import ParameterError, unknown_name

if TYPE_CHECKING:
    from borgerlib.statistics.models.regression import Regression


def test_term(model: Regression, term: str) -> pd.Series:
    """Test the hypothesis that all coefficients of a term are zero.

    Parameters
    ----------
    model : Regression
        The fitted model.
    term : str
        A term of its formula, as ``alder`` or ``alder:koen``.

    Returns
    -------
    Series
        f_statistic, df1, df2, p_value.

    Raises
    ------
    ParameterError
        The model has no such term.

    Notes
    -----
    As ``regTermTest`` of R's `survey` package: F is Wald's statistic divided by its degrees of freedom.
    """
    from scipy import stats

    terms = model._frame.terms
    if term not in terms:
        raise ParameterError(unknown_name("term", term, terms))
    at = terms[term]
    values = model.params.to_numpy()[at]
    covariance = model.covariance.to_numpy()[np.ix_(at, at)]
    statistic = float(values @ np.linalg.solve(covariance, values)) / len(at)
    p = stats.f.sf(statistic, len(at), model.df_resid) if model.df_resid > 0 else np.nan
    return pd.Series(
        {"f_statistic": statistic, "df1": len(at), "df2": model.df_resid, "p_value": float(p)}, name=term
    )

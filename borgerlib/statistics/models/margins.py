"""Predictive margins: what each group would answer if it were like everybody in all else.

Everybody is given the group's level in turn, the model predicts, and the predictions are averaged (Graubard &
Korn 1999). Two things vary: the coefficients, through the slope of the mean (delta method), and who happens
to be averaged over. Their variances are added, as R's `survey` does: where the model holds they are
uncorrelated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from borgerlib.errors import ParameterError, check_known
from borgerlib.statistics.estimation.covariance import covariance
from borgerlib.statistics.estimation.intervals import check_confidence, mean_interval
from borgerlib.statistics.levels import Floats
from borgerlib.statistics.models.fitting import mean_of, variance_of

if TYPE_CHECKING:
    from borgerlib.statistics.models.regression import Regression


def adjusted_means(model: Regression, variable: str, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return the mean outcome at each level of a variable, all else as it is among everybody in the model.

    Parameters
    ----------
    model : Regression
        The fitted model.
    variable : str
        A variable of its formula that has levels.
    confidence : float
        Level of the intervals, 0–1.

    Returns
    -------
    DataFrame
        One row a level. Columns: the variable, n (respondents of the level in the model), adjusted (share
        0–1 for a binomial model, else in the outcome's unit), standard_error, ci_lower, ci_upper (t
        interval; of a share within 0–1).

    Raises
    ------
    ParameterError
        The model has no such variable, or it is a number.

    Notes
    -----
    As ``svypredmeans`` of R's `survey` package.
    """
    check_confidence(confidence)
    levels, means, covariance = _margins(model, variable)
    named = {variable: pd.Categorical(levels, categories=levels)}
    counts = model._frame.data.groupby(variable, observed=False).size()
    found = {"n": counts.to_numpy(), "adjusted": means, **_errors(model, means, covariance, confidence)}
    if model.family == "binomial":
        found |= {end: np.clip(found[end], 0, 1) for end in ("ci_lower", "ci_upper")}
    return pd.DataFrame({**named, **found})


def adjusted_differences(
    model: Regression, variable: str, *, reference: object = None, confidence: float = 0.95
) -> pd.DataFrame:
    """Return how far each level's adjusted mean is from that of a reference level.

    Parameters
    ----------
    model, variable, confidence
        As for `adjusted_means`.
    reference : optional
        The level to compare with; by default the first.

    Returns
    -------
    DataFrame
        One row a level but the reference. Columns: the variable, reference, difference, standard_error,
        ci_lower, ci_upper, p_value.

    Raises
    ------
    ParameterError
        Unknown variable or level.
    """
    from scipy import stats

    check_confidence(confidence)
    levels, means, covariance = _margins(model, variable)
    reference = levels[0] if reference is None else reference
    check_known(f"level of {variable}", reference, levels)
    base = levels.index(reference)
    others = [at for at in range(len(levels)) if at != base]
    contrast = np.eye(len(levels))[others] - np.eye(len(levels))[base]
    differences = contrast @ means
    found = _errors(model, differences, contrast @ covariance @ contrast.T, confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(differences / found["standard_error"]), max(model.df_resid, 0))
    named = {variable: [levels[at] for at in others], "reference": reference}
    return pd.DataFrame({**named, "difference": differences, **found, "p_value": p})


def _errors(model: Regression, values: Floats, covariance: Floats, confidence: float) -> dict[str, Floats]:
    errors = np.sqrt(np.diagonal(covariance))
    degrees = np.full(len(values), max(model.df_resid, 0))
    lower, upper = mean_interval(values, errors, degrees, confidence)
    return {"standard_error": errors, "ci_lower": lower, "ci_upper": upper}


def _margins(model: Regression, variable: str) -> tuple[list[object], Floats, Floats]:
    """Return levels, adjusted means and the covariance of these."""
    frame, data = model._frame, model._frame.data
    check_known("variable of the model", variable, data.columns)
    named = isinstance(data[variable].dtype, pd.CategoricalDtype)
    if not named and not data[variable].isin([0, 1]).all():
        raise ParameterError(
            f"'{variable}' is a number and has no levels to hold against each other.",
            hint="Cut it into bands (pandas.cut) or make words of it (.astype(str)) first.",
        )
    levels = list(data[variable].cat.categories) if named else [0, 1]
    weight = model._design.weight[frame.rows]
    share = weight / weight.sum()
    means, slopes, averaged = [], [], []
    for level in range(len(levels)):
        at_level = pd.Categorical([levels[level]] * len(data), categories=levels) if named else levels[level]
        matrix = frame.matrix_of(data.assign(**{variable: at_level}))
        expected = mean_of(matrix @ model.params.to_numpy(), model.family)
        means.append(share @ expected)
        slopes.append((share * variance_of(expected, model.family)) @ matrix)
        averaged.append((expected - means[-1]) / weight.sum())
    slope = np.array(slopes)
    spread = slope @ model.covariance.to_numpy() @ slope.T
    spread += covariance(model._design, frame.rows, np.column_stack(averaged))
    return levels, np.array(means), spread

"""Fit a generalised linear model with statsmodels, and say which variable stands in its way."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from borgerlib.errors import ConvergenceError, DataError, ParameterError, check_known
from borgerlib.statistics.levels import Floats
from borgerlib.statistics.models.formula import ModelFrame

Family = Literal["gaussian", "binomial", "poisson"]

_ITERATIONS = 100
_TOLERANCE = 1e-13
# Of a pivot beside its column's length: below it, the column is made of those before (the bound of R's lm).
_COLLINEAR = 1e-7
# Of a score beside the largest of such outcomes: below it, the likelihood rises no more in any direction.
_LEVEL = 1e-6
# A linear predictor as far out as this is a chance of one in ten million: perhaps a separated group.
_FAR_OUT = 16.0


def fit(frame: ModelFrame, weight: Floats, family: Family) -> tuple[Floats, Floats, Floats]:
    """Fit the model by maximum weighted likelihood.

    Parameters
    ----------
    frame : ModelFrame
        Outcome and columns.
    weight : array
        One a row; their scale does not matter.
    family : {'gaussian', 'binomial', 'poisson'}
        With its canonical link: identity, logit, log.

    Returns
    -------
    params : array
        One value a coefficient.
    fitted : array
        Expected outcome of each row.
    bread : array
        The inverse of X'WX, W being the weights times the variance function: turns scores into coefficients.

    Raises
    ------
    ParameterError
        An unknown family, or columns that are made of each other.
    DataError
        The outcome is not what the family needs; a variable tells the outcome perfectly; fewer rows than
        coefficients.
    ConvergenceError
        The likelihood has no maximum that could be found.
    """
    _check_outcome(frame, family)
    length = _checked_lengths(frame, weight)
    params = _maximum(frame, weight, family, length / np.sqrt(weight.sum()))
    linear = frame.matrix @ params
    with np.errstate(over="ignore", invalid="ignore"):
        fitted = mean_of(linear, family)
        is_maximum = _is_level(frame, weight, fitted, length)
    far_out = {"gaussian": 0.0, "binomial": np.abs(linear).max(), "poisson": -linear.min()}[family]
    if family != "gaussian" and not (is_maximum and far_out <= _FAR_OUT):
        _refuse_separation(frame, family)
    if not is_maximum:
        raise ConvergenceError(
            f"The {family} model found no maximum in {_ITERATIONS} steps.",
            hint="Look at the outcome and the variables: very large or very different numbers, or few rows.",
        )
    curvature = weight * variance_of(fitted, family)
    # By the columns themselves: X'WX would square how nearly they are made of each other.
    half = np.linalg.pinv(frame.matrix * np.sqrt(curvature)[:, None] / length) / length[:, None]
    return params, fitted, half @ half.T


def mean_of(linear: Floats, family: Family) -> Floats:
    """Return the expected outcome at a linear predictor."""
    from scipy.special import expit

    if family == "gaussian":
        return linear
    result: Floats = expit(linear) if family == "binomial" else np.exp(linear)
    return result


def variance_of(mean: Floats, family: Family) -> Floats:
    """Return the variance function, which with a canonical link is also the slope of the mean."""
    if family == "gaussian":
        return np.ones_like(mean)
    return mean * (1 - mean) if family == "binomial" else mean


def _check_outcome(frame: ModelFrame, family: Family) -> None:
    check_known("family", family, get_args(Family))
    outcome = frame.outcome
    if family == "binomial" and not np.isin(outcome, (0, 1)).all():
        raise DataError(
            f"A binomial model needs an outcome of 0 and 1; this one runs from {outcome.min():g} to "
            f"{outcome.max():g}.",
            hint="Make a column that is 1 for the answer you ask about and 0 for the others.",
        )
    if family == "poisson" and (outcome < 0).any():
        raise DataError(
            f"A Poisson model needs counts of 0 or more; the smallest outcome is {outcome.min():g}.",
            hint="Use family='gaussian' for numbers that may be negative.",
        )
    if len(outcome) <= frame.matrix.shape[1]:
        raise DataError(
            f"{len(outcome)} respondents cannot tell {frame.matrix.shape[1]} coefficients.",
            hint="Leave out variables, or merge levels.",
        )


def _checked_lengths(frame: ModelFrame, weight: Floats) -> Floats:
    """Return the columns' lengths; raise where one is a sum of others (pivoted QR of them at length one)."""
    from scipy.linalg import qr

    length: Floats = np.sqrt((frame.matrix**2 * weight[:, None]).sum(axis=0))
    scaled = frame.matrix * np.sqrt(weight)[:, None] / length
    _, upper, order = qr(scaled, mode="economic", pivoting=True)
    alone = np.abs(np.diagonal(upper)) > _COLLINEAR
    if alone.all():
        return length
    kept, made = order[alone], order[~alone]
    shares = np.linalg.lstsq(scaled[:, kept], scaled[:, made], rcond=None)[0]
    raise ParameterError(
        "Columns of the model are made of each other, so their coefficients cannot be told apart.",
        problems=[
            f"{frame.names[column]} follows from "
            + ", ".join(frame.names[k] for k, share in zip(kept, part, strict=True) if abs(share) > 1e-6)
            + "."
            for column, part in zip(made, shares.T, strict=True)
        ],
        hint="Leave one of them out. From a number that hardly varies beside its size, subtract the mean.",
    )


def _maximum(frame: ModelFrame, weight: Floats, family: Family, unit: Floats) -> Floats:
    """Return the coefficients, found of columns in such units that all are about as large."""
    import warnings

    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    kind = {"gaussian": families.Gaussian, "binomial": families.Binomial, "poisson": families.Poisson}[family]
    model = GLM(frame.outcome, frame.matrix / unit, family=kind(), var_weights=weight)
    with warnings.catch_warnings():
        # Separation and its like are told below, with the variable's name.
        warnings.simplefilter("ignore")
        try:
            result = model.fit(maxiter=_ITERATIONS, tol=_TOLERANCE, tol_criterion="params")
        except ValueError:  # the steps have left what a number can hold
            return np.full(frame.matrix.shape[1], np.nan)
    params: Floats = np.asarray(result.params, dtype=np.float64) / unit
    return params


def _is_level(frame: ModelFrame, weight: Floats, fitted: Floats, length: Floats) -> bool:
    """Return whether the scores X'W(y − μ) are zero: steps without a maximum may end anywhere."""
    scores = frame.matrix.T @ (weight * (frame.outcome - fitted))
    # Beside the outcomes of all: in a group whose outcomes are all 0, nothing but rounding is left.
    reach = length * np.sqrt(weight @ (np.abs(frame.outcome) + np.abs(fitted)) ** 2)
    return bool((np.isfinite(scores) & (np.abs(scores) <= _LEVEL * reach)).all())


def _refuse_separation(frame: ModelFrame, family: Family) -> None:
    """Raise where a combination of columns tells all 0s from all 1s, or some of them (Konis 2007).

    A count above zero has a best fit of its own, so there the columns must not move (Correia, Guimarães &
    Zylkin 2019).
    """
    from scipy.optimize import linprog

    signed = np.unique(frame.matrix * np.where(frame.outcome > 0, 1.0, -1.0)[:, None], axis=0)
    fixed = None if family == "binomial" else np.unique(frame.matrix[frame.outcome > 0], axis=0)
    found = linprog(
        -signed.sum(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(len(signed)),
        A_eq=fixed,
        b_eq=None if fixed is None else np.zeros(len(fixed)),
        bounds=(-1, 1),
        method="highs",
    )
    direction = np.zeros(len(frame.names)) if found.x is None else found.x
    if (signed @ direction).sum() <= 1e-7 * len(signed):
        return
    guilty = [term for term, at in frame.terms.items() if np.abs(direction[at]).max() > 1e-7]
    named = ", ".join(guilty) or "the intercept"
    raise DataError(
        f"The outcome follows without exception from {named}, at least for some: no coefficient fits best.",
        hint="Merge levels in which everybody answered alike, or leave the variable out.",
    )

"""Calibrate weights to known totals with a choice of distance functions (Deville & Särndal 1992)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Literal, get_args

import numpy as np
import pandas as pd

from borgerlib.errors import ConvergenceError, MarginError, ParameterError, check_known
from borgerlib.statistics.levels import (
    Floats,
    Levels,
    any_frame,
    counted,
    cross,
    levels_of,
    numeric_column,
    positive_column,
    rows_named,
    sums,
)
from borgerlib.statistics.weighting.adjustment import (
    Adjustment,
    WeightingResult,
    design_effect,
)
from borgerlib.statistics.weighting.margin_checks import (
    Name,
    check_margins,
    margins_frame,
    named,
)
from borgerlib.statistics.weighting.solver import Distance, Linear, Logit, Raking, solve

# Check whether a weight vanishes if its ratio to the base weight is this small, relative to the largest.
_SMALLEST_RATIO = 1e-7
_SMALLEST_SHARE = 1e-6
Method = Literal["linear", "raking", "logit"]


@any_frame
def calibrate(
    respondents: pd.DataFrame,
    totals: Mapping[str, pd.Series | float],
    *,
    base_weight: str | None = None,
    method: Method = "linear",
    bounds: tuple[float, float] | None = None,
) -> WeightingResult:
    """Weight respondents to known totals, of categories and of numbers.

    Parameters
    ----------
    respondents : DataFrame
        One row a person.
    totals : mapping of column to Series or float
        For a categorical column the population counts by level; for a numeric column its total over the
        population.
    base_weight : str, optional
        Column of weights to start from. Without it everyone starts equal, with population ÷ respondents.
    method : {'linear', 'raking', 'logit'}
        How weights move: linearly (the generalised regression estimator), multiplicatively, or on a logistic
        curve within `bounds`.
    bounds : (float, float), optional
        Lowest and highest ratio of a weight to its base weight, around 1. 'logit' needs them.

    Returns
    -------
    WeightingResult

    Raises
    ------
    MarginError
        Totals and respondents do not fit (all problems at once), or a weight would not be positive.
    ConvergenceError
        No weights within the bounds meet the totals.
    ParameterError
        Unknown column or method, bounds that are not legal.

    See Also
    --------
    rake : Where only counts are known.
    post_stratify : Where the cells' counts are known.

    Notes
    -----
    Deville & Särndal (1992), *Calibration estimators in survey sampling*; the same weights as ``calibrate``
    of R's ``survey`` package.

    In R: ``calibrate``.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"koen": ["kvinde", "kvinde", "mand"], "alder": [30, 50, 40]})
    >>> totals = {"koen": pd.Series({"kvinde": 52, "mand": 48}), "alder": 4020.0}
    >>> borgerlib.calibrate(people, totals).weights.round(2).tolist()
    [25.0, 27.0, 48.0]
    """
    distance = _distance(method, bounds)
    if not (isinstance(totals, Mapping) and totals):
        raise ParameterError("No totals to calibrate to.", hint="Give a mapping: {column: counts or total}.")
    margins = {column: total for column, total in totals.items() if isinstance(total, pd.Series)}
    numbers = {
        column: float(total) if isinstance(total, Real) else np.nan
        for column, total in totals.items()
        if not isinstance(total, pd.Series)
    }
    checked = check_margins(respondents, margins, extra_problems=_number_problems(respondents, numbers))
    count = len(respondents)
    base = (
        np.full(count, checked.total / count if margins else 1.0)
        if base_weight is None
        else positive_column(respondents, base_weight, role="base weight")
    )
    values = [levels_of(pd.Series(numeric_column(respondents, c, role="calibration"))) for c in numbers]
    crossing = Levels(checked.cells.of_row, pd.RangeIndex(checked.cells.size))
    cells = cross([crossing, *values])
    of_cell = [level.values.to_numpy(np.float64)[cells.levels[:, at]] for at, level in enumerate(values, 1)]
    rows = np.column_stack([checked.rows[cells.levels[:, 0]], *of_cell])
    targets = np.concatenate([*checked.targets, np.array(list(numbers.values()))])
    names = [*checked.names, *((column, None) for column in numbers)]
    cell_base = sums(cells.of_row, cells.size, base)
    within = f" within bounds={bounds}" if bounds else ""
    message, hint = f"No weights{within} meet all the totals.", _hint(base, checked.total, bounds)
    ratio, steps = solve(rows, cell_base, targets, distance, names=names, message=message, hint=hint)
    weights = base * ratio[cells.of_row]
    _refuse_non_positive(weights, respondents.index)
    adjustment = Adjustment(cells.of_row, rows, targets, base)
    known = respondents[[*totals, *([] if base_weight is None else [base_weight])]]
    return weighting_result(known, weights, adjustment, names, steps)


def weighting_result(
    known: pd.DataFrame,
    weights: Floats,
    adjustment: Adjustment,
    names: list[Name],
    iterations: int,
) -> WeightingResult:
    """Build the result of an adjustment whose totals have the `names` (column, level).

    Raises
    ------
    ConvergenceError
        Only weights of zero for some respondents meet the totals.
    """
    _refuse_vanishing(weights, adjustment, names)
    effect = design_effect(weights)
    return WeightingResult(
        weights=pd.Series(weights, index=known.index, name="weight", copy=False),
        margins=margins_frame(names, adjustment, weights),
        design_effect=effect,
        effective_sample_size=len(weights) / effect,
        iterations=iterations,
        adjustment=adjustment,
        respondents=known,
    )


def _distance(method: str, bounds: tuple[float, float] | None) -> Distance:
    check_known("calibration method", method, get_args(Method))
    hint = "Give for example bounds=(0.3, 3)."
    if method == "logit" and bounds is None:
        raise ParameterError("method='logit' needs bounds.", hint=hint)
    limits = (-np.inf, np.inf) if bounds is None else bounds
    if not (isinstance(limits, Sequence) and len(limits) == 2 and all(isinstance(b, Real) for b in limits)):
        raise ParameterError(f"bounds={bounds!r} is not legal.", hint=hint)
    lower, upper = limits
    if not lower < 1 < upper or (method == "logit" and not np.isfinite(limits).all()):
        raise ParameterError(
            f"bounds={bounds} is not legal: the lowest ratio must be below 1 and the highest above 1"
            + (", both finite." if method == "logit" else "."),
            hint=hint,
        )
    distances = {"linear": Linear, "raking": Raking, "logit": Logit}
    distance: Distance = distances[method](lower, upper)
    return distance


def _number_problems(respondents: pd.DataFrame, numbers: Mapping[str, float]) -> list[str]:
    problems = []
    for column, total in numbers.items():
        values = numeric_column(respondents, column, role="calibration")
        unusable = ~np.isfinite(values)
        if unusable.any():
            problems.append(
                f"Column '{column}': {counted(int(unusable.sum()))} without a value "
                f"(rows {rows_named(respondents.index, unusable)})."
            )
        if not np.isfinite(total):
            problems.append(f"Column '{column}': the total {total} is no number.")
        elif not unusable.any() and total != 0 and not values.any():
            problems.append(f"Column '{column}': the total is {total:,g} but every respondent has 0.")
    return problems


def _refuse_non_positive(weights: Floats, index: pd.Index) -> None:
    wrong = weights <= 0
    if wrong.any():
        raise MarginError(
            f"Calibration gives {counted(int(wrong.sum()))} a weight of zero or below "
            f"(lowest {weights.min():.4g}; rows {rows_named(index, wrong)}).",
            hint="Set bounds=(0.2, 5) or use method='raking', which keeps weights positive.",
        )


def _refuse_vanishing(weights: Floats, adjustment: Adjustment, names: list[Name]) -> None:
    """Refuse weights that are zero up to rounding, if no positive weights meet the totals."""
    base = 1.0 if adjustment.base_weight is None else adjustment.base_weight
    ratio = weights / base
    if adjustment.rows is None or ratio.min() > _SMALLEST_RATIO * ratio.max():
        return
    from scipy.optimize import linprog

    # Maximise the share of its tightest total that every cell gets at once; it is 0 if a cell must vanish.
    rows, targets = adjustment.rows, np.where(adjustment.targets == 0, 1.0, adjustment.targets)
    share = np.abs(rows / targets)
    matrix = (rows / share.max(axis=1, keepdims=True) / targets).T
    found = linprog(
        np.append(np.zeros(len(rows)), -1.0),
        A_eq=np.column_stack([matrix, matrix.sum(axis=1)]),
        b_eq=np.sign(np.abs(adjustment.targets)),
        method="highs",
    )
    if found.x is not None and found.x[-1] > _SMALLEST_SHARE:
        return
    cells = np.unique(adjustment.cells[ratio <= _SMALLEST_RATIO * ratio.max()])
    levels = [[named(names[int(column)]) for column in np.flatnonzero(rows[cell])] for cell in cells[:5]]
    raise ConvergenceError(
        "Only weights of zero meet all the margins: none above zero do.",
        problems=[f"{' with '.join(level)}: the weight would be 0." for level in levels],
        hint="The margins leave nobody with these levels, and somebody answered. Merge levels, drop a "
        "margin, or mend the counts.",
    )


def _hint(base: Floats, population: float, bounds: tuple[float, float] | None) -> str:
    """Return the hint for totals that cannot be met."""
    if bounds is None:
        return "Merge sparse levels or drop a column."
    hint = "Widen the bounds, merge sparse levels or drop a column."
    if population and not np.isclose(base.sum(), population, rtol=0.05):
        hint += (
            f" The bounds are on the ratio to the base weights, and those sum to {base.sum():,.6g}"
            f" where the population is {population:,.6g}: scale them first."
        )
    return hint

"""Keep weights under a cap and still meet the margins."""

from __future__ import annotations

from numbers import Real

import numpy as np
import pandas as pd

from borgerlib.errors import MarginError, ParameterError
from borgerlib.statistics.levels import Floats, counted, sums
from borgerlib.statistics.weighting.adjustment import Adjustment, WeightingResult
from borgerlib.statistics.weighting.calibration import weighting_result
from borgerlib.statistics.weighting.margin_checks import Name, named
from borgerlib.statistics.weighting.solver import Raking, solve

_INFEASIBLE = 2  # scipy.optimize.linprog's status


def rake_capped(
    known: pd.DataFrame, adjustment: Adjustment, names: list[Name], start: Floats, cap: float
) -> WeightingResult:
    """Return the weights nearest to `start` that meet the adjustment's totals under the cap.

    Parameters
    ----------
    known : DataFrame
        The columns that the respondents are weighted by.
    adjustment : Adjustment
        Cells and known totals.
    names : list of (column, level)
        What the totals are called.
    start : array
        Weights to move as little as possible (truncated raking, Deville & Särndal 1992); their sum is the
        population.
    cap : float
        Largest weight, as a multiple of the mean weight.

    Raises
    ------
    MarginError
        No weights under the cap meet the totals; checked before anything is moved.
    """
    rows = np.eye(adjustment.size) if adjustment.rows is None else adjustment.rows
    largest = legal_cap(cap) * float(start.mean())
    people = sums(adjustment.cells, len(rows))
    _refuse_single(rows, people, adjustment.targets, names, largest, cap)
    _refuse_joint(rows, people, adjustment.targets, largest, cap)
    # Respondents with the same cell and the same starting weight get the same weight: solve once per group.
    values, code = np.unique(start, return_inverse=True)
    group, of_row = np.unique(adjustment.cells * len(values) + code, return_inverse=True)
    of_group, weight = group // len(values), values[group % len(values)]
    group_weight = weight * sums(of_row, len(weight))
    distance, totals = Raking(0.0, largest / weight), adjustment.targets
    message = f"The margins are not met under cap={cap:g}."
    hint = "Raise the cap, merge sparse levels or drop a margin."
    ratio, steps = solve(
        rows[of_group], group_weight, totals, distance, names=names, message=message, hint=hint
    )
    weights = np.minimum((weight * ratio)[of_row], largest)
    # R treats capped weights as calibrated, not as raked: their residuals come from a weighted regression.
    calibrated = Adjustment(adjustment.cells, adjustment.rows, adjustment.targets, adjustment.base_weight)
    return weighting_result(known, weights, calibrated, names, steps)


def legal_cap(cap: float) -> float:
    """Return the cap, or raise `ParameterError` if no weighting can keep it."""
    if not (isinstance(cap, Real) and np.isfinite(cap) and cap > 1):
        raise ParameterError(
            f"cap={cap} is not legal: weights that differ cannot all be at or below their mean.",
            hint="Give a multiple of the mean weight above 1, for example cap=5.",
        )
    return float(cap)


def spread_excess(start: Floats, largest: float) -> tuple[Floats, int]:
    """Trim weights and spread the excess evenly over the others, until none is too large.

    Returns
    -------
    weights : array
        With the sum of `start`.
    rounds : int
    """
    weights, rounds = start, 0
    while weights.max() > largest * (1 + 1e-14):
        full = weights >= largest
        excess = float((weights[full] - largest).sum())
        weights = np.where(full, largest, weights + excess / (~full).sum())
        rounds += 1
    return weights, rounds


def _refuse_single(
    rows: Floats, people: Floats, targets: Floats, names: list[Name], largest: float, cap: float
) -> None:
    respondents = people @ (rows != 0)
    problems = [
        f"{named(name)}: {target:,.10g} people for {counted(int(count))}, "
        f"which takes a cap of {cap * target / (count * largest):.3g} or more."
        for name, count, target in zip(names, respondents, targets, strict=True)
        if name[1] is not None and target > count * largest * (1 + 1e-12)
    ]
    if problems:
        raise MarginError(
            f"The margins cannot be met under cap={cap:g}.",
            problems=problems,
            hint="Raise the cap or merge the level into a neighbour.",
        )


def _refuse_joint(rows: Floats, people: Floats, targets: Floats, largest: float, cap: float) -> None:
    from scipy.optimize import linprog

    scale = np.abs(rows).T @ people * largest
    found = linprog(
        np.zeros(len(rows)),
        A_eq=(rows * (people * largest)[:, None] / scale).T,
        b_eq=targets / scale,
        bounds=(0.0, 1.0),
        method="highs",
    )
    if found.status == _INFEASIBLE:
        raise MarginError(
            f"The margins cannot be met under cap={cap:g}: each can, but not all of them at once.",
            hint="Raise the cap, merge sparse levels or drop a margin.",
        )

"""Iterative proportional fitting of cells to margins (Deming & Stephan 1940), or Newton where that crawls."""

from __future__ import annotations

import numpy as np

from borgerlib.errors import ConvergenceError
from borgerlib.statistics.levels import Cells, Floats, sums
from borgerlib.statistics.weighting.adjustment import Adjustment
from borgerlib.statistics.weighting.margin_checks import CheckedMargins, named
from borgerlib.statistics.weighting.solver import Raking, solve

# Raking converges in a few sweeps, or crawls because cells are empty: then Newton's method takes over.
_SWEEPS = 200
# Of a weighted count beside its target; weights converge two or three sweeps after margins do.
_TOLERANCE = 1e-12


def proportional_fit(cell_base: Floats, cells: Cells, targets: list[Floats]) -> tuple[Floats | None, int]:
    """Return each cell's ratio to its base weight, or None where the margins were not met in time."""
    fitted = cell_base.copy()
    for sweep in range(1, _SWEEPS + 1):
        error = 0.0
        for number, target in enumerate(targets):
            level = cells.levels[:, number]
            current = sums(level, len(target), fitted)
            error = max(error, float(np.abs(current / target - 1.0).max()))
            fitted *= (target / current)[level]
        if error <= _TOLERANCE:
            return fitted / cell_base, sweep
    return None, _SWEEPS


def newton_fit(adjustment: Adjustment, cell_base: Floats, checked: CheckedMargins) -> tuple[Floats, int]:
    """Return each cell's ratio to its base weight by Newton's method, or raise `ConvergenceError`."""
    assert adjustment.rows is not None
    scale = checked.total / cell_base.sum()
    try:
        ratio, steps = solve(adjustment.rows, cell_base * scale, adjustment.targets, Raking())
    except ConvergenceError as error:
        raise ConvergenceError(
            "No positive weights meet all the margins.",
            problems=[f"{named(checked.names[int(column)])} is not met." for column in error.problems],
            hint="Some combination of levels has no respondents. Merge levels or drop a margin.",
        ) from None
    return ratio * scale, steps

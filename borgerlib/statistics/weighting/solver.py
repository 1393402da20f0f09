"""Find the weights nearest to base weights that meet known totals (Deville & Särndal 1992)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from borgerlib.errors import ConvergenceError
from borgerlib.statistics.levels import Floats
from borgerlib.statistics.weighting.margin_checks import Name, named

_TOLERANCE = 1e-12
_ACCEPTED = 1e-10
_NEWTON_STEPS = 200
_HALVINGS = 40


@dataclass(frozen=True)
class Linear:
    """Ratio 1 + score, cut off at the bounds (a number, or one a row)."""

    lower: float | Floats = -np.inf
    upper: float | Floats = np.inf

    def ratio(self, score: Floats) -> Floats:
        """Return calibrated weight ÷ base weight."""
        return np.clip(1.0 + score, self.lower, self.upper)

    def slope(self, score: Floats) -> Floats:
        """Return the derivative of `ratio`."""
        return ((1.0 + score > self.lower) & (1.0 + score < self.upper)).astype(np.float64)

    def integral(self, score: Floats) -> Floats:
        """Return the antiderivative of `ratio`."""
        inside = self.ratio(score) - 1.0
        return inside + inside**2 / 2.0 + (score - inside) * (1.0 + inside)


@dataclass(frozen=True)
class Raking:
    """Ratio exp(score), cut off at the bounds (a number, or one a row): multiplicative, never negative."""

    lower: float | Floats = 0.0
    upper: float | Floats = np.inf

    def ratio(self, score: Floats) -> Floats:
        """Return calibrated weight ÷ base weight."""
        with np.errstate(over="ignore"):
            return np.clip(np.exp(score), self.lower, self.upper)

    def slope(self, score: Floats) -> Floats:
        """Return the derivative of `ratio`."""
        ratio = self.ratio(score)
        return np.where((ratio > self.lower) & (ratio < self.upper), ratio, 0.0)

    def integral(self, score: Floats) -> Floats:
        """Return the antiderivative of `ratio`."""
        ratio = self.ratio(score)
        with np.errstate(divide="ignore", invalid="ignore"):
            cut = (ratio <= self.lower) | (ratio >= self.upper)
            return ratio + np.where(cut & (ratio > 0), (score - np.log(ratio)) * ratio, 0.0)


@dataclass(frozen=True)
class Logit:
    """Ratio that moves on a logistic curve between two bounds, lower < 1 < upper."""

    lower: float
    upper: float

    @property
    def _steepness(self) -> float:
        return (self.upper - self.lower) / ((1.0 - self.lower) * (self.upper - 1.0))

    def _share(self, score: Floats) -> Floats:
        from scipy.special import expit

        share: Floats = expit(self._steepness * score + np.log((1.0 - self.lower) / (self.upper - 1.0)))
        return share

    def ratio(self, score: Floats) -> Floats:
        """Return calibrated weight ÷ base weight."""
        return self.lower + (self.upper - self.lower) * self._share(score)

    def slope(self, score: Floats) -> Floats:
        """Return the derivative of `ratio`."""
        share = self._share(score)
        return (self.upper - self.lower) * self._steepness * share * (1.0 - share)

    def integral(self, score: Floats) -> Floats:
        """Return the antiderivative of `ratio`."""
        start = np.log((1.0 - self.lower) / (self.upper - 1.0))
        span = (self.upper - self.lower) / self._steepness
        integral: Floats = self.lower * score + span * np.logaddexp(0.0, self._steepness * score + start)
        return integral


Distance = Linear | Raking | Logit
"""How far a weight may move: the ratio to its base weight as a function of the calibration score.

The antiderivative of the ratio is convex: its sum is what Newton's method lowers.
"""


def solve(
    rows: Floats,
    base: Floats,
    targets: Floats,
    distance: Distance,
    *,
    names: Sequence[Name],
    message: str,
    hint: str,
) -> tuple[Floats, int]:
    """Return the ratio of each row that meets the totals, and the number of Newton steps.

    Minimises a convex function of one score coefficient a total by Newton's method with step halving.

    Parameters
    ----------
    rows : array, one row a group of respondents, one column a total
        What one respondent of the group adds to each total.
    base : array
        Base weight of each group (summed over its respondents).
    targets : array
        The known totals, finite.
    distance : Distance
    names : sequence of (column, level)
        What the totals are called.
    message, hint : str
        What to say where they cannot be met.

    Raises
    ------
    ConvergenceError
        Where no ratios within the bounds meet the totals; ``problems`` names those that are not met.
    """
    scale = np.maximum(np.abs(rows).max(axis=0), np.finfo(float).tiny)
    rows, targets = rows / scale, targets / scale
    relative = np.where(targets != 0, np.abs(targets), np.maximum(base @ np.abs(rows), 1.0))
    coefficients, score = np.zeros(rows.shape[1]), np.zeros(len(rows))
    ridge = np.diag((rows**2).T @ base)
    for step in range(_NEWTON_STEPS):
        ratio = distance.ratio(score)
        left = targets - rows.T @ (base * ratio)
        if np.abs(left / relative).max() <= _TOLERANCE:
            return ratio, step
        curvature = (rows.T * (base * distance.slope(score))) @ rows
        # Totals of a billion and of three stand side by side: each is measured by its own size.
        size = np.sqrt(np.maximum(np.diagonal(curvature), 1e-300))
        # With many ratios at a bound the curvature is flat in some direction: a ridge gives one to follow.
        for damping in (0.0, 1e-6, 1e-3, 1.0):
            damped = (curvature + damping * ridge) / np.outer(size, size)
            direction = np.linalg.lstsq(damped, left / size, rcond=1e-13)[0] / size
            moved = _descend(rows, base, targets, distance, coefficients, np.asarray(direction, float), left)
            if moved is not None:
                break
        else:
            break
        coefficients = moved
        score = rows @ coefficients
    worst = np.abs(left / relative)
    if worst.max() <= _ACCEPTED:
        return ratio, step
    unmet = [f"{named(names[column])} is not met." for column in np.flatnonzero(worst > _ACCEPTED).tolist()]
    raise ConvergenceError(message, problems=unmet, hint=hint)


def _descend(
    rows: Floats,
    base: Floats,
    targets: Floats,
    distance: Distance,
    start: Floats,
    direction: Floats,
    left: Floats,
) -> Floats | None:
    slope = float(left @ direction)
    if not slope > 0:
        return None
    value = float(base @ distance.integral(rows @ start) - targets @ start)
    length = 1.0
    for _ in range(_HALVINGS):
        coefficients = start + length * direction
        score = rows @ coefficients
        with np.errstate(over="ignore", invalid="ignore"):  # too long a step overflows and is halved
            new_value = float(base @ distance.integral(score) - targets @ coefficients)
            new_left = targets - rows.T @ (base * distance.ratio(score))
        if new_value <= value - 1e-4 * length * slope:
            return coefficients
        # Close to the solution the value no longer changes in floating point; what is left still does.
        if np.isfinite(new_value) and np.abs(new_left).max() < 0.5 * np.abs(left).max():
            return coefficients
        length /= 2.0
    return None

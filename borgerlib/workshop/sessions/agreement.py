"""How far individual answers agree, reported so that nobody's answer can be inferred."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

FEWEST = 4
"""People there must be before anything but their number is told."""

_STRONG, _MODERATE = 0.7, 0.5


@dataclass(frozen=True)
class Agreement:
    """What may be shown of answers on a scale.

    Parameters
    ----------
    n : int
        People who answered.
    median, lower, upper : float or None
        Median and quartiles; None where fewer than `FEWEST` answered.
    share : float or None
        Agreement from 0 (as if by chance, or less) to 1 (all the same): r_wg of James, Demaree and Wolf
        (1984), 1 − s²/σ², σ² being the variance of answers spread evenly over the scale.
    """

    n: int
    median: float | None = None
    lower: float | None = None
    upper: float | None = None
    share: float | None = None

    @property
    def word(self) -> str:
        """'strong', 'moderate' or 'weak' (after LeBreton and Senter 2008); '' where it is not told."""
        if self.share is None:
            return ""
        return "strong" if self.share > _STRONG else "moderate" if self.share > _MODERATE else "weak"


def agreement(answers: Iterable[int], *, steps: int) -> Agreement:
    """Return what may be told of whole-number answers.

    Parameters
    ----------
    answers : iterable of int
    steps : int
        Steps of the scale: 11 for 0–10.
    """
    values = list(answers)
    if len(values) < FEWEST:
        return Agreement(len(values))
    lower, median, upper = statistics.quantiles(values, n=4, method="inclusive")
    by_chance = (steps**2 - 1) / 12
    share = max(0.0, 1 - statistics.variance(values) / by_chance)
    return Agreement(len(values), median, lower, upper, share)

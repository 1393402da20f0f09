"""How many answers a survey needs for shares of a given precision."""

from __future__ import annotations

import math
from statistics import NormalDist

from borgerlib.errors import ParameterError


def needed_answers(population: int, half_width: float, *, confidence: float = 0.95) -> int:
    """Return the number of answers of a random sample that estimates every share to ± `half_width`.

    Parameters
    ----------
    population : int
        People to draw from.
    half_width : float
        Half the width of the interval of a share of one half, the widest there is (share, 0.03 for ±3
        percentage points).
    confidence : float
        Level of the interval, between 0 and 1.

    Raises
    ------
    ParameterError
        A number is not above 0, or a number that must be a share is 1 or more.

    Notes
    -----
    n₀ = z² / (4 h²), and n = n₀ / (1 + (n₀ − 1) / N) of a finite population (Cochran 1977, ch. 4).
    """
    if population < 1 or not 0 < half_width < 1 or not 0 < confidence < 1:
        raise ParameterError(
            f"population={population}, half_width={half_width}, confidence={confidence} is not legal.",
            hint="Give people in whole numbers and the other two as shares: needed_answers(20_000, 0.03).",
        )
    endless = (NormalDist().inv_cdf((1 + confidence) / 2) / (2 * half_width)) ** 2
    return math.ceil(endless / (1 + (endless - 1) / population) - 1e-9)

"""What a protected copy says of one option among a selection; how far it is from the rest or another one.

The estimates of `borgerlib.statistics.selections.estimates`, option by option, before any interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.protected import SMALLEST_EFFECTIVE, Part, ProtectedCube
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION

_SMALLEST_EXPECTED = 5.0
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class OptionInCopy:
    """What the copy says of one option among a selection.

    `ones` and `zeros` are sums over who chose it in the copy and who did not, a row a part; `if_one` and
    `if_zero` are what each of them counts in the linearised share, by their weight. `own`: the selection is
    made by this very option, so that no test says anything.
    """

    role: str
    number: int
    parts: Sequence[Part]
    own: bool
    ones: Floats
    zeros: Floats
    base: float
    weighted: float
    total: float
    effective: float
    share: float
    variance: float
    if_one: Floats
    if_zero: Floats


def options_of(
    protected: ProtectedCube, levels: Mapping[str, Sequence[str]], role: str
) -> list[OptionInCopy]:
    """Return what the copy says of each option of a role among a selection."""
    options, wanted = protected.cube.roles[role], levels.get(role, ())
    if role in protected.sources(levels):
        return [
            _of_option(protected, protected.parts(levels, role, option), role, number, {}, own=True)
            for number, option in enumerate(options)
        ]
    parts, answered = protected.parts(levels), dict[int, Floats]()
    # Both lists hold the same people, part by part.
    own_parts = protected.parts(levels, role, wanted[0]) if wanted else parts
    return [
        _of_option(protected, own_parts if own else parts, role, number, answered, own=own)
        for number, own in enumerate(option in wanted for option in options)
    ]


def _of_option(
    protected: ProtectedCube,
    parts: Sequence[Part],
    role: str,
    number: int,
    answered: dict[int, Floats],
    *,
    own: bool,
) -> OptionInCopy:
    cube = protected.cube
    chosen, row = cube.bits[cube.chosen[role][number]], int(cube.answered[role][number])
    if row not in answered:
        answered[row] = cube.sums(part.who & cube.bits[row] for part in parts)
    ones = cube.sums(part.who & chosen for part in parts)
    zeros = answered[row] - ones
    top, chose, others = np.array([(part.top, part.chose, part.others) for part in parts]).T
    one, zero = protected.answers[role].corrected(np.array([1.0, 0.0]))
    base, weighted, _ = chose @ ones + others @ zeros
    squared = chose**2 @ ones[:, 2] + others**2 @ zeros[:, 2]
    if weighted <= 0:
        nothing = np.full(len(parts), np.nan)
        numbers = (base, 0.0, np.nan, 0.0, np.nan, np.nan)
        return OptionInCopy(role, number, parts, own, ones, zeros, *numbers, nothing, nothing)
    total = top @ (one * ones[:, 1] + zero * zeros[:, 1])
    share, effective = total / weighted, weighted**2 / squared
    if_one, if_zero = (top * one - share * chose) / weighted, (top * zero - share * others) / weighted
    variance = cube.size / (cube.size - 1) * (if_one**2 @ ones[:, 2] + if_zero**2 @ zeros[:, 2])
    numbers = (base, weighted, total, effective, share, variance)
    return OptionInCopy(role, number, parts, own, ones, zeros, *numbers, if_one, if_zero)


def beyond_rest(protected: ProtectedCube, meant: OptionInCopy) -> float:
    """Return the difference to the rest in standard errors; missing where it cannot be tested."""
    all_ones, all_asked = (sums[meant.number] for sums in protected.everybody[meant.role])
    rest, rest_effective = (
        all_asked[1] - meant.weighted,
        all_asked[1] ** 2 / all_asked[2] - meant.effective,
    )
    if meant.own or meant.weighted <= 0 or rest <= 0 or rest_effective <= 0:
        return np.nan
    all_zeros = all_asked - all_ones
    one, zero = protected.answers[meant.role].corrected(np.array([1.0, 0.0]))
    rest_share = (one * all_ones[1] + zero * all_zeros[1] - meant.total) / rest
    pooled = (meant.total + rest_share * rest) / (meant.weighted + rest)
    if not _enough(protected, meant.role, pooled, min(meant.effective, rest_effective)):
        return np.nan
    # Whoever counts t among those meant counts 1 - t in the rest, so that both share their chance.
    top, chose, others = np.array([(part.top, part.chose, part.others) for part in meant.parts]).T
    if_one = meant.if_one - ((1 - top) * one - rest_share * (1 - chose)) / rest
    if_zero = meant.if_zero - ((1 - top) * zero - rest_share * (1 - others)) / rest
    outside = [(one - rest_share) / rest, (zero - rest_share) / rest]
    spread = if_one**2 @ meant.ones[:, 2] + if_zero**2 @ meant.zeros[:, 2]
    spread += outside[0] ** 2 * (all_ones[2] - meant.ones[:, 2].sum())
    spread += outside[1] ** 2 * (all_zeros[2] - meant.zeros[:, 2].sum())
    scale = protected.cube.size / (protected.cube.size - 1)
    return float((meant.share - rest_share) / np.sqrt(scale * spread))


def beyond_other(protected: ProtectedCube, meant: OptionInCopy, other: OptionInCopy) -> float:
    """Return the difference to another selection in standard errors; missing where it cannot be tested.

    Who is in both counts in both shares: their covariance is taken off, so that selections may overlap.
    """
    shown = other.base >= SMALLEST_SELECTION and other.effective >= SMALLEST_EFFECTIVE
    if meant.own or other.own or not shown or meant.weighted <= 0:
        return np.nan
    pooled = (meant.total + other.total) / (meant.weighted + other.weighted)
    if not _enough(protected, meant.role, pooled, min(meant.effective, other.effective)):
        return np.nan
    cube, together = protected.cube, 0.0
    chosen = cube.bits[cube.chosen[meant.role][meant.number]]
    asked = cube.bits[cube.answered[meant.role][meant.number]]
    for (i, mine), (j, theirs) in product(enumerate(meant.parts), enumerate(other.parts)):
        both = mine.who & theirs.who & asked
        if both.any():
            ones, answered = cube.sums([both & chosen, both])[:, 2]
            together += meant.if_one[i] * other.if_one[j] * ones
            together += meant.if_zero[i] * other.if_zero[j] * (answered - ones)
    spread = meant.variance + other.variance - 2 * cube.size / (cube.size - 1) * together
    # The same people differ in nothing, but for the rounding of sums.
    none = spread <= _NO_SPREAD * (meant.variance + other.variance)
    return np.nan if none else float((meant.share - other.share) / np.sqrt(spread))


def _enough(protected: ProtectedCube, role: str, pooled: float, effective: float) -> bool:
    """Return whether enough are expected to choose an option in the copy, and not to, for a test."""
    in_copy = float(protected.answers[role].expected(np.clip(pooled, 0, 1)))
    return min(in_copy, 1 - in_copy) * effective >= _SMALLEST_EXPECTED

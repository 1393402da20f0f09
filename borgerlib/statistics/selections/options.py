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
    own: bool
    parts: Sequence[Part]
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
    cube, wanted, made_of_it = protected.cube, levels.get(role, ()), role in protected.sources(levels)
    found, answered = [], dict[int, Floats]()
    # Both lists hold the same people, part by part.
    others = own = [] if made_of_it else protected.parts(levels)
    if wanted and not made_of_it:
        own = protected.parts(levels, role, wanted[0])
    for number, option in enumerate(cube.roles[role]):
        if made_of_it:
            own, answered = protected.parts(levels, role, option), {}
        is_own, row = made_of_it or option in wanted, int(cube.answered[role][number])
        parts = own if is_own else others
        if row not in answered:
            answered[row] = _sums(protected, parts, row)
        ones = _sums(protected, parts, int(cube.chosen[role][number]))
        found.append(_counted(protected, role, number, is_own, parts, ones, answered[row] - ones))
    return found


def _sums(protected: ProtectedCube, parts: Sequence[Part], row: int) -> Floats:
    inside = protected.cube.sums(part.who & protected.cube.bits[row] for part in parts[:-1])
    outside = protected.totals[row] - inside.sum(axis=0)
    # Where nobody is left, what is left of the weights is the rounding of sums.
    return np.vstack([inside, outside if outside[0] else np.zeros_like(outside)])


def _counted(
    protected: ProtectedCube,
    role: str,
    number: int,
    own: bool,
    parts: Sequence[Part],
    ones: Floats,
    zeros: Floats,
) -> OptionInCopy:
    cube = protected.cube
    top, chose, others = np.array([(part.top, part.chose, part.others) for part in parts]).T
    one, zero = protected.answers[role].corrected(np.array([1.0, 0.0]))
    base, weighted, _ = chose @ ones + others @ zeros
    squared = chose**2 @ ones[:, 2] + others**2 @ zeros[:, 2]
    if weighted <= 0:
        nothing = np.full(len(parts), np.nan)
        numbers = (base, 0.0, np.nan, 0.0, np.nan, np.nan)
        return OptionInCopy(role, number, own, parts, ones, zeros, *numbers, nothing, nothing)
    total = top @ (one * ones[:, 1] + zero * zeros[:, 1])
    share, effective = total / weighted, weighted**2 / squared
    if_one, if_zero = (top * one - share * chose) / weighted, (top * zero - share * others) / weighted
    variance = cube.size / max(1, cube.size - 1) * (if_one**2 @ ones[:, 2] + if_zero**2 @ zeros[:, 2])
    numbers = (base, weighted, total, effective, share, variance)
    return OptionInCopy(role, number, own, parts, ones, zeros, *numbers, if_one, if_zero)


def beyond_rest(protected: ProtectedCube, meant: OptionInCopy) -> float:
    """Return the difference to the rest in standard errors; missing where it cannot be tested."""
    opposite = [part.opposite() for part in meant.parts]
    rest = _counted(protected, meant.role, meant.number, meant.own, opposite, meant.ones, meant.zeros)
    if meant.own or meant.weighted <= 0 or rest.weighted <= 0:
        return np.nan
    _, weight, squared = (meant.ones + meant.zeros).sum(axis=0)
    ones, zeros = meant.ones[:, 2], meant.zeros[:, 2]
    both = float((meant.if_one * rest.if_one) @ ones + (meant.if_zero * rest.if_zero) @ zeros)
    return _beyond(protected, meant, rest, weight**2 / squared - meant.effective, both)


def beyond_other(protected: ProtectedCube, meant: OptionInCopy, other: OptionInCopy) -> float:
    """Return the difference to another selection in standard errors; missing where it cannot be tested.

    Selections may overlap.
    """
    shown = other.base >= SMALLEST_SELECTION and other.effective >= SMALLEST_EFFECTIVE
    if meant.own or other.own or not shown or meant.weighted <= 0:
        return np.nan
    cube, both = protected.cube, 0.0
    chosen = cube.bits[cube.chosen[meant.role][meant.number]]
    asked = cube.bits[cube.answered[meant.role][meant.number]]
    # Who is outside a selection, its last part, counts nothing in it.
    for (i, mine), (j, theirs) in product(enumerate(meant.parts[:-1]), enumerate(other.parts[:-1])):
        shared = mine.who & theirs.who & asked
        if shared.any():
            ones, answered = cube.sums([shared & chosen, shared])[:, 2]
            both += meant.if_one[i] * other.if_one[j] * ones
            both += meant.if_zero[i] * other.if_zero[j] * (answered - ones)
    return _beyond(protected, meant, other, other.effective, both)


def _beyond(
    protected: ProtectedCube, meant: OptionInCopy, other: OptionInCopy, effective: float, both: float
) -> float:
    """Return a difference in standard errors; `both`: the sum of what each counts in both, multiplied."""
    pooled = (meant.total + other.total) / (meant.weighted + other.weighted)
    in_copy = float(protected.answers[meant.role].expected(np.clip(pooled, 0, 1)))
    # Enough are to be expected to choose the option in the copy, and not to.
    if min(in_copy, 1 - in_copy) * min(meant.effective, effective) < _SMALLEST_EXPECTED:
        return np.nan
    scale = protected.cube.size / (protected.cube.size - 1)
    spread = meant.variance + other.variance - 2 * scale * both
    # The same people differ in nothing, but for the rounding of sums.
    none = spread <= _NO_SPREAD * (meant.variance + other.variance)
    return np.nan if none else float((meant.share - other.share) / np.sqrt(spread))

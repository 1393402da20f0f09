"""What a protected copy says of options among a selection; how far each is from the rest, or another one.

The estimates of `borgerlib.statistics.selections.estimates`, before any interval.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from borgerlib.statistics.levels import Floats, Ints, Mask
from borgerlib.statistics.selections.cube import Cube, Words
from borgerlib.statistics.selections.protected import SMALLEST_EFFECTIVE, Meant, ProtectedCube
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION

_SMALLEST_EXPECTED = 5.0
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class OptionsInCopy:
    """What the copy says of some options of a role among a selection.

    Parameters
    ----------
    protected : ProtectedCube
    role : str
    numbers : array of int, shape (options,)
        Which of the role's options.
    own : array of bool, shape (options,)
        The selection is made by this very option, so that no test says anything.
    who : list of array of uint64
    top : array, shape (options, parts)
    counted : array, shape (2, parts)
        As those of `Parts`.
    sums : array, shape (2, options, parts, 3)
        Over who chose it in the copy, and who did not: how many, their weights, the squares.
    """

    protected: ProtectedCube
    role: str
    numbers: Ints
    own: Mask
    who: list[Words]
    top: Floats
    counted: Floats
    sums: Floats

    @cached_property
    def base(self) -> Floats:
        """How many are meant."""
        return self._of_meant(0)

    @cached_property
    def weighted(self) -> Floats:
        """The sum of their weights; missing where there is nothing to divide by."""
        weighted = self._of_meant(1)
        return np.where(weighted > 0, weighted, np.nan)

    @cached_property
    def effective(self) -> Floats:
        """Kish's effective sample size."""
        return self.weighted**2 / self._of_meant(2)

    @cached_property
    def total(self) -> Floats:
        """The sum of the weights of who chose it, corrected."""
        total: Floats = np.einsum("z,op,zop->o", self._corrected, self.top, self.sums[..., 1])
        return total

    @cached_property
    def share(self) -> Floats:
        """The corrected share."""
        return self.total / self.weighted

    @cached_property
    def linear(self) -> Floats:
        """What each counts in the linearised share, by their weight; as `sums`, without the last axis."""
        top = self._corrected[:, np.newaxis, np.newaxis] * self.top
        below = self.share[:, np.newaxis] * self.counted[:, np.newaxis]
        return (top - below) / self.weighted[:, np.newaxis]

    @cached_property
    def variance(self) -> Floats:
        """The variance of the share."""
        return self.covariance(self)

    def covariance(self, other: OptionsInCopy) -> Floats:
        """Return the covariance with the share of others among the same parts."""
        size = self.protected.cube.size
        together: Floats = np.einsum("zop,zop,zop->o", self.linear, other.linear, self.sums[..., 2])
        return size / max(1, size - 1) * together

    @property
    def _corrected(self) -> Floats:
        return self.protected.answers[self.role].corrected(np.array([1.0, 0.0]))

    def _of_meant(self, power: int) -> Floats:
        found: Floats = np.einsum("zp,zop->o", self.counted ** max(1, power), self.sums[..., power])
        return found


def options_of(meant: Meant, role: str) -> list[OptionsInCopy]:
    """Return what the copy says of the options of a role, together where they have the same parts."""
    protected, options = meant.protected, np.array(meant.protected.cube.roles[role])
    every = np.arange(len(options))
    if role in meant.sources:
        each, own = [(every[[n]], meant.parts_for(role, options[n])) for n in every], every >= 0
    else:
        each, own = [(every, meant.parts)], np.isin(options, meant.levels.get(role, ()))
    found = []
    for numbers, parts in each:
        top = np.where(own[numbers, np.newaxis], parts.own_top.get(role, parts.top), parts.top)
        chosen, answered = (
            _with_outside(protected, of[role][numbers], parts.who)
            for of in (protected.cube.chosen, protected.cube.answered)
        )
        sums = np.stack([chosen, answered - chosen])
        found.append(
            OptionsInCopy(protected, role, numbers, own[numbers], parts.who, top, parts.counted, sums)
        )
    return found


def _with_outside(protected: ProtectedCube, rows: Ints, who: list[Words]) -> Floats:
    """Return the sums of each part within some rows of the cube, shape (rows, parts, 3)."""
    inside = _within(protected.cube, rows, who[:-1])
    outside = protected.totals[rows] - inside.sum(axis=1)
    # Where nobody is left, what is left of the weights is the rounding of sums.
    outside[outside[:, 0] == 0] = 0
    return np.concatenate([inside, outside[:, np.newaxis]], axis=1)


def _within(cube: Cube, rows: Ints, sets: list[Words]) -> Floats:
    distinct, at = np.unique(rows, return_inverse=True)
    found: Floats = np.stack([cube.sums(of & cube.bits[row] for of in sets) for row in distinct])[at]
    return found


def beyond_rest(meant: OptionsInCopy) -> Floats:
    """Return the differences to the rest in standard errors; missing where one cannot be tested."""
    rest = replace(meant, top=1 - meant.top, counted=1 - meant.counted)
    _, weight, squared = np.moveaxis(meant.sums.sum(axis=(0, 2)), -1, 0)
    return _beyond(meant, rest, weight**2 / squared - meant.effective, meant.covariance(rest))


def beyond_other(meant: OptionsInCopy, other: OptionsInCopy) -> Floats:
    """Return the differences to another selection in standard errors; missing where one cannot be tested.

    Selections may overlap.
    """
    cube, role = meant.protected.cube, meant.role
    both = np.zeros(len(meant.numbers))
    # Who is outside a selection, its last part, counts nothing in it.
    for (i, mine), (j, theirs) in product(enumerate(meant.who[:-1]), enumerate(other.who[:-1])):
        shared = mine & theirs
        if shared.any():
            chosen, answered = (
                _within(cube, of[role], [shared])[:, 0, 2] for of in (cube.chosen, cube.answered)
            )
            linear = meant.linear[..., i] * other.linear[..., j]
            both += linear[0] * chosen + linear[1] * (answered - chosen)
    shown = (other.base >= SMALLEST_SELECTION) & (other.effective >= SMALLEST_EFFECTIVE) & ~other.own
    scale = cube.size / max(1, cube.size - 1)
    return np.where(shown, _beyond(meant, other, other.effective, scale * both), np.nan)


def _beyond(meant: OptionsInCopy, other: OptionsInCopy, effective: Floats, covariance: Floats) -> Floats:
    pooled = (meant.total + other.total) / (meant.weighted + other.weighted)
    in_copy = meant.protected.answers[meant.role].expected(np.clip(pooled, 0, 1))
    # Enough are to be expected to choose the option in the copy, and not to.
    expected = np.minimum(in_copy, 1 - in_copy) * np.minimum(meant.effective, effective)
    apart = meant.variance + other.variance
    spread = apart - 2 * covariance
    # The same people differ in nothing, but for the rounding of sums.
    tested = (expected >= _SMALLEST_EXPECTED) & (spread > _NO_SPREAD * apart) & ~meant.own
    return (meant.share - other.share) / np.sqrt(np.where(tested, spread, np.nan))

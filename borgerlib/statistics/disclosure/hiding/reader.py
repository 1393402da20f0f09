"""What a reader can work out about hidden numbers: the ends of linear programs over all that is shown.

It knows nothing of how they were chosen. It takes what everybody knows of the questions and the groups, and
asks of every hidden number how small and how large it could be (Hundepool et al., 2012, ch. 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from borgerlib.errors import DisclosureError
from borgerlib.statistics.disclosure.hiding.confidentiality import ItemTable
from borgerlib.statistics.levels import Floats, Mask

_FAR = 1e7  # more respondents than any survey has
_NEARLY = 1e-6  # what the solver may miss a whole number by


@dataclass(frozen=True)
class Weights:
    """What weighted shares of all tell a reader who nearly knows how much the people in a cell weigh.

    Parameters
    ----------
    light, heavy : array, options × (groups, then those outside each division)
        Between what the average weight of those who chose the option lies.
    least, most : array, options
        Between what the sum of the weights of all who chose it lies; infinite where it is not shown.
    """

    light: Floats
    heavy: Floats
    least: Floats
    most: Floats


class Reader:
    """Everything that holds between the numbers of an item.

    The numbers stand in `cells`: a line for each option and a last one for n; a column for each group and one
    for the respondents outside each division.
    """

    def __init__(self, table: ItemTable, weights: Weights | None = None) -> None:
        options, groups = table.counts.shape
        extra = 0 if table.total is None else len(table.divisions)
        self.cells = np.arange((options + 1) * (groups + extra)).reshape(options + 1, groups + extra)
        self.absent = np.zeros(self.cells.size, dtype=bool)
        self._rows: list[tuple[list[int], list[float]]] = []
        self._ends: list[tuple[float, float]] = []
        for column in self.cells.T.tolist():
            self._add_answers(table, column[:-1], column[-1])
        if table.total is not None:
            for number, division in enumerate(table.divisions):
                members = [*division.groups, groups + number]
                self._add_division(table, members, table.total)
                if weights is not None:
                    self._add_weights(weights, members)

    def _add_answers(self, table: ItemTable, counts: list[int], n: int) -> None:
        if table.choices != 1:
            for count in counts:
                self._add([count, n], [1, -1], -np.inf, 0.0)
        if table.choices:
            self._add([*counts, n], [1] * len(counts) + [-table.choices])
        elif table.at_least_one:
            self._add([n, *counts], [1] + [-1] * len(counts), -np.inf, 0.0)

    def _add_division(self, table: ItemTable, members: list[int], total: int) -> None:
        for line in self.cells.tolist():
            self._add([*(line[group] for group in members), line[total]], [1] * len(members) + [-1])
        # Whether anybody is outside the groups is taken as known.
        self.absent[self.cells[:, members[-1]]] = table.n[members[:-1]].sum() == table.n[total]

    def _add_weights(self, weights: Weights, members: list[int]) -> None:
        for option in np.flatnonzero(np.isfinite(weights.most)).tolist():
            cells = self.cells[option, members].tolist()
            self._add(cells, weights.light[option, members].tolist(), -np.inf, weights.most[option])
            self._add(cells, weights.heavy[option, members].tolist(), weights.least[option], np.inf)

    def _add(self, cells: list[int], times: Sequence[float], least: float = 0.0, most: float = 0.0) -> None:
        """Add that the sum of `cells`, each so many `times`, is between `least` and `most`."""
        self._rows.append((cells, list(times)))
        self._ends.append((least, most))

    def ranges(self, known: Floats, wanted: NDArray[np.int64]) -> Floats:
        """Return the least and the greatest value of each of the `wanted` numbers, given the `known` ones."""
        from scipy.sparse.csgraph import connected_components

        matrix, ends, at = self._unknown(known, wanted)
        # Numbers that no unknown number connects are asked about apart: most options of a multiple choice.
        part = connected_components(abs(matrix).T @ abs(matrix), directed=False)[1]
        found = np.empty((2, at.size))
        for asked, number in enumerate(at.tolist()):
            cells = np.flatnonzero(part == part[number])
            rows = np.flatnonzero(matrix[:, cells].count_nonzero(axis=1))
            system, within, this = matrix[rows][:, cells], ends[:, rows], cells == number
            found[:, asked] = [_fitting(sign * this, system, within)[this][0] for sign in (1.0, -1.0)]
        return found

    def narrow(self, known: Floats, wanted: NDArray[np.int64], width: int) -> Mask:
        """Return which of the `wanted` numbers could take fewer whole values than `width` + 1."""
        matrix, ends, at = self._unknown(known, wanted)
        least = most = _near(matrix, ends, at, np.zeros(at.size), -1.0)[at]
        narrow, sign, fruitless = np.ones(at.size, dtype=bool), 1.0, 0
        # One table that fits shows of many numbers at once that they may be large, or small. Only where no
        # table shows more of them each number's ends are sought.
        while narrow.any() and fruitless < 2:
            goal = np.ceil(least - _NEARLY) + width if sign > 0 else np.floor(most + _NEARLY) - width
            fits = _near(matrix, ends, at[narrow], goal[narrow], sign)[at]
            least, most = np.minimum(least, fits), np.maximum(most, fits)
            shown = narrow & (_values(least, most) > width)
            fruitless, narrow, sign = 0 if shown.any() else fruitless + 1, narrow & ~shown, -sign
        if narrow.any():
            narrow[narrow] = _values(*self.ranges(known, wanted[narrow])) <= width
        return narrow

    def _unknown(self, known: Floats, wanted: NDArray[np.int64]) -> tuple[Any, Floats, NDArray[np.int64]]:
        """Return what holds between the unknown numbers, and where the `wanted` ones stand among them."""
        from scipy.sparse import csr_array

        cells = np.concatenate([np.array(cells) for cells, _ in self._rows])
        times = np.concatenate([np.array(times, dtype=float) for _, times in self._rows])
        stops = np.cumsum([0, *(len(cells) for cells, _ in self._rows)])
        matrix = csr_array((times, cells, stops), shape=(len(self._rows), self.cells.size))
        known = np.where(self.absent, 0.0, known)
        ends, free = np.array(self._ends).T - matrix @ np.nan_to_num(known), np.flatnonzero(np.isnan(known))
        matrix = matrix[:, free]
        left = np.flatnonzero(matrix.count_nonzero(axis=1))
        return matrix[left], ends[:, left], np.searchsorted(free, wanted)


def _values(least: Floats, most: Floats) -> Floats:
    """Return how many whole numbers lie between two ends."""
    return np.floor(most + _NEARLY) - np.ceil(least - _NEARLY) + 1


def _near(matrix: Any, ends: Floats, at: NDArray[np.int64], goal: Floats, sign: float) -> Floats:
    """Return numbers that fit, those `at` as near to their goals, from below (1) or above (-1), as can be."""
    from scipy import sparse

    # Beside the numbers: by how much each of those `at` misses its goal.
    beside = sparse.csr_array((np.full(at.size, sign), (np.arange(at.size), at)), (at.size, matrix.shape[1]))
    system = sparse.block_array([[matrix, None], [beside, sparse.eye_array(at.size)]])
    within = np.hstack([ends, [sign * goal, np.full(at.size, np.inf)]])
    return _fitting(np.repeat([0.0, 1.0], [matrix.shape[1], at.size]), system, within)[: matrix.shape[1]]


def _fitting(objective: Floats, matrix: Any, ends: Floats) -> Floats:
    """Return the numbers that fit with the least objective."""
    from scipy import optimize

    constraint = optimize.LinearConstraint(matrix.tocsr(), *ends)
    result = optimize.milp(objective, bounds=optimize.Bounds(0, _FAR), constraints=constraint)
    if result.x is None:
        raise DisclosureError("What is shown contradicts itself: no counts at all fit it.")
    return np.asarray(result.x)

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
from borgerlib.statistics.levels import Floats

_FAR = 1e7  # more respondents than any survey has
_CELLS = 4000  # what the solver is given at once: a call costs more than a small question


@dataclass(frozen=True)
class Weights:
    """What weighted shares of all tell a reader who nearly knows how much the people in a cell weigh.

    Parameters
    ----------
    light, heavy : array, options × (groups, then those outside each domain)
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
    for the respondents outside each domain.
    """

    def __init__(self, table: ItemTable, weights: Weights | None = None) -> None:
        options, groups = table.counts.shape
        extra = 0 if table.total is None else len(table.domains)
        self.cells = np.arange((options + 1) * (groups + extra)).reshape(options + 1, groups + extra)
        self.absent = np.zeros(self.cells.size, dtype=bool)
        self._rows: list[tuple[list[int], list[float]]] = []
        self._ends: list[tuple[float, float]] = []
        for column in self.cells.T.tolist():
            self._add_answers(table, column[:-1], column[-1])
        if table.total is not None:
            for number, domain in enumerate(table.domains):
                members = [*domain.groups, groups + number]
                self._add_domain(table, members, table.total)
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

    def _add_domain(self, table: ItemTable, members: list[int], total: int) -> None:
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

        known = np.where(self.absent, 0.0, known)
        matrix, ends = self._matrix(), np.array(self._ends).T
        ends = ends - matrix @ np.nan_to_num(known)
        free = np.flatnonzero(np.isnan(known))
        matrix, at = matrix[:, free], np.searchsorted(free, wanted)
        # Numbers that no unknown number connects are asked about apart: most options of a multiple choice.
        part = connected_components(abs(matrix).T @ abs(matrix), directed=False)[1]
        found = np.empty((2, len(wanted)))
        for label in np.unique(part[at]):
            cells, asked = np.flatnonzero(part == label), np.flatnonzero(part[at] == label)
            rows = np.flatnonzero(matrix[:, cells].count_nonzero(axis=1))
            system, within = matrix[rows][:, cells], ends[:, rows]
            blocks = max(_CELLS // len(cells), 1)
            for first in range(0, len(asked), blocks):
                block = asked[first : first + blocks]
                places = np.searchsorted(cells, at[block])
                found[:, block] = [_solve(system, within, places, sign) for sign in (1.0, -1.0)]
        return found

    def _matrix(self) -> Any:
        from scipy.sparse import csr_array

        cells = np.concatenate([np.array(cells) for cells, _ in self._rows])
        times = np.concatenate([np.array(times, dtype=float) for _, times in self._rows])
        ends = np.cumsum([0, *(len(cells) for cells, _ in self._rows)])
        return csr_array((times, cells, ends), shape=(len(self._rows), self.cells.size))


def _solve(matrix: Any, ends: Floats, at: NDArray[np.int64], sign: float) -> Floats:
    """Return the least (or, with sign -1, the greatest) values of the numbers `at`, each in its own block."""
    from scipy import optimize, sparse

    objective = np.zeros((at.size, matrix.shape[1]))
    objective[np.arange(at.size), at] = sign
    blocks = sparse.kron(sparse.eye_array(at.size), matrix).tocsr()
    constraint = optimize.LinearConstraint(blocks, *np.tile(ends, at.size))
    result = optimize.milp(objective.ravel(), bounds=optimize.Bounds(0, _FAR), constraints=constraint)
    if result.x is None:
        raise DisclosureError("What is shown contradicts itself: no counts at all fit it.")
    return np.asarray(result.x.reshape(objective.shape)[np.arange(at.size), at])

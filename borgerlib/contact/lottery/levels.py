"""Leximin over whole panels, level by level, for pools in which the relaxed chances cannot be reached."""

from __future__ import annotations

from typing import Any

import numpy as np

from borgerlib.contact.lottery.mixture import FoundPanels, Mixture, add_panel, add_round, spread
from borgerlib.contact.lottery.pool import Pool
from borgerlib.contact.lottery.pricing import Panels
from borgerlib.contact.lottery.relaxation import PRICED, CapTooLowError, ChanceLevel
from borgerlib.contact.lottery.solver import Floats, Program, Solution, blocks

_CLOSED = 1e-7  # a level is proven once no panel could raise it by more than this
_SLACK = 1e-10  # lower settled levels by this, so that rounding cannot make the next level impossible
_SURPLUS_COST = 1000.0  # cost of a chance above the cap: more than any lowest chance can gain


def generated_leximin(pool: Pool, cap: float, near: Floats) -> tuple[Mixture, list[ChanceLevel]]:
    """Return the leximin mixture by column generation (Flanigan et al. 2021), and its levels.

    Parameters
    ----------
    pool : Pool
    cap : float
        Nobody's chance is above it.
    near : ndarray
        Averages of each kind from the relaxation; the first panels are chosen close to them.
    """
    panels, found = Panels(pool), FoundPanels()
    spread(panels, near, 2 * len(near), found=found, behind=np.zeros(len(near)))
    if not found:
        first = panels.best(np.ones(len(near)))
        assert first is not None, "the quotas were found feasible"
        add_panel(found, first[0])
    master = _Master(pool, cap, found)
    chances = np.full(len(near), np.nan)
    levels = []
    while np.isnan(chances).any():
        solution, level = _raised(master, panels, found, chances)
        levels.append(level)
        chances[level.kinds] = level.chance
        master.settle(level)
    weights = np.maximum(solution.variables[2:], 0)
    used = weights > 0
    return Mixture(np.array(list(found.values()))[used], weights[used] / weights.sum()), levels


def _raised(
    master: _Master, panels: Panels, found: FoundPanels, chances: Floats
) -> tuple[Solution, ChanceLevel]:
    """Raise the lowest chance of all unsettled people until prices prove that it cannot go higher."""
    pool, unsettled = master.pool, np.isnan(chances)
    floors = np.where(unsettled, 0, chances)
    while True:
        known = len(found)
        solution = master.solve()
        prices, cap_prices = master.prices(solution)
        worth = (prices - cap_prices) / pool.counts
        best = panels.best(worth)
        assert best is not None, "there is a panel already"
        bound = best[1] - prices @ floors + cap_prices.sum() * master.cap
        lowest = solution.variables[0]
        if bound - (lowest - _SURPLUS_COST * solution.variables[1]) <= _CLOSED:
            break
        if not add_panel(found, best[0]):  # the solver finds none better; the bound says how close
            break
        add_round(panels, found, worth, best[0], max(10, len(chances) // 8))
        master.extend(list(found.values())[known:])
    if solution.variables[1] > _CLOSED:
        mean = pool.size / len(pool.people)
        raise CapTooLowError(master.cap / mean, (master.cap + solution.variables[1]) / mean)
    settled = np.flatnonzero(unsettled & (prices > PRICED))
    if not len(settled):
        settled = np.flatnonzero(unsettled)
    return solution, ChanceLevel(lowest, settled, prices, cap_prices, max(bound, lowest))


class _Master:
    """The linear program over the panels found: lowest chance, excess over the cap, panels' weights."""

    def __init__(self, pool: Pool, cap: float, found: FoundPanels) -> None:
        self.pool, self.cap, self.kinds = pool, cap, len(pool.counts)
        self.capped = cap < 1
        ones, count = np.ones((self.kinds, 1)), len(found)
        shares = np.array(list(found.values())).T / pool.counts[:, None]
        parts: list[list[Any]] = [[-ones, 0 * ones, shares], [None, None, np.ones((1, count))]]
        lower, upper = np.r_[np.zeros(self.kinds), 1.0], np.r_[np.full(self.kinds, np.inf), 1.0]
        if self.capped:
            parts.append([0 * ones, -ones, shares])
            lower = np.r_[lower, np.full(self.kinds, -np.inf)]
            upper = np.r_[upper, np.full(self.kinds, cap)]
        self._program = Program(
            blocks(parts),
            costs=np.r_[1.0, -_SURPLUS_COST, np.zeros(count)],
            rows=(lower, upper),
            variables=(np.r_[-1.0, np.zeros(count + 1)], np.full(count + 2, np.inf)),
        )

    def solve(self) -> Solution:
        solution = self._program.solve()
        assert solution is not None, "a lowest chance is always possible"
        return solution

    def prices(self, solution: Solution) -> tuple[Floats, Floats]:
        """Return the dual prices of the kinds' chances and of their caps, none below 0."""
        prices = np.maximum(-solution.row_prices[: self.kinds], 0)
        caps = solution.row_prices[self.kinds + 1 :] if self.capped else np.zeros(self.kinds)
        return prices, np.maximum(caps, 0)

    def extend(self, panels: list[Floats]) -> None:
        for panel in panels:
            shares = panel / self.pool.counts
            column = np.r_[shares, 1.0, shares] if self.capped else np.r_[shares, 1.0]
            rows = np.flatnonzero(column).astype(np.int32)
            self._program.add_variable(rows, column[rows])

    def settle(self, level: ChanceLevel) -> None:
        for kind in level.kinds:
            self._program.set_coefficient(int(kind), 0, 0.0)
            self._program.set_row(int(kind), level.chance - _SLACK, np.inf)

"""The panels that a pool allows: find the provably best one at given prices, or a good one quickly."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from borgerlib.contact.lottery.pool import Pool
from borgerlib.contact.lottery.solver import Floats, Program, Solution
from borgerlib.errors import ConvergenceError

Which = NDArray[Any]  # kinds, as positions or as a mask
_WHOLE = 1e-7
_MAY_CHANGE = 240  # kinds that may change when a relaxation is rounded; all of them if that fails


class Panels:
    """The panels of a pool: whole numbers of each kind that keep its rows.

    Parameters
    ----------
    pool : Pool
    through : ndarray, optional
        Allow only panels that can be part of a mixture with these averages of each kind: where an average
        lies on a bound, every panel must lie on it.
    """

    def __init__(self, pool: Pool, *, through: Floats | None = None) -> None:
        self.rows, self.lower, self.upper = pool.rows, pool.lower, pool.upper
        self.least, self.most = np.zeros(len(pool.counts)), pool.counts
        if through is not None:
            held = self.rows @ through
            self.lower, self.upper = _on_bounds(held, self.lower, self.upper)
            self.least, self.most = _on_bounds(through, self.least, self.most)
        self._relaxed, self._whole = (
            Program(
                self.rows,
                costs=np.zeros(len(pool.counts)),
                rows=(self.lower, self.upper),
                variables=(self.least, self.most),
                integer=integer,
            )
            for integer in (False, True)
        )

    def best(self, prices: Floats) -> tuple[Floats, float] | None:
        """Return a panel with the highest price, and a proven bound on all prices; None without panels."""
        self._whole.set_costs(prices)
        solution = self._whole.solve()
        if solution is None:
            return None
        panel = self._checked(np.round(solution.variables))
        if panel is None:
            raise ConvergenceError("The solver's panel breaks a quota.", hint="Draw with wider quotas.")
        return panel, max(float(prices @ panel), solution.value)

    def near(self, prices: Floats) -> Floats | None:
        """Return a panel with a high price by rounding the relaxation; None if rounding fails."""
        self._relaxed.set_costs(prices)
        relaxed = self._relaxed.solve()
        if relaxed is None:
            return None
        panel = self._rounded(relaxed, _MAY_CHANGE, prices)
        if panel is None and len(prices) > _MAY_CHANGE:
            return self._rounded(relaxed, len(prices), prices)
        return panel

    def _rounded(self, relaxed: Solution, most: int, prices: Floats) -> Floats | None:
        """Fix the kinds that are closest to a whole number, solve again, and repeat until all are whole."""
        free = np.flatnonzero(_nearly_free(relaxed, most))
        panel = np.round(relaxed.variables)
        program = self._restricted(panel, free, prices)
        part = relaxed.variables[free]
        while np.any(broken := np.abs(part - np.round(part)) > _WHOLE):
            index = np.flatnonzero(broken)
            order = index[np.argsort(np.abs(part[index] - np.round(part[index])), kind="stable")]
            solution = self._fixed(program, free, part, order)
            if solution is None:
                return None
            part = solution.variables
        panel[free] = np.round(part)
        return self._checked(panel)

    def _fixed(self, program: Program, free: Which, part: Floats, order: Which) -> Solution | None:
        """Solve with the first quarter of `order` fixed; else with the first kind, rounded up or down."""
        quarter = order[: max(1, len(order) // 4)]
        nearest = np.round(part)
        other = np.floor(part) + np.ceil(part) - nearest
        for kinds, values in ((quarter, nearest), (order[:1], nearest), (order[:1], other)):
            for kind in kinds:
                program.set_variable(int(kind), values[kind], values[kind])
            solution = program.solve()
            if solution is not None:
                return solution
            for kind in kinds:
                program.set_variable(int(kind), self.least[free[kind]], self.most[free[kind]])
        return None

    def _restricted(self, panel: Floats, kinds: Which, prices: Floats) -> Program:
        """Return the program in which only `kinds` of a panel may change."""
        others = panel.copy()
        others[kinds] = 0
        held = self.rows @ others
        return Program(
            self.rows[:, kinds],
            costs=prices[kinds],
            rows=(self.lower - held, self.upper - held),
            variables=(self.least[kinds], self.most[kinds]),
        )

    def _checked(self, panel: Floats) -> Floats | None:
        """Return the panel if its whole numbers keep every row exactly, not only within tolerances."""
        held = self.rows @ panel
        fits = np.all((self.lower <= held) & (held <= self.upper))
        return panel if fits and np.all((self.least <= panel) & (panel <= self.most)) else None


def _on_bounds(value: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    return (
        np.where(value >= upper - _WHOLE, upper, lower),
        np.where(value <= lower + _WHOLE, lower, upper),
    )


def _nearly_free(relaxed: Solution, most: int) -> Which:
    broken = np.abs(relaxed.variables - np.round(relaxed.variables)) > _WHOLE
    order = np.where(broken, -1.0, np.abs(relaxed.reduced_costs))
    most = min(most, len(order)) - 1
    free: Which = order <= np.partition(order, most)[most]
    return free

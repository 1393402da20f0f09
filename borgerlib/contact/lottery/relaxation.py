"""Leximin in which panels may hold fractions of people: quick, and an upper bound for whole people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from borgerlib.contact.lottery.pool import Pool
from borgerlib.contact.lottery.solver import Floats, Program, blocks
from borgerlib.errors import DataError

PRICED = 1e-9


@dataclass(frozen=True)
class ChanceLevel:
    """The highest chance that some kinds can get, and the dual prices that prove it.

    Attributes
    ----------
    chance : float
        The chance of the kinds of this level.
    kinds : ndarray of int
        The kinds of this level.
    prices : ndarray
        Of each kind's chance, 0 or more; those of the kinds not yet settled sum to 1.
    cap_prices : ndarray
        Of each kind's cap, 0 or more.
    bound : float
        No mixture of panels that keeps the earlier levels and the caps gives all unsettled people more.
    """

    chance: float
    kinds: np.ndarray
    prices: Floats
    cap_prices: Floats
    bound: float


class CapTooLowError(DataError):
    """The quotas need chances above the cap.

    Parameters
    ----------
    cap, possible : float
        The multiple of the mean chance that was asked for, and the lowest that is possible.
    """

    def __init__(self, cap: float, possible: float) -> None:
        super().__init__(
            f"Nobody's chance above {cap:.2f} times the mean is more than the quotas allow: "
            f"someone must have at least {possible:.3f} times the mean chance.",
            hint="Raise the cap, widen the quotas, or invite more of those who are few in the pool.",
        )
        self.possible = possible


def require_cap(pool: Pool, cap: float) -> None:
    """Raise `CapTooLowError` if even panels with fractions of people cannot keep a cap.

    Parameters
    ----------
    pool : Pool
        A pool in which some panel keeps all quotas.
    cap : float
        A multiple of the mean chance.
    """
    mean = pool.size / len(pool.people)
    solution = _program(pool, 1.0, highest=True).solve()
    assert solution is not None, "the quotas were found feasible"
    # Do not refuse because of the solver's tolerance.
    if solution.value > min(1.0, cap * mean) + PRICED:
        raise CapTooLowError(cap, solution.value / mean)


def relaxed_leximin(pool: Pool, cap: float) -> tuple[Floats, list[ChanceLevel]]:
    """Return each kind's chance and the levels for panels that may hold fractions of people.

    Successive linear programs raise the lowest chance as far as possible. A kind whose row then has a price
    cannot get more in any optimum: it is settled.
    """
    kinds = len(pool.counts)
    program = _program(pool, cap)
    chances = np.full(kinds, np.nan)
    levels = []
    while np.isnan(chances).any():
        solution = program.solve()
        assert solution is not None, "quotas and cap were found feasible"
        prices = np.maximum(-solution.row_prices[:kinds], 0)
        unsettled = np.isnan(chances)
        settled = np.flatnonzero(unsettled & (prices > PRICED))
        if not len(settled):  # everybody left can have the maximum
            settled = np.flatnonzero(unsettled)
            prices[settled] = 1 / len(settled)
        capped = pool.counts * cap < pool.counts
        cap_prices = np.where(capped, np.maximum(solution.reduced_costs[:kinds], 0) * pool.counts, 0)
        levels.append(ChanceLevel(solution.value, settled, prices, cap_prices, solution.value))
        chances[settled] = solution.value
        for kind in settled:
            program.set_coefficient(int(kind), kinds, 0.0)
            program.set_row(int(kind), solution.value, np.inf)
    return chances, levels


def _program(pool: Pool, cap: float, *, highest: bool = False) -> Program:
    """Return the program in the numbers of each kind and, last, the lowest (or highest) chance."""
    kinds = len(pool.counts)
    free = np.full(kinds, np.inf)
    matrix = blocks([[np.diag(1 / pool.counts), -np.ones((kinds, 1))], [pool.rows, None]])
    return Program(
        matrix,
        costs=np.r_[np.zeros(kinds), 1.0],
        rows=(
            np.r_[-free if highest else np.zeros(kinds), pool.lower],
            np.r_[np.zeros(kinds) if highest else free, pool.upper],
        ),
        variables=(np.zeros(kinds + 1), np.r_[pool.counts * min(cap, 1.0), min(cap, 1.0)]),
        maximize=not highest,
    )

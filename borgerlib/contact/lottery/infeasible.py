"""Quotas that no panel can keep: which ones, by how many people, and the smallest change that helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse

from borgerlib.contact.lottery.pool import Pool, sum_problems
from borgerlib.contact.lottery.pricing import Panels
from borgerlib.contact.lottery.solver import Program, blocks
from borgerlib.errors import DataError


@dataclass(frozen=True)
class QuotaChange:
    """A change of a quota: the `bound` of the people with this value goes from `was` to `becomes`."""

    feature: str
    value: str
    bound: Literal["min", "max"]
    was: int
    becomes: int


@dataclass(frozen=True)
class Infeasible:
    """Why no panel keeps the quotas.

    Attributes
    ----------
    short : tuple of (str, str, int, int)
        Feature, value, the minimum wanted, and the number in the pool.
    sums : tuple of str
        Sentences on features whose minima or maxima do not sum to the number of seats.
    changes : tuple of QuotaChange
        The smallest changes that make a panel possible; empty if no change of quotas does, because too many
        people live together.
    """

    short: tuple[tuple[str, str, int, int], ...]
    sums: tuple[str, ...]
    changes: tuple[QuotaChange, ...]


def why_infeasible(pool: Pool) -> Infeasible | None:
    """Return why no panel keeps all quotas; None if one does."""
    if Panels(pool).best(np.zeros(len(pool.counts))) is not None:
        return None
    held = np.asarray(pool.rows @ pool.counts)[1 : len(pool.quotas) + 1].astype(int)
    rows = zip(pool.quotas.itertuples(index=False, name=None), held.tolist(), strict=True)
    short = tuple((feature, value, low, have) for (feature, value, low, _), have in rows if have < low)
    return Infeasible(short, tuple(sum_problems(pool.quotas, pool.size)), _smallest_change(pool))


def require_feasible(pool: Pool) -> None:
    """Raise a `DataError` that names the smallest change, unless some panel keeps all quotas."""
    found = why_infeasible(pool)
    if found is not None:
        raise DataError(
            "No panel keeps all the quotas.",
            problems=_problems_of(found),
            hint="Change the quotas, or recruit more of those who are too few; nothing is changed silently.",
        )


def _problems_of(found: Infeasible) -> list[str]:
    lines = [
        f"{feature} = '{value}': at least {wanted} are wanted, the pool has {have}."
        for feature, value, wanted, have in found.short
    ]
    lines += found.sums
    if not found.changes:
        return [*lines, "Even without quotas there is no panel of this size: too many share a household."]
    moved = sum(abs(change.becomes - change.was) for change in found.changes)
    lines.append(f"The smallest change that mends it moves {moved} people's seats:")
    return lines + [
        f"{change.feature} = '{change.value}': {change.bound} {change.was} "
        f"{'down' if change.bound == 'min' else 'up'} to {change.becomes}."
        for change in found.changes
    ]


def _smallest_change(pool: Pool) -> tuple[QuotaChange, ...]:
    count, kinds = len(pool.quotas), len(pool.counts)
    change = scipy.sparse.identity(len(pool.lower), format="csc")[:, 1 : count + 1]
    # A minimum may exceed the number of seats: let it go down far enough.
    most = max(pool.size, *pool.quotas["min"].tolist())
    program = Program(
        blocks([[pool.rows, change, -change]]),
        costs=np.r_[np.zeros(kinds), np.ones(2 * count)],
        rows=(pool.lower, pool.upper),
        variables=(np.zeros(kinds + 2 * count), np.r_[pool.counts, np.full(2 * count, float(most))]),
        maximize=False,
        integer=True,
    )
    solution = program.solve()
    if solution is None:
        return ()
    missing, spare = np.round(solution.variables[kinds:]).astype(int).reshape(2, count).tolist()
    rows = zip(pool.quotas.itertuples(index=False, name=None), missing, spare, strict=True)
    return tuple(
        change
        for (feature, value, low, high), down, up in rows
        for change in (
            QuotaChange(feature, value, "min", low, low - down),
            QuotaChange(feature, value, "max", high, high + up),
        )
        if change.was != change.becomes
    )

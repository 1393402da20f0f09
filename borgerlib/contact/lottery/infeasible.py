"""Quotas that no panel keeps: which, by how many people, and the smallest change that mends them."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from borgerlib.contact.lottery.pool import Pool
from borgerlib.contact.lottery.pricing import Panels
from borgerlib.contact.lottery.solver import Program, blocks
from borgerlib.errors import DataError


def require_feasible(pool: Pool) -> None:
    """Raise a DataError that names the smallest change, unless some panel keeps all quotas."""
    if Panels(pool).best(np.zeros(len(pool.counts))) is None:
        raise DataError(
            "No panel keeps all the quotas.",
            problems=[*_plain_reasons(pool), *_smallest_change(pool)],
            hint="Change the quotas, or recruit more of those who are too few; nothing is changed silently.",
        )


def _plain_reasons(pool: Pool) -> list[str]:
    reasons = []
    held = np.asarray(pool.rows @ pool.counts)[1 : len(pool.quotas) + 1].astype(int)
    for quota, have in zip(pool.quotas.itertuples(), held, strict=True):
        if have < quota.min:
            reasons.append(
                f"{quota.feature} = '{quota.value}': at least {quota.min} are wanted, the pool has {have}."
            )
    for feature, quotas in pool.quotas.groupby("feature", sort=False):
        if quotas["min"].sum() > pool.size:
            reasons.append(f"The minima of {feature} sum to {quotas['min'].sum()}: the panel is {pool.size}.")
        if quotas["max"].sum() < pool.size:
            reasons.append(f"The maxima of {feature} sum to {quotas['max'].sum()}: the panel is {pool.size}.")
    return reasons


def _smallest_change(pool: Pool) -> list[str]:
    """Return, a line a quota to change, by how many people; together they are as few as any that mend it."""
    count, kinds = len(pool.quotas), len(pool.counts)
    change = scipy.sparse.identity(len(pool.lower), format="csc")[:, 1 : count + 1]
    program = Program(
        blocks([[pool.rows, change, -change]]),
        costs=np.r_[np.zeros(kinds), np.ones(2 * count)],
        rows=(pool.lower, pool.upper),
        variables=(np.zeros(kinds + 2 * count), np.r_[pool.counts, np.full(2 * count, float(pool.size))]),
        maximize=False,
        integer=True,
    )
    solution = program.solve()
    if solution is None:
        return ["Even without quotas there is no panel of this size: too many share a household."]
    missing, spare = np.round(solution.variables[kinds:]).astype(int).reshape(2, count)
    lines = [f"The smallest change that mends it moves {missing.sum() + spare.sum()} people's seats:"]
    for quota, down, up in zip(pool.quotas.itertuples(), missing, spare, strict=True):
        if down:
            lines.append(f"{quota.feature} = '{quota.value}': min {quota.min} down to {quota.min - down}.")
        if up:
            lines.append(f"{quota.feature} = '{quota.value}': max {quota.max} up to {quota.max + up}.")
    return lines

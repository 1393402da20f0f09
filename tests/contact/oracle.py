"""Leximin by listing every panel of a small pool: slow, and with nothing of the library in it."""

import itertools

import numpy as np
from scipy.optimize import linprog


def all_panels(people, quotas, size, household=None):
    """Every set of people that keeps the quotas, as rows of 0 and 1."""
    panels = []
    for chosen in itertools.combinations(range(len(people)), size):
        panel = people.iloc[list(chosen)]
        kept = all(q.min <= (panel[q.feature] == q.value).sum() <= q.max for q in quotas.itertuples())
        apart = household is None or not panel[household].dropna().duplicated().any()
        if kept and apart:
            panels.append(np.isin(np.arange(len(people)), chosen).astype(float))
    return np.array(panels)


def leximin_by_listing(panels, cap=1.0):
    """Each person's leximin chance; whether a person can have more is asked of each, one by one."""
    people = panels.shape[1]
    chances = np.full(people, np.nan)
    while np.isnan(chances).any():
        lowest = _raise(panels, chances, range(people), cap)
        free = [person for person in range(people) if np.isnan(chances[person])]
        floors = np.where(np.isnan(chances), lowest - 1e-9, chances)
        for person in free:
            if _raise(panels, floors, [person], cap) <= lowest + 1e-7:
                chances[person] = lowest
    return chances


def _raise(panels, chances, raised, cap):
    """The most that all of `raised` whose chance is open (or the one asked about) can have together."""
    count, people = panels.shape
    open_ = [p for p in raised if np.isnan(chances[p])] or list(raised)
    rows = [np.r_[-panels[:, p], 1.0 if p in open_ else 0.0] for p in range(people)]
    limits = [0.0 if p in open_ else -(chances[p] - 1e-9) for p in range(people)]
    rows += [np.r_[panels[:, p], 0.0] for p in range(people)]
    limits += [cap] * people
    found = linprog(
        np.r_[np.zeros(count), -1.0],
        A_ub=np.array(rows),
        b_ub=np.array(limits),
        A_eq=[np.r_[np.ones(count), 0.0]],
        b_eq=[1.0],
        bounds=(0, None),
    )
    return -found.fun if found.status == 0 else None

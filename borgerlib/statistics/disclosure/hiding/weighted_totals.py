"""Weighted totals beside hidden counts: a second equation, and the further counts that must go for it.

A total in whole per cent tells, nearly, the sum of the weights of all who chose an option, beside the sum of
their counts. Where the groups' weights differ much, two hidden counts could be worked out from the two sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from borgerlib.statistics.disclosure.hiding.confidentiality import Domain, Hidden, ItemTable
from borgerlib.statistics.levels import Floats, Mask

STEP = 0.01
"""Weighted totals of options with hidden counts are shown in steps of this."""


def hide_for_totals(
    table: ItemTable, found: Hidden, weighed: Floats, n_weighted: Floats, *, min_cell: int
) -> Mask:
    """Return what must be hidden of an item whose totals are told in whole per cent.

    Parameters
    ----------
    table : ItemTable
        The item, with a total.
    found : Hidden
        What is hidden as if nobody were weighted.
    weighed : array, options × groups
        The sum of the weights of who chose the option.
    n_weighted : array, groups
        That of who answered.
    min_cell : int
        The least width of what a hidden count could be, for a reader who knows how much the people in a cell
        weigh on average, and all that is shown exactly.

    Returns
    -------
    bool array
        The hidden counts, and more. Where all groups of a division are hidden, it tells no more than the
        total does.
    """
    hidden = found.counts.copy()
    for domain in table.domains:
        shown_in_total = [int(o) for o in np.flatnonzero(~hidden[:, table.total]) if o != table.unlisted]
        rows = [option for option in shown_in_total if hidden[option, list(domain.groups)].any()]
        for part in [rows] if table.choices and rows else [[row] for row in rows]:
            while _gives_away(table, domain, part, hidden, found.n, weighed, n_weighted, min_cell):
                large = [g for g in domain.groups if table.n[g] >= min_cell and not hidden[part, g].all()]
                if not large:
                    break
                # Where options add up it goes from all rows with gaps: no gap is alone in its column.
                cheapest = min(large, key=lambda group: int(table.counts[part, group].sum()))
                hidden[part, cheapest] = True
    return hidden


def _gives_away(
    table: ItemTable,
    domain: Domain,
    options: list[int],
    hidden: Mask,
    without_n: Mask,
    weighed: Floats,
    n_weighted: Floats,
    min_cell: int,
) -> bool:
    """Whether some hidden count of these options could be told more closely than it may be."""
    from scipy import optimize

    cells = [(option, group) for option in options for group in domain.groups if hidden[option, group]]
    cells += [(option, -1) for option in options]  # who said of themselves no group is shown nowhere
    counts, sums, n = (_with_rest(of, domain, table.total) for of in (table.counts, weighed, table.n))
    at = np.array(cells)
    true = counts[at[:, 0], at[:, 1]].astype(float)
    usual = np.append(n_weighted / np.maximum(table.n, 1), 1.0)
    mean = np.where(true > 0, sums[at[:, 0], at[:, 1]] / np.maximum(true, 1), usual[at[:, 1]])
    in_row = np.array([at[:, 0] == option for option in options], dtype=float)
    equal = [in_row]
    if table.choices:
        told = [g for g in domain.groups if hidden[options, g].any() and not without_n[g]]
        equal.append(np.array([at[:, 1] == group for group in told], dtype=float).reshape(len(told), len(at)))
    equal_to = np.concatenate([rows @ true for rows in equal])
    whole = float(n_weighted[table.total])
    total = weighed[options, table.total]
    shown = np.floor(total / whole / STEP + 0.5) * STEP * whole
    known = total - (in_row * mean) @ true
    half = STEP * whole / 2
    said = [
        optimize.LinearConstraint(np.vstack(equal), equal_to, equal_to),
        optimize.LinearConstraint(in_row * mean, shown - half - known, shown + half - known),
    ]
    # Of the groups whose n is hidden a reader knows how many are in all of them together, and no more.
    largest, unsaid = n.copy(), np.append(without_n[list(domain.groups)], True)
    if unsaid.sum() > 1:
        places = np.append(domain.groups, -1)[unsaid]
        largest[places] = n[places].sum()
    bounds = optimize.Bounds(0, largest[at[:, 1]])
    for cell in np.flatnonzero((at[:, 1] >= 0) & (n[at[:, 1]] >= min_cell)).tolist():
        ends = []
        for sign in (1.0, -1.0):
            goal = np.zeros(len(at))
            goal[cell] = sign
            found = optimize.milp(goal, constraints=said, bounds=bounds)
            ends.append(true[cell] if found.x is None else float(found.x[cell]))
        if np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6) < min_cell:
            return True
    return False


def _with_rest(values: NDArray[Any], domain: Domain, total: int | None) -> Floats:
    """Return an array over groups with one more at its end: the respondents outside the domain."""
    rest = values[..., total] - values[..., list(domain.groups)].sum(axis=-1)
    return np.concatenate([values, np.asarray(rest)[..., None]], axis=-1).astype(float)

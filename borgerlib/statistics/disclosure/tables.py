"""From a frame of estimates to the tables that must be protected: what adds up to what, and does it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from borgerlib.errors import DisclosureError
from borgerlib.statistics.disclosure.hiding.confidentiality import Division, ItemTable
from borgerlib.statistics.disclosure.hiding.suppression import Counts
from borgerlib.statistics.disclosure.hiding.weighted_totals import WeightedTable

TOTAL = ""
"""The group that holds all respondents."""


@dataclass(frozen=True)
class ShownItem:
    """An item's table, and which row of the frame shows which of its cells.

    Parameters
    ----------
    rows, option, group : int array
        Positions in the frame; the cell's row and column in the table.
    table : ItemTable
        The counts.
    weighted : bool
        Whether the proportions of all respondents are other than count ÷ n.
    weights : WeightedTable or None
        The sums of the weights, where the frame tells them.
    """

    rows: NDArray[np.int64]
    option: NDArray[np.int64]
    group: NDArray[np.int64]
    table: ItemTable
    weighted: bool
    weights: WeightedTable | None = None


def read_items(frame: pd.DataFrame) -> list[ShownItem]:
    """Return the items of a frame as `disclose` takes it, in order of appearance.

    Raises
    ------
    DisclosureError
        With every count that is missing or impossible, every gap, and everything that does not add up.
    """
    problems = _bad_rows(frame)
    if not problems:
        items = []
        positions = pd.Series(np.arange(len(frame)))
        for name, rows in positions.groupby(frame["item"].astype(str).to_numpy(), sort=False):
            item, found = _item(str(name), frame.iloc[rows.to_numpy()], rows.to_numpy())
            items += [] if item is None else [item]
            problems += found
    if problems:
        raise DisclosureError(
            f"{len(problems)} things in the estimates leave open what could be worked out from them.",
            problems=problems[:20],
            hint="Pass unweighted counts, and for every item one row for each option and group.",
        )
    return items


def _bad_rows(frame: pd.DataFrame) -> list[str]:
    count = pd.to_numeric(frame["count"], errors="coerce").astype(float)
    n = pd.to_numeric(frame["n"], errors="coerce").astype(float)
    nobody = n.eq(0) & count.isna()
    checks = {
        "item, option or group is missing": frame[["item", "option", "group"]].isna().any(axis=1),
        "n is not a whole number": n.isna() | n.mod(1).ne(0) | n.lt(0),
        "count is not a whole number": ~nobody & (count.isna() | count.mod(1).ne(0) | count.lt(0)),
        "count is larger than n": count > n,
        "there is a second row for this option and group": frame.duplicated(["item", "option", "group"]),
    }
    return [f"{_row_named(row)}: {what}." for what, bad in checks.items() for _, row in frame[bad].iterrows()]


def _row_named(row: pd.Series) -> str:
    group = f"group '{row['group']}'" if row["group"] else "all respondents"
    return f"item '{row['item']}', option '{row['option']}', {group}"


def _item(name: str, part: pd.DataFrame, rows: NDArray[np.int64]) -> tuple[ShownItem | None, list[str]]:
    option, options = pd.factorize(part["option"].astype(str))
    group, groups = pd.factorize(part["group"].astype(str))
    counts = np.full((len(options), len(groups)), -1)
    n = np.zeros(counts.shape, dtype=np.int64)
    counts[option, group] = part["count"].fillna(0).to_numpy(dtype=np.int64)
    n[option, group] = part["n"].to_numpy(dtype=np.int64)
    gaps = [
        f"item '{name}': no row for option '{options[o]}' in group '{groups[g]}'."
        for o, g in np.argwhere(counts < 0).tolist()
    ]
    uneven = [
        f"item '{name}': n varies in group '{groups[g]}'." for g in np.flatnonzero(np.ptp(n, axis=0)).tolist()
    ]
    if gaps or uneven:
        return None, gaps or uneven
    total = int(np.flatnonzero(groups == TOTAL)[0]) if (groups == TOTAL).any() else None
    divisions, problems = _divisions(name, part, group, groups, counts, n[0], total)
    outside = [] if total is None else [_outside(division, counts, n[0], total) for division in divisions]
    all_counts = np.column_stack([counts, *(rest for rest, _ in outside)])
    all_n = np.array([*n[0], *(rest for _, rest in outside)])
    if (all_counts < 0).any() or (all_counts > all_n).any():
        problems.append(f"item '{name}': the groups do not add up to all respondents, nor to a part of them.")
    choices, at_least_one, more = _choices(name, part, all_counts, all_n)
    counts, unlisted = _with_unlisted(counts, n[0], choices)
    table = ItemTable(counts, n[0], total, divisions, choices, at_least_one, unlisted)
    of_all = part[part["group"].astype(str) == TOTAL]
    share = of_all["count"].astype(float) / of_all["n"].astype(float)
    weighted = bool((of_all["proportion"].astype(float) - share).abs().gt(1e-6).any())
    weights = None
    if "n_weighted" in part:
        n_weighted, weighed = np.zeros(n.shape[1]), np.zeros(n.shape)
        n_weighted[group] = part["n_weighted"].to_numpy(dtype=float)
        weighed[option, group] = (part["proportion"] * part["n_weighted"]).fillna(0).to_numpy(dtype=float)
        weights = WeightedTable(table, weighed, n_weighted)
    return ShownItem(rows, option, group, table, weighted, weights), problems + more


def _divisions(
    name: str,
    part: pd.DataFrame,
    group: NDArray[np.int64],
    groups: pd.Index[str],
    counts: Counts,
    n: Counts,
    total: int | None,
) -> tuple[tuple[Division, ...], list[str]]:
    """Return how the groups divide the respondents; overlapping groups are each set against the rest."""
    declared = "domain" in part.columns
    of_group = pd.Series("", index=range(len(groups)))
    if declared:
        of_group = part["domain"].astype("object").groupby(group).first().reindex(of_group.index)
    problems = []
    others = of_group.drop(index=[] if total is None else [total])
    if declared and others.isna().any():
        problems.append(f"item '{name}': group '{groups[others.index[others.isna()][0]]}' has no domain.")
    names = others.dropna().unique()
    if total is None and len(names) > 1:
        problems.append(f"item '{name}': several divisions, but no rows for all respondents (group '').")
    found = []
    for division in names:
        members = tuple(int(g) for g in others.index[others == division])
        if total is None:
            found.append(Division(members, False))
            continue
        larger = [g for g in members if (counts[:, g] > counts[:, total]).any() or n[g] > n[total]]
        problems += [f"item '{name}': group '{groups[g]}' counts more than all respondents." for g in larger]
        if n[list(members)].sum() > n[total]:
            found += [Division((g,), True) for g in members]
            if not declared:
                problems.append(
                    f"item '{name}': the groups hold more respondents than there are; "
                    "say in a column 'domain' which groups divide them."
                )
        else:
            found.append(Division(members, not declared))
    return tuple(found), problems


def _outside(division: Division, counts: Counts, n: Counts, total: int) -> tuple[Counts, Counts]:
    groups = list(division.groups)
    return counts[:, total] - counts[:, groups].sum(axis=1), n[total] - n[groups].sum()


def _choices(name: str, part: pd.DataFrame, counts: Counts, n: Counts) -> tuple[int, bool, list[str]]:
    """Return how many options each respondent chose (0: it varies), and whether all chose at least one."""
    chosen = counts.sum(axis=0)
    exclusive = bool((chosen <= n).all()) and len(counts) > 1
    problems = []
    if "exclusive" in part.columns:
        exclusive = bool(part["exclusive"].astype(bool).all())
        if exclusive != bool(part["exclusive"].astype(bool).any()):
            problems.append(f"item '{name}': 'exclusive' is true in some rows and false in others.")
        if exclusive and (chosen > n).any():
            problems.append(f"item '{name}' is exclusive, but its counts add up to more than n.")
    if exclusive:
        return 1, True, problems
    # Where everybody gave the same number of answers (a first, second and third priority), a reader knows it.
    each = int(chosen.max() // max(int(n[chosen.argmax()]), 1)) if n.any() else 0
    same = each >= 2 and bool((chosen == each * n).all())
    return each if same else 0, len(counts) > 1 and bool((chosen >= n).all()), problems


def _with_unlisted(counts: Counts, n: Counts, choices: int) -> tuple[Counts, int | None]:
    left = n - counts.sum(axis=0)
    if choices != 1 or not left.any():
        return counts, None
    return np.vstack([counts, left]), len(counts)

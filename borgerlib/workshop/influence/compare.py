"""Maps beside one another: a group's from two days, or those of several municipalities."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from borgerlib.workshop.influence.placements import WHEN, InfluenceMap
from borgerlib.workshop.influence.potential import standings

_NAMES = ["role", "area", "element"]


def compared(maps: Sequence[InfluenceMap]) -> pd.DataFrame:
    """Return the elements that any of the maps has placed, by question, in the order in which they are met.

    What is compared is the same to those who placed it: the words of role, area and element are alike. Of
    two elements in one map that are called the same, the first is compared with the first.

    Returns
    -------
    DataFrame
        One row an element, indexed by role, area and element in words; a column for influence 'today' and
        'wished' (0–10) in each map, by its number: missing where it is not placed.
    """
    rows = [
        (at, *asked.labels, one.element.label, *(one.influence.get(when) for when in WHEN))
        for at, state in enumerate(maps)
        for asked in state.asked
        for one in standings(asked)
    ]
    every = pd.DataFrame(rows, columns=["map", *_NAMES, *WHEN]).astype(dict.fromkeys(WHEN, float))
    alike = [every[name].str.casefold() for name in _NAMES]
    every["nth"] = every.groupby(["map", *alike]).cumcount()
    placed = every.dropna(subset=list(WHEN), how="all")
    alike = [each[placed.index] for each in alike]
    placed = placed.assign(
        row=placed.groupby([*alike, "nth"], sort=False).ngroup(),
        question=placed.groupby(alike[:2], sort=False).ngroup(),
    )
    first = placed.drop_duplicates("row").set_index("row").sort_values("question", kind="stable")
    again = first["nth"] > 0
    first.loc[again, "element"] += " (" + (first["nth"] + 1).astype(str) + ")"
    each = pd.MultiIndex.from_product([WHEN, range(len(maps))])
    values = placed.pivot(index="row", columns="map", values=list(WHEN)).reindex(first.index, columns=each)
    return values.set_axis(pd.MultiIndex.from_frame(first[_NAMES]))

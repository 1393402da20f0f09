"""Who answered early and who late, as far as the export tells."""

from __future__ import annotations

import pandas as pd

from borgerlib.survey.codebook.model import Codebook

EARLY, LATE = "De første", "De sidste"
FEWEST = 100
"""Respondents of each third: below it few differences could be told from chance."""


def arrival_groups(respondents: pd.DataFrame, codebook: Codebook) -> pd.Series | None:
    """Return who is of the first and of the last third to answer; None where the times do not tell.

    Who answers late, often after a reminder, was nearer to not answering at all, and says something of those
    who did not (Lin & Schaeffer, 1995, who also show that it is no proof).

    Parameters
    ----------
    respondents : DataFrame
        As `borgerlib.load` returns.
    codebook : Codebook
        What was asked; the roles 'submitted' and 'started' are times.

    Returns
    -------
    Series
        `EARLY`, `LATE` (ordered categories), missing for the middle third and for who has no time. Who
        answered at the same time is of one group.
    """
    for role in ("submitted", "started"):
        item = codebook.with_role(role)
        if item is None or item.id not in respondents:
            continue
        rank = respondents[item.id].rank(pct=True)
        groups = pd.Series(
            pd.Categorical([None] * len(rank), [EARLY, LATE], ordered=True), index=respondents.index
        )
        groups[rank <= 1 / 3] = EARLY
        groups[rank > 2 / 3] = LATE
        if (groups.value_counts() >= FEWEST).all():
            return groups
    return None

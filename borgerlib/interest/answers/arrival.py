"""Who answered early and who late, as far as the export has times."""

from __future__ import annotations

import pandas as pd

from borgerlib.survey.codebook.model import Codebook

EARLY, LATE = "De første", "De sidste"
_MIDDLE = "De mellemste"
FEWEST = 100
"""Respondents of each third: below it few differences could be told from chance."""


def arrival_groups(respondents: pd.DataFrame, codebook: Codebook) -> pd.Series | None:
    """Return who belongs to the first and to the last third to answer; None if there are no usable times.

    People who answer late, often after a reminder, almost did not answer at all, so they say something about
    those who did not (Lin & Schaeffer, 1995, who also show that this is no proof).

    Parameters
    ----------
    respondents : DataFrame
        As `borgerlib.load` returns.
    codebook : Codebook
        What was asked; the roles 'submitted' and 'started' are times.

    Returns
    -------
    Series
        `EARLY`, `LATE` (ordered categories), missing for the middle third and for people without a time.
        People who answered at the same time are in the same group.
    """
    for role in ("submitted", "started"):
        item = codebook.with_role(role)
        if item is None or item.id not in respondents:
            continue
        rank = respondents[item.id].rank(pct=True)
        thirds = pd.cut(rank, [0, 1 / 3, 2 / 3, 1], labels=[EARLY, _MIDDLE, LATE])
        groups: pd.Series = thirds.cat.remove_categories(_MIDDLE).rename(None)
        if (groups.value_counts() >= FEWEST).all():
            return groups
    return None

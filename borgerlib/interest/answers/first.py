"""Which answers may be the most frequent; microdata are needed, as they show who gave two answers at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from borgerlib.statistics.disclosure.columns import KEYS
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.estimation.answers import answers_to
from borgerlib.statistics.models.first_places import first_places


def may_be_first(estimates: DisclosedEstimates, respondents: pd.DataFrame) -> pd.DataFrame:
    """Return for every answer whether it may be the most frequent of its question in its group.

    Parameters
    ----------
    estimates : DisclosedEstimates
        Items by group, as `LocalSurvey` holds them, named by columns.
    respondents : DataFrame
        One row a person, with the columns that divide them and `weight`.

    Returns
    -------
    DataFrame
        One row an item × option × group, sums of options left out. Column may_be_first (bool; see
        `borgerlib.statistics.models.first_places.first_places`).
    """
    frame = estimates.frame
    frame = frame[~frame["net"].astype(bool)]
    first = pd.Series(False, index=frame.index)
    for (item, group), rows in frame.groupby(["item", "group"], sort=False):
        level, column = str(group).partition("=")[2], rows["domain"].iloc[0]
        people = respondents[respondents[column].astype(str) == level] if group else respondents
        exclusive = bool(rows["exclusive"].iloc[0])
        first[rows.index] = first_places(
            rows.to_dict("records"),
            confidence=estimates.confidence,
            exclusive=exclusive,
            apart=None if exclusive else _apart(people, str(item), rows["option"]),
        )
    return frame[KEYS].assign(may_be_first=first)


def _apart(people: pd.DataFrame, item: str, options: pd.Series) -> NDArray[np.float64]:
    """Return the weighted share that gave exactly one of two answers, options × options."""
    answers = answers_to(people, item)
    given = pd.DataFrame(
        {str(option): chosen for option, (_, chosen) in zip(answers.options, answers, strict=True)}
    )
    answered = np.logical_and.reduce([base for base, _ in answers])
    chosen = given.loc[answered, list(options)].to_numpy(dtype=np.float64)
    weight = people.loc[answered, "weight"].to_numpy(dtype=np.float64)
    both: NDArray[np.float64] = (chosen.T * weight) @ chosen / weight.sum()
    each = np.diag(both)
    return each[:, None] + each[None, :] - 2 * both

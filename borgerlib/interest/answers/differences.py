"""Which groups answer differently from the rest, beyond what chance alone brings about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from borgerlib.interest.answers.estimates import group_of, with_nets
from borgerlib.interest.weighting.plan import WEIGHT
from borgerlib.statistics.crosstabs import (
    FALSE_DISCOVERY_RATE,
    adjust_p_values,
    answers_of,
    domain_levels,
    large_enough,
)
from borgerlib.statistics.estimation.proportions import estimate_difference
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.survey.codebook.model import Codebook

__all__ = ["FALSE_DISCOVERY_RATE", "differences_to_the_rest"]


def differences_to_the_rest(
    respondents: pd.DataFrame,
    codebook: Codebook,
    by: Mapping[str, Sequence[str]],
    *,
    raked_to: WeightingResult | None = None,
) -> pd.DataFrame:
    """Test every answer of every group against all who are not of the group.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, as `borgerlib.load` returns.
    codebook : Codebook
        What was asked.
    by : mapping of str to sequence of str
        Item → the columns that divide it.
    raked_to : WeightingResult, optional
        The weighting of these respondents; otherwise the column `weight` is used.

    Returns
    -------
    DataFrame
        One row an item × option or net × group. Columns: item, option, group ('column=level'), difference
        (share), p_value, adjusted (p-value with the false discovery rate controlled over all rows). The two
        are missing where a group is too small to be tested.

    Notes
    -----
    Tests, smallest groups and adjustment as in banner tables (`borgerlib.statistics.crosstabs.banner_table`).
    """
    parts = [
        _tested(respondents, codebook, item, column, raked_to)
        for item, columns in by.items()
        for column in columns
    ]
    found = [part for part in parts if part is not None]
    if not found:
        return pd.DataFrame(columns=["item", "option", "group", "difference", "p_value", "adjusted"])
    frame = pd.concat(found, ignore_index=True)
    return frame.assign(adjusted=adjust_p_values(frame["p_value"]))


def _tested(
    respondents: pd.DataFrame,
    codebook: Codebook,
    item: str,
    column: str,
    raked_to: WeightingResult | None,
) -> pd.DataFrame | None:
    asked = codebook.item(item)
    answers = with_nets(answers_of(respondents, asked), asked).add_prefix("__answer__")
    levels = domain_levels(respondents, codebook, column)
    if answers.empty or levels.nunique() < 2:
        return None
    tested = estimate_difference(
        answers.assign(**{column: levels, WEIGHT: respondents[WEIGHT]}),
        [str(name) for name in answers.columns],
        by=column,
        weight=None if raked_to is not None else WEIGHT,
        raked_to=raked_to,
    )
    return pd.DataFrame(
        {
            "item": item,
            "option": tested["option"].str.removeprefix("__answer__"),
            "group": [group_of(column, level) for level in tested[column]],
            "difference": tested["difference"],
            "p_value": tested["p_value"].where(large_enough(tested)),
        }
    )

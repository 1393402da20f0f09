"""The numbers of the report of 2021, as published: figure, item, value, stated N, certainty.

The file ``data/raw/lokaldemokrati-2021/published.csv`` holds one row a published value. A value that the
text of the report repeats in another figure has one row per place, so that every place can be checked.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.survey.codebook.model import LEADERS, Item

_PLACE = ["item", "option", "group"]


def load_published() -> pd.DataFrame:
    """Read the published values.

    Returns
    -------
    DataFrame
        One row a published value, in the report's order: value_id (unique), insight ('1' to '10',
        'noegletal', 'metode', 'om' or 'case'), figure ('1' to '13', 'N1' to 'N4' or 'tekst'), item and
        option (ids of the codebook, the option possibly a net; '' for numbers from outside the survey),
        group ('' or 'item=option': the part of the respondents it is about), unit ('pct' or 'antal'), value
        (Int64, missing when unreadable), n_stated (Int64), certainty ('certain': number and label stand
        together; 'inferred': paired by their order; 'quoted': from outside the survey; 'contradictory';
        'bounded': lost, but known to lie between two numbers; 'unreadable'),
        label (Danish, where there is no item), note (Danish).

    Raises
    ------
    DataError
        The file is missing or damaged.
    """
    return _shipped().copy()


@cache
def _shipped() -> pd.DataFrame:
    source = places.raw_data(LEADERS, "published.csv")
    try:
        frame = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8")
        whole = frame[["value", "n_stated"]].replace("", pd.NA).astype("Int64")
    except (OSError, ValueError, KeyError) as error:
        hint = "It ships with borgerlib: reinstall it, or restore the file with 'git checkout data/raw'."
        raise DataError(f"The published values in {source} cannot be used: {error}.", hint=hint) from error
    return frame.assign(**whole)


def standing_values(published: pd.DataFrame) -> pd.DataFrame:
    """Return the valid values of the survey, with contradictions resolved.

    A value that the report contradicts elsewhere is replaced by the value that is not in doubt; the remaining
    values of the doubtful figure are assigned to its other doubtful labels, largest first.

    Parameters
    ----------
    published : DataFrame
        As `load_published` returns.

    Returns
    -------
    DataFrame
        One row an item, option and group that has a value: the columns of `published`, and figures (tuple:
        every figure that shows the option).
    """
    survey = published[(published["item"] != "") & published["value"].notna()]
    sure = survey[survey["certainty"] != "contradictory"].drop_duplicates(_PLACE)
    known = dict(zip(_places(sure), map(int, sure["value"]), strict=True))
    settled = [sure]
    for figure_id in survey.loc[survey["certainty"] == "contradictory", "figure"].unique():
        figure = survey[survey["figure"] == figure_id]
        is_open = [key not in known for key in _places(figure)]
        left = Counter(int(value) for value in figure["value"])
        left.subtract(known[key] for key in _places(figure) if key in known)
        values = sorted((+left).elements(), reverse=True)
        settled.append(figure[is_open].assign(value=pd.array(values, dtype="Int64")))
    standing = pd.concat(settled, ignore_index=True)
    return standing.join(survey.groupby(_PLACE)["figure"].agg(tuple).rename("figures"), on=_PLACE)


def is_open(item: Item, values: pd.DataFrame) -> bool:
    """Return whether an item is an open question: only these are published as counts of answers."""
    return bool((values.loc[values["item"] == item.id, "unit"] == "antal").all())


def _places(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    return list(zip(*(frame[column] for column in _PLACE), strict=True))

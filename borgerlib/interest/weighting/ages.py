"""The age bands of respondents: computed from the age in years, or as a survey asked for them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd

from borgerlib.errors import CodebookError
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.population.ages import AGE_BANDS, age_band, age_band_labels
from borgerlib.said import said
from borgerlib.survey.cleaning.ages import age_column
from borgerlib.survey.codebook.age_options import age_options, banded_item
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import Responses

AGE_BAND = "aldersgruppe"
_OTHER_NAME = "alder_i_grupper"
_FEWEST_AGES, _MOST_MIDDLES, _SMALLEST_STEP = 30, 15, 3
_PILE, _TIMES_AS_MANY, _BESIDE, _MOST_PILES, _YEARS = 10, 5, 5, 3, 10_000


def band_column(codebook: Codebook) -> str:
    """Return the respondents' column of the age band: `AGE_BAND`, unless a question has that name."""
    return _OTHER_NAME if AGE_BAND in codebook else AGE_BAND


def lower_ends(codebook: Codebook, bands: Sequence[int] = AGE_BANDS) -> list[int]:
    """Return the lower ends of the bands that people can be grouped by: those asked, where bands were."""
    item = banded_item(codebook)
    if item is None:
        return list(bands)
    return [youngest for youngest, _ in age_options(item).values()]


def youngest_age(codebook: Codebook, min_age: int) -> int:
    """Return the youngest age that takes part: that of the youngest band, where this is above `min_age`."""
    return max(min_age, lower_ends(codebook)[0]) if banded_item(codebook) else min_age


def age_groups(
    respondents: pd.DataFrame, codebook: Codebook, *, bands: Sequence[int] = AGE_BANDS, min_age: int = 15
) -> pd.Series | None:
    """Return each respondent's age band, or None where no age was asked.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, clean.
    codebook : Codebook
        What was asked.
    bands : sequence of int
        Lower ends of the bands that ages in years are put in. A survey that asked for bands has its own.
    min_age : int
        Youngest age that takes part.

    Returns
    -------
    Series or None
        Ordered categorical of labels such as '15-17' and '80+'.
    """
    item, column = banded_item(codebook), age_column(codebook)
    if item is None or item.id not in respondents:
        return age_band(respondents[column], bands=bands, min_age=min_age) if column in respondents else None
    lower = lower_ends(codebook)
    labels = age_band_labels(lower, min_age=min_age)
    answered = pd.Series(
        {option: max(youngest, min_age) for option, (youngest, _) in age_options(item).items()}, dtype="Int64"
    )
    ages = respondents[item.id].astype(object).map(answered).astype("Int64")
    found = age_band(ages, bands=lower, min_age=min_age)
    return found.cat.set_categories(labels).rename(item.id)


def add_age_bands(respondents: pd.DataFrame, codebook: Codebook, *, min_age: int = 15) -> pd.DataFrame:
    """Return respondents with the column of the age band (`band_column`), missing where the age is.

    Raises
    ------
    CodebookError
        The survey has a column that is named as the weights will be.
    """
    if WEIGHT in respondents or AGE_BAND in respondents.columns.difference([item.id for item in codebook]):
        taken = WEIGHT if WEIGHT in respondents else AGE_BAND
        raise CodebookError(said("name_taken", name=taken))
    groups = age_groups(respondents, codebook, min_age=min_age)
    return respondents if groups is None else respondents.assign(**{band_column(codebook): groups})


def middles_of_bands(respondents: pd.DataFrame, codebook: Codebook) -> list[int]:
    """Return the ages if all of them look like the middles of bands (17, 25, 35, …), else an empty list.

    Among many people some have neighbouring ages; if no two ages are within three years of each other, the
    survey asked for bands and the answers were typed as numbers.
    """
    column = age_column(codebook)
    ages = respondents[column].dropna() if column in respondents else pd.Series(dtype="Int64")
    found = sorted(map(int, ages.unique()))
    steps = [after - before for before, after in itertools.pairwise(found)]
    few = len(ages) >= _FEWEST_AGES and 3 <= len(found) <= _MOST_MIDDLES
    return found if few and min(steps) >= _SMALLEST_STEP else []


def piled_up(responses: Responses) -> list[str]:
    """Return notes on ages and years of birth that implausibly many have: 99, 0, or a form's first option.

    Round ages are reported two or three times as often as their neighbours, not more than five times.
    """
    notes: list[str] = []
    for item in responses.codebook:
        if item.role not in ("age", "birth_year") or item.kind != "number":
            continue
        counts = Counter(round(value) for value in responses.frame[item.id].dropna() if abs(value) < _YEARS)
        piles = [value for value, count in counts.items() if count >= _PILE and _stands_out(value, counts)]
        # If nearly all values pile up, they are bands, or there are few respondents.
        if len(piles) <= _MOST_PILES < len(counts) - len(piles):
            notes += [
                said(
                    "age_piled_up",
                    item=item.id,
                    count=counts[value],
                    total=sum(counts.values()),
                    value=str(value),
                )
                for value in piles
            ]
    return notes


def _stands_out(value: int, counts: Mapping[int, int]) -> bool:
    sides = [range(value - _BESIDE, value), range(value + 1, value + 1 + _BESIDE)]
    beside = max(sum(counts.get(other, 0) for other in side) for side in sides)
    return counts[value] * _BESIDE > _TIMES_AS_MANY * beside

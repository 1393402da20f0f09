"""Ages: which of them a survey accepts, and repairs of ages and years of birth. Frame → frame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from borgerlib.errors import ParameterError
from borgerlib.survey.codebook.model import Codebook

AGE_COLUMN = "alder"
MIDDLE_OF_YEAR = (7, 1)


@dataclass(frozen=True, kw_only=True)
class CleaningRules:
    """What a survey demands of its respondents.

    Parameters
    ----------
    age_limit : int
        Youngest age that takes part; younger people are rejected.
    highest_age : int
        Older ages are taken for mistakes and count as not stated.
    reference_date : date, optional
        Date at which the age is computed from the year of birth; needed where that is asked.

    See Also
    --------
    clean : Applies them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.CleaningRules(age_limit=18).age_limit
    18
    """

    age_limit: int = 15
    highest_age: int = 110
    reference_date: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.age_limit <= self.highest_age:
            raise ParameterError(
                f"The age limit {self.age_limit} must lie between 0 and the highest age {self.highest_age}."
            )


def age_column(codebook: Codebook) -> str:
    """Return the column of the age in years: the item's, or the one computed from the year of birth.

    The computed column is `AGE_COLUMN`, unless a question has that name (such as age in bands).
    """
    item = codebook.with_role("age")
    if item is not None and item.kind == "number":
        return item.id
    return f"{AGE_COLUMN}_i_aar" if AGE_COLUMN in codebook else AGE_COLUMN


def clear_impossible_birth_year(
    frame: pd.DataFrame, codebook: Codebook, rules: CleaningRules
) -> pd.DataFrame:
    """Clear years of birth that are in the future, give more than the highest age, or are not whole."""
    item = codebook.with_role("birth_year")
    if item is None or item.id not in frame:
        return frame
    years = frame[item.id]
    if not years.notna().any():
        return frame.assign(**{item.id: years.astype("Int64")})
    if rules.reference_date is None:
        raise ParameterError(
            f"Item '{item.id}' asks for the year of birth: the age is computed at a reference date.",
            hint="Give it: CleaningRules(reference_date=date(2025, 11, 18)).",
        )
    legal = _is_birth_year(years, rules.reference_date, rules.highest_age)
    return frame.assign(**{item.id: years.where(legal).astype("Int64")})


def age_from_year_in_age(frame: pd.DataFrame, codebook: Codebook, rules: CleaningRules) -> pd.DataFrame:
    """Compute the age if a year of birth was entered in the field for the age (1985 → 40)."""
    item, reference = codebook.with_role("age"), rules.reference_date
    if item is None or item.id not in frame or reference is None or item.kind != "number":
        return frame
    is_year = _is_birth_year(frame[item.id], reference, rules.highest_age)
    age = age_at(frame[item.id], reference, age_limit=rules.age_limit)
    return frame.assign(**{item.id: frame[item.id].mask(is_year, age)})


def clear_impossible_age(frame: pd.DataFrame, codebook: Codebook, rules: CleaningRules) -> pd.DataFrame:
    """Clear ages below 0 and above the highest age."""
    name = age_column(codebook)
    if name not in frame:
        return frame
    return frame.assign(**{name: frame[name].where(_true(frame[name].between(0, rules.highest_age)))})


def age_in_whole_years(frame: pd.DataFrame, codebook: Codebook, rules: CleaningRules) -> pd.DataFrame:
    """Round ages down to whole years, as people count them."""
    name = age_column(codebook)
    return frame.assign(**{name: np.floor(frame[name]).astype("Int64")}) if name in frame else frame


def age_by_birth_year(
    frame: pd.DataFrame, codebook: Codebook, rules: CleaningRules, *, missing: bool
) -> pd.DataFrame:
    """Set the age from the year of birth if it is missing, or (missing=False) more than a year off."""
    item, name, reference = codebook.with_role("birth_year"), age_column(codebook), rules.reference_date
    if item is None or item.id not in frame or reference is None:
        return frame
    stated = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index, dtype="Int64")
    by_year = age_at(frame[item.id], reference, age_limit=rules.age_limit).astype("Int64")
    differs = stated.isna() if missing else (stated - by_year).abs() > 1
    return frame.assign(**{name: stated.mask(_true(differs), by_year)})


def age_at(birth_year: pd.Series, reference: date, *, age_limit: int) -> pd.Series:
    """Return the age at a reference date of people whose year of birth alone is known.

    It is the likelier of the two possible ages: the birthday is assumed to have passed if the reference date
    is on or after 1 July, else not. Anybody who may have reached the age limit is assumed to have reached it.
    """
    oldest = reference.year - birth_year
    likely = oldest if (reference.month, reference.day) >= MIDDLE_OF_YEAR else oldest - 1
    return likely.where(oldest < age_limit, likely.clip(lower=age_limit)).clip(lower=0)


def _is_birth_year(years: pd.Series, reference: date, highest_age: int) -> pd.Series:
    legal = years.between(reference.year - highest_age, reference.year) & (years % 1 == 0)
    return _true(legal)


def _true(condition: pd.Series) -> pd.Series:
    return condition.fillna(False).astype(bool)

"""The date of a survey, derived from its answers."""

from __future__ import annotations

from datetime import date

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import Responses

_EARLIEST = pd.Timestamp("2000-01-01")
_FAR_APART = 366


def survey_date_of(responses: Responses, notes: list[str]) -> date:
    """Return the median of the answers' plausible dates."""
    today = date.today()
    found: dict[str, pd.Series] = {}
    for role in ("submitted", "started"):
        item = responses.codebook.with_role(role)
        if item is not None and responses.frame[item.id].notna().any():
            days = responses.frame[item.id].dropna()
            found[item.id] = days[(days >= _EARLIEST) & (days < pd.Timestamp(today) + pd.Timedelta(days=2))]
            strange = days.drop(found[item.id].index)
            if len(strange):
                day = strange.iloc[0].date()
                notes.append(
                    said("dates_cannot_be", count=len(strange), total=len(days), item=item.id, day=day)
                )
    middles = [_middle(days) for days in found.values() if len(days)]
    if found and not middles:
        raise DataError(said("dates_cannot_be_any", items=", ".join(found)))
    if middles and abs((middles[0] - middles[-1]).days) > _FAR_APART:
        raise DataError(said("dates_disagree", first=middles[-1], last=middles[0]))
    if middles:
        first, last = next((days.min().date(), days.max().date()) for days in found.values() if len(days))
        if (last - first).days > _FAR_APART:
            notes.append(said("dates_far_apart", first=first, last=last, day=middles[0]))
        return middles[0]
    others = [
        item.id
        for item in responses.codebook
        if item.kind == "date" and responses.frame[item.id].notna().any()
    ]
    notes.append(said("dates_without_role" if others else "no_dates", items=others, today=today))
    return today


def answered_on(frame: pd.DataFrame, codebook: Codebook) -> pd.Series:
    """Return when each row was submitted, or else started; missing if the time is implausible."""
    when = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    for role in ("submitted", "started"):
        item = codebook.with_role(role)
        if item is not None and item.id in frame:
            when = when.fillna(pd.to_datetime(frame[item.id]).astype("datetime64[us]"))
    return when.where(when.between(_EARLIEST, pd.Timestamp.now() + pd.Timedelta(days=1)))


def _middle(days: pd.Series) -> date:
    middle: date = days.sort_values().iloc[(len(days) - 1) // 2].date()
    return middle

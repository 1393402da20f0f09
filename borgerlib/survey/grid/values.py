"""Read numbers and times from text as Danish exports write them, and write typed values as such text."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([. ]\d{3})+(,\d+)?\Z")
_ENGLISH = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+|,\d{3})\Z")
_COMMA = re.compile(r"[+-]?\d+(,\d+)?\Z")
_POINT = re.compile(r"[+-]?\d+\.\d+\Z")
_THREE_BEHIND = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}\Z")
_DANISH = re.compile(r",(\d{1,2}|\d{4,})\Z")
_UNIT = re.compile(
    r"\s*(?:(?:år|aar)(?: gammel)?|years?(?: old)?|kr|pct|%)\.?\Z|\A(?:kr\.?|ca\.?|cirka|omkring)\s*(?=\d)",
    re.IGNORECASE,
)
_MONTH_NAMES = (
    *("jan", "feb", "mar mär", "apr", "maj mai may", "jun"),
    *("jul", "aug", "sep", "okt oct", "nov", "dec des dez"),
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_CLOCK = (
    r"(?:[T ,]+(?:(?:kl\.?|at) *)?(?P<hour>\d\d?)[.:](?P<minute>\d{2})(?:[.:](?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?)?"
)
_ZONE = r"(?: *(?:Z|UTC|GMT|CES?T|EES?T)?(?: ?[+-]\d{1,2}:?(?:\d{2})?)?(?: \([^)]*\))?)?"
_END = rf"{_CLOCK}{_ZONE}\Z"
_ISO = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _END)
_PARTS = re.compile(
    r"(?P<first>\d{1,2})[-/.](?P<other>\d{1,2})(?:[-/.]| (?=\d{4}))(?P<year>\d{4}|\d{2})" + _END
)
_WORDS = re.compile(
    r"(?:[a-zäæøå]{3,10}\.?,? (?:den |der )?)?"
    r"(?P<day>\d{1,2})\.?[ -](?P<name>[a-zäæøå]{3,9})\.?[ -](?P<year>\d{4}|\d{2})" + _END,
    re.IGNORECASE,
)
_NAME_FIRST = re.compile(
    r"(?:[a-z]{3,9},? )?(?P<name>[a-zäæøå]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})" + _END,
    re.IGNORECASE,
)
# Days since 1899-12-30, which a spreadsheet shows if a cell has lost its format: 2000-01-01 to 2063.
_SERIAL = re.compile(r"(?:3[6-9]|4\d|5\d)\d{3}(?:[.,]\d+)?\Z")
_MONTHS_A_YEAR = 12
_NEARLY_ALL = 0.9
# Highest possible age, and ages that hardly any respondent has.
_OLDEST, _OLD, _YOUNGEST = 110, 96, 14
_SEVERAL = 3


def text_of(value: Any) -> str:
    """Write one value: whole numbers without point, decimal comma, ISO times, 0/1 for no/yes, '' if none.

    Text is normalised to Unicode's NFC, because a Mac may write 'å' as two characters.
    """
    if type(value) is str:
        return normalize("NFC", value)
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if value != value:
            return ""
        return str(int(value)) if value.is_integer() else repr(float(value)).replace(".", ",")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return normalize("NFC", str(value))


def as_text(values: pd.Series) -> pd.Series:
    """Return a column as stripped text (dtype 'string'), missing where blank."""
    codes, different = pd.factorize(values)
    texts = [
        text_of(value.item() if hasattr(value, "item") else value).strip() or None for value in different
    ]
    text = pd.array([*texts, None], dtype="string").take(codes)
    return pd.Series(text, index=values.index, name=values.name)


def parse_number(text: str) -> float | None:
    """Return a number written with decimal comma or point, or None.

    '1.234' is twelve hundred and thirty-four, as Danes write it; '1.5' and '1,5' are one and a half. A unit
    ('år', 'kr.', 'pct.') after the number is ignored, and so is 'kr.' or 'ca.' before it.
    """
    plain = _UNIT.sub("", text.strip().replace("\u00a0", " ").replace("\u202f", " ").replace("−", "-"))
    if plain.endswith("½"):
        plain = f"{plain[:-1].strip() or 0},5"
    if _THOUSANDS.match(plain):
        return float(plain.replace(".", "").replace(" ", "").replace(",", "."))
    if _ENGLISH.match(plain):
        return float(plain.replace(",", ""))
    if _COMMA.match(plain):
        return float(plain.replace(",", "."))
    if _POINT.match(plain):
        return float(plain)
    return None


def parse_numbers(values: pd.Series) -> pd.Series:
    """Return numbers ('Float64') from text; any other text becomes missing.

    '1,200' is twelve hundred if the column has '12,345.50' and no decimal comma such as '2,5'.
    """
    return _by_text(
        values, lambda texts: pd.array([*map(parse_number, _without_english(texts))], dtype="Float64")
    )


def _without_english(texts: list[str]) -> list[str]:
    """Return '1,200' as '1200' if other numbers of the column show that its commas are of thousands."""
    plain = [_UNIT.sub("", text.strip()) for text in texts]
    if any(map(_DANISH.search, plain)) or not any(map(_ENGLISH.match, plain)):
        return texts
    return [
        text.replace(",", "") if _THREE_BEHIND.match(number) else text
        for text, number in zip(texts, plain, strict=True)
    ]


def _by_text(values: pd.Series, parse: Callable[[list[str]], pd.api.extensions.ExtensionArray]) -> pd.Series:
    """Return a parsed column; each distinct text is parsed only once."""
    codes, different = pd.factorize(values)
    parsed = parse([str(text) for text in different]).take(codes, allow_fill=True)
    return pd.Series(parsed, index=values.index, name=values.name)


def parse_years(values: pd.Series) -> pd.Series:
    """Return years ('Float64') of birth from text with a year or a date; '03-05-48' gives 1948.

    '48' alone is 1948 if the column has only such numbers and they cannot all be ages: '02', '98'.
    """
    today = date.today().year
    years = parse_dates(values).dt.year.astype("Float64")
    unborn = (years > today) & ~values.str.contains(r"\d{4}", na=True)
    numbers = parse_numbers(values)
    if _are_short_years(values):
        # '20' may be 1920 or 2020.
        old, young = numbers.where(numbers < 100) + 1900, numbers.where(numbers < 100) + 2000
        numbers = numbers.mask((young > today).fillna(False), old)
        numbers = numbers.mask((old < today - _OLDEST).fillna(False), young)
    return numbers.fillna(years.mask(unborn, years - 100))


def _are_short_years(values: pd.Series) -> bool:
    """Return whether a column has years of two digits: several, and a tenth, are no respondent's age.

    0 and 99 do not count: they may be codes for no answer.
    """
    written = values.dropna().drop_duplicates()
    short = written[written.str.fullmatch(r"\d{1,2}").astype(bool)].astype(int)
    no_ages = int((short.between(1, _YOUNGEST) | short.between(_OLD, 98)).sum())
    return len(short) >= _NEARLY_ALL * len(written) and no_ages >= _SEVERAL and 10 * no_ages > len(short)


def first_part(values: pd.Series) -> str:
    """Return what times in the same format begin with: 'day', 'month' or 'year'; '' if that is unclear.

    A year of two digits is first if the times are then much closer together. A number above 12 distinguishes
    day and month; otherwise 'AM' and 'PM' with slashes are American, and a clock with full stops is Danish.
    """
    # Times that begin with a four-digit year are clear: skip them, as there may be a hundred thousand.
    different = (str(text).strip() for text in values.dropna().unique().tolist())
    texts = [text for text in different if not text[:4].isdigit()]
    found = [match for text in texts if (match := _PARTS.match(text))]
    if (year := _year_first(found)) is not False:
        return "year" if year else ""
    places = [(int(match["first"]), int(match["other"])) for match in found]
    days_first = any(first > _MONTHS_A_YEAR >= other for first, other in places)
    days_second = any(other > _MONTHS_A_YEAR >= first for first, other in places)
    if days_first or days_second:
        return "day" if days_first else "month"
    if any(match["half"] and "/" in match[0] for match in found):
        return "month"
    danish = any("." in match[0][: match.end("minute")] for match in found)
    return "day" if danish or all(first == other for first, other in places) else ""


def _year_first(found: list[re.Match[str]]) -> bool | None:
    """Return whether times begin with a two-digit year; None if another order fits as well."""
    if not found or any(len(match["year"]) > 2 or match["half"] for match in found):
        return False
    if all(match["first"] == match["year"] for match in found):
        return False
    year, day, month = (_days_apart(found, first) for first in ("year", "day", "month"))
    other = min(day, month)
    if year == np.inf or 2 * other < year:
        return False
    return True if 2 * year < other else None


def _days_apart(found: list[re.Match[str]], first: str) -> float:
    """Return the range of times in days if read in one order; infinite if they cannot be read so."""
    times = [time for match in found if (time := _parse_date(match[0], first=first)) is not None]
    return (max(times) - min(times)).days if len(times) >= _NEARLY_ALL * len(found) else np.inf


def parse_dates(values: pd.Series, *, first: str = "") -> pd.Series:
    """Return times from text; any other text becomes missing.

    The day comes before the month, as Danes write, unless `first_part` finds or `first` says otherwise. 'AM'
    and 'PM' are read. Time zones are dropped, and the clock time is kept. A spreadsheet's counts of days are
    converted to times, unless most of the other values are none.
    """
    return _by_text(values, lambda texts: _times(pd.Series(texts, dtype="string"), first))


def _times(texts: pd.Series, first: str) -> pd.api.extensions.ExtensionArray:
    texts = texts.str.strip()
    first = first or first_part(texts)
    times = pd.Series([_parse_date(text, first=first) for text in texts], dtype="datetime64[us]")
    counted = texts.str.match(_SERIAL).to_numpy(dtype=bool, na_value=False)
    if counted.any() and 2 * times[~counted].notna().sum() >= (~counted).sum():
        days = pd.to_numeric(texts.where(counted).str.replace(",", ".")).astype("Float64")
        serial = pd.Timestamp("1899-12-30") + pd.to_timedelta((days * 86_400).round(), unit="s")
        times = times.fillna(serial.astype("datetime64[us]"))
    return pd.array(times, dtype="datetime64[us]")


def holds_times(values: pd.Series) -> bool:
    """Return whether nearly all values of a column are times; False if it is empty."""
    filled = values.dropna()
    return len(filled) > 0 and float(parse_dates(filled).notna().mean()) >= _NEARLY_ALL


def all_match(values: pd.Series, pattern: str) -> bool:
    """Return whether all values of a column match a pattern; False if it is empty."""
    filled = values.dropna()
    return len(filled) > 0 and bool(filled.str.fullmatch(pattern).all())


def _parse_date(text: str, *, first: str) -> datetime | None:
    found = _ISO.match(text)
    if found:
        return _time(found, int(found["month"]), int(found["day"]))
    found = _PARTS.match(text)
    if found:
        begins, other, ends = int(found["first"]), int(found["other"]), int(found["year"])
        if first == "year" and len(found["year"]) == 2:
            return _time(found, other, ends, year=begins)
        return _time(found, begins, other) if first == "month" else _time(found, other, begins)
    found = _WORDS.match(text) or _NAME_FIRST.match(text)
    if found and found["name"][:3].casefold() in _MONTHS:
        return _time(found, _MONTHS[found["name"][:3].casefold()], int(found["day"]))
    return None


def _time(found: re.Match[str], month: int, day: int, *, year: int | None = None) -> datetime | None:
    year = int(found["year"]) if year is None else year
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    if year < 100 and len(found["year"]) <= 2:
        year += 2000
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None

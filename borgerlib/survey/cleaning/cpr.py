"""Danish civil registration numbers (CPR numbers): found by their date, masked in text, refused as a column.

A CPR number is a birth date (DDMMYY) and four digits, the first of which (the seventh of all) tells the
century. The control digit is not checked: numbers given out since 2007 need not satisfy it.
Source of the rule: CPR-kontoret, "Personnummeret i CPR-systemet", 2008.
"""

from __future__ import annotations

import re
from calendar import monthrange

import numpy as np
import pandas as pd

from borgerlib.errors import DataError

MASK = "[CPR-nummer fjernet]"

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212"
# [0-9] rather than \d (which takes any script's digits), and digits rather than word boundaries:
# a number that stands up against æ, ø, å or '_' is still a number.
_CANDIDATE = re.compile(
    r"(?<![0-9])"
    r"(?P<day>[0-9]{2})(?P<separator>[ ./\-]?)(?P<month>[0-9]{2})(?P=separator)(?P<year>[0-9]{4}|[0-9]{2})"
    rf"(?P<joint>\s{{0,2}}[{_HYPHENS}]?\s{{0,2}})"
    r"(?P<serial>[0-9]{4})(?![0-9])"
)
_HEADING = re.compile(r"(cpr(nr|no|nummer|number)?|person(nr|nummer))\Z")
_FEWEST_CELLS = 3


def mask_cpr(text: str) -> str:
    """Return the text with every CPR number replaced by `MASK`.

    Found with and without hyphen or spaces (``010190-1234``, ``0101901234``, ``01 01 90 1234``), and with
    points, slashes or a four-digit year where a hyphen joins the last four digits (``01.01.1990-1234``).
    Not touched: longer runs of digits, telephone numbers, dates that do not exist.
    """
    return _CANDIDATE.sub(lambda found: MASK if _is_number(found) else found.group(), text)


def is_cpr(text: str) -> bool:
    """Return True when the whole text, spaces around it aside, is one CPR number."""
    found = _CANDIDATE.fullmatch(text.strip())
    return found is not None and _is_number(found)


def mask_cpr_column(column: pd.Series) -> pd.Series:
    """Return a column of text with CPR numbers masked (the column itself where it holds none)."""
    has_serial = column.astype("string").str.contains("[0-9]{4}").fillna(False).to_numpy(dtype=bool)
    suspects = column[has_serial]
    masked = suspects.map({cell: mask_cpr(str(cell)) for cell in suspects.unique().tolist()})
    changed = (masked != suspects.astype("string")).to_numpy(dtype=bool)
    if not changed.any():
        return column
    cells = column.astype("object").to_numpy(copy=True)
    cells[np.flatnonzero(has_serial)[changed]] = masked[changed].to_numpy()
    return pd.Series(cells, index=column.index, name=column.name, dtype="string")


def refuse_cpr_columns(frame: pd.DataFrame) -> None:
    """Raise `DataError` when a column is one of CPR numbers.

    A column is, when its heading says so ('CPR', 'cpr_nr', 'Personnummer'), or when it has three or more
    filled cells and at least half of them are nothing but a CPR number, as text or as numbers that have lost
    their leading zero.

    Raises
    ------
    DataError
        Names the columns, never their content.
    """
    names = [str(name) for place, name in enumerate(frame.columns) if _is_cpr_column(frame.iloc[:, place])]
    if names:
        raise DataError(
            "The data hold CPR numbers, which borgerlib does not take in.",
            problems=[f"column '{name}' is a CPR column" for name in names],
            hint="Remove the column in the survey platform or the spreadsheet, and export again.",
        )


def _is_number(found: re.Match[str]) -> bool:
    joined = any(hyphen in found["joint"] for hyphen in _HYPHENS)
    if (len(found["year"]) == 4 or found["separator"] in (".", "/", "-")) and not joined:
        return False
    year = _birth_year(int(found["year"][-2:]), int(found["serial"][0]))
    if len(found["year"]) == 4 and int(found["year"]) != year:
        return False
    day, month = int(found["day"]), int(found["month"])
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _birth_year(year: int, seventh_digit: int) -> int:
    if seventh_digit <= 3:
        return 1900 + year
    if seventh_digit in (4, 9):
        return (2000 if year <= 36 else 1900) + year
    return (2000 if year <= 57 else 1800) + year


def _is_cpr_column(column: pd.Series) -> bool:
    if _HEADING.match(re.sub(r"[^a-zæøå]", "", str(column.name).casefold())):
        return True
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    filled = column.dropna()
    if pd.api.types.is_numeric_dtype(column):
        # A numeric column cannot hold more numbers than fit ten digits: cheap to rule out at once.
        filled = filled[(filled >= 1e8) & (filled < 1e10) & (filled % 1 == 0)]
        texts = [f"{int(value):010d}" for value in filled.unique()]
        values = filled.map(lambda value: f"{int(value):010d}")
    else:
        texts = [text for text in filled.unique().tolist() if isinstance(text, str)]
        values = filled
    numbers = {text for text in texts if is_cpr(text)}
    count = int(values.isin(list(numbers)).sum())
    return count >= _FEWEST_CELLS and 2 * count >= int(column.notna().sum())

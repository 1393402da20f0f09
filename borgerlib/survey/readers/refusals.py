"""What must never be read at all: columns of civil registration numbers."""

from __future__ import annotations

import re

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.survey.responses import Export

_HEADING = re.compile(r"\b(cpr|personnummer|person-nummer|civil registration)", re.IGNORECASE)
_DATE = r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d"
_HYPHENED = _DATE + r" ?[-– ] ?\d{4}"
_PLAIN = _DATE + r"\d{4}"
# One in twenty-seven ten-digit numbers begins like a date: a single one is no evidence.
_FEWEST_PLAIN = 3
_SPREAD = 1000
_SUSPECT = 0.25


def refuse_cpr_columns(export: Export) -> None:
    """Raise `DataError` when a column is headed as CPR numbers, or half of its values look like them.

    The message names columns, never values.
    """
    found = [
        column.name
        for column in export.columns
        if _headed(column.name, column.label) or _looks_like_numbers(export.frame[column.name])
    ]
    if found:
        raise DataError(
            f"{', '.join(export.source.files)} holds CPR numbers, which no analysis needs; it is not read.",
            problems=[f"column '{name}'" for name in found],
            hint="Delete the column from the file, and the file where it should not be; then try again.",
        )


def _headed(name: str, label: str) -> bool:
    return any(_HEADING.search(text.replace("_", " ")) for text in (name, label))


def _looks_like_numbers(values: pd.Series) -> bool:
    filled = values.dropna()
    # Columns are long and regular: a spread of their values tells whether all need looking at.
    spread = filled.iloc[:: max(1, len(filled) // _SPREAD)]
    if int(spread.str.fullmatch(f"{_HYPHENED}|{_PLAIN}").sum()) < _SUSPECT * len(spread):
        return False
    hyphened = int(filled.str.fullmatch(_HYPHENED).sum())
    plain = int(filled.str.fullmatch(_PLAIN).sum())
    if hyphened == 0 and plain < _FEWEST_PLAIN:
        return False
    return (hyphened + plain) * 2 >= len(filled)

"""Values of typed files as text, the way a Danish export would write them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from unicodedata import normalize

import pandas as pd


def text_of(value: Any) -> str:
    """Write one value: whole numbers without point, decimal comma, ISO times, 0/1 for no/yes, '' if none.

    A Mac may write 'å' as two signs: text is of whole letters (Unicode's NFC).
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

"""Text that a spreadsheet would run as a formula."""

from __future__ import annotations

import pandas as pd

from borgerlib.survey.cleaning.violations import is_text

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def escape_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in which no text is a formula to a spreadsheet: an apostrophe stands before what was.

    Citizens write the text and somebody opens the file: '=HYPERLINK(…)' must stay text.
    """
    escaped = {}
    for name in frame.columns:
        if is_text(frame[name]):
            text = frame[name].astype("object")
            risky = text.map(lambda value: isinstance(value, str) and value.startswith(_STARTS)).astype(bool)
            if risky.any():
                escaped[name] = text.mask(risky, "'" + text[risky].astype(str))
    return frame.assign(**escaped)

"""Who clearly said no to be contacted: kept as marks, so that an earlier yes of hers can be withdrawn."""

from __future__ import annotations

import pandas as pd

from borgerlib.interest.prepare.survey_date import answered_on
from borgerlib.interest.store import REFUSALS
from borgerlib.personal import contact_key, contact_mark
from borgerlib.survey.cleaning.violations import contact_columns
from borgerlib.survey.responses import Responses

_NO = "nej"


def refused_of(responses: Responses) -> pd.DataFrame:
    """Return the marks of the contact details of those who said no, in rows that are rejected too.

    Parameters
    ----------
    responses : Responses

    Returns
    -------
    DataFrame
        One row a contact detail: mark (`contact_mark`), day (ISO 8601; '' where the answer has no date), row
        (the answer's, as text), sure (bool: it tells who she is).
    """
    frame, codebook = responses.frame, responses.codebook
    consent = codebook.with_role("consent")
    names = contact_columns(codebook)
    if consent is None or consent.kind != "single":
        return pd.DataFrame(columns=REFUSALS, dtype=object)
    said_no = frame[consent.id].astype("string").eq(_NO).fillna(False).astype(bool)
    # Most who say no give no details.
    no = frame[said_no & frame[names].notna().any(axis=1)]
    days = answered_on(no, codebook).dt.strftime("%Y-%m-%d").fillna("")
    found = []
    for row, day, *texts in zip(no.index, days, *(no[name] for name in names), strict=True):
        keys = [key for text in texts if pd.notna(text) and (key := contact_key(str(text)))]
        # Two of one household may share a telephone: where there is an address, it tells who she is.
        by_address = any("@" in key for key in keys)
        found += [(contact_mark(key), day, str(row), "@" in key or not by_address) for key in keys]
    return pd.DataFrame(found, columns=REFUSALS, dtype=object)

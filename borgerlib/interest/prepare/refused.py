"""Who clearly refused to be contacted: kept as marks, so that the person's earlier consent is withdrawn."""

from __future__ import annotations

import pandas as pd

from borgerlib.interest.prepare.survey_date import answered_on
from borgerlib.interest.store import REFUSALS
from borgerlib.personal import contact_key, contact_mark
from borgerlib.survey.cleaning.violations import contact_columns
from borgerlib.survey.responses import Responses

_NO = "nej"


def refused_of(responses: Responses) -> pd.DataFrame:
    """Return the marks of the contact details of those who said no, including those in rejected rows.

    Parameters
    ----------
    responses : Responses

    Returns
    -------
    DataFrame
        One row a contact detail: mark (`contact_mark`), day (ISO 8601; '' where the answer has no date), row
        (the answer's, as text), sure (bool: the contact detail identifies the person).
    """
    frame, codebook = responses.frame, responses.codebook
    consent = codebook.with_role("consent")
    names = contact_columns(codebook)
    if consent is None or consent.kind != "single":
        return pd.DataFrame(columns=REFUSALS, dtype=object)
    said_no = frame[consent.id].astype("string").eq(_NO).fillna(False).astype(bool)
    # Most people who say no give no contact details.
    no = frame[said_no & frame[names].notna().any(axis=1)]
    days = answered_on(no, codebook).dt.strftime("%Y-%m-%d").fillna("")
    found = []
    for row, day, *texts in zip(no.index, days, *(no[name] for name in names), strict=True):
        keys = [key for text in texts if pd.notna(text) and (key := contact_key(str(text)))]
        # A household may share a telephone: if there is an e-mail address, only that identifies the person.
        by_address = any("@" in key for key in keys)
        found += [(contact_mark(key), day, str(row), "@" in key or not by_address) for key in keys]
    return pd.DataFrame(found, columns=REFUSALS, dtype=object)

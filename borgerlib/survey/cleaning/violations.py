"""What cleaning found, as data: the log of changes, and masks for what must not be logged.

Rules are in words in `said.toml`, as 'rule_' and the rule.
"""

from __future__ import annotations

import pandas as pd

from borgerlib.personal import CONTACT_MASK, mask_contact, mask_cpr, mask_mail
from borgerlib.survey.codebook.model import Codebook

CPR_FOUND = "[CPR-nummer]"
LONGEST_LOGGED = 80
_LONGEST_READ = 10_000
CHANGE_COLUMNS = ("row", "column", "before", "after", "rule")
VIOLATION_COLUMNS = ("row", "column", "value", "rule")


def empty_log() -> pd.DataFrame:
    """Return a log of changes without rows."""
    return pd.DataFrame({column: pd.Series(dtype="object") for column in CHANGE_COLUMNS})


def contact_columns(codebook: Codebook) -> list[str]:
    """Return the columns of every item that holds contact details."""
    return [column for item in codebook if item.role == "contact" for column in item.columns]


def difference(before: pd.DataFrame, after: pd.DataFrame, *, rule: str, codebook: Codebook) -> pd.DataFrame:
    """Return what a step changed.

    A value that was removed, added or replaced is logged. The same value in another type ('34' → 34) is not,
    nor are ages that are computed for everybody because only the year of birth was asked.

    Parameters
    ----------
    before, after : DataFrame
        The frame before and after the step, with the same index.
    rule : str
        Rule that the step applied.
    codebook : Codebook
        Says which columns hold contact details.

    Returns
    -------
    DataFrame
        One row a changed cell: row (index label), column, before, after (text, '' for missing; personal data
        masked), rule.
    """
    logs = []
    for column in after.columns.intersection(before.columns):
        old, new = before[column], after[column]
        derived = rule == "age_from_birth_year" and not old.notna().any()
        if derived or (changed := _changed(old, new)) is None:
            continue
        logs.append(
            pd.DataFrame(
                {
                    "row": before.index[changed],
                    "column": column,
                    "before": CPR_FOUND if rule == "cpr" else logged(old[changed], codebook).to_numpy(),
                    "after": logged(new[changed], codebook).to_numpy(),
                    "rule": rule,
                }
            )
        )
    return pd.concat(logs, ignore_index=True) if logs else empty_log()


def logged(values: pd.Series, codebook: Codebook) -> pd.Series:
    """Return a column's values for the log: text, '' for missing, personal data masked."""
    filled = values.notna()
    if values.name in contact_columns(codebook):
        return pd.Series("", index=values.index, dtype="object").mask(filled, CONTACT_MASK)
    text = _as_text(values).astype("object").where(filled, "")
    if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
        return text
    item = next((item for item in codebook if item.id == values.name), None)
    # Eight digits in an id, a number or a time are not a telephone number.
    and_phone = not (item and (item.role == "id" or item.kind in ("number", "date")))
    return text.map({value: mask_personal(value, and_phone=and_phone) for value in text.unique()})


def mask_personal(text: str, *, and_phone: bool = True) -> str:
    """Return a text for the log: CPR numbers, e-mails and telephone numbers masked, and cut if long."""
    # Cut before masking, as a cell may hold megabytes; far beyond the logged length, to cut no number in two.
    masked = (mask_contact if and_phone else mask_mail)(mask_cpr(text[:_LONGEST_READ]))
    return masked if len(masked) <= LONGEST_LOGGED else f"{masked[:LONGEST_LOGGED]}…"


def mask_rows(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Return rows with contact details, and what looks like personal data in text, masked."""
    masked = {
        column: logged(frame[column], codebook).where(frame[column].notna())
        for column in frame.columns
        if is_text(frame[column]) or column in contact_columns(codebook)
    }
    return frame.assign(**masked)


def is_text(column: pd.Series) -> bool:
    """Return True for a column of text (or of mixed types, which may include text)."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return is_text(pd.Series(column.cat.categories))
    return bool(pd.api.types.is_string_dtype(column) or pd.api.types.is_object_dtype(column))


def _as_text(values: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(values):
        return values.astype("Int8").astype("string")
    if pd.api.types.is_numeric_dtype(values):
        return values.map(lambda number: f"{number:.15g}".replace(".", ","), na_action="ignore")
    return values.astype("string")


def _changed(old: pd.Series, new: pd.Series) -> pd.Series | None:
    if old.dtype == new.dtype and old.equals(new):
        return None
    filled = old.notna()
    changed = filled != new.notna()
    if is_text(old) and is_text(new):
        changed |= filled & (old.astype("string") != new.astype("string")).fillna(False).astype(bool)
    elif pd.api.types.is_numeric_dtype(old) and pd.api.types.is_numeric_dtype(new):
        changed |= (old.astype("Float64") != new.astype("Float64")).fillna(False).astype(bool)
    return changed if changed.any() else None

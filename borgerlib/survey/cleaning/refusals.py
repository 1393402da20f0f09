"""What cleaning refuses instead of repairing: frames that are not responses, columns mapped wrongly."""

from __future__ import annotations

import pandas as pd

from borgerlib.errors import CodebookError, DataError
from borgerlib.personal import refuse_cpr_columns
from borgerlib.said import said
from borgerlib.survey.cleaning.repairs import CONSENT_GIVEN
from borgerlib.survey.codebook.model import Codebook

# If most values of a column are illegal, it is more likely the wrong column than careless answers.
_MISMAPPED_SHARE = 0.5
_MISMAPPED_FEWEST = 20
_ILLEGAL = ("unknown_option", "not_a_number", "not_a_date", "impossible_age", "impossible_birth_year")


def refuse_unfit(frame: pd.DataFrame, codebook: Codebook) -> None:
    """Raise `DataError` (or `CodebookError`) with all problems if a frame cannot be cleaned at all."""
    names = [column for item in codebook for column in item.columns]
    problems = []
    if frame.empty:
        problems.append("there are no rows")
    problems += [
        f"column '{name}' stands twice" for name in frame.columns[frame.columns.duplicated()].unique()
    ]
    if not frame.index.is_unique:
        again = frame.index[frame.index.duplicated()].unique()[:5]
        problems.append(f"row labels stand twice: {', '.join(map(str, again))}")
    if not set(names) & set(frame.columns):
        problems.append(f"no column belongs to the survey '{codebook.id}'; it has {', '.join(names[:10])}, …")
    if problems:
        raise DataError("The responses cannot be cleaned:", problems=problems)
    consent = codebook.with_role("consent")
    if consent is not None and CONSENT_GIVEN not in [option.id for option in consent.options]:
        raise CodebookError(said("no_consent_option", item=consent.id, option=CONSENT_GIVEN))
    refuse_cpr_columns(frame)


def refuse_mismapped(frame: pd.DataFrame, changes: pd.DataFrame) -> None:
    """Raise `DataError` if most values of a column were illegal; it names each column with an example."""
    problems = []
    for column, illegal in changes[changes["rule"].isin(_ILLEGAL)].groupby("column"):
        first, count = illegal.iloc[0], illegal["row"].nunique()
        answered = count + (int(frame[column].notna().sum()) if column in frame else 0)
        if count >= _MISMAPPED_FEWEST and count > _MISMAPPED_SHARE * answered:
            example = {"example": first["before"], "row": int(first["row"]), "rule": first["rule"]}
            problems.append(said("illegal_values", column=column, count=count, total=answered, **example))
    if problems:
        raise DataError(said("mostly_illegal"), problems=problems)

"""Cleaning: responses as exported → respondents, with every row and every change accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import pandas as pd

from borgerlib.errors import ParameterError
from borgerlib.survey.cleaning import age_repairs, rejections, repairs
from borgerlib.survey.cleaning.flags import FLAGS, flag_rows
from borgerlib.survey.cleaning.refusals import CONSENT_GIVEN, refuse_mismapped, refuse_unfit
from borgerlib.survey.cleaning.violations import (
    CHANGE_COLUMNS,
    VIOLATION_COLUMNS,
    contact_columns,
    difference,
    empty_log,
    logged,
    mask_rows,
)
from borgerlib.survey.codebook.model import Codebook

REASONS = "reasons"

Step = tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]


@dataclass(frozen=True, kw_only=True)
class CleaningRules:
    """What a survey demands of its respondents.

    Parameters
    ----------
    age_limit : int
        Youngest age that takes part; younger people are rejected.
    highest_age : int
        Older ages are taken for mistakes and count as not stated.
    reference_date : date, optional
        Date at which the age is computed from the year of birth; needed where that is asked.
    """

    age_limit: int = 15
    highest_age: int = 110
    reference_date: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.age_limit <= self.highest_age:
            raise ParameterError(
                f"The age limit {self.age_limit} must lie between 0 and the highest age {self.highest_age}."
            )


@dataclass(frozen=True)
class CleaningResult:
    """What cleaning made of the responses: rows in = rows in `respondents` + rows in `rejected`.

    All frames carry the row labels of the frame that was cleaned. None but `contact` holds contact details,
    none holds CPR numbers.

    Parameters
    ----------
    respondents : DataFrame
        One row a person; columns as the codebook's items (contact and consent apart), further columns
        untouched, and the flags.
    rejected : DataFrame
        One row a rejected response, as it was, personal data masked; `reasons`: the rules it broke,
        separated by '; '.
    changes : DataFrame
        One row a cell in which `respondents` differs from the responses: row, column, before, after (text,
        '' for missing, personal data masked), rule.
    flags : DataFrame
        One row a respondent: the flag columns of `respondents` (bool).
    contact : DataFrame
        One row a respondent who gave contact details and consent to be contacted: the id, the contact
        columns, the consent. To be stored apart from the answers.
    violations : DataFrame
        One row a broken rule, in kept and rejected rows: row, column ('' for the whole row), value, rule.
    """

    respondents: pd.DataFrame
    rejected: pd.DataFrame
    changes: pd.DataFrame
    flags: pd.DataFrame
    contact: pd.DataFrame
    violations: pd.DataFrame


def clean(
    frame: pd.DataFrame,
    codebook: Codebook,
    *,
    rules: CleaningRules | None = None,
    problems: pd.DataFrame | None = None,
) -> CleaningResult:
    """Clean the responses of a survey.

    Cells are repaired first, then rows are judged, then of each person's rows one is kept: the most complete,
    of equals the latest, of those the first in the file. What the rules do is told, in words, by
    `cleaning.violations.RULES`. The order of the rows does not matter, and cleaning what is clean
    changes nothing.

    Parameters
    ----------
    frame : DataFrame
        One row a response; the columns of the codebook's items, typed or as text. The index tells the rows
        apart in every log.
    codebook : Codebook
        What was asked.
    rules : CleaningRules, optional
        Age limits and reference date; by default 15 to 110 years.
    problems : DataFrame, optional
        What the reader could not read: row, column, value, rule. Added to the log.

    Raises
    ------
    DataError
        No rows, columns or row labels that are not unique, a column of CPR numbers, none of the codebook's
        items, or a column whose values are mostly illegal: the wrong column.
    ParameterError
        Years of birth without a reference date.
    CodebookError
        The consent item has no option 'ja'.
    """
    rules = rules or CleaningRules()
    refuse_unfit(frame, codebook)
    repaired, changes = _apply(_repairs(codebook, rules), frame, codebook, log=_read_log(problems, codebook))
    refuse_mismapped(repaired, changes)
    broken = _broken_rules(repaired, codebook, rules)
    kept = ~frame.index.isin(broken["row"])
    respondents, late_changes = _apply(_finishing(codebook), repaired[kept], codebook, log=empty_log())
    changes = pd.concat([changes, late_changes], ignore_index=True)
    flags = flag_rows(respondents, codebook)
    contact = _contact(respondents, codebook)
    apart = _contact_and_consent(codebook, respondents)
    return CleaningResult(
        respondents=respondents.drop(columns=apart).assign(**{name: flags[name] for name in FLAGS}),
        rejected=_rejected(frame[~kept], broken, codebook),
        changes=changes[changes["row"].isin(respondents.index)].reset_index(drop=True),
        flags=flags,
        contact=contact,
        violations=_violations(changes, broken),
    )


def _repairs(codebook: Codebook, rules: CleaningRules) -> list[Step]:
    reference, highest, limit = rules.reference_date, rules.highest_age, rules.age_limit
    of_text: list[Step] = [
        ("whitespace", repairs.strip_whitespace),
        ("cpr", repairs.mask_cpr_numbers),
    ]
    of_answers: list[Step] = [
        ("unknown_option", partial(repairs.type_options, codebook=codebook)),
        ("not_a_number", partial(repairs.type_numbers, codebook=codebook)),
        ("not_a_date", partial(repairs.type_dates, codebook=codebook)),
        ("text", partial(repairs.type_texts, codebook=codebook)),
        ("partial_multiple", partial(repairs.fill_partial_multiple, codebook=codebook)),
        ("exclusive_option", partial(repairs.resolve_exclusive, codebook=codebook)),
        ("nothing_ticked", partial(repairs.clear_nothing_ticked, codebook=codebook)),
        ("too_many_choices", partial(repairs.clear_too_many_choices, codebook=codebook)),
        ("times_reversed", partial(repairs.clear_reversed_times, codebook=codebook)),
    ]
    at_date = partial(partial, codebook=codebook, reference=reference)
    of_age: list[Step] = [
        (
            "impossible_birth_year",
            at_date(age_repairs.clear_impossible_birth_year, highest_age=highest),
        ),
        (
            "birth_year_as_age",
            at_date(age_repairs.age_from_year_in_age, highest_age=highest, age_limit=limit),
        ),
        (
            "impossible_age",
            partial(age_repairs.clear_impossible_age, codebook=codebook, highest_age=highest),
        ),
        ("age_in_years", partial(age_repairs.age_in_whole_years, codebook=codebook)),
        ("age_disagrees", at_date(age_repairs.age_by_birth_year, age_limit=limit, missing=False)),
        ("age_from_birth_year", at_date(age_repairs.age_by_birth_year, age_limit=limit, missing=True)),
    ]
    return of_text + of_answers + of_age


def _finishing(codebook: Codebook) -> list[Step]:
    """Return the steps that would hide a duplicate if they came before the duplicates are found."""
    return [
        ("personal_id", partial(repairs.replace_personal_id, codebook=codebook)),
        ("missing_id", partial(repairs.fill_missing_id, codebook=codebook)),
        ("contact_without_consent", partial(_drop_contact_without_consent, codebook=codebook)),
        ("contact_in_text", partial(repairs.mask_contact_in_text, codebook=codebook)),
    ]


def _apply(
    steps: list[Step], frame: pd.DataFrame, codebook: Codebook, *, log: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    logs = [log]
    for rule, step in steps:
        after = step(frame)
        logs.append(difference(frame, after, rule=rule, codebook=codebook))
        frame = after
    return frame, pd.concat(logs, ignore_index=True)


def _broken_rules(frame: pd.DataFrame, codebook: Codebook, rules: CleaningRules) -> pd.DataFrame:
    broken = pd.concat(
        [
            rejections.below_age_limit(frame, codebook, age_limit=rules.age_limit),
            rejections.no_answer(frame, codebook),
        ],
        ignore_index=True,
    )
    left = frame[~frame.index.isin(broken["row"])]
    return pd.concat([broken, rejections.duplicates(left, codebook)], ignore_index=True)


def _drop_contact_without_consent(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    consent = codebook.with_role("consent")
    present = [name for name in contact_columns(codebook) if name in frame]
    given = pd.Series(False, index=frame.index)
    if consent is not None and consent.id in frame:
        given = (frame[consent.id].astype("string") == CONSENT_GIVEN).fillna(False).astype(bool)
    return frame.assign(**{name: frame[name].where(given) for name in present})


def _contact(respondents: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    details = [name for name in contact_columns(codebook) if name in respondents]
    columns = [repairs.id_column(codebook), *_contact_and_consent(codebook, respondents)]
    return respondents.loc[respondents[details].notna().any(axis=1), columns]


def _contact_and_consent(codebook: Codebook, frame: pd.DataFrame) -> list[str]:
    consent = codebook.with_role("consent")
    return [
        name for name in [*contact_columns(codebook), *(consent.columns if consent else [])] if name in frame
    ]


def _rejected(rows: pd.DataFrame, broken: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    reasons = broken.groupby("row", sort=False)["rule"].agg("; ".join)
    return mask_rows(rows, codebook).assign(**{REASONS: reasons.reindex(rows.index).astype("string")})


def _violations(changes: pd.DataFrame, broken: pd.DataFrame) -> pd.DataFrame:
    repaired = changes.rename(columns={"before": "value"})[list(VIOLATION_COLUMNS)]
    return pd.concat([repaired, broken], ignore_index=True)


def _read_log(problems: pd.DataFrame | None, codebook: Codebook) -> pd.DataFrame:
    if problems is None:
        return empty_log()
    logs = [
        part.assign(before=logged(part["value"].rename(column), codebook), after="")
        for column, part in problems.groupby("column", sort=False)
    ]
    return pd.concat(logs, ignore_index=True)[list(CHANGE_COLUMNS)] if logs else empty_log()

"""Cleaning: responses as exported → respondents, with every row and every change accounted for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from borgerlib.survey.cleaning import ages, rejections, repairs
from borgerlib.survey.cleaning.ages import CleaningRules
from borgerlib.survey.cleaning.flags import FLAGS, flag_rows
from borgerlib.survey.cleaning.violations import (
    CHANGE_COLUMNS,
    VIOLATION_COLUMNS,
    contact_columns,
    difference,
    empty_log,
    logged,
    mask_rows,
)
from borgerlib.survey.codebook.labels import check_codebook
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import TEST_ANSWER

REASONS = "reasons"

Step = tuple[str, Callable[..., pd.DataFrame]]
# Applied in this order; each step's changes are logged under its rule.
_OF_TEXT: tuple[Step, ...] = (
    ("whitespace", repairs.strip_whitespace),
    ("cpr", repairs.mask_cpr_numbers),
)
_OF_ANSWERS: tuple[Step, ...] = (
    ("unknown_option", partial(repairs.type_answers, kinds=("single", "multiple"))),
    ("not_a_number", partial(repairs.type_answers, kinds=("number",))),
    ("not_a_date", partial(repairs.type_answers, kinds=("date",))),
    ("text", partial(repairs.type_answers, kinds=("text",))),
    ("partial_multiple", repairs.fill_partial_multiple),
    ("exclusive_option", repairs.resolve_exclusive),
    ("nothing_ticked", repairs.clear_nothing_ticked),
    ("too_many_choices", repairs.clear_too_many_choices),
    ("times_reversed", repairs.clear_reversed_times),
)
_OF_AGE: tuple[Step, ...] = (
    ("impossible_birth_year", ages.clear_impossible_birth_year),
    ("birth_year_as_age", ages.age_from_year_in_age),
    ("impossible_age", ages.clear_impossible_age),
    ("age_in_years", ages.age_in_whole_years),
    ("age_disagrees", partial(ages.age_by_birth_year, missing=False)),
    ("age_from_birth_year", partial(ages.age_by_birth_year, missing=True)),
)
# Applied after the search for duplicates, which they would hide.
_FINISHING: tuple[Step, ...] = (
    ("personal_id", repairs.replace_personal_id),
    ("missing_id", repairs.fill_missing_id),
    ("contact_without_consent", repairs.drop_contact_without_consent),
    ("contact_in_text", repairs.mask_contact_in_text),
)


@dataclass(frozen=True)
class CleaningResult:
    """The result of cleaning: every row of the responses is in `respondents` or in `rejected`.

    All frames have the row labels of the cleaned frame. Only `contact` contains contact details, and none
    contains CPR numbers.

    Parameters
    ----------
    respondents : DataFrame
        One row a person; the columns of the codebook's items (without contact and consent), further columns
        unchanged, and the flags.
    rejected : DataFrame
        One row a rejected response, unchanged but with personal data masked; `reasons` lists the rules it
        broke, separated by '; '.
    changes : DataFrame
        One row a cell in which `respondents` differs from the responses: row, column, before, after (text,
        '' for missing, personal data masked), rule.
    flags : DataFrame
        One row a respondent: the flag columns of `respondents` (bool).
    contact : DataFrame
        One row a respondent who gave contact details and consent to be contacted: the id, the contact
        columns, the consent. It must be stored separately from the answers.
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
    `said.toml` ('rule_…'). The order of the rows does not matter, and cleaning what is clean
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

    Returns
    -------
    CleaningResult
        ``.respondents`` holds those who are kept, one row a person; the rest is what was rejected,
        changed and doubted, and the contact data, each apart.

    Raises
    ------
    DataError
        No rows, columns or row labels that are not unique, a column of CPR numbers, none of the codebook's
        items, or a column whose values are mostly illegal: the wrong column.
    ParameterError
        Years of birth without a reference date.
    CodebookError
        The consent item has no option 'ja'.

    See Also
    --------
    read_responses : What goes in.
    prepare : All of it at once.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["kvinde", "mand"], "age": 40, "population": 500})
    >>> made = borgerlib.simulate_export("Ærø", people, n=50, seed=1)
    >>> result = borgerlib.clean(made.responses, made.codebook)
    >>> len(result.respondents) + len(result.rejected)
    50
    """
    rules = rules or CleaningRules()
    check_codebook(codebook)
    rejections.refuse_unfit(frame, codebook)
    steps = [*_OF_TEXT, *_with(_OF_ANSWERS, codebook), *_with(_OF_AGE, codebook, rules)]
    repaired, changes = _apply(steps, frame, codebook, log=_read_log(problems, codebook))
    rejections.refuse_mismapped(repaired, changes)
    broken = _broken_rules(repaired, codebook, rules, problems)
    kept = ~frame.index.isin(broken["row"])
    late = _with(_FINISHING, codebook)
    respondents, late_changes = _apply(late, repaired[kept], codebook, log=empty_log())
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


def _with(steps: tuple[Step, ...], *known: Codebook | CleaningRules) -> list[Step]:
    return [(rule, lambda frame, step=step: step(frame, *known)) for rule, step in steps]


def _apply(
    steps: list[Step], frame: pd.DataFrame, codebook: Codebook, *, log: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    logs = [log]
    for rule, step in steps:
        after = step(frame)
        logs.append(difference(frame, after, rule=rule, codebook=codebook))
        frame = after
    return frame, pd.concat(logs, ignore_index=True)


def _broken_rules(
    frame: pd.DataFrame, codebook: Codebook, rules: CleaningRules, problems: pd.DataFrame | None
) -> pd.DataFrame:
    broken = pd.concat(
        [
            rejections.test_answers(problems),
            rejections.below_age_limit(frame, codebook, age_limit=rules.age_limit),
            rejections.no_answer(frame, codebook),
        ],
        ignore_index=True,
    )
    left = frame[~frame.index.isin(broken["row"])]
    return pd.concat([broken, rejections.duplicates(left, codebook)], ignore_index=True)


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
    # Copied: pandas warns when a column is added to a fragmented frame.
    return mask_rows(rows, codebook).copy().assign(**{REASONS: reasons.reindex(rows.index).astype("string")})


def _violations(changes: pd.DataFrame, broken: pd.DataFrame) -> pd.DataFrame:
    repaired = changes.rename(columns={"before": "value"})[list(VIOLATION_COLUMNS)]
    return pd.concat([repaired, broken], ignore_index=True)


def _read_log(problems: pd.DataFrame | None, codebook: Codebook) -> pd.DataFrame:
    if problems is None:
        return empty_log()
    logs = [
        part.assign(before=logged(part["value"].rename(column), codebook), after="")
        for column, part in problems[problems["rule"] != TEST_ANSWER].groupby("column", sort=False)
    ]
    return pd.concat(logs, ignore_index=True)[list(CHANGE_COLUMNS)] if logs else empty_log()

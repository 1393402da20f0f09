"""Import people who consented elsewhere: a table whose columns are guessed, and reported to the user."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from borgerlib.contact.register.consents import INVITATION, Wording
from borgerlib.contact.register.people import (
    DETAILS,
    Imported,
    clear_answer,
    detail_key,
    enter,
    same_name,
)
from borgerlib.contact.register.store import Register
from borgerlib.danish import slug
from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.personal import CONTACT_HINTS, blurred, shown_headings
from borgerlib.survey.readers.read import read_export

COLUMNS = (*DETAILS, "consent")
_HEADINGS = {
    **CONTACT_HINTS,
    "consent": ("samtykke", "consent", "må vi", "må kommunen", "kontakte", "invitation"),
}
# Headings of tables with separate columns for first and last names.
_PARTS = (("fornavn", "first name"), ("efternavn", "last name", "surname"))
_SURVEY = "liste"
_UNCLEAR = "both yes and no"


@dataclass(frozen=True)
class PeopleTable:
    """A table of people after reading.

    Attributes
    ----------
    people : DataFrame
        One row per row of the file, by its number there: name, mail, phone, consent.
    columns : mapping of str to tuple of str
        Detail → the columns that it was read from.
    problems : tuple of str
        Problems of single rows, and how they were handled.
    """

    people: pd.DataFrame
    columns: Mapping[str, tuple[str, ...]]
    problems: tuple[str, ...]


def read_people_table(path: Path, *, columns: Mapping[str, str] | None = None) -> PeopleTable:
    """Return the people in a table; columns are recognised by their headings and contents.

    Parameters
    ----------
    path : Path
        CSV or XLSX, one row per person.
    columns : mapping of str to str, optional
        Detail (name, mail, phone, consent) → its column, to correct a wrong guess.

    Raises
    ------
    DataError
        The file cannot be read, lacks a column of consents or one of e-mail or telephone, or has several
        candidates for one; all problems are listed.
    ParameterError
        `columns` names an unknown detail or column.
    """
    frame = read_export(path).frame.astype("string")
    found = _columns(frame, columns or {}, path)
    people = pd.DataFrame({detail: _joined(frame, found.get(detail, ())) for detail in COLUMNS})
    consents, contradictions = _one_word_each(people)
    problems = (*_impossible(people), *contradictions, *_without_consent(people))
    return PeopleTable(people.assign(consent=consents), found, tuple(problems))


def import_table(
    register: Register,
    table: PeopleTable,
    *,
    version: str,
    words: str,
    by_answers: bool,
    day: date | None = None,
    until: date | None = None,
) -> Imported:
    """Enter the people of a table who consented. The same consent on the same day is entered only once.

    Parameters
    ----------
    register : Register
    table : PeopleTable
    version : str
        Version of the consent's words.
    words : str
        The words; '' takes the heading of the column of consents.
    by_answers : bool
        The words say that answers may decide who is invited.
    day : date, optional
        When they said yes. Without it, consents start today, and nobody who has ever said no is entered,
        because the yes may be the older one.
    until : date, optional
        The last day of the consents; by default the end of the election period.

    Raises
    ------
    ParameterError
        The consents would start in the future, or end before they were given.
    """
    today = date.today()
    if day is not None and day > today:
        raise ParameterError(f"said = {day}: nobody has said yes in the future (today is {today}).")
    wording = Wording(INVITATION, version, words or table.columns["consent"][0], by_answers)
    answers = [f"{version} {day or ''} {key}" for key in _keys(table.people)]
    people, dated = table.people.assign(answer=answers), day is not None
    return enter(
        register, people, wording=wording, survey=_SURVEY, day=day or today, until=until, dated=dated
    )


def _columns(frame: pd.DataFrame, given: Mapping[str, str], path: Path) -> dict[str, tuple[str, ...]]:
    names = [str(name) for name in frame]
    wrong = [unknown_name("detail", detail, COLUMNS) for detail in given if detail not in COLUMNS]
    wrong += [
        unknown_name("column", column, shown_headings(names))
        for column in given.values()
        if column not in names
    ]
    if wrong:
        raise ParameterError("The columns cannot be taken like that:", problems=wrong)
    found: dict[str, tuple[str, ...]] = {detail: (column,) for detail, column in given.items()}
    problems = []
    for detail, hints in _HEADINGS.items():
        if detail in found:
            continue
        taken = {column for columns in found.values() for column in columns}
        free = [column for column in names if column not in taken and _fits(frame[column], detail, hints)]
        parts = [next((c for c in free if any(h in c.casefold() for h in of)), "") for of in _PARTS]
        if detail == "name" and all(parts):
            free = parts
        elif len(free) > 1:
            problems.append(f"{detail} could be {' or '.join(map(repr, free))}: say --column {detail}=…")
        if free:
            found[detail] = tuple(free)
    if "consent" not in found:
        problems.append("no column tells who consented, so nobody may be entered: say --column consent=…")
    if not {"mail", "phone"} & set(found):
        problems.append("no column holds e-mail addresses or telephone numbers: say --column mail=…")
    if problems:
        raise DataError(
            f"{path.name}: which column is which is not clear.",
            problems=problems,
            hint=f"Its columns: {', '.join(shown_headings(names))}.",
        )
    return found


def _fits(values: pd.Series, detail: str, hints: tuple[str, ...]) -> bool:
    """Return whether a column's heading names a detail and its contents do not contradict that."""
    if not re.search("|".join(hints), str(values.name).casefold()):
        return False
    given = values.dropna()
    answers = given.map(clear_answer).notna()
    # 'Må vi skrive til dig på e-mail?' (may we e-mail you?) is a consent although it names e-mail.
    return bool(given.empty or (answers.mean() >= 0.5) == (detail == "consent"))


def _joined(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    whole = pd.Series("", index=frame.index, dtype="string")
    for column in columns:
        whole = (whole + " " + frame[column].fillna("").str.strip()).str.strip()
    return whole


def _keys(people: pd.DataFrame) -> pd.Series:
    """Return a key per row: e-mail address, else telephone number and name; None without either."""
    names: dict[str | None, list[str]] = {}
    keys = []
    for mail, phone, name in zip(people["mail"], people["phone"], people["name"], strict=True):
        key = detail_key(mail, mail=True)
        if key is None and (key := detail_key(phone, mail=False)) is not None:
            sharing = names.setdefault(key, [])
            first = next((known for known in sharing if same_name(name, known)), None)
            if first is None:
                sharing.append(name)
            key = f"{key} {slug(name if first is None else first)}".strip()
        keys.append(key)
    return pd.Series(keys, index=people.index, dtype=object)


def _one_word_each(people: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """Return the consents, unclear for people with and without a yes, and the rows that repeat a person."""
    said = people["consent"].str.casefold()
    keys = _keys(people)
    problems = []
    for key, twice in keys[keys.duplicated(keep=False)].groupby(keys, sort=False):
        rows = twice.index
        both = said[rows].map(clear_answer).eq(True).nunique() > 1
        problems.append(f"rows {', '.join(map(str, rows))} are one person{f': {_UNCLEAR}, so no' * both}")
        if both:
            said = said.where(~keys.eq(key), _UNCLEAR)
    return said, problems


def _impossible(people: pd.DataFrame) -> Iterator[str]:
    for detail, called in (("mail", "an e-mail address"), ("phone", "a telephone number")):
        for row, text in people[detail].items():
            if text and detail_key(text, mail=detail == "mail") is None:
                yield f"row {row}: {blurred(text)} cannot be {called}, and is left out"


def _without_consent(people: pd.DataFrame) -> Iterator[str]:
    for row, text in people["consent"].str.casefold().items():
        if clear_answer(text) is None:
            # Blur the text: if the column was guessed wrong, it may be somebody's name.
            yield f"row {row}: {blurred(text) if text else 'nothing'} is no clear yes, so no"

"""Lists that leave the register: of those who consented, for a stated purpose, and none tells an answer."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

from borgerlib.contact import codes
from borgerlib.contact.register.consents import COVERED, covered
from borgerlib.contact.register.key import withdrawal_code
from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError, DisclosureError, ParameterError
from borgerlib.files.atomic import replacing
from borgerlib.files.workbook import Sheet, escape_formulas, write_workbook
from borgerlib.personal import contact_key

FEWEST = 10
FEWEST_APART = 5
Reach = Literal["", "mail", "phone"]


class TooFewError(DisclosureError):
    """A list would be so short that it tells of each on it."""


class TooAlikeError(DisclosureError):
    """A list differs from an earlier one by so few that the two together tell of these.

    Parameters
    ----------
    number : int
        Of the earlier list.
    day : str
        When it was made (ISO 8601).
    """

    def __init__(self, number: int, day: str) -> None:
        super().__init__(
            f"The list differs from list {number} of {day} by fewer than {FEWEST_APART} people: "
            "whoever holds both would know what these have answered.",
            hint="Take the earlier list again, or one that differs by more.",
        )
        self.number, self.day = number, day


def make_list(
    register: Register,
    *,
    consent: str,
    purpose: str,
    day: date,
    among: Collection[int] | None = None,
    reach: Reach = "",
) -> pd.DataFrame:
    """Return how to reach people whose consent covers it at this moment, and log that the list was made.

    Parameters
    ----------
    register : Register
    consent : str
        What they must have consented to: 'invitation'.
    purpose : str
        What the list is for, in words.
    day : date
        Today.
    among : collection of int, optional
        Only these people, chosen by their answers: each must have consented in words that say so.
    reach : {'', 'mail', 'phone'}
        Only those who gave it.

    Returns
    -------
    DataFrame
        One row a person, by her number: name, mail, phone, and the code by which she withdraws.

    Raises
    ------
    ParameterError
        No purpose is stated.
    TooFewError
        The list has fewer than 10 people.
    TooAlikeError
        It differs from an earlier one by 1 to 4 people who could have been on both: whoever holds the two
        would know what these have answered.
    """
    if not purpose.strip():
        raise ParameterError(
            "A list needs a purpose.", hint="Say what it is for: --purpose 'Borgermøde om …'"
        )
    with register.changing("list") as detail:
        able = covered(register, consent, day=day, by_answers=among is not None) & _reached(register, reach)
        chosen = able if among is None else able & set(among)
        if len(chosen) < FEWEST:
            raise TooFewError(f"The list would have fewer than {FEWEST} people.", hint="Choose more widely.")
        _refuse_small_difference(register, chosen, consent, day, reach)
        register.connection.execute(
            "INSERT INTO list (day, purpose, reach) VALUES (?, ?, ?)",
            (day.isoformat(), purpose.strip(), reach),
        )
        number = register.connection.last_insert_rowid()
        register.connection.executemany(
            "INSERT INTO list_member (list, person) VALUES (?, ?)",
            [(number, person) for person in sorted(chosen)],
        )
        detail.update(list=number, consent=consent, purpose=purpose.strip(), people=len(chosen), reach=reach)
        detail["by_answers"] = among is not None
        rows = register.rows(
            "SELECT id, name, mail, phone FROM person JOIN list_member ON person = id "
            "WHERE list = ? ORDER BY id",
            (number,),
        )
    people = pd.DataFrame(rows, columns=["person", "name", "mail", "phone"]).set_index("person")
    return people.assign(code=[withdrawal_code(register.key, person) for person in people.index])


def _reached(register: Register, reach: str) -> set[int]:
    condition = f"WHERE {reach} IS NOT NULL" if reach else ""
    return {person for (person,) in register.rows(f"SELECT id FROM person {condition}")}


def _refuse_small_difference(
    register: Register, chosen: set[int], consent: str, day: date, reach: Reach
) -> None:
    """Compare with every earlier list, over the people who could have been on both.

    Whoever has withdrawn since is missing for a reason that tells nothing of her answers; whoever came later,
    or cannot be reached in one of the two ways, for such a reason too.
    """
    found = register.rows(COVERED, {"purpose": consent, "day": day.isoformat()})
    since = {int(person): given for person, _, given in found}
    within = _reached(register, reach)
    for number, made, earlier in register.rows("SELECT id, day, reach FROM list"):
        members = {
            row[0] for row in register.rows("SELECT person FROM list_member WHERE list = ?", (number,))
        }
        both = within if earlier in ("", reach) else within & _reached(register, earlier)
        able = {person for person in both if since.get(person, "~") <= made}
        if 0 < len((chosen ^ members) & able) < FEWEST_APART:
            raise TooAlikeError(number, made)


@dataclass(frozen=True)
class Attendance:
    """How many of a list came.

    Attributes
    ----------
    number : int
        Of the list.
    day, purpose : str
        When it was made (ISO 8601), and what for.
    invited, came : int
        People.
    """

    number: int
    day: str
    purpose: str
    invited: int
    came: int


def enter_attendance(register: Register, contacts: Sequence[str], *, number: int | None = None) -> Attendance:
    """Enter who of those on a list came, or signed up; whoever is not named did not.

    Parameters
    ----------
    register : Register
    contacts : sequence of str
        Codes, e-mail addresses or telephone numbers.
    number : int, optional
        Of the list; by default the latest.

    Raises
    ------
    DataError
        There is no such list, or somebody is not on it, or not one person; all are told at once.
    """
    rows = register.rows("SELECT id, day, purpose FROM list ORDER BY id")
    lists = {each: (day, purpose) for each, day, purpose in rows}
    number = max(lists, default=0) if number is None else number
    if number not in lists:
        known = [f"{each} of {day}: {purpose}" for each, (day, purpose) in lists.items()]
        raise DataError(f"There is no list {number}.", hint=f"Lists: {'; '.join(known) or 'none yet'}.")
    members = register.rows(
        "SELECT id, mail, phone FROM person JOIN list_member ON person = id WHERE list = ?", (number,)
    )
    reached: dict[str | None, set[int]] = {}
    for person, *keys in members:
        for key in (withdrawal_code(register.key, person), *keys):
            reached.setdefault(key, set()).add(person)
    found = {text: reached.get(contact_key(text) or codes.as_typed(text), set()) for text in contacts}
    if strange := [text for text, people in found.items() if len(people) != 1]:
        raise DataError(
            f"Who came cannot be entered for list {number}:",
            problems=[
                f"'{text}' is {'several people' if found[text] else 'nobody'} on it" for text in strange
            ],
            hint="One a line: the code in the letter, the e-mail address or the telephone number.",
        )
    came = {person for people in found.values() for person in people}
    with register.changing("attendance") as detail:
        register.connection.executemany(
            "UPDATE list_member SET came = ? WHERE list = ? AND person = ?",
            [(int(person in came), number, person) for person, *_ in members],
        )
        detail.update(list=number, invited=len(members), came=len(came))
    return Attendance(number, *lists[number], len(members), len(came))


def require_place(path: Path) -> None:
    """Raise where a list cannot be written there: before it is made, for what is made is logged.

    Raises
    ------
    ParameterError
        The ending is another than that of a CSV or XLSX file.
    DataError
        The folder cannot be written to.
    """
    if path.suffix.casefold() not in (".csv", ".xlsx"):
        raise ParameterError(f"{path.name}: a list is a .csv or .xlsx file.")
    if not os.access(path.parent, os.W_OK) or path.is_dir():
        raise DataError(f"The list {path} cannot be written.", hint="Name a file in a folder that is there.")


def write_list(people: pd.DataFrame, path: Path) -> None:
    """Write a list for its owner alone: CSV or XLSX, in which no name is a formula.

    Raises
    ------
    ParameterError, DataError
        As `require_place`; or the file cannot be written.
    """
    require_place(path)
    with replacing(path, what="The list", error=DataError) as beside:
        if path.suffix.casefold() == ".csv":
            escape_formulas(people).to_csv(beside, index=False, encoding="utf-8-sig", sep=";")
        else:
            rows = [list(people), *people.astype(object).where(people.notna(), None).to_numpy().tolist()]
            with beside.open("wb") as file:
                write_workbook([Sheet("Liste", rows, bold={1})], file)
        beside.chmod(0o600)

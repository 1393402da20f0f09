"""Lists that leave the register: of those who consented, for a stated purpose, and none tells an answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path

import pandas as pd

from borgerlib.contact.register.consents import COVERED, covered
from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError, DisclosureError, ParameterError
from borgerlib.files.atomic import replacing
from borgerlib.files.workbook import Sheet, escape_formulas, write_workbook

FEWEST = 10
FEWEST_APART = 5


def make_list(
    register: Register,
    *,
    consent: str,
    purpose: str,
    day: date,
    among: Collection[int] | None = None,
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

    Returns
    -------
    DataFrame
        One row a person, by her number: name, mail, phone.

    Raises
    ------
    ParameterError
        No purpose is stated.
    DisclosureError
        The list has fewer than 10 people, or differs from an earlier one by 1 to 4 people who could have been
        on both: whoever holds the two would know what these have answered.
    """
    if not purpose.strip():
        raise ParameterError(
            "A list needs a purpose.", hint="Say what it is for: --purpose 'Borgermøde om …'"
        )
    with register.changing("list") as detail:
        able = covered(register, consent, day=day, by_answers=among is not None)
        chosen = able if among is None else able & set(among)
        if len(chosen) < FEWEST:
            raise DisclosureError(
                f"The list would have fewer than {FEWEST} people.",
                hint="Choose more widely.",
            )
        _refuse_small_difference(register, chosen, consent, day)
        register.connection.execute(
            "INSERT INTO list (day, purpose) VALUES (?, ?)", (day.isoformat(), purpose.strip())
        )
        number = register.connection.last_insert_rowid()
        register.connection.executemany(
            "INSERT INTO list_member VALUES (?, ?)", [(number, person) for person in sorted(chosen)]
        )
        detail.update(list=number, consent=consent, purpose=purpose.strip(), people=len(chosen))
        detail["by_answers"] = among is not None
        rows = register.rows(
            "SELECT id, name, mail, phone FROM person JOIN list_member ON person = id "
            "WHERE list = ? ORDER BY id",
            (number,),
        )
    return pd.DataFrame(rows, columns=["person", "name", "mail", "phone"]).set_index("person")


def _refuse_small_difference(register: Register, chosen: set[int], consent: str, day: date) -> None:
    """Compare with every earlier list, over the people who could have been on both.

    Whoever has withdrawn since is missing for a reason that tells nothing of her answers; whoever came later
    is new for such a reason.
    """
    found = register.rows(COVERED, {"purpose": consent, "day": day.isoformat()})
    since = {int(person): given for person, _, given in found}
    for number, made in register.rows("SELECT id, day FROM list"):
        members = {
            row[0] for row in register.rows("SELECT person FROM list_member WHERE list = ?", (number,))
        }
        able = {person for person, given in since.items() if given <= made}
        apart = len((chosen ^ members) & able)
        if 0 < apart < FEWEST_APART:
            raise DisclosureError(
                f"The list differs from list {number} of {made} by fewer than {FEWEST_APART} people: "
                "whoever holds both would know what these have answered.",
                hint="Take the earlier list again, or one that differs by more.",
            )


def write_list(people: pd.DataFrame, path: Path) -> None:
    """Write a list for its owner alone: CSV or XLSX, in which no name is a formula.

    Raises
    ------
    ParameterError
        The ending is another.
    DataError
        The file cannot be written.
    """
    ending = path.suffix.casefold()
    if ending not in (".csv", ".xlsx"):
        raise ParameterError(f"{path.name}: a list is a .csv or .xlsx file.")
    with replacing(path, what="The list", error=DataError) as beside:
        if ending == ".csv":
            escape_formulas(people).to_csv(beside, index=False, encoding="utf-8-sig", sep=";")
        else:
            rows = [list(people), *people.astype(object).where(people.notna(), None).to_numpy().tolist()]
            with beside.open("wb") as file:
                write_workbook([Sheet("Liste", rows, bold={1})], file)
        beside.chmod(0o600)

"""Consents: to what, in which words, from when until when. The history is kept; the latest entry counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from borgerlib.contact.register.key import erasure_mark
from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError
from borgerlib.personal import contact_mark

SHARED_TELEPHONE = "several people have this telephone number, and neither address nor name tells whose it is"
OTHER_ADDRESS = "said no, with a known telephone and another address: withdraw if it is she"
INVITATION = "invitation"
"""What those who may be invited have consented to."""


def latest_entry(known: str = "TRUE") -> str:
    """Return the SQL condition that a consent has no later entry by the same person for the same purpose.

    On one day a no beats a yes. `known` is the condition on the later entries that count, called `later`.
    """
    return f"""NOT EXISTS (
        SELECT 1 FROM consent AS later
        WHERE later.person = consent.person AND later.purpose = consent.purpose AND {known}
          AND (later.day, -later.given, later.id) > (consent.day, -consent.given, consent.id)
    )"""


_COVERED = f"""
    SELECT consent.person, wording.by_answers, consent.day
    FROM consent LEFT JOIN wording ON wording.id = consent.wording
    WHERE consent.purpose = :purpose AND given = 1 AND day <= :day AND until >= :day AND {latest_entry()}
"""
"""The people whose latest entry for a purpose is a yes that lasts."""


@dataclass(frozen=True)
class Wording:
    """The words that a person said yes to.

    Attributes
    ----------
    purpose : str
        What the consent is for, as lists ask for it: 'invitation'.
    version : str
    text : str
        The complete words.
    by_answers : bool
        The words say that her answers may decide what she is invited to.
    """

    purpose: str
    version: str
    text: str
    by_answers: bool


def period_end(day: date) -> date:
    """Return the last day of the municipal election period (four years, from 2022) that a consent covers.

    From election day (the third Tuesday of November) on, it covers the period of the newly elected council.
    """
    end = date(day.year + (2025 - day.year) % 4, 12, 31)
    november = date(end.year, 11, 1)
    election = november + timedelta(days=(1 - november.weekday()) % 7 + 14)
    return end if day < election else end.replace(year=end.year + 4)


def add_wording(register: Register, wording: Wording) -> int:
    """Return the number of a wording; enter it if it is new. Call this within `Register.changing`.

    Raises
    ------
    DataError
        The version exists with other words.
    """
    words = (wording.purpose, wording.version, wording.text, int(wording.by_answers))
    register.connection.execute(
        "INSERT INTO wording (purpose, version, text, by_answers) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        words,
    )
    kept = "SELECT id, text, by_answers FROM wording WHERE purpose = ? AND version = ?"
    [(number, *said)] = register.rows(kept, words[:2])
    if said != list(words[2:]):
        raise DataError(
            f"Version '{wording.version}' of the consent to '{wording.purpose}' has other words already.",
            hint="Other words are another version: give it another name.",
        )
    return int(number)


def withdraw(register: Register, person: int, *, day: date) -> None:
    """Enter that a person withdraws all her consents."""
    with register.changing("withdraw") as detail:
        known = register.rows("SELECT DISTINCT purpose FROM consent WHERE person = ?", (person,))
        detail["purposes"] = [purpose for (purpose,) in known]
        for purpose in detail["purposes"]:
            refuse(register, [person], purpose, day=day, source="withdrawn")


def refuse(register: Register, people: Iterable[int], purpose: str, *, day: date, source: str) -> None:
    """Enter once that people said no on a day. Call this within `Register.changing`."""
    register.connection.executemany(
        "INSERT INTO consent (person, purpose, given, day, source) SELECT ?1, ?2, 0, ?3, ?4 WHERE NOT EXISTS "
        "(SELECT 1 FROM consent WHERE person = ?1 AND purpose = ?2 AND given = 0 AND day = ?3)",
        [(person, purpose, day.isoformat(), source) for person in people],
    )


def enter_refusals(
    register: Register, refused: pd.DataFrame, *, day: date, survey: str
) -> tuple[int, pd.DataFrame]:
    """Enter the refusals of invitations by people who are in the register.

    Parameters
    ----------
    register : Register
    refused : DataFrame
        As `borgerlib.interest.prepare.refused.refused_of`.
    day : date
        Day for refusals without a date.
    survey : str
        The survey that the answers come from.

    Returns
    -------
    int, DataFrame
        How many people refused; and the answers, by row, that may belong to a known person, with the reason
        why this is not certain.
    """
    found = register.rows(
        "SELECT mail, id, 1 FROM person WHERE mail IS NOT NULL UNION "
        "SELECT phone, id, mail IS NULL FROM person WHERE phone IS NOT NULL"
    )
    people = pd.DataFrame(found, columns=["mark", "person", "one"])
    people["mark"] = people["mark"].map(contact_mark)
    people["shared"] = people["mark"].duplicated(keep=False)
    noes = refused.merge(people, on="mark")
    hers = noes[(noes["sure"].astype(bool) | noes["one"].eq(1)) & ~noes["shared"].astype(bool)]
    count = hers["person"].nunique()
    if count:
        with register.changing("refusals") as detail:
            for person, when in zip(hers["person"].tolist(), hers["day"], strict=True):
                said = date.fromisoformat(when) if when else day
                refuse(register, [person], INVITATION, day=said, source=survey)
            detail.update(survey=survey, people=count)
    # Leave out answers without a row (from older files): nobody could look them up.
    told = noes[~noes["row"].isin([*hers["row"], ""])]
    unsure = told.drop_duplicates("row").set_index("row")["sure"]
    return count, unsure.map({True: SHARED_TELEPHONE, False: OTHER_ADDRESS}).to_frame("reason")


def covered(register: Register, purpose: str, *, day: date, by_answers: bool) -> set[int]:
    """Return the people whose consent covers a purpose on a day.

    Parameters
    ----------
    register : Register
    purpose : str
    day : date
    by_answers : bool
        Only people who consented in words that say that answers may decide.
    """
    found = register.rows(_COVERED, {"purpose": purpose, "day": day.isoformat()})
    return {int(person) for person, allows, _ in found if allows or not by_answers}


def remove(register: Register, person: int, *, day: date) -> None:
    """Remove a person and everything linked to her.

    Keep marks of her answers, address and number with the day, so that she is not entered again.
    """
    known_by = register.rows(
        "SELECT pseudonym FROM link WHERE person = ?1 UNION SELECT mail FROM person WHERE id = ?1 "
        "UNION SELECT phone FROM person WHERE id = ?1",
        (person,),
    )
    marks = [(erasure_mark(register.key, one), day.isoformat()) for (one,) in known_by if one is not None]
    register.connection.executemany("INSERT OR REPLACE INTO erased VALUES (?, ?)", marks)
    register.connection.execute("DELETE FROM person WHERE id = ?", (person,))


def expire(register: Register, *, day: date) -> int:
    """Erase everybody without a valid consent, and return how many people these were.

    A yes that she gives after her last entry counts as new, even if it arrives after she was erased.
    """
    with register.changing("expire") as detail:
        lasting = f"SELECT person FROM consent WHERE given = 1 AND until >= ? AND {latest_entry()}"
        last_words = f"SELECT person, max(day) FROM consent WHERE person NOT IN ({lasting}) GROUP BY person"
        gone = register.rows(last_words, (day.isoformat(),))
        for person, last in gone:
            remove(register, person, day=date.fromisoformat(last))
        detail["people"] = len(gone)
    return len(gone)

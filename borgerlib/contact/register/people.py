"""People in the register: enter, find, show, correct and erase them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from borgerlib.contact import codes
from borgerlib.contact.register.consents import (
    OTHER_ADDRESS,
    SHARED_TELEPHONE,
    Wording,
    add_wording,
    period_end,
    refuse,
    remove,
)
from borgerlib.contact.register.key import erasure_mark, pseudonym_of, withdrawal_code
from borgerlib.contact.register.store import Register
from borgerlib.danish import slug
from borgerlib.errors import DataError, ParameterError
from borgerlib.personal import MAIL, contact_key, mask_cpr
from borgerlib.said import said
from borgerlib.survey.codebook.matching import POLITE_NO, POLITE_YES, normalise

_YES = POLITE_YES | {"ja", "yes", "true", "1"}
_NO = POLITE_NO | {"nej", "no", "false", "0"}
_CONSENT = (
    "INSERT INTO consent (person, purpose, given, wording, day, until, source) VALUES (?, ?, 1, ?, ?, ?, ?)"
)
_LINK = "INSERT OR IGNORE INTO link VALUES (?, ?) RETURNING person"
DETAILS = ("name", "mail", "phone")


def clear_answer(text: object) -> bool | None:
    """Return True for a clear yes, False for a clear no, otherwise None."""
    answer = normalise(str(text))
    return True if answer in _YES else False if answer in _NO else None


@dataclass(frozen=True)
class Imported:
    """What an import did.

    Attributes
    ----------
    new, known : int
        People entered, and people who were in the register already (the same e-mail address, or the same
        telephone and no other name).
    refused : DataFrame
        Reasons why rows were not entered, by the row's label.
    withdrawn : int
        People who were in the register and now clearly say no.
    """

    new: int
    known: int
    refused: pd.DataFrame
    withdrawn: int = 0


def enter(
    register: Register,
    people: pd.DataFrame,
    *,
    wording: Wording,
    survey: str,
    day: date,
    until: date | None = None,
    dated: bool = True,
) -> Imported:
    """Enter people who consented; those without a clear yes are left out.

    A clear no from somebody who is in the register is a withdrawal.

    Parameters
    ----------
    register : Register
    people : DataFrame
        One row per person, indexed by her id among the answers: name, mail, phone (text, may be missing) and
        consent (text). Optional columns: `answer`, a unique name of her answer (by default her id), and
        `day`, when she answered (by default `day`).
    wording : Wording
        The words that they said yes to.
    survey : str
        The survey that the answers come from; the pseudonym is made of it and the id.
    day : date
        When they answered.
    until : date, optional
        The last day of the consent; by default the end of the municipal election period.
    dated : bool
        The day of the answers is known. People with the contact details of somebody who said no or was erased
        on that day or later are not entered; if the day is not known, of somebody who ever did.

    Returns
    -------
    Imported

    Raises
    ------
    ParameterError
        The consents would have ended before they were given.
    """
    if until is not None and until < day:
        raise ParameterError(
            f"until = {until}: the consents would have ended before they were given ({day})."
        )
    usual = {"day": people.get("day", day), "answer": people.get("answer", people.index)}
    rows: Any = people.assign(**usual).itertuples()
    refused: dict[Any, str] = {}
    new: set[int] = set()
    known: set[int] = set()
    withdrawn: set[int] = set()
    with register.changing("import") as detail:
        number = add_wording(register, wording)
        for row in rows:
            pseudonym = pseudonym_of(register.key, survey, row.answer)
            mail, phone = detail_key(row.mail, mail=True), detail_key(row.phone, mail=False)
            answer, name = clear_answer(row.consent), mask_cpr(_text(row.name))
            same = _same(register, name, mail, phone)
            if answer is False and not same:
                # Even with another name this may be her no. She can say yes again; a letter cannot be unsent.
                same = _same(register, "", mail, phone)
            if len(same) > 1:
                refused[row.Index] = SHARED_TELEPHONE
            elif not answer:
                refused[row.Index] = "no consent"
                if answer is False and same:
                    withdrawn |= same
                    refuse(register, same, wording.purpose, day=row.day, source=survey)
                elif answer is False and register.rows("SELECT 1 FROM person WHERE phone = ?", (phone,)):
                    refused[row.Index] = OTHER_ADDRESS
            elif mail is None and phone is None:
                refused[row.Index] = "no possible e-mail address or telephone number"
            elif _is_erased(register, pseudonym):
                refused[row.Index] = "erased from the register before"
            elif not dated and (left := _left(register, mail, phone)):
                refused[row.Index] = f"{left} before; when they said yes is to be told with --said"
            elif left := _left(register, mail, phone, since=row.day, but=max(same, default=0)):
                refused[row.Index] = (
                    f"{left}, on the day of this yes or later, or has the telephone of one who did"
                )
            else:
                is_new, person = _entered(register, name, mail, phone, same)
                (new if is_new else known).add(person)
                # A repeated import finds the link already there.
                if register.rows(_LINK, (pseudonym, person)):
                    lasts = (row.day.isoformat(), (until or period_end(row.day)).isoformat())
                    register.connection.execute(_CONSENT, (person, wording.purpose, number, *lasts, survey))
        known -= new
        detail.update(survey=survey, new=len(new), known=len(known), refused=len(refused))
        detail.update(purpose=wording.purpose, version=wording.version, until=str(until or period_end(day)))
        detail.update(withdrawn=len(withdrawn))
    reasons = pd.DataFrame({"reason": pd.Series(refused, dtype=object)})
    return Imported(len(new), len(known), reasons, len(withdrawn))


def find(register: Register, contact: str) -> int:
    """Return the person with this e-mail address, telephone number or withdrawal code.

    Raises
    ------
    DataError
        Nobody has it, or several people share the telephone number.
    """
    having = known_by(register, "WHERE mail = ?1 OR phone = ?1", (contact_key(contact),))
    # Codes are made of the key, not kept: only for a code are they made of everybody.
    found = people_named(contact, having) or people_named(contact, known_by(register))
    if len(found) != 1:
        raise DataError(said("shared_telephone" if found else "no_such_person"))
    return found.pop()


def known_by(register: Register, among: str = "", values: tuple[Any, ...] = ()) -> dict[str, set[int]]:
    """Return people by their withdrawal codes, e-mail addresses and telephone numbers.

    `among` continues the query of the people, with its `values`; by default all are returned.
    """
    people: dict[str, set[int]] = {}
    for person, *contacts in register.rows(f"SELECT id, mail, phone FROM person {among}", values):
        for key in filter(None, (withdrawal_code(register.key, person), *contacts)):
            people.setdefault(key, set()).add(person)
    return people


def people_named(typed: str, known: Mapping[str, set[int]]) -> set[int]:
    """Return the people, of those that `known_by` returns, whose address, number or code somebody typed."""
    return known.get(contact_key(typed) or "") or known.get(codes.as_typed(typed), set())


def correct(register: Register, person: int, **details: str) -> None:
    """Change a person's name, mail or phone.

    Raises
    ------
    ParameterError
        Another detail is given.
    DataError
        The value is not a valid e-mail address or telephone number, or belongs to another person, or to
        somebody who said no or was erased.
    """
    if wrong := sorted(set(details) - set(DETAILS)):
        raise ParameterError(f"{', '.join(wrong)} cannot be corrected.", hint=f"Legal: {', '.join(DETAILS)}.")
    with register.changing("correct") as detail:
        for name, text in details.items():
            value = mask_cpr(text.strip()) if name == "name" else detail_key(text, mail=name == "mail")
            if value is None:
                raise DataError(
                    f"This cannot be {'an e-mail address' if name == 'mail' else 'a telephone number'}."
                )
            taken = register.rows(f"SELECT 1 FROM person WHERE {name} = ? AND id <> ?", (value, person))
            if name == "mail" and taken:
                raise DataError("Another person in the register has this e-mail address.")
            if name != "name" and _left(register, value, but=person):
                raise DataError(
                    "Somebody who has said no, or was erased, has this address or number.",
                    hint="Whoever has it would be written to again: ask for another.",
                )
            register.connection.execute(f"UPDATE person SET {name} = ? WHERE id = ?", (value, person))
        detail["changed"] = sorted(details)


def erase(register: Register, person: int, *, day: date) -> None:
    """Remove a person and all linked data from the file and its free pages; the log says only that."""
    with register.changing("erase"):
        remove(register, person, day=day)


def held(register: Register, person: int) -> dict[str, Any]:
    """Return all data on a person in a form for JSON, and log that they were shown."""
    with register.changing("show"):
        pass

    def found(rest: str, *names: str) -> list[dict[str, Any]]:
        rows = register.rows(f"SELECT {', '.join(names)} FROM {rest}", (person,))
        return [dict(zip(names, row, strict=True)) for row in rows]

    wording = "(SELECT id AS wording, version, text, by_answers FROM wording)"
    return {
        **found("person WHERE id = ?", *DETAILS)[0],
        "pseudonyms": [link["pseudonym"] for link in found("link WHERE person = ?", "pseudonym")],
        "consents": found(
            f"consent LEFT JOIN {wording} USING (wording) WHERE person = ? ORDER BY id",
            *("purpose", "given", "day", "until", "source", "version", "text", "by_answers"),
        ),
        "lists": found(
            "list JOIN list_member ON list = id WHERE person = ? ORDER BY id", "day", "purpose", "came"
        ),
    }


def detail_key(value: object, *, mail: bool) -> str | None:
    """Return an e-mail address or telephone number in a normal form; None if it is not valid."""
    key = contact_key(_text(value))
    return key if key is not None and bool(MAIL.fullmatch(key)) == mail else None


def same_name(one: str, other: str) -> bool:
    """Return whether two names may be one person's: 'Per' and 'Per Holm', 'P. Holm', 'Aase' and 'Åse'."""
    less, more = sorted((slug(one).split("-"), slug(other).split("-")), key=len)
    return all(any(_same_part(part, every) for every in more) for part in less)


def _same_part(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) if len(shorter) <= 1 else one == other


def _same(register: Register, name: str, mail: str | None, phone: str | None) -> set[int]:
    """Return the people with these contact details: none, one, or several if only the telephone agrees.

    The same e-mail address means the same person. People of one household may share a telephone: the same
    number means the same person only if one of them gave no e-mail address and the names are compatible.
    """
    if found := register.rows("SELECT id FROM person WHERE mail = ?", (mail,)):
        return {int(person) for (person,) in found}
    sharing = register.rows(
        "SELECT id, name FROM person WHERE phone = ?1 AND (mail IS NULL OR ?2 IS NULL)", (phone, mail)
    )
    alike = {int(person): known for person, known in sharing if same_name(name, known)}
    # An entry without a name may be anybody with this number, so prefer those with a matching name.
    return {person for person, known in alike.items() if known and name} or set(alike)


def _entered(
    register: Register, name: str, mail: str | None, phone: str | None, same: set[int]
) -> tuple[bool, int]:
    """Return whether the person is new, and her number."""
    for person in same:
        register.connection.execute(
            "UPDATE person SET mail = coalesce(mail, ?), phone = coalesce(phone, ?), "
            "name = coalesce(nullif(name, ''), ?) WHERE id = ?",
            (mail, phone, name, person),
        )
        return False, person
    register.connection.execute(
        "INSERT INTO person (name, mail, phone) VALUES (?, ?, ?)", (name, mail, phone)
    )
    return True, int(register.connection.last_insert_rowid())


def _is_erased(register: Register, known_by: str, since: str = "") -> bool:
    mark = erasure_mark(register.key, known_by)
    return bool(register.rows("SELECT 1 FROM erased WHERE mark = ? AND day >= ?", (mark, since)))


def _left(register: Register, *contacts: str | None, since: date | None = None, but: int = 0) -> str:
    """Return 'erased' or 'said no' if another person with these details did so since a day; else ''."""
    day = since.isoformat() if since else ""
    noes = (
        "SELECT 1 FROM consent JOIN person ON person.id = consent.person "
        "WHERE (mail = ?1 OR phone = ?1) AND given = 0 AND day >= ?2 AND person.id <> ?3"
    )
    for contact in filter(None, contacts):
        if _is_erased(register, contact, day):
            return "erased"
        if register.rows(noes, (contact, day, but)):
            return "said no"
    return ""


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value).strip()

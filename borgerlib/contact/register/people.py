"""People in the register: entered from answers or a table, found, shown, corrected and erased."""

from __future__ import annotations

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
_CODE_LENGTH = len("K7QM-2XPD-9TRA")
DETAILS = ("name", "mail", "phone")


def clear_answer(text: object) -> bool | None:
    """Return whether a text is a clear yes or a clear no; None where it is neither."""
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
        Rows that were not entered, by their label: why.
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
    """Enter those who consented; whoever did not clearly say yes is left out.

    A clear no of somebody who is in the register is a withdrawal.

    Parameters
    ----------
    register : Register
    people : DataFrame
        One row a person, the index her id among the answers: name, mail, phone (text, may be missing) and
        consent (text). May hold `answer`, what tells her answer from every other of the survey (by default
        her id), and `day`, when she answered (by default `day`).
    wording : Wording
        What they said yes to.
    survey : str
        Where the answers are from; with the id it makes the pseudonym.
    day : date
        When they answered.
    until : date, optional
        The last day of the consent; by default the end of the municipal election period.
    dated : bool
        It is known that they answered on that day: nobody is entered who can be reached as somebody who said
        no or was erased on it or later; otherwise, as somebody who ever did.

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
                # Under another name it may still be hers. She can say yes again; a letter cannot be unsent.
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
                refused[row.Index] = "neither an e-mail address nor a telephone number that can be"
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
                # An import that is done twice finds the link there.
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
    """Return the person whose e-mail address, telephone number or code to withdraw by this is.

    Raises
    ------
    DataError
        Nobody has it, or several have the telephone number.
    """
    key, code = contact_key(contact), codes.as_typed(contact)
    found = register.rows("SELECT id FROM person WHERE mail = ?1 OR phone = ?1", (key,)) if key else []
    if not found and len(code) == _CODE_LENGTH:
        everybody = register.rows("SELECT id FROM person")
        found = [row for row in everybody if withdrawal_code(register.key, row[0]) == code]
    if not found:
        raise DataError(said("no_such_person"))
    if len(found) > 1:
        raise DataError(said("shared_telephone"))
    return int(found[0][0])


def correct(register: Register, person: int, **details: str) -> None:
    """Change a person's name, mail or phone.

    Raises
    ------
    ParameterError
        Something else is to be changed.
    DataError
        It cannot be an e-mail address or telephone number, or another person has it, or somebody who has said
        no or was erased.
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
    """Remove a person and all that hangs on her, from the file and its free pages; the log says only that."""
    with register.changing("erase"):
        remove(register, person, day=day)


def held(register: Register, person: int) -> dict[str, Any]:
    """Return all that is held on a person, as JSON can hold it, and log that it was shown."""
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
    """Return an e-mail address or a telephone number in one notation; None for what is none."""
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
    """Return the person who can be reached so: nobody, or several where a telephone alone does not tell.

    The same e-mail address is the same person. Two of one household may share a telephone: the same number is
    the same person only where one of the two gave no e-mail address, and their names may be one person's.
    """
    if found := register.rows("SELECT id FROM person WHERE mail = ?", (mail,)):
        return {int(person) for (person,) in found}
    sharing = register.rows(
        "SELECT id, name FROM person WHERE phone = ?1 AND (mail IS NULL OR ?2 IS NULL)", (phone, mail)
    )
    alike = {int(person): known for person, known in sharing if same_name(name, known)}
    # Whoever gave no name may be any of them: she comes after the one who gave this.
    return {person for person, known in alike.items() if known and name} or set(alike)


def _entered(
    register: Register, name: str, mail: str | None, phone: str | None, same: set[int]
) -> tuple[bool, int]:
    """Return whether a person is new, and her number."""
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
    """Return 'erased' or 'said no' where somebody else reached so was or did, on a day or later; else ''."""
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

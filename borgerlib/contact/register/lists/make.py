"""Make lists of people who consented, for a stated purpose, without revealing answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

import pandas as pd

from borgerlib.contact.register.consents import covered
from borgerlib.contact.register.key import withdrawal_code
from borgerlib.contact.register.lists.apart import FEWEST, reached, require_apart
from borgerlib.contact.register.store import Register
from borgerlib.errors import DisclosureError, ParameterError
from borgerlib.personal import mask_contact, mask_cpr
from borgerlib.said import said

Reach = Literal["", "mail", "phone"]


def require_enough(people: Collection[int]) -> None:
    """Raise `DisclosureError` for a list of fewer than 10 people: it would reveal their answers."""
    if len(people) < FEWEST:
        raise DisclosureError(said("list_too_short", fewest=FEWEST))


def able_to(
    register: Register,
    consent: str,
    *,
    day: date,
    by_answers: bool,
    reach: Reach,
    reachable: Collection[int] | None,
) -> set[int]:
    """Return who could be on a list; the parameters are those of `make_list`."""
    able = covered(register, consent, day=day, by_answers=by_answers) & reached(register, reach)
    return able if reachable is None else able & set(reachable)


def make_list(
    register: Register,
    *,
    consent: str,
    purpose: str,
    day: date,
    among: Collection[int] | None = None,
    reach: Reach = "",
    reachable: Collection[int] | None = None,
    by_lot: bool = False,
) -> pd.DataFrame:
    """Return how to reach people whose consent covers the list today, and log that it was made.

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
        Only these people, chosen by their answers: their consent must allow answers to decide.
    reach : {'', 'mail', 'phone'}
        Only people who gave this contact detail.
    reachable : collection of int, optional
        Only people who can be reached in another way, which reveals nothing about their answers.
    by_lot : bool
        The people were drawn by lot, so people who are not on the list may fit as well.

    Returns
    -------
    DataFrame
        One row per person, by number: name, mail, phone, and the code by which she can withdraw.

    Raises
    ------
    ParameterError
        No purpose is stated.
    DisclosureError
        The list has fewer than 10 people or, compared with earlier lists, reveals what 1 to 4 people have
        answered; see `require_apart`.
    """
    if not purpose.strip():
        raise ParameterError(
            "A list needs a purpose.", hint="Say what it is for: --purpose 'Borgermøde om …'"
        )
    # Mask contact details: the log, which people on the list may see, must not identify anybody.
    purpose = mask_contact(mask_cpr(purpose.strip()))
    with register.changing("list") as detail:
        able = able_to(
            register, consent, day=day, by_answers=among is not None, reach=reach, reachable=reachable
        )
        chosen = able if among is None else able & set(among)
        require_enough(chosen)
        require_apart(register, [chosen], able, consent=consent, by_lot=by_lot)
        register.connection.execute(
            "INSERT INTO list (day, purpose, reach, seen, by_answers, by_lot) "
            "VALUES (?, ?, ?, (SELECT max(id) FROM consent), ?, ?)",
            (day.isoformat(), purpose, reach, among is not None, by_lot),
        )
        number = register.connection.last_insert_rowid()
        register.connection.executemany(
            "INSERT INTO list_member (list, person) VALUES (?, ?)",
            [(number, person) for person in sorted(chosen)],
        )
        detail.update(list=number, consent=consent, purpose=purpose, people=len(chosen), reach=reach)
        detail["by_answers"] = among is not None
        rows = register.rows(
            "SELECT id, name, mail, phone FROM person JOIN list_member ON person = id "
            "WHERE list = ? ORDER BY id",
            (number,),
        )
    people = pd.DataFrame(rows, columns=["person", "name", "mail", "phone"]).set_index("person")
    return people.assign(code=[withdrawal_code(register.key, person) for person in people.index])

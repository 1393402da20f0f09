"""Record who of those on a list came; the next round's rates are estimated from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borgerlib.contact.register.people import known_by, people_named
from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError
from borgerlib.personal import blurred


@dataclass(frozen=True)
class Attendance:
    """How many people on a list came.

    Attributes
    ----------
    number : int
        Number of the list.
    day, purpose : str
        When the list was made (ISO 8601), and what for.
    invited, came : int
        People.
    """

    number: int
    day: str
    purpose: str
    invited: int
    came: int


def enter_attendance(register: Register, contacts: Sequence[str], *, number: int | None = None) -> Attendance:
    """Enter who on a list came or signed up; everybody who is not named did not.

    Parameters
    ----------
    register : Register
    contacts : sequence of str
        Codes, e-mail addresses or telephone numbers.
    number : int, optional
        Number of the list; by default the latest.

    Raises
    ------
    DataError
        There is no such list, or a contact is not on it, or is not one person's; all are listed.
    """
    rows = register.rows("SELECT id, day, purpose FROM list ORDER BY id")
    lists = {each: (day, purpose) for each, day, purpose in rows}
    number = max(lists, default=0) if number is None else number
    if number not in lists:
        made = [f"{each} of {day}: {purpose}" for each, (day, purpose) in lists.items()]
        raise DataError(f"There is no list {number}.", hint=f"Lists: {'; '.join(made) or 'none yet'}.")
    known = known_by(register, "JOIN list_member ON person = id WHERE list = ?", (number,))
    members = set().union(*known.values())
    found = {text: people_named(text, known) for text in contacts}
    if strange := [text for text, people in found.items() if len(people) != 1]:
        raise DataError(
            f"Who came cannot be entered for list {number}:",
            problems=[
                f"{contacts.index(text) + 1}: {blurred(text)} is "
                f"{'several people' if found[text] else 'nobody'} on it"
                for text in strange
            ],
            hint="One a line: the code in the letter, the e-mail address or the telephone number.",
        )
    came = {person for people in found.values() for person in people}
    with register.changing("attendance") as detail:
        register.connection.executemany(
            "UPDATE list_member SET came = ? WHERE list = ? AND person = ?",
            [(int(person in came), number, person) for person in members],
        )
        detail.update(list=number, invited=len(members), came=len(came))
    return Attendance(number, *lists[number], len(members), len(came))

"""Lists are kept apart: what several of them tell together, and whether that is the answer of a few."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from borgerlib.contact.register.store import Register
from borgerlib.errors import DisclosureError
from borgerlib.said import said

FEWEST = 10
FEWEST_APART = 5
_CONSENTS = """
    SELECT consent.id, person, given, day, until, wording.by_answers
    FROM consent LEFT JOIN wording ON wording.id = consent.wording
    WHERE consent.purpose = ? ORDER BY person, day, -given, consent.id
"""
_Marks = NDArray[np.bool_]
_Counts = NDArray[np.float32]


@dataclass(frozen=True)
class _Earlier:
    """The earlier lists: a row a list, a column a person; who was on it, and who could have been."""

    names: list[tuple[int, str]]
    people: pd.Index
    members: _Marks
    able: _Marks
    by_lot: _Marks


def reached(register: Register, reach: str) -> set[int]:
    """Return the people who gave it: 'mail' or 'phone'; everybody for ''."""
    condition = f"WHERE {reach} IS NOT NULL" if reach else ""
    return {person for (person,) in register.rows(f"SELECT id FROM person {condition}")}


def require_apart(
    register: Register,
    lists: Sequence[Collection[int]],
    able: Collection[int],
    *,
    consent: str,
    by_lot: bool = False,
) -> None:
    """Raise where a list, beside one or two earlier ones, tells what 1 to 4 people have answered.

    People count who could have been on all of these lists: whoever has withdrawn since, came later, cannot be
    reached in one of the ways or did not allow answers to decide is missing for a reason that tells nothing.
    No two lists differ by 1 to 4 people; and of two or three lists of all who fit, none has 1 to 4 people
    alone. (Who is missing on a list by lot was not drawn, which tells nothing.)

    Parameters
    ----------
    register : Register
    lists : sequence of collections of int
        The people of each; one of them is to be made.
    able : collection of int
        Who could be on them.
    consent : str
        What they must have consented to.
    by_lot : bool
        They are drawn.

    Raises
    ------
    DisclosureError
        It names the earlier lists: one, or two together.
    """
    earlier = _earlier(register, consent)
    if not earlier.names:
        return
    could = earlier.able & earlier.people.isin(list(able))
    alike = _few(_differences(earlier, lists, could)).any(axis=0)
    if alike.any():
        raise _too_alike([earlier.names[int(alike.argmax())]])
    if by_lot:
        return
    whole = ~earlier.by_lot
    for chosen in lists:
        telling = _telling(earlier.members[whole], could[whole], earlier.people.isin(list(chosen)))
        if telling.any():
            pair = np.flatnonzero(whole)[list(np.unravel_index(int(telling.argmax()), telling.shape))]
            raise _too_alike([earlier.names[at] for at in dict.fromkeys(sorted(pair.tolist()))])


def _too_alike(lists: Sequence[tuple[int, str]]) -> DisclosureError:
    named = [said("list_of_day", number=number, day=date.fromisoformat(day)) for number, day in lists]
    return DisclosureError(
        said("lists_too_alike", lists=named, fewest=FEWEST_APART),
        hint="Take an earlier list again, or one that differs by more.",
    )


def _differences(earlier: _Earlier, lists: Sequence[Collection[int]], could: _Marks) -> _Counts:
    """Return by how many people each list (a row) differs from each earlier one (a column)."""
    columns = earlier.people.isin(list(set().union(*lists)))
    people = earlier.people[columns]
    new = np.stack([people.isin(list(chosen)) for chosen in lists]).astype(np.float32)
    members = earlier.members & could
    common = new @ members[:, columns].T.astype(np.float32)
    difference: _Counts = new @ could[:, columns].T.astype(np.float32) + members.sum(axis=1) - 2 * common
    return difference


def _telling(members: _Marks, could: _Marks, new: _Marks) -> _Marks:
    """Return which pairs of earlier lists, beside a new one, tell of a few: lists x lists."""
    on, off = (members & could).astype(np.float32), (could & ~members).astype(np.float32)
    new_alone, earlier_alone = (off * new) @ off.T, (on * ~new) @ off.T
    np.fill_diagonal(earlier_alone, (on * ~new).sum(axis=1))
    return _few(new_alone) | _few(earlier_alone)


def _few(counts: _Counts) -> _Marks:
    few: _Marks = (counts > 0) & (counts < FEWEST_APART)
    return few


def _earlier(register: Register, consent: str) -> _Earlier:
    rows = register.rows("SELECT id, day, reach, seen, by_answers, by_lot FROM list ORDER BY id")
    people = pd.Index(sorted(reached(register, "")), dtype="int64")
    consents = pd.DataFrame(
        register.rows(_CONSENTS, (consent,)),
        columns=["id", "person", "given", "day", "until", "by_answers"],
    )
    ways = {reach: people.isin(list(reached(register, reach))) for reach in {row[2] for row in rows}}
    members = pd.DataFrame(register.rows("SELECT list, person FROM list_member"), columns=["list", "person"])
    on, able = [], []
    for number, made, reach, seen, by_answers, _ in rows:
        on.append(people.isin(members.loc[members["list"] == number, "person"]))
        # As it stood when the list was made: a yes that is renewed since was a yes then.
        then = consents[(consents["id"] <= seen) & (consents["day"] <= made)]
        latest = then.drop_duplicates("person", keep="last")
        yes = latest[(latest["given"] == 1) & (latest["until"] >= made)]
        yes = yes[yes["by_answers"] == 1] if by_answers else yes
        able.append(people.isin(yes["person"]) & ways[reach])
    shape = (len(rows), len(people))
    return _Earlier(
        [(number, made) for number, made, *_ in rows],
        people,
        np.array(on, dtype=bool).reshape(shape),
        np.array(able, dtype=bool).reshape(shape),
        np.array([row[5] for row in rows], dtype=bool),
    )

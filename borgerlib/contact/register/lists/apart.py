"""Lists are kept apart: what several of them tell together, and whether that is the answer of a few."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
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
    earlier, people, members, able_then = _earlier(register, consent)
    if earlier.empty:
        return
    could = able_then & people.isin(list(able))
    alike = _few(_differences(people, members & could, could, lists)).any(axis=0)
    if alike.any():
        raise _too_alike(earlier.iloc[[int(alike.argmax())]])
    if by_lot:
        return
    whole = earlier["by_lot"].eq(0).to_numpy()
    for chosen in lists:
        telling = _telling(members[whole], could[whole], people.isin(list(chosen)))
        if telling.any():
            pair = {int(at) for at in np.unravel_index(int(telling.argmax()), telling.shape)}
            raise _too_alike(earlier.loc[whole].iloc[sorted(pair)])


def _too_alike(lists: pd.DataFrame) -> DisclosureError:
    rows = zip(lists["id"].tolist(), lists["day"], strict=True)
    named = [said("list_of_day", number=number, day=date.fromisoformat(day)) for number, day in rows]
    return DisclosureError(said("lists_too_alike", lists=named, fewest=FEWEST_APART))


def _differences(
    people: pd.Index, members: _Marks, could: _Marks, lists: Sequence[Collection[int]]
) -> _Counts:
    """Return by how many people each list (a row) differs from each earlier one (a column)."""
    columns = people.isin(list(set().union(*lists)))
    new = np.stack([people[columns].isin(list(chosen)) for chosen in lists]).astype(np.float32)
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


def _earlier(register: Register, consent: str) -> tuple[pd.DataFrame, pd.Index, _Marks, _Marks]:
    """Return the earlier lists, everybody, and who was on each and who could have been: lists x people."""
    names = ["id", "day", "reach", "seen", "by_answers", "by_lot"]
    rows = register.rows(f"SELECT {', '.join(names)} FROM list ORDER BY id")
    people = pd.Index(sorted(reached(register, "")), dtype="int64")
    consents = pd.DataFrame(
        register.rows(_CONSENTS, (consent,)),
        columns=["id", "person", "given", "day", "until", "by_answers"],
    )
    ways = {reach: people.isin(list(reached(register, reach))) for reach in {row[2] for row in rows}}
    members = pd.DataFrame(register.rows("SELECT list, person FROM list_member"), columns=["list", "person"])
    marks = np.zeros((2, len(rows), len(people)), dtype=bool)
    for at, (number, made, reach, seen, by_answers, _) in enumerate(rows):
        marks[0, at] = people.isin(members.loc[members["list"] == number, "person"])
        # As it stood when the list was made: a yes that is renewed since was a yes then.
        # A list that does not tell what it had seen may have known all that was said by its day.
        known = consents["id"] <= (math.inf if seen is None else seen)
        then = consents[known & (consents["day"] <= made)]
        latest = then.drop_duplicates("person", keep="last")
        yes = latest[(latest["given"] == 1) & (latest["until"] >= made)]
        yes = yes[yes["by_answers"] == 1] if by_answers else yes
        marks[1, at] = people.isin(yes["person"]) & ways[reach]
    return pd.DataFrame(rows, columns=names), people, *marks

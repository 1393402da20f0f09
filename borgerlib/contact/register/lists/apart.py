"""Refuse lists that, compared with earlier ones, would reveal what a few people answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from borgerlib.contact.register.consents import latest_entry
from borgerlib.contact.register.store import Register
from borgerlib.errors import DisclosureError
from borgerlib.said import said

FEWEST = 10
FEWEST_APART = 5
# Entries that a list was based on: those up to its day and, if it recorded its last entry, none after it.
# A consent that has been renewed since is then still found as it was.
_KNEW = "{0}.day <= list.day AND {0}.id <= coalesce(list.seen, {0}.id)"
_ABLE_THEN = f"""
    SELECT list.id, consent.person
    FROM list JOIN consent ON consent.purpose = ? AND {_KNEW.format("consent")}
    JOIN person ON person.id = consent.person LEFT JOIN wording ON wording.id = consent.wording
    WHERE consent.given = 1 AND consent.until >= list.day AND (NOT list.by_answers OR wording.by_answers)
      AND CASE list.reach WHEN 'mail' THEN person.mail WHEN 'phone' THEN person.phone ELSE '' END IS NOT NULL
      AND {latest_entry(_KNEW.format("later"))}
"""
_Marks = NDArray[np.bool_]
_Counts = NDArray[np.float32]


def reached(register: Register, reach: str) -> set[int]:
    """Return the people who gave a 'mail' or 'phone'; everybody for ''."""
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
    """Raise if a list, compared with one or two earlier ones, reveals what 1 to 4 people have answered.

    Only people who could have been on all of these lists count. Others are missing for a reason that reveals
    nothing: they withdrew, came later, cannot be reached that way or did not allow answers to decide.
    No two lists may differ by 1 to 4 people; and of two or three lists of all who fit, none may have 1 to 4
    people to itself. (On a list by lot, people may be missing just because they were not drawn.)

    Parameters
    ----------
    register : Register
    lists : sequence of collections of int
        The people on each list; one of the lists is to be made.
    able : collection of int
        People who could be on the lists.
    consent : str
        What they must have consented to.
    by_lot : bool
        The lists are drawn by lot.

    Raises
    ------
    DisclosureError
        Names the one or two earlier lists that would reveal answers.
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
    """Return by how many people each list (row) differs from each earlier one (column)."""
    columns = people.isin(list(set().union(*lists)))
    new = np.stack([people[columns].isin(list(chosen)) for chosen in lists]).astype(np.float32)
    common = new @ members[:, columns].T.astype(np.float32)
    difference: _Counts = new @ could[:, columns].T.astype(np.float32) + members.sum(axis=1) - 2 * common
    return difference


def _telling(members: _Marks, could: _Marks, new: _Marks) -> _Marks:
    """Return which pairs of earlier lists, together with a new one, reveal a few people: lists x lists."""
    on, off = (members & could).astype(np.float32), (could & ~members).astype(np.float32)
    new_alone, earlier_alone = (off * new) @ off.T, (on * ~new) @ off.T
    np.fill_diagonal(earlier_alone, (on * ~new).sum(axis=1))
    return _few(new_alone) | _few(earlier_alone)


def _few(counts: _Counts) -> _Marks:
    few: _Marks = (counts > 0) & (counts < FEWEST_APART)
    return few


def _earlier(register: Register, consent: str) -> tuple[pd.DataFrame, pd.Index, _Marks, _Marks]:
    """Return earlier lists, all people, and who was and could have been on each list (lists x people)."""
    lists = pd.DataFrame(
        register.rows("SELECT id, day, by_lot FROM list ORDER BY id"), columns=["id", "day", "by_lot"]
    )
    people = pd.Index(sorted(reached(register, "")), dtype="int64")

    def marked(query: str, *values: str) -> _Marks:
        pairs = pd.DataFrame(register.rows(query, values), columns=["list", "person"], dtype=int)
        marks = np.zeros((len(lists), len(people)), dtype=bool)
        row_of = pd.Index(lists["id"])
        marks[row_of.get_indexer(pd.Index(pairs["list"])), people.get_indexer(pd.Index(pairs["person"]))] = (
            True
        )
        return marks

    members, able = marked("SELECT list, person FROM list_member"), marked(_ABLE_THEN, consent)
    return lists, people, members, able

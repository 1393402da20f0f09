"""Read who may be drawn from a file, and take out those who already have a seat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from borgerlib.contact.draw.quotas import quotas_of_vacancies
from borgerlib.contact.lottery.pool import plain_homes
from borgerlib.errors import DataError, unknown_name
from borgerlib.personal import shown_headings, tells_nobody
from borgerlib.survey.readers.read import read_export


def read_people(path: Path, ident: str) -> pd.DataFrame:
    """Return the people of a table (CSV, XLSX), one row each, indexed by the column `ident`.

    Raises
    ------
    DataError
        There is no such column, or an id is missing or not unique.
    """
    people = read_export(path).frame
    if ident not in people:
        raise DataError(f"{path.name}: {unknown_name('column', ident, shown_headings(people))}")
    problems = []
    if people[ident].isna().any():
        problems.append(f"{people[ident].isna().sum()} rows have no {ident}.")
    twice = people[ident].dropna()[people[ident].dropna().duplicated()].unique()
    if len(twice):
        problems.append(f"These stand in it more than once: {_named(twice.tolist())}.")
    if problems:
        raise DataError(f"People of {path.name} cannot be told apart by '{ident}':", problems=problems)
    return people.set_index(ident)


def read_idents(path: Path) -> list[str]:
    """Return the ids in a text file with one id per line.

    Raises
    ------
    DataError
        The file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}.", hint="Give a text file in UTF-8.") from error
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def _named(idents: Sequence[object]) -> str:
    """Return the first ids as text, with e-mail addresses, telephone and CPR numbers masked."""
    return ", ".join(tells_nobody(str(ident)) for ident in idents[:10])


def pool_of(
    people: pd.DataFrame,
    quotas: pd.DataFrame,
    size: int,
    seated: Sequence[str],
    *,
    withdrawn: Sequence[str] = (),
    household: str | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return who may be drawn, the quotas and the number of vacant seats, given who keeps a seat.

    People who have withdrawn are not drawn; with `household`, nor are those who live with somebody seated.

    Raises
    ------
    DataError
        Somebody seated or withdrawn is not among the people, is both at once, or no seat is vacant.
    """
    problems = [
        f"These {what} but are not among the people: {_named(strangers)}."
        for what, idents in (("are seated", seated), ("have withdrawn", withdrawn))
        if (strangers := [ident for ident in idents if ident not in people.index])
    ]
    if both := [ident for ident in seated if ident in set(withdrawn)]:
        problems.append(f"These are seated and have withdrawn: {_named(both)}.")
    if seated and len(seated) >= size:
        problems.append(f"{len(seated)} people are seated and there are {size} seats: none is vacant.")
    if household is not None and household not in people:
        problems.append(f"There is no column '{household}' of households.")
    if problems:
        raise DataError("Nobody can be drawn like that:", problems=problems)
    gone = people.index.isin([*seated, *withdrawn])
    if household is not None:
        homes = plain_homes(people[household])
        gone |= homes.isin(homes.loc[list(seated)].dropna()).to_numpy()
    keeping = people.loc[list(seated)]
    left = quotas_of_vacancies(quotas, keeping) if len(keeping) else quotas
    return people[~gone], left, size - len(keeping)

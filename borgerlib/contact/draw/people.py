"""Who may be drawn, as a file holds them, and who of them has a seat already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from borgerlib.contact.draw.quotas import quotas_of_vacancies
from borgerlib.errors import DataError, unknown_name
from borgerlib.survey.readers.read import read_export


def read_people(path: Path, ident: str) -> pd.DataFrame:
    """Return the people of a table (CSV, XLSX), one row each, indexed by the column `ident`.

    Raises
    ------
    DataError
        There is no such column, somebody has no id, or two have the same.
    """
    people = read_export(path).frame
    if ident not in people:
        raise DataError(f"{path.name}: {unknown_name('column', ident, list(map(str, people)))}")
    problems = []
    if people[ident].isna().any():
        problems.append(f"{people[ident].isna().sum()} rows have no {ident}.")
    twice = people[ident].dropna()[people[ident].dropna().duplicated()].unique()
    if len(twice):
        problems.append(f"These stand in it more than once: {', '.join(map(str, twice[:10]))}.")
    if problems:
        raise DataError(f"People of {path.name} cannot be told apart by '{ident}':", problems=problems)
    return people.set_index(ident)


def read_seated(path: Path) -> list[str]:
    """Return the ids of a text file, one a line.

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


def pool_of(
    people: pd.DataFrame, quotas: pd.DataFrame, size: int, seated: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return who may be drawn, the quotas and the number of seats, given those who keep theirs.

    Raises
    ------
    DataError
        Somebody seated is not among the people, or all seats are taken.
    """
    if not seated:
        return people, quotas, size
    strangers = [ident for ident in seated if ident not in people.index]
    if strangers:
        raise DataError(f"These are seated but not among the people: {', '.join(strangers[:10])}.")
    if len(seated) >= size:
        raise DataError(f"{len(seated)} people are seated and there are {size} seats: none is vacant.")
    left = quotas_of_vacancies(quotas, people.loc[list(seated)])
    return people.drop(index=list(seated)), left, size - len(seated)

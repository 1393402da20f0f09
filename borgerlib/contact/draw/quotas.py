"""Make quotas from a file, from the population, or for vacant seats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from annotated_types import Ge

from borgerlib.contact.lottery.pool import QUOTA_COLUMNS
from borgerlib.danish import plain_count
from borgerlib.errors import DataError
from borgerlib.files.toml import read_toml
from borgerlib.population.margins import population_margins
from borgerlib.survey.readers.read import read_export

_HINT = "A quota has a feature (a column of the people), a value, min and max (people on the panel)."


@dataclass(frozen=True)
class _Quota:
    feature: str
    value: str
    min: Annotated[int, Ge(0)]
    max: Annotated[int, Ge(0)]


@dataclass(frozen=True)
class _QuotaFile:
    quota: tuple[_Quota, ...]


def read_quotas(path: Path) -> pd.DataFrame:
    """Return the quotas in a file: a table with the columns feature, value, min, max, or TOML.

    In TOML, each quota is a table ``[[quota]]`` with these keys.

    Returns
    -------
    DataFrame
        One row a value of a feature: feature, value, min, max.

    Raises
    ------
    DataError
        The file cannot be read, or lacks a column.
    """
    if path.suffix.casefold() == ".toml":
        found = read_toml(path, "quotas", error=DataError, hint=_HINT).validated(_QuotaFile)
        return pd.DataFrame([vars(quota) for quota in found.quota], columns=list(QUOTA_COLUMNS))
    table = read_export(path).frame.rename(columns=lambda name: str(name).strip().casefold())
    missing = [column for column in QUOTA_COLUMNS if column not in table]
    if missing:
        raise DataError(f"{path.name} lacks the column {', '.join(missing)}.", hint=_HINT)
    quotas = table[list(QUOTA_COLUMNS)].copy()
    for column in ("min", "max"):
        quotas[column] = pd.to_numeric(quotas[column].map(plain_count, na_action="ignore"), errors="coerce")
    return quotas


def quotas_from_population(
    municipality: str, size: int, *, by: Sequence[str] | Mapping[str, str], min_age: int = 15
) -> pd.DataFrame:
    """Return quotas that mirror the population: each value's share of the seats, rounded down and up.

    Parameters
    ----------
    municipality : str
        Name or code.
    size : int
        People on the panel.
    by : sequence of str, or mapping of str to str
        Variables of the population, or the people's column → variable; see `borgerlib.population_margins`.
    min_age : int
        Youngest age on the panel.

    Returns
    -------
    DataFrame
        One row a value of a feature: feature, value, min, max.
    """
    return quotas_of(population_margins(municipality, by=by, min_age=min_age), size)


def quotas_of(living: Mapping[str, pd.Series], size: int, *, untold: str = "") -> pd.DataFrame:
    """Return quotas that mirror numbers of people: each group's share of the seats, rounded down and up.

    Parameters
    ----------
    living : mapping of str to Series
        Feature → people by value.
    size : int
        Seats.
    untold : str
        An additional value, without limits, for people whose value is not known; '' for none.
    """
    rows = []
    for feature, people in living.items():
        for value, seats in (people / people.sum() * size).items():
            rows.append((feature, str(value), int(np.floor(seats)), int(np.ceil(seats))))
        if untold:
            rows.append((feature, untold, 0, size))
    return pd.DataFrame(rows, columns=list(QUOTA_COLUMNS))


def quotas_of_vacancies(quotas: pd.DataFrame, seated: pd.DataFrame) -> pd.DataFrame:
    """Return the quotas for the vacant seats, given the people who keep theirs.

    Vacant seats are filled by the same rule as the panel: by a draw among the others in the pool, with these
    quotas. A maximum that the seated people already exceed becomes 0.
    """
    held = [
        int((seated[feature].astype(str) == str(value)).sum())
        for feature, value in zip(quotas["feature"], quotas["value"], strict=True)
    ]
    left = quotas.copy()
    left["min"] = (quotas["min"] - held).clip(lower=0)
    left["max"] = (quotas["max"] - held).clip(lower=0)
    return left

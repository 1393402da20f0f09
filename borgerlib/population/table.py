"""The population table: people by municipality, sex and single year of age.

The table ships with the package (1 January 2020). A refreshed one, made by
`borgerlib.population.statbank.refresh_population`, is in the workspace and takes precedence.

The file is wide: one line per municipality × sex, with the columns code, sex and date, and then one column
per year of age from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing
from borgerlib.population.municipalities import RESTORE, municipalities, municipality

SEXES = ("kvinde", "mand")
SOURCE = "Danmarks Statistik, www.dst.dk, FOLK1A (CC BY 4.0)"

# Denmark had 5.8 million inhabitants in 2020; a table far from that is not a table of Denmark.
PLAUSIBLE_TOTAL = (5_000_000, 8_000_000)
_KEYS = ["code", "sex"]
_BUNDLED = ("befolkning", "folketal_2020k1.csv")
_REFRESHED = ("befolkning", "folketal.csv")


@dataclass(frozen=True)
class PopulationTable:
    """People on one date.

    Parameters
    ----------
    counts : DataFrame
        One row a municipality × sex (index: code, sex), one column a single year of age (int, from 0).
    reference_date : date
        The day the people were counted.
    source : str
        Who counted them, and the licence.
    """

    counts: pd.DataFrame
    reference_date: date
    source: str = SOURCE


def population(municipality_name: str = "") -> pd.DataFrame:
    """Return the people of a municipality, or of the whole country.

    Parameters
    ----------
    municipality_name : str
        Name or code; '' for all 98 municipalities.

    Returns
    -------
    DataFrame
        One row a municipality × sex × single year of age. Columns: code, sex ('kvinde', 'mand'), age (years),
        population (people). ``attrs`` holds reference_date ('2020-01-01') and source.
    """
    table = current_table()
    counts = table.counts
    if municipality_name:
        counts = counts.loc[[municipality(municipality_name).code]]
    people = counts.melt(var_name="age", value_name="population", ignore_index=False).reset_index()
    people = people.astype({"age": "int64"}).sort_values([*_KEYS, "age"], ignore_index=True)
    people.attrs = {"reference_date": table.reference_date.isoformat(), "source": table.source}
    return people


def current_table() -> PopulationTable:
    """Return the refreshed table if there is one, else the one that ships with the package."""
    refreshed = refreshed_path()
    if refreshed.exists():
        hint = f"Delete {refreshed} to go back to the table that ships."
        return _read_once(refreshed, refreshed.stat().st_mtime_ns, hint)
    return bundled_table()


def bundled_table() -> PopulationTable:
    """Return the table that ships with the package."""
    bundled = places.raw_data(*_BUNDLED)
    return _read_once(bundled, bundled.stat().st_mtime_ns, RESTORE)


def refreshed_path() -> Path:
    """Return where a refreshed table is stored (it need not exist)."""
    return places.processed_data(*_REFRESHED)


def read_table(path: Path, *, hint: str = "") -> PopulationTable:
    """Read a population table.

    Raises
    ------
    DataError
        The file cannot be read as a population table, or `table_problems` finds problems.
    """
    try:
        keys = {"code": str, "sex": str, "date": str}
        wide: pd.DataFrame = pd.read_csv(path, dtype=keys)
        reference_dates = wide["date"].unique().tolist()
        counts = wide.drop(columns="date").set_index(_KEYS)
        counts.columns = pd.Index([int(age) for age in counts.columns])
        reference_date = date.fromisoformat(reference_dates[0])
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise DataError(f"{path.name} is no population table: {error}.", hint=hint) from error
    problems = table_problems(counts)
    if len(reference_dates) != 1:
        problems.append(f"there should be one date, there are {len(reference_dates)}")
    if problems:
        raise DataError(f"The population table {path.name} is damaged:", problems=problems, hint=hint)
    return PopulationTable(counts.astype("int64").copy(), reference_date)


@lru_cache(maxsize=4)
def _read_once(path: Path, _changed: int, hint: str) -> PopulationTable:
    # Cached: a batch needs the margins of 98 municipalities, and the file changes rarely.
    return read_table(path, hint=hint)


def write_table(table: PopulationTable, path: Path) -> None:
    """Write a population table in one step: a reader never sees half a file."""
    wide = table.counts.reset_index()
    wide.insert(len(_KEYS), "date", table.reference_date.isoformat())
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        wide.to_csv(beside, index=False, encoding="utf-8", lineterminator="\n")


def table_problems(counts: pd.DataFrame) -> list[str]:
    """Return what is wrong with a table of people by municipality × sex (rows) and age (columns).

    All municipalities, both sexes and every age from 0 to at least 100 must be present, every count must be a
    whole number that is not negative, and the sum must be plausible for Denmark.
    """
    problems = _row_problems(counts.index)
    ages = sorted(int(age) for age in counts.columns)
    if ages != list(range(len(ages))) or len(ages) <= 100:
        problems.append("the ages should run from 0 to at least 100 without a gap")
    cells = counts.melt(var_name="age", value_name="people", ignore_index=False).reset_index()
    people = pd.to_numeric(cells["people"], errors="coerce")
    sound = people.ge(0) & people.mod(1).eq(0)
    problems += [
        f"{cell.code} {cell.sex}, age {cell.age}: '{cell.people}' is no whole number of people"
        for cell in cells[~sound].head(20).itertuples()
    ]
    total = int(people[sound].sum())
    if not PLAUSIBLE_TOTAL[0] <= total <= PLAUSIBLE_TOTAL[1]:
        problems.append(f"the people sum to {total}, which cannot be Denmark")
    return problems


def _row_problems(index: pd.Index) -> list[str]:
    expected = {(code, sex) for code in municipalities()["code"] for sex in SEXES}
    found = list(index)
    lacking = sorted({str(code) for code, _ in expected - set(found)})
    extra = sorted({f"{code} {sex}" for code, sex in set(found) - expected})
    problems = []
    if lacking:
        problems.append(f"rows are lacking for the municipalities {_some(lacking)}")
    if extra:
        problems.append(f"there are rows for unknown municipalities or sexes: {_some(extra)}")
    if len(set(found)) < len(found):
        problems.append("some municipality × sex stands more than once")
    return problems


def _some(names: list[str]) -> str:
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")

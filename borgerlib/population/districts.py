"""District margins: a municipality's own counts of people by area, from its own CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from borgerlib.danish import plain_count
from borgerlib.errors import DataError, MarginError, ParameterError
from borgerlib.population.municipalities import municipality
from borgerlib.population.table import population
from borgerlib.survey.codebook.age_options import years_of
from borgerlib.survey.grid.limits import check_file
from borgerlib.survey.grid.text import read_text_grid

_TOTALS = {"i alt", "ialt", "total", "sum", "alle", "hele kommunen"}
_FILE_BYTES = 10_000_000


def read_district_margin(
    path: str | Path,
    municipality_name: str,
    *,
    columns: Sequence[str] = ("omraade",),
    count: str = "antal",
    sex: str = "",
    age: str = "",
    min_age: int = 15,
    tolerance: float = 0.05,
) -> pd.Series:
    r"""Read people by district, and compare their sum with the municipality's population.

    Parameters
    ----------
    path : str or Path
        CSV with a heading, parted by semicolon, comma, tab or bar. Counts may have Danish thousands points
        ('12.345').
    municipality_name : str
        Name or code of the municipality that the districts make up.
    columns : sequence of str
        The columns that name the cells, called like the respondents' columns: the district alone, or also sex
        and age band.
    count : str
        The column with the number of people.
    sex, age : str
        Columns that divide the people of a cell further, where there are such: they are summed. Ages are
        years ('15') or bands ('15-17', '80+'); those below `min_age` are left out.
    min_age : int
        Youngest age counted, in years.
    tolerance : float
        How far the sum may be from the municipality's population, as a share of it (the dates of the two
        counts differ).

    Returns
    -------
    Series
        People by cell, a MultiIndex where there are several columns: a margin to rake to, or cells to
        post-stratify to. ``attrs`` holds source (the file's name).

    Raises
    ------
    DataError
        The file is missing, too large, or has not these columns.
    MarginError
        Rows cannot be used, or the sum does not fit; all problems are listed at once.

    See Also
    --------
    population_margins : Sex and age, which ship.

    Examples
    --------
    >>> import borgerlib
    >>> from pathlib import Path
    >>> _ = Path("sogne.csv").write_text(
    ...     "omraade;antal\nMarstal;2900\nÆrøskøbing;2300\n", encoding="utf-8"
    ... )
    >>> borgerlib.read_district_margin("sogne.csv", "Ærø", tolerance=0.2).to_dict()
    {'Marstal': 2900, 'Ærøskøbing': 2300}
    """
    if not columns or count in columns:
        raise ParameterError(
            f"'columns' names the cells and 'count' the people; got {list(columns)} and '{count}'."
        )
    source = Path(path)
    divided = [name for name in (sex, age) if name]
    lines, problems = rows_of(source, [*columns, *divided, count])
    parts: dict[tuple[str, ...], int] = {}
    for line, row in lines:
        problem = _out_of_age(row, age, min_age) if age else None
        if problem == "":
            continue
        problem = problem or _add(parts, row, [*columns, *divided], count)
        if problem:
            problems.append(f"line {line}: {problem}")
    if not lines and not problems:
        problems.append("there is no row under the heading")
    if not problems:
        problems = _sum_problems(sum(parts.values()), municipality_name, min_age, tolerance)
    if problems:
        raise MarginError(f"The district counts in {source.name} cannot be used:", problems=problems)
    index = pd.MultiIndex.from_tuples(parts, names=[*columns, *divided])
    whole = pd.Series(list(parts.values()), index, name="population")
    margin = whole.groupby(level=list(columns), sort=False).sum()
    margin.attrs = {"source": source.name}
    return margin


def rows_of(path: Path, wanted: Sequence[str]) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    """Return line number and cells, by heading, of each non-blank row of a CSV, and problems of odd rows.

    Returns
    -------
    list of (int, dict)
        The rows that have as many cells as the heading.
    list of str
        A problem for each other row, for the caller to report with its own.

    Raises
    ------
    DataError
        The file is missing, too large, not text, or lacks one of the `wanted` columns.
    """
    try:
        check_file(path, file_bytes=_FILE_BYTES)
        grid = read_text_grid(path, keep_ragged=True)
    except DataError as error:
        hint = f"Give a list that is saved as 'CSV UTF-8', with semicolons between {', '.join(wanted)}."
        raise DataError(error.message, hint=hint) from error
    names = [name.strip() for name in grid.rows[0]]
    lacking = [name for name in wanted if name not in names]
    if lacking:
        raise DataError(
            f"{path.name} lacks the column{'s' if len(lacking) > 1 else ''} {', '.join(lacking)}; "
            f"it has {', '.join(names)}.",
            hint="Rename the columns in the file, or name them with 'columns' and 'count'.",
        )
    twice = [name for name in wanted if names.count(name) > 1]
    if twice:
        raise DataError(f"{path.name} has the column {', '.join(twice)} more than once.")
    rows, odd = [], []
    for line, cells in zip(grid.numbers[1:], grid.rows[1:], strict=True):
        if len(cells) == len(names):
            rows.append((line, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}))
        else:
            odd.append(f"line {line}: it should have {len(names)} cells, and has {len(cells)}")
    return [(line, row) for line, row in rows if any(row.values())], odd


def _out_of_age(row: dict[str, str], age: str, min_age: int) -> str | None:
    """Return None if everybody in a row is old enough, '' if nobody is, else why that is unclear."""
    years = years_of(row.get(age, ""))
    if years is None:
        return f"'{row.get(age, '')}' in column '{age}' names no years such as 15, 15-17 or 80+"
    if years[0] >= min_age:
        return None
    return "" if years[1] < min_age else f"'{row[age]}' is partly below {min_age} years: split the row"


def _add(
    cells: dict[tuple[str, ...], int], row: dict[str, str], columns: Sequence[str], count: str
) -> str | None:
    """Add a row to the cells, or return why it cannot be used."""
    key = tuple(row[column] for column in columns)
    empty = [column for column, level in zip(columns, key, strict=True) if not level]
    people = plain_count(row[count])
    if empty:
        return f"column '{empty[0]}' is empty"
    if any(level.casefold() in _TOTALS for level in key):
        return f"'{' × '.join(key)}' is a total, not a district: delete the row"
    if not people.isdecimal():
        return f"'{row[count]}' in column '{count}' is no whole number such as 1234 or 1.234"
    if key in cells:
        return f"'{' × '.join(key)}' stands more than once"
    cells[key] = int(people)
    return None


def _sum_problems(total: int, given: str, min_age: int, tolerance: float) -> list[str]:
    people = population(given)
    expected = int(people.loc[people["age"] >= min_age, "population"].sum())
    if abs(total - expected) <= tolerance * expected:
        return []
    return [
        f"the districts sum to {total:,}, but {municipality(given).name} had {expected:,} people "
        f"of {min_age} years or more on {people.attrs['reference_date']}: "
        f"{abs(total / expected - 1):.1%} apart, where {tolerance:.1%} are allowed"
    ]

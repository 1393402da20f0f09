"""Known counts of people (or of municipalities) as weighting targets.

A margin (randfordeling) is a Series of counts by level, with the name of the respondents' column it is for.
Its ``attrs`` say on which date the people were counted (``reference_date``) and by whom (``source``).
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from borgerlib.errors import ParameterError, unknown_name
from borgerlib.population.ages import AGE_BANDS, age_band
from borgerlib.population.merging import MergeRules, check_rules, merge_counts, merge_margins
from borgerlib.population.municipalities import municipalities
from borgerlib.population.table import SEXES, population
from borgerlib.said import said

_DAYS_BEFORE_OLD = 731
_PLACES = ("municipality", "region", "province", "group")
_VARIABLES = ("sex", "age", *_PLACES)


class PopulationDateWarning(UserWarning):
    """The population was counted more than two years before the survey that is weighted to it."""


def population_margins(
    municipality: str = "",
    *,
    by: Sequence[str] | Mapping[str, str] = ("sex", "age"),
    min_age: int = 15,
    age_bands: Sequence[int] = AGE_BANDS,
    merge: MergeRules | None = None,
    as_of: date | None = None,
) -> dict[str, pd.Series]:
    """Return how many people live in a municipality at each level of each variable, ready to rake to.

    Parameters
    ----------
    municipality : str
        Name or code; '' for the whole country.
    by : sequence of str, or mapping of str to str
        Variables: sex (levels 'kvinde', 'mand'), age (bands), municipality (codes), region, province, group.
        A mapping names the respondents' column for each: ``{"koen": "sex", "aldersgruppe": "age"}``.
    min_age : int
        Youngest age that could take part.
    age_bands : sequence of int
        Lower ends of the age bands.
    merge : mapping, optional
        Levels to merge, as in `merge_margins`, by the respondents' column names.
    as_of : date, optional
        When the survey was made (default: today). Population more than two years older brings a
        `PopulationDateWarning` with its date.

    Returns
    -------
    dict of str to Series
        Column → people by level. All margins have the same sum.

    Raises
    ------
    ParameterError
        Unknown municipality or variable, or age limits that make no sense.
    MarginError
        A merge rule does not fit.

    See Also
    --------
    rake : Takes them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.population_margins("Ærø", by={"koen": "sex"})["koen"].to_dict()
    {'kvinde': 2649, 'mand': 2661}
    """
    columns = _columns(by)
    people = _people(municipality, columns, min_age, age_bands, as_of)
    margins = {column: _counted(people, [column]) for column in columns}
    return merge_margins(margins, merge or {})


def population_cells(
    municipality: str = "",
    *,
    by: Sequence[str] | Mapping[str, str] = ("sex", "age"),
    min_age: int = 15,
    age_bands: Sequence[int] = AGE_BANDS,
    merge: MergeRules | None = None,
    as_of: date | None = None,
) -> pd.Series:
    """Return how many people live in a municipality in each combination of levels, to post-stratify to.

    Parameters and errors as in `population_margins`.

    Parameters
    ----------
    municipality, by, min_age, age_bands, merge, as_of
        As for `population_margins`.

    Returns
    -------
    Series
        People by cell; the levels of the MultiIndex are named like the columns.

    See Also
    --------
    population_margins : One margin a variable.

    Examples
    --------
    >>> import borgerlib
    >>> int(borgerlib.population_cells("Ærø").sum())
    5310
    """
    columns = _columns(by)
    cells = _counted(_people(municipality, columns, min_age, age_bands, as_of), list(columns))
    check_rules(merge or {}, {str(name): set(cells.index.unique(name)) for name in cells.index.names})
    return merge_counts(cells, merge or {})


def municipality_cells(
    by: Sequence[str] | Mapping[str, str] = ("region", "group"), *, merge: MergeRules | None = None
) -> pd.Series:
    """Return how many of the 98 municipalities lie in each cell: the margins of the leaders' survey.

    Parameters
    ----------
    by : sequence of str, or mapping of str to str
        Variables: region, province, group; a mapping names the respondents' column for each.
    merge : mapping, optional
        Levels to merge, as in `merge_margins`.

    Returns
    -------
    Series
        Municipalities by cell (cells without any are left out), a MultiIndex where there are several columns.

    See Also
    --------
    population_cells : Cells of people.

    Examples
    --------
    >>> import borgerlib
    >>> int(borgerlib.municipality_cells(("region",)).sum())
    98
    """
    columns = _columns(by, legal=_PLACES[1:])
    frame = municipalities().rename(columns={variable: column for column, variable in columns.items()})
    cells = frame.groupby(list(columns), observed=True).size().rename("municipalities")
    check_rules(merge or {}, {str(name): set(cells.index.unique(name)) for name in cells.index.names})
    return merge_counts(cells, merge or {})


def _columns(by: Sequence[str] | Mapping[str, str], legal: Sequence[str] = _VARIABLES) -> dict[str, str]:
    names = [by] if isinstance(by, str) else by
    columns = dict(by) if isinstance(by, Mapping) else dict(zip(names, names, strict=True))
    problems = [
        unknown_name("population variable", variable, legal)
        for variable in columns.values()
        if variable not in legal
    ]
    if problems or not columns:
        raise ParameterError(
            "'by' names the variables of the population:",
            problems=problems or ["none is given"],
            hint=f"Legal: {', '.join(legal)}.",
        )
    return columns


def _people(
    municipality: str,
    columns: Mapping[str, str],
    min_age: int,
    age_bands: Sequence[int],
    as_of: date | None,
) -> pd.DataFrame:
    people = population(municipality)
    attributes = people.attrs
    _warn_if_old(date.fromisoformat(attributes["reference_date"]), as_of or date.today())
    people = people.loc[people["age"] >= min_age]
    variables = {
        "sex": pd.Categorical(people["sex"], SEXES),
        "age": age_band(people["age"], bands=age_bands, min_age=min_age),
        "municipality": people["code"],
    }
    lies_in = municipalities().set_index("code")
    for variable in _PLACES[1:]:
        if variable in columns.values():
            variables[variable] = people["code"].map(lies_in[variable])
    frame = pd.DataFrame(
        {column: variables[variable] for column, variable in columns.items()}, index=people.index
    ).assign(population=people["population"])
    frame.attrs = attributes
    return frame


def _counted(people: pd.DataFrame, columns: list[str]) -> pd.Series:
    counts = people.groupby(columns, observed=True)["population"].sum()
    counts.index = _plain(counts.index)
    counts.attrs = people.attrs
    return counts


def _plain(index: pd.Index) -> pd.Index:
    """Return the index with plain text instead of categories, which would refuse merged levels."""
    if isinstance(index, pd.MultiIndex):
        return pd.MultiIndex.from_tuples(list(index), names=index.names)
    return pd.Index([str(level) for level in index], name=index.name)


def _warn_if_old(counted: date, surveyed: date) -> None:
    if (surveyed - counted).days > _DAYS_BEFORE_OLD:
        warnings.warn(
            said("population_old", counted=counted, surveyed=surveyed),
            PopulationDateWarning,
            stacklevel=4,
        )

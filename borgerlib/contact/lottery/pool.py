"""Who may be drawn and the rules for a panel, as vectors and constraint rows for a solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy.sparse
from numpy.typing import NDArray

from borgerlib.errors import DataError

_MOST = 1_000_001
QUOTA_COLUMNS = ("feature", "value", "min", "max")


@dataclass(frozen=True)
class Pool:
    """People grouped into kinds of indistinguishable people, and the constraint rows that a panel must keep.

    Attributes
    ----------
    people : Index
        Those who may be drawn.
    kind_of : ndarray of int
        Each person's kind. People with the same features and similar households have the same kind.
    household_of : ndarray of int
        Each person's household; people who live alone have a number of their own.
    counts : ndarray
        How many people are of each kind.
    rows : sparse matrix, rows x kinds
        First the panel's size, then one row per quota, then one per sort of household of several people.
    lower, upper : ndarray
        Bounds on the number of people in each row.
    quotas : DataFrame
        As given, checked: feature, value (str), min, max (int).
    size : int
        People on a panel.
    """

    people: pd.Index
    kind_of: NDArray[np.intp]
    household_of: NDArray[np.intp]
    counts: NDArray[np.float64]
    rows: scipy.sparse.csc_matrix
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    quotas: pd.DataFrame
    size: int


def make_pool(people: pd.DataFrame, quotas: pd.DataFrame, size: int, household: str | None) -> Pool:
    """Return the pool of `people`; see `borgerlib.leximin_chances` for the parameters.

    Raises
    ------
    DataError
        People or quotas are not as they must be; every problem is listed.
    """
    _check(people, quotas, size, household)
    quotas = quotas.loc[:, list(QUOTA_COLUMNS)].reset_index(drop=True)
    quotas = quotas.astype({"feature": str, "value": str, "min": int, "max": int})
    features = people[list(dict.fromkeys(quotas["feature"]))].astype(str)
    household_of = _households(people, household)
    sort_of = _sort_of_household(features, household_of)
    kind_of = features.groupby([*(features[f] for f in features), sort_of]).ngroup().to_numpy()
    _, first = np.unique(kind_of, return_index=True)
    kinds, sort_of_kind = features.iloc[first], sort_of.iloc[first]
    homes = pd.Series(household_of).groupby(sort_of.to_numpy()).nunique().drop("", errors="ignore")
    asked = zip(quotas["feature"], quotas["value"], strict=True)
    with_value = [kinds[feature] == value for feature, value in asked]
    of_sort = [sort_of_kind == sort for sort in homes.index]
    rows = np.array([np.ones(len(kinds)), *with_value, *of_sort], dtype=float)
    return Pool(
        people=people.index,
        kind_of=np.asarray(kind_of, dtype=np.intp),
        household_of=household_of,
        counts=np.bincount(kind_of).astype(float),
        rows=scipy.sparse.csc_matrix(rows),
        lower=np.concatenate([[size], quotas["min"], np.zeros(len(homes))]).astype(float),
        upper=np.concatenate([[size], quotas["max"], homes]).astype(float),
        quotas=quotas,
        size=size,
    )


def plain_homes(homes: pd.Series) -> pd.Series:
    """Return households in a normal form: 'Vej 1' and ' vej  1' are the same, and empty text is missing."""
    text = homes.astype("string").str.split().str.join(" ").str.casefold()
    return text.mask(text == "")


def _households(people: pd.DataFrame, household: str | None) -> NDArray[np.intp]:
    if household is None:
        return np.arange(len(people))
    codes, _ = pd.factorize(plain_homes(people[household]))
    alone = codes < 0
    codes[alone] = codes.max(initial=-1) + 1 + np.arange(alone.sum())
    return codes


def _sort_of_household(features: pd.DataFrame, household_of: NDArray[np.intp]) -> pd.Series:
    """Return for each person the features of everybody in her household; '' if she lives alone.

    Households with equal members are exchangeable, as are people with equal features. So one row per sort of
    household (no more people than there are households) says that no two of a household sit together.
    """
    sort_of = pd.Series("", index=features.index, dtype=object)
    shared = np.bincount(household_of)[household_of] > 1
    if shared.any():
        of_shared, homes = features[shared], household_of[shared]
        own = of_shared.agg("\x1f".join, axis=1) if len(features.columns) else pd.Series("", of_shared.index)
        together = own.groupby(homes).transform(lambda members: "\x1e".join(sorted(members)))
        sort_of = sort_of.mask(shared, together.reindex(features.index))
    return sort_of


def _check(people: pd.DataFrame, quotas: pd.DataFrame, size: int, household: str | None) -> None:
    missing = [column for column in QUOTA_COLUMNS if column not in quotas]
    if missing:
        raise DataError(
            f"The quotas lack the column {', '.join(missing)}.",
            hint=f"A quota has the columns {', '.join(QUOTA_COLUMNS)}: one row a value of a feature.",
        )
    problems = [*_people_problems(people, quotas, size, household), *quota_problems(quotas)]
    if problems:
        raise DataError("The panel cannot be drawn from these people and quotas:", problems=problems)


def _people_problems(
    people: pd.DataFrame, quotas: pd.DataFrame, size: int, household: str | None
) -> list[str]:
    problems = []
    if size < 1 or size > len(people):
        problems.append(f"A panel of {size} cannot be drawn from {len(people)} people.")
    if people.index.has_duplicates:
        twice = people.index[people.index.duplicated()].unique()
        problems.append(f"{len(twice)} people stand in the pool more than once.")
    if household is not None and household not in people:
        problems.append(f"There is no column '{household}' of households.")
    for feature, of_feature in quotas.groupby("feature", sort=False):
        if feature not in people:
            problems.append(
                f"Quotas name the feature '{feature}', which the people lack: {', '.join(map(str, people))}."
            )
            continue
        if people[feature].isna().any():
            problems.append(f"{people[feature].isna().sum()} people have no '{feature}'.")
        known = list(of_feature["value"].astype(str).unique())
        if unknown := sorted(set(people[feature].dropna().astype(str)) - set(known)):
            problems.append(
                f"{feature}: no quota is of {', '.join(map(repr, unknown))}; there are quotas of "
                f"{', '.join(map(repr, known))}. Without limits is min 0, max {size}."
            )
    return problems


def quota_problems(quotas: pd.DataFrame) -> list[str]:
    """Return the problems of quotas that do not depend on the people."""
    problems = []
    numbers = quotas[["min", "max"]].apply(pd.to_numeric, errors="coerce")
    whole = numbers.notna().all(axis=1) & (numbers % 1 == 0).all(axis=1)
    whole &= ((numbers >= 0) & (numbers < _MOST)).all(axis=1)
    for row in quotas[~whole].itertuples():
        problems.append(
            f"{row.feature} = '{row.value}': min and max must be whole numbers from 0 to a million."
        )
    for row in quotas[whole & (numbers["min"] > numbers["max"])].itertuples():
        problems.append(f"{row.feature} = '{row.value}': min {row.min:g} is above max {row.max:g}.")
    for row in quotas[quotas.duplicated(["feature", "value"])].itertuples():
        problems.append(f"{row.feature} = '{row.value}' has two quotas.")
    return problems


def sum_problems(quotas: pd.DataFrame, size: int) -> list[str]:
    """Return which features' minima need more seats than there are, or whose maxima do not fill them."""
    sums = quotas.groupby("feature", sort=False)[["min", "max"]].sum()
    return [
        f"The {bounds} of {feature} sum to {total:g}: the panel is {size}."
        for feature, low, high in sums.itertuples(name=None)
        for bounds, total, wrong in (("minima", low, low > size), ("maxima", high, high < size))
        if wrong
    ]

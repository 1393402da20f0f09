"""The 98 municipalities: their names, their place in Denmark, their number of people."""

from __future__ import annotations

import csv
import operator
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, SupportsIndex

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.errors import DataError, ParameterError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

NUMBER_OF_MUNICIPALITIES = 98
RESTORE = "It ships with borgerlib: reinstall it, or restore the file with 'git checkout data/raw'."
_HINT = "Give a name such as 'Odense' or a code such as '0461'; borgerlib.municipalities() lists all 98."
_SUFFIX = re.compile(r"[\s-]+(regions)?kommune\s*\Z", re.IGNORECASE)


@dataclass(frozen=True)
class Municipality:
    """One municipality (kommune).

    Parameters
    ----------
    code : str
        Four digits, as in Danish registers: '0461'.
    name : str
        'Odense'.
    full_name : str
        The official name, as a sentence needs it: 'Odense Kommune', 'Københavns Kommune'.
    region : str
        'Region Syddanmark'.
    province : str
        Statistics Denmark's landsdel: 'Fyn'.
    group : str
        Statistics Denmark's municipality group (kommunegruppe, version 1 of 2018): 'Storbykommuner'.
    population : int
        People of all ages, 1 January 2020.

    See Also
    --------
    municipality : Finds one by name or code.
    municipalities : All 98.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.municipality("Odense").full_name
    'Odense Kommune'
    """

    code: str
    name: str
    full_name: str
    region: str
    province: str
    group: str
    population: int


def municipality(name_or_code: str | float | SupportsIndex) -> Municipality:
    """Find a municipality by name or code.

    Parameters
    ----------
    name_or_code : str or int
        A name in any case, with or without 'Kommune', with Danish letters or æ→ae, ø→oe, å→aa ('Århus',
        'aeroe', 'Københavns Kommune'), or a code with or without the leading zero ('0461', '461', 461).

    Returns
    -------
    Municipality
        Its code, names, region, province, group and people.

    Raises
    ------
    ParameterError
        There is no such municipality; the message gives the nearest names.

    See Also
    --------
    municipalities : All of them.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.municipality("Odense").code
    '0461'
    """
    text = _as_text(name_or_code)
    if re.fullmatch(r"\d+", text):
        return _by_code(text)
    found = _by_key().get(_key(text))
    if found is None:
        raise ParameterError(
            unknown_name("municipality", text, [one.name for one in every_municipality()]),
            hint=_HINT,
        )
    return found


def municipalities() -> pd.DataFrame:
    """Return all municipalities.

    Returns
    -------
    DataFrame
        One row a municipality, by code. Columns as the attributes of `Municipality`.

    See Also
    --------
    municipality : One of them.

    Examples
    --------
    >>> import borgerlib
    >>> len(borgerlib.municipalities())
    98
    """
    import pandas as pd

    return pd.DataFrame(list(every_municipality()))


def locate(codes: pd.Series) -> pd.DataFrame:
    """Look up where each respondent's municipality lies.

    Parameters
    ----------
    codes : Series
        A municipality's code or name a row, in any form that `municipality` takes.

    Returns
    -------
    DataFrame
        One row a row of `codes`, same index. Columns: code, name, region, province, group.

    Raises
    ------
    DataError
        Some values are missing or name no municipality; all of them are listed at once.
    """
    import pandas as pd

    values = codes.astype(object)
    found, problems = {}, []
    for value, rows in values.value_counts(dropna=False, sort=False).items():
        try:
            found[value] = municipality(value)  # type: ignore[arg-type]
        except ParameterError as error:
            problems.append(f"{rows} row{'s' if rows > 1 else ''}: {error.message}")
    if problems:
        raise DataError(f"Column '{codes.name}' does not name a municipality everywhere:", problems=problems)
    columns = ["code", "name", "region", "province", "group"]
    return pd.DataFrame(
        {
            column: values.map({value: getattr(one, column) for value, one in found.items()})
            for column in columns
        },
        index=codes.index,
    )


@cache
def every_municipality() -> tuple[Municipality, ...]:
    """Return all municipalities, by code."""
    with places.raw_data("befolkning", "kommuner.csv").open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = sorted(csv.DictReader(file), key=lambda row: row["code"])
    return tuple(Municipality(**{**row, "population": int(row["population"])}) for row in rows)


@cache
def _by_key() -> dict[str, Municipality]:
    keys = {_key(one.full_name): one for one in every_municipality()}
    return keys | {_key(one.name): one for one in every_municipality()}


@cache
def squares() -> tuple[dict[str, str], ...]:
    """Return the squares of a map: code, name, letters (three), row and column from 0 at the north-west."""
    with places.raw_data("befolkning", "danmarkskort.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _key(name: str) -> str:
    return slug(_SUFFIX.sub("", name))


def _by_code(digits: str) -> Municipality:
    codes = {one.code: one for one in every_municipality()}
    code = digits.zfill(4)
    if code not in codes:
        raise ParameterError(unknown_name("municipality code", code, codes), hint=_HINT)
    return codes[code]


def _as_text(name_or_code: object) -> str:
    if isinstance(name_or_code, str):
        text = name_or_code.strip()
        if text:
            return text
        raise ParameterError("The municipality is an empty text.", hint=_HINT)
    # pandas reads a column of codes with a missing value as floats: 461.0 is still a code.
    if isinstance(name_or_code, float) and name_or_code.is_integer():
        return str(int(name_or_code))
    if isinstance(name_or_code, SupportsIndex) and not isinstance(name_or_code, bool):
        return str(operator.index(name_or_code))
    raise ParameterError(f"A municipality is a name or a code, not {name_or_code!r}.", hint=_HINT)

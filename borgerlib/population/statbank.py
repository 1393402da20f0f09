"""Fresh population counts from Statistics Denmark's StatBank.

One POST of JSON to the StatBank's data function for table FOLK1A (the population on the first day of each
quarter, by area, sex, age and marital status), answered by a semicolon-separated file. The 'BULK' format has
no limit on cells, cannot leave variables out (so the total of marital status is asked for) and leaves out
combinations where nobody lives. Described at www.dst.dk under 'Statistikbank API'.
"""

from __future__ import annotations

import http.client
import io
import json
import math
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from borgerlib.errors import DataError, ParameterError, RunError
from borgerlib.population.municipalities import municipalities
from borgerlib.population.table import (
    PopulationTable,
    bundled_table,
    current_table,
    refreshed_path,
    table_problems,
    write_table,
)

STATBANK_URL = "https://api.statbank.dk/v1/data"
NEWEST = "(1)"

_MEN, _WOMEN = "1", "2"
_SEX = {_MEN: "mand", _WOMEN: "kvinde"}
_ALL_AGES = "IALT"
_HIGHEST_AGE = 125
_PERIOD = re.compile(r"(\d{4})K([1-4])\Z")
_FORMS = {
    "OMRÅDE": r"\d+",
    "KØN": "[12]",
    "ALDER": rf"\d+|{_ALL_AGES}",
    "CIVILSTAND": "TOT",
    "INDHOLD": r"\d+",
}
_LARGEST_ANSWER = 50_000_000
_LARGEST_CHANGE = 0.5
_KEPT = "The population counts in use are unchanged."


@dataclass(frozen=True)
class Refreshed:
    """The result of a refresh.

    Parameters
    ----------
    path : Path
        Where the new table is.
    reference_date : date
        The day the people were counted.
    population : int
        People in all 98 municipalities.
    previous_date, previous_population
        The same of the table that was in use before.
    """

    path: Path
    reference_date: date
    population: int
    previous_date: date
    previous_population: int


def refresh_population(
    *, period: str = NEWEST, url: str = STATBANK_URL, timeout: float = 60.0, path: Path | None = None
) -> Refreshed:
    """Fetch new counts, check them, and only then put them in place of the old.

    Parameters
    ----------
    period : str
        Quarter as the StatBank writes it, '2026K1'; by default the newest.
    url : str
        Address of the StatBank's data function.
    timeout : float
        Longest wait for an answer, in seconds.
    path : Path, optional
        Where to write (default: the workspace's ``data/processed/befolkning/folketal.csv``, from where
        `borgerlib.population.table.current_table` reads).

    Returns
    -------
    Refreshed
        Where the new table stands, its date and people, and those of the table before.

    Raises
    ------
    ParameterError
        The period is no quarter.
    RunError
        The StatBank cannot be reached or refuses; the old table stays.
    DataError
        The answer is not what was asked for, or not plausible; the old table stays.

    See Also
    --------
    population_margins : Uses what it fetched.

    Examples
    --------
    >>> import borgerlib
    >>> callable(borgerlib.refresh_population)  # asks Statistics Denmark, so it is not run here
    True
    """
    if period != NEWEST and not _PERIOD.match(period):
        raise ParameterError(
            f"'{period}' is no quarter.", hint="Write it as '2026K1', or leave it out for the newest."
        )
    target = path or refreshed_path()
    previous = _previous()
    table = parse_answer(_post(url, request_body(period), timeout))
    problems = table_problems(table.counts) or _jumps(previous, table)
    if problems:
        raise DataError("The StatBank's answer cannot be used:", problems=problems, hint=_KEPT)
    write_table(table, target)
    return Refreshed(
        path=target,
        reference_date=table.reference_date,
        population=int(table.counts.to_numpy().sum()),
        previous_date=previous.reference_date,
        previous_population=int(previous.counts.to_numpy().sum()),
    )


def request_body(period: str = NEWEST) -> bytes:
    """Return the JSON that asks the StatBank for all 98 municipalities by sex and single year of age."""
    chosen = {
        "OMRÅDE": [code.lstrip("0") for code in municipalities()["code"]],
        "KØN": [_MEN, _WOMEN],
        "ALDER": [_ALL_AGES, *(str(age) for age in range(_HIGHEST_AGE + 1))],
        "CIVILSTAND": ["TOT"],
        "Tid": [period],
    }
    request = {
        "table": "FOLK1A",
        "format": "BULK",
        "lang": "da",
        "valuePresentation": "Code",
        "variables": [{"code": code, "values": values} for code, values in chosen.items()],
    }
    return json.dumps(request, ensure_ascii=False).encode("utf-8")


def parse_answer(answer: bytes) -> PopulationTable:
    """Read the StatBank's answer.

    Raises
    ------
    DataError
        It is not such an answer, or it has several periods, duplicates, or another marital status.
    """
    rows = _rows(answer)
    problems = []
    periods = sorted(rows["TID"].unique())
    if len(periods) != 1 or not _PERIOD.match(periods[0]):
        problems.append(f"there should be one quarter in column TID, there is {', '.join(periods) or 'none'}")
    for column, form in _FORMS.items():
        strange = rows.loc[~rows[column].str.fullmatch(form), column].unique()
        problems += [f"column {column} holds '{value}', which was not asked for" for value in strange[:1]]
    if rows.duplicated(["OMRÅDE", "KØN", "ALDER"]).any():
        problems.append("some area × sex × age stands more than once")
    if problems:
        raise DataError("The StatBank's answer cannot be read:", problems=problems, hint=_KEPT)
    counts = _counts(rows[rows["ALDER"] != _ALL_AGES])
    problems = _sum_problems(counts, rows[rows["ALDER"] == _ALL_AGES])
    if problems:
        raise DataError("The StatBank's answer is not complete:", problems=problems, hint=_KEPT)
    return PopulationTable(counts, _first_day(periods[0]))


def _previous() -> PopulationTable:
    try:
        return current_table()
    except DataError:
        # A refresh should repair a damaged refreshed table.
        return bundled_table()


def _post(url: str, body: bytes, timeout: float) -> bytes:
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "borgerlib"}
    try:
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")
        with urllib.request.urlopen(request, timeout=timeout) as response:
            answer: bytes = response.read(_LARGEST_ANSWER + 1)
    except urllib.error.HTTPError as error:
        raise RunError(
            f"The StatBank at {url} refused the request (HTTP {error.code}): {_refusal(error)}", hint=_KEPT
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise RunError(
            f"The StatBank at {url} could not be reached: {reason or type(error).__name__}.",
            hint=f"Check the network connection and try again. {_KEPT}",
        ) from error
    if len(answer) < int(response.headers.get("Content-Length", 0)):
        raise RunError(
            f"The StatBank's answer broke off after {len(answer)} bytes.", hint=f"Try again. {_KEPT}"
        )
    if len(answer) > _LARGEST_ANSWER:
        raise DataError(f"The StatBank's answer is larger than {_LARGEST_ANSWER} bytes.", hint=_KEPT)
    return answer


def _refusal(error: urllib.error.HTTPError) -> str:
    """Return the StatBank's own reason: it refuses with a JSON object that has a 'message'."""
    try:
        return str(json.loads(error.read(10_000))["message"])
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return str(error.reason)


def _rows(answer: bytes) -> pd.DataFrame:
    try:
        # 'utf-8-sig' also reads UTF-8 without a byte order mark, which the BULK format lacks.
        rows = pd.read_csv(io.StringIO(answer.decode("utf-8-sig")), sep=";", dtype=str, keep_default_na=False)
    except (UnicodeDecodeError, ValueError) as error:
        raise DataError(
            f"The StatBank's answer is no semicolon-separated file: {error}.", hint=_KEPT
        ) from error
    rows.columns = rows.columns.str.upper()
    lacking = [column for column in (*_FORMS, "TID") if column not in rows.columns]
    if lacking:
        raise DataError(f"The StatBank's answer lacks the columns {', '.join(lacking)}.", hint=_KEPT)
    return rows


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    people = rows.assign(age=rows["ALDER"].astype(int), people=rows["INDHOLD"].astype(int), **_keys(rows))
    ages = range(int(people["age"].max()) + 1) if len(people) else range(0)
    wide = people.pivot(index=["code", "sex"], columns="age", values="people").reindex(columns=ages)
    wide.columns.name = None
    # BULK leaves out combinations where nobody lives.
    return wide.fillna(0).astype("int64").sort_index()


def _sum_problems(counts: pd.DataFrame, totals: pd.DataFrame) -> list[str]:
    """Return where the single years of age do not sum to the StatBank's own total: lines are missing."""
    keyed = totals.assign(people=totals["INDHOLD"].astype(int), **_keys(totals))
    expected = keyed.set_index(["code", "sex"])["people"]
    sums = counts.sum(axis=1)
    both = pd.concat([expected, sums], axis=1, keys=["expected", "found"]).fillna({"found": 0}).reset_index()
    wrong = both[both["expected"] != both["found"]].head(20)
    return [
        f"{code} {sex}: the ages sum to {found:.0f}, the total is "
        + ("lacking" if math.isnan(total) else f"{total:.0f}")
        for code, sex, found, total in wrong[["code", "sex", "found", "expected"]].to_numpy().tolist()
    ]


def _keys(rows: pd.DataFrame) -> dict[str, pd.Series]:
    return {"code": rows["OMRÅDE"].str.zfill(4), "sex": rows["KØN"].map(_SEX)}


def _first_day(period: str) -> date:
    year, quarter = period.split("K")
    return date(int(year), 3 * int(quarter) - 2, 1)


def _jumps(previous: PopulationTable, table: PopulationTable) -> list[str]:
    """Return the municipalities whose population changed more than is plausible."""
    before = previous.counts.sum(axis=1).groupby("code").sum()
    after = table.counts.sum(axis=1).groupby("code").sum()
    change = (after / before - 1).abs()
    names = municipalities().set_index("code")["name"]
    return [
        f"{names[code]}: {after[code]} people, against {before[code]} on {previous.reference_date}"
        for code in change.index[change > _LARGEST_CHANGE]
    ]

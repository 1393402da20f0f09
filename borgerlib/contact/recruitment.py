"""How many people of each group to invite so that a panel fills, estimated from earlier rounds."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from borgerlib.contact.lottery.pool import quota_problems, sum_problems
from borgerlib.contact.register.store import Register
from borgerlib.danish import plain_count
from borgerlib.errors import DataError, ParameterError
from borgerlib.survey.readers.read import read_export

_HEADINGS = {
    "round": ("round", "runde"),
    "invited": ("invited", "inviteret", "inviterede"),
    "came": ("came", "tilmeldt", "tilmeldte", "sagde ja", "mødte"),
}
_MOST = 10_000_000
_HINT = "One row a round and group: runde; aldersgruppe; inviteret; tilmeldt."


@dataclass(frozen=True)
class Rounds:
    """Earlier rounds of invitations.

    Attributes
    ----------
    table : DataFrame
        One row per round and group: round, group (text), invited, came (people).
    feature : str
        The feature that defines the groups, as in the file's heading: 'aldersgruppe'.
    """

    table: pd.DataFrame = field(repr=False)
    feature: str


@dataclass(frozen=True)
class Recruitment:
    """How many to invite.

    Attributes
    ----------
    groups : DataFrame
        One row per group: wanted (people who should come), invited, came (earlier), rate, lower, upper (of a
        new round, 0-1, at 95 per cent), invite (missing if no number is enough), expected,
        chance (that enough people come).
    chance : float
        The chance that all groups fill (0-1) if they do so independently; 0 if one cannot.
    variation : float
        Correlation of answers within a round (intra-round correlation); 0 if there is only one round.
    rounds : int
    """

    groups: pd.DataFrame = field(repr=False)
    chance: float
    variation: float
    rounds: int


def read_rounds(path: Path) -> Rounds:
    """Return earlier rounds from a table (CSV, XLSX) with Danish or English headings.

    Parameters
    ----------
    path : Path
        A column of people invited, one of people who came, one of the group and, where there are several
        rounds, one of the round.

    Raises
    ------
    DataError
        A column is missing, or rows are not valid; all problems are listed.
    """
    frame = read_export(path).frame
    names = {str(name).strip().casefold(): str(name) for name in frame}
    found = {
        what: next((names[word] for word in words if word in names), "") for what, words in _HEADINGS.items()
    }
    groups = [str(name) for name in frame if str(name) not in found.values()]
    problems = [f"no column '{_HEADINGS[what][1]}'" for what in ("invited", "came") if not found[what]]
    if len(groups) != 1:
        problems.append(f"the groups should stand in one column, not {len(groups)}: {', '.join(groups)}")
    if problems:
        raise DataError(f"{path.name} does not tell who came:", problems=problems, hint=_HINT)
    cells = {what: frame[found[what]].map(plain_count, na_action="ignore") for what in ("invited", "came")}
    counts = {what: pd.to_numeric(cells[what], errors="coerce") for what in cells}
    rounds = frame[found["round"]].astype(str) if found["round"] else "1"
    table = pd.DataFrame({"round": rounds, "group": frame[groups[0]].astype("string"), **counts})
    if problems := _problems(table):
        raise DataError(f"Rows of {path.name} are not as they must be:", problems=problems, hint=_HINT)
    return Rounds(table.astype({"group": str, "invited": int, "came": int}), groups[0])


def rounds_of(register: Register, groups: pd.Series) -> Rounds:
    """Return a register's rounds: its lists for which it is recorded who came.

    Parameters
    ----------
    register : Register
    groups : Series
        Person → her group; the Series is named after the feature. People without a group are left out.

    Raises
    ------
    DataError
        There is no list for which it is recorded who came.
    """
    rows = register.rows("SELECT list, person, came FROM list_member WHERE came IS NOT NULL")
    people = pd.DataFrame(rows, columns=["round", "person", "came"])
    people["group"] = people["person"].map(groups)
    if people["group"].isna().all():
        raise DataError(
            "Of no list the register knows who came.",
            hint="Enter it when a meeting has been: borger register attendance MUNICIPALITY tilmeldte.txt",
        )
    of_group = people.astype({"round": str}).groupby(["round", "group"])["came"]
    return Rounds(of_group.agg(invited="size", came="sum").reset_index(), str(groups.name))


def wanted_of(quotas: pd.DataFrame, feature: str, size: int, *, per_seat: float = 1) -> dict[str, int]:
    """Return group → how many should come, so that each group can fill all the seats that it may have.

    Parameters
    ----------
    quotas : DataFrame
        feature, value, min, max.
    feature : str
        The feature that defines the groups.
    size : int
        Seats.
    per_seat : float
        How many should come for each seat.

    Raises
    ------
    DataError
        There are no quotas of the feature, quotas are not valid, or no panel of that size keeps them.
    """
    of_feature = quotas[quotas["feature"] == feature]
    if of_feature.empty:
        features = ", ".join(dict.fromkeys(quotas["feature"].astype(str)))
        raise DataError(f"No quota is of '{feature}', as the rounds are; there are quotas of {features}.")
    if problems := quota_problems(of_feature) or sum_problems(of_feature, size):
        raise DataError(f"No panel of {size} keeps the quotas of '{feature}':", problems=problems)
    rows = zip(of_feature["value"], of_feature["max"], strict=True)
    return {str(value): math.ceil(per_seat * seats) for value, seats in rows}


def plan_invitations(
    rounds: Rounds,
    wanted: Mapping[str, int],
    *,
    chance: float = 0.95,
    people: Mapping[str, float] | None = None,
) -> Recruitment:
    """Return how many people of each group to invite so that all groups fill with a given chance.

    Parameters
    ----------
    rounds : Rounds
    wanted : mapping of str to int
        Group → how many should come.
    chance : float
        The chance that all groups fill, between 0 and 1.
    people : mapping of str to float, optional
        Group → how many people can be invited.

    Returns
    -------
    Recruitment

    Raises
    ------
    ParameterError
        The chance is not between 0 and 1.
    DataError
        Nobody of a group was invited in an earlier round.

    Notes
    -----
    Who comes of n invited is beta-binomial (Skellam 1948): a group's rate is not known, and differs from
    round to round. The mean is that of all rounds with half a person added to either side (Jeffreys). Its
    variance is that of the estimate, and that between rounds by the intra-round correlation of Williams
    (1982), by moments, common to all groups. Each of G groups is to fill with the G-th root of the chance.
    Rounds that go well do so for all groups, and then all fill more often than that says (Esary, Proschan &
    Walkup 1967).
    """
    from scipy.stats import beta, betabinom

    if not 0 < chance < 1:
        raise ParameterError(f"chance = {chance}: between 0 and 1, for instance 0.95.")
    wanted = {group: count for group, count in wanted.items() if count > 0}
    known = rounds.table.groupby("group", sort=False)[["invited", "came"]].sum()
    unknown = [group for group in wanted if group not in known.index or not known.loc[group, "invited"]]
    if unknown or not wanted:
        raise DataError(
            "How many come of those invited is not known of every group that is wanted:",
            problems=[f"nobody of '{group}' was invited before" for group in unknown] or ["none is wanted"],
            hint=f"Known: {', '.join(map(str, known.index))}. Give each that is wanted a line "
            "with the numbers of a group like it, or quotas of those known (--quotas).",
        )
    variation = _variation(rounds.table)
    each = chance ** (1 / len(wanted))
    rates = [_predicted(rounds.table[rounds.table["group"] == group], variation) for group in wanted]
    a, b = np.array(rates).T
    most = pd.Series(dict(people or {})).reindex(list(wanted)).fillna(_MOST).astype(int)
    invite = [_enough(*row, each) for row in zip(wanted.values(), most, a, b, strict=True)]
    table = known.loc[list(wanted)].astype(int)
    table.insert(0, "wanted", pd.Series(wanted))
    table = table.assign(rate=a / (a + b), lower=beta.ppf(0.025, a, b), upper=beta.ppf(0.975, a, b))
    table["invite"] = pd.array(invite, dtype="Int64")
    asked = table["invite"].fillna(most).to_numpy(dtype=int)
    table["expected"] = asked * a / (a + b)
    table["chance"] = betabinom.sf(table["wanted"] - 1, asked, a, b)
    joint = float(np.prod(table["chance"].to_numpy(dtype=float)))
    return Recruitment(table, joint, variation, rounds.table["round"].nunique())


def _enough(wanted: int, most: int, a: float, b: float, chance: float) -> int | None:
    """Return how many to invite so that enough come; None if even the largest number is too small."""
    from scipy.stats import betabinom

    counts = range(wanted, most + 1)
    at = bisect_left(counts, chance, key=lambda count: float(betabinom.sf(wanted - 1, count, a, b)))
    return counts[at] if at < len(counts) else None


def _variation(table: pd.DataFrame) -> float:
    """Return the correlation within a round, estimated from Pearson's statistic over groups and rounds.

    The statistic's expectation is linear in the correlation, so that it can be solved for it.
    """
    beyond, weight = 0.0, 0.0
    for _, rounds in table[table["invited"] > 0].groupby("group"):
        n, came = rounds["invited"].to_numpy(dtype=float), rounds["came"].to_numpy(dtype=float)
        total = n.sum()
        rate = came.sum() / total
        if len(n) < 2 or not 0 < rate < 1:
            continue
        pearson = (came - n * rate) ** 2 / (n * rate * (1 - rate))
        beyond += float((pearson - (1 - n / total)).sum())
        pairs = (n * (n - 1)).sum()
        weight += float(((n - 1) * (1 - 2 * n / total) + n * pairs / total**2).sum())
    return min(max(beyond / weight, 0.0), 0.99) if weight > 0 else 0.0


def _predicted(rounds: pd.DataFrame, variation: float) -> tuple[float, float]:
    """Return the beta distribution of the rate in a new round."""
    n = rounds["invited"].to_numpy(dtype=float)
    total = n.sum()
    rate = (rounds["came"].sum() + 0.5) / (total + 1)
    spread = (n * (1 + (n - 1) * variation)).sum() / total
    # Variance between rounds plus that of the estimate, over rate (1 - rate); 1 / (n + 2) for one round.
    precision = 1 / min(variation + spread / (total + 2), 0.99) - 1
    return float(rate * precision), float((1 - rate) * precision)


def _problems(table: pd.DataFrame) -> list[str]:
    problems = []
    for row, line in table.iterrows():
        numbers = line[["invited", "came"]]
        if pd.isna(line["group"]):
            problems.append(f"row {row}: no group")
        if numbers.isna().any() or (numbers < 0).any() or (numbers % 1 != 0).any():
            problems.append(f"row {row}: people are whole numbers from 0 up")
        elif line["came"] > line["invited"]:
            problems.append(f"row {row}: {line['came']:g} came of {line['invited']:g} invited")
    twice = table[table.duplicated(["round", "group"]) & table["group"].notna()]
    names = twice["group"].items()
    return [*problems, *(f"row {row}: '{name}' stands twice in a round" for row, name in names)]

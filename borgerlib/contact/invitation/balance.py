"""A draw that mirrors the population: whether it is possible, and who is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from borgerlib.contact.draw.quotas import quotas_of
from borgerlib.contact.invitation.candidates import Candidates
from borgerlib.contact.invitation.overview import living_by
from borgerlib.contact.lottery.infeasible import Infeasible, why_infeasible
from borgerlib.contact.lottery.leximin import LotteryChances, leximin_chances
from borgerlib.contact.lottery.panels import draw_panel
from borgerlib.contact.lottery.pool import make_pool
from borgerlib.contact.lottery.relaxation import CapTooLowError, require_cap
from borgerlib.errors import DataError, ParameterError
from borgerlib.said import said
from borgerlib.view.words.method import ROLE_WORDS

UNTOLD = "andre"
"""People who have not answered, or whose level has no population count."""


@dataclass(frozen=True)
class Balance:
    """Who may be drawn, and the quotas that a draw must keep; made by `balance`.

    Attributes
    ----------
    people : DataFrame
        One row per person, by number; one column, in Danish, per feature that the population is counted by.
    quotas : DataFrame
        feature, value, min, max, for `size` seats.
    size : int
    cap : float or None
        Nobody's chance is above this multiple of the mean.
    """

    people: pd.DataFrame = field(repr=False)
    quotas: pd.DataFrame = field(repr=False)
    size: int
    cap: float | None = None

    def why_not(self) -> Infeasible | None:
        """Return why no draw keeps the quotas; None if one does."""
        return why_infeasible(make_pool(self.people, self.quotas, self.size, None))

    def mended(self, reason: Infeasible) -> Balance:
        """Return the balance with the smallest change of quotas that makes a draw possible."""
        quotas = self.quotas.set_index(["feature", "value"])
        for change in reason.changes:
            quotas.loc[(change.feature, change.value), change.bound] = change.becomes
        return replace(self, quotas=quotas.reset_index())

    def require_cap(self) -> None:
        """Raise `CapTooLowError` where the quotas do not allow the cap."""
        if self.cap is not None:
            require_cap(make_pool(self.people, self.quotas, self.size, None), self.cap)

    def chances(self) -> LotteryChances:
        """Return everybody's chance, as equal as the quotas allow."""
        return leximin_chances(self.people, self.quotas, self.size, cap=self.cap)


@dataclass(frozen=True)
class Drawn:
    """Who was drawn.

    Attributes
    ----------
    seats : Series
        Person → 'plads' or 'reserve 1', 'reserve 2' …
    chances : Series
        The chance of a seat that each person had (0-1).
    seed : int
        The seed; it repeats the draw.
    mended : Infeasible or None
        The quotas that had to change so that reserves could be drawn.
    uncapped : bool
        The cap could not be kept for the reserves.
    """

    seats: pd.Series = field(repr=False)
    chances: pd.Series = field(repr=False)
    seed: int
    mended: Infeasible | None = None
    uncapped: bool = False


def balance(
    candidates: Candidates,
    chosen: pd.DataFrame,
    size: int,
    *,
    quotas: pd.DataFrame | None = None,
    cap: float | None = None,
) -> Balance:
    """Return how to draw from those chosen so that they mirror the population.

    Each group of age, sex or area gets its share of the seats, rounded down and up.

    Parameters
    ----------
    candidates : Candidates
    chosen : DataFrame
        As `Candidates.chosen` returns.
    size : int
        Seats.
    quotas : DataFrame, optional
        The user's own feature, value, min, max, named in Danish as in `Balance.people`; features without own
        quotas mirror the population.
    cap : float, optional
        As `Balance`.

    Raises
    ------
    ParameterError
        There are no seats, or more seats than people.
    DataError
        The quotas name an unknown feature or value, leave somebody out, or are not numbers (in Danish).
    """
    if not 1 <= size <= len(chosen):
        raise ParameterError(f"size = {size}: from 1 to {len(chosen)}, the people who were chosen.")
    people, living = {}, {}
    for role, counts in living_by(candidates).items():
        filter_ = candidates.offer.filter(role)
        if filter_ is not None:
            labels = {level.id: level.label for level in filter_.levels}
            name = ROLE_WORDS[role]
            living[name] = counts.rename(labels)
            answers = chosen[candidates.items[role]].astype(object).map(labels)
            people[name] = answers.where(answers.isin(list(living[name].index)), UNTOLD).astype(str)
    usual, table = quotas_of(living, size, untold=UNTOLD), pd.DataFrame(people, index=chosen.index)
    if quotas is not None:
        known = {_plain(level): level for level in usual["value"]}
        quotas = quotas.assign(value=[known.get(_plain(level), str(level)) for level in quotas["value"]])
        _check_own(quotas, usual)
        rest = usual[~usual["feature"].isin(quotas["feature"]) | usual["value"].eq(UNTOLD)]
        usual = pd.concat([quotas, rest], ignore_index=True).drop_duplicates(["feature", "value"])
    return Balance(table, usual, size, cap)


def _plain(level: object) -> str:
    """Return a level's name in lower case and with hyphens, to match what people type in spreadsheets."""
    return str(level).casefold().replace("–", "-")


def _check_own(quotas: pd.DataFrame, usual: pd.DataFrame) -> None:
    """Raise `DataError` that lists all problems of the user's own quotas."""
    levels = {
        str(feature): list(values)
        for feature, values in usual[usual["value"] != UNTOLD].groupby("feature", sort=False)["value"]
    }
    problems: list[str] = []
    for feature, values in quotas.groupby("feature")["value"].agg(list).items():
        legal = levels.get(str(feature), [])
        if not legal:
            problems.append(said("no_quota_feature", name=str(feature), legal=list(levels)))
        elif sorted(values) != sorted(legal):
            problems.append(said("quota_levels", feature=feature, legal=legal))
    low, high = quotas["min"], quotas["max"]
    if not (low.ge(0) & low.le(high) & (low % 1 == 0) & (high % 1 == 0)).fillna(False).all():
        problems.append(said("quota_numbers"))
    if problems:
        raise DataError(said("quotas_refused"), problems=problems)


def draw_balanced(wanted: Balance, *, reserves: int, seed: int) -> Drawn:
    """Draw, and then draw as many reserves as possible from the others by the same rule.

    Parameters
    ----------
    wanted : Balance
    reserves : int
    seed : int

    Raises
    ------
    DataError
        No draw keeps the quotas (the message names the smallest change that allows one), or the cap.
    """
    result = wanted.chances()
    seated = draw_panel(result, seed=seed)
    seats, changed, uncapped = pd.Series("plads", index=seated), None, False
    others = wanted.people.drop(index=seated)
    if reserves := min(reserves, len(others)):
        again = Balance(others, _scaled(wanted.quotas, reserves / wanted.size), reserves, wanted.cap)
        changed = again.why_not()
        again = again if changed is None else again.mended(changed)
        try:
            found = again.chances()
        except CapTooLowError:
            found, uncapped = replace(again, cap=None).chances(), True
        drawn = draw_panel(found, seed=seed + 1)
        order = np.random.default_rng(seed).permutation(drawn)
        names = [f"reserve {number}" for number in range(1, reserves + 1)]
        seats = pd.concat([seats, pd.Series(names, index=order)])
    return Drawn(seats, result.chances, seed, changed, uncapped)


def _scaled(quotas: pd.DataFrame, share: float) -> pd.DataFrame:
    low, high = np.floor(quotas["min"] * share), np.ceil(quotas["max"] * share)
    return quotas.assign(min=low.astype(int), max=high.astype(int))

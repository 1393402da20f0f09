"""Two waves of a survey: what has changed beyond chance, and what cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from borgerlib import danish
from borgerlib.comparison.matching import (
    WAVE,
    as_offered,
    books_of,
    changed_frames,
    columns_of,
    common_items,
    disclosed,
    names_of,
    shared_options,
)
from borgerlib.errors import ParameterError
from borgerlib.statistics.crosstabs import FALSE_DISCOVERY_RATE, adjust_p_values, large_enough
from borgerlib.statistics.disclosure.gate import DEFAULT_MIN_CELL, DisclosedEstimates
from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.intervals import (
    check_confidence,
    difference_without_error,
    mean_interval,
)
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.levels import any_frame, check_respondents, column_of
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.survey.codebook.labels import check_codebook
from borgerlib.survey.codebook.model import Codebook

_ROUNDING = 1e-9
_PERSON = "_person"
_CHANGES = ("change", "change_lower", "change_upper", "p_value", "direction")


@dataclass(frozen=True)
class WaveComparison:
    """What has changed between two waves; made by `compare_waves`.

    Attributes
    ----------
    estimates : DisclosedEstimates
        One row an item × option × wave (groups 'maaling=2021', …). Columns beside the usual, in the rows of
        the later wave: change (share, later minus earlier), change_lower, change_upper, p_value (adjusted
        for the number of comparisons), direction (1: more, -1: fewer beyond chance, 0: within chance).
        Missing where either share is hidden or too few answered to test. Where margins give both shares the
        change is known: it has a direction without a test, and no p_value.
    names : tuple of str
        The earlier and the later wave.
    notes : tuple of str
        Danish: what else has changed (wording, options, who was asked, weights, mode).
    tests : int
        Comparisons among which the false discovery rate is held.
    roles : mapping of str to str
        Role → id of the question that has it, of those compared.

    See Also
    --------
    compare_waves : Makes it.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens; here one half after the other
    >>> found = borgerlib.compare_waves(people[::2], people[1::2], ["tid"], names=("2021", "2025"))
    >>> found.names, found.tests
    (('2021', '2025'), 7)
    """

    estimates: DisclosedEstimates
    names: tuple[str, str]
    notes: tuple[str, ...]
    tests: int
    roles: Mapping[str, str] = field(default_factory=dict)


@any_frame
def compare_waves(
    earlier: pd.DataFrame,
    later: pd.DataFrame,
    item: str | Sequence[str] | None = None,
    *,
    weight: str | None = None,
    raked_to: tuple[WeightingResult, WeightingResult] | None = None,
    pseudonym: str | None = None,
    codebooks: tuple[Codebook, Codebook] | None = None,
    names: tuple[str, str] | None = None,
    min_cell: int = DEFAULT_MIN_CELL,
    confidence: float = 0.95,
    false_discovery_rate: float = FALSE_DISCOVERY_RATE,
) -> WaveComparison:
    """Compare the answers of two waves, question by question.

    Parameters
    ----------
    earlier, later : DataFrame
        One row a person, as `borgerlib.load` returns.
    item : str or sequence of str, optional
        Questions to compare, by id or role; by default all that both waves asked, but who people are.
    weight : str, optional
        Column of the weights, in both.
    raked_to : tuple of WeightingResult, optional
        The weightings of both instead: intervals then count what their margins explain.
    pseudonym : str, optional
        Column that tells the same person in both waves: changes are then as sure as the persons who answered
        twice make them. Without it the waves are independent samples. Whole numbers are the same person in
        whatever type they stand.
    codebooks : tuple of Codebook, optional
        What each wave asked; by default what the frames' ``attrs`` name.
    names : tuple of str, optional
        What the waves are called; by default the year of their survey date.
    min_cell : int
        Smallest count shown, at least 3.
    confidence : float
        Level of the intervals, 0–1.
    false_discovery_rate : float
        Of the changes that are called one, as many as this share may be by chance.

    Returns
    -------
    WaveComparison

    Raises
    ------
    ParameterError
        Unknown items or columns; weightings together with a pseudonym, or not one of each wave; a pseudonym
        that nobody has in both; waves of one name.
    DataError
        The waves have no question in common.

    See Also
    --------
    follow_targets : Waves against what a council aims at.
    estimate_difference : Groups of one wave.

    Notes
    -----
    Independent samples: the variances add, degrees of freedom by Welch & Satterthwaite. The same people: the
    person is the sampling unit of both waves together. False discovery rate: Benjamini & Hochberg (1995).
    Options that only one wave offered are left out, and named.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens; here one half after the other
    >>> found = borgerlib.compare_waves(people[::2], people[1::2], ["tid"], names=("2021", "2025"))
    >>> found.estimates.pipe(borgerlib.grouped_bar_chart).title
    'SIMULEREDE DATA: Hvor meget tid vil du gerne bruge på at være med?'
    """
    check_confidence(confidence)
    if pseudonym is not None and raked_to is not None:
        raise ParameterError(
            "raked_to does not know who answered twice.", hint="Give weight= together with pseudonym=."
        )
    for what, pair in {"raked_to": raked_to, "codebooks": codebooks, "names": names}.items():
        if pair is not None and not (isinstance(pair, tuple | list) and len(pair) == 2):
            raise ParameterError(f"{what} is not those of both waves.", hint="Give (earlier, later).")
    check_confidence(false_discovery_rate, "false_discovery_rate", 0.05)
    waves = (earlier, later)
    for wave in waves:
        check_respondents(wave)
    books = codebooks or books_of(waves)
    for book in books:
        check_codebook(book)
    was, now = names or names_of(waves)
    called = (str(was), str(now))
    if called[0] == called[1]:
        raise ParameterError(f"Both waves are called '{called[0]}'.", hint="Give names=('2021', '2025').")
    notes = list(changed_frames(waves, books, called))
    if pseudonym is not None:
        waves, again = _with_persons(waves, pseudonym)
        answered = (
            danish.number(again) if again >= min_cell else f"Færre end {min_cell}" if again else "Ingen"
        )
        notes.append(f"{answered} har svaret i begge målinger.")
    shares, changes = [], []
    compared = common_items(waves, books, item, notes)
    for asked in compared:
        whole = list(as_offered(waves, books, asked, notes))
        columns = columns_of(waves, asked)
        parts = [
            estimate_proportions(wave, columns, weight=weight, raked_to=raked, confidence=confidence)
            for wave, raked in zip(whole, raked_to or (None, None), strict=True)
        ]
        parts = [part.assign(**{WAVE: name}) for part, name in zip(parts, called, strict=True)]
        both = shared_options(parts, asked, called, notes)
        shares.append(both)
        changes.append(
            _of_same_people(whole, columns, both, called, weight, confidence)
            if pseudonym
            else _of_independent(both, called, confidence)
        )
    tested = pd.concat(changes, ignore_index=True)
    shown = disclosed(shares, dict(zip(called, waves, strict=True)), books[1], min_cell)
    return WaveComparison(
        shown.join(_safe(shown, _judged(tested, false_discovery_rate), called)),
        called,
        tuple(notes),
        int(tested["p_value"].notna().sum()),
        {str(asked.role): asked.id for asked in compared if asked.role},
    )


def _of_independent(both: pd.DataFrame, names: tuple[str, str], confidence: float) -> pd.DataFrame:
    from scipy import stats

    was, now = (both[both[WAVE] == name].set_index("option") for name in names)
    was = was.loc[now.index]
    spread = [part["standard_error"].to_numpy() ** 2 for part in (was, now)]
    free = [np.maximum(part["n"].to_numpy(dtype=np.float64) - 1, 0) for part in (was, now)]
    change, error = (now["proportion"] - was["proportion"]).to_numpy(), np.sqrt(spread[0] + spread[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        degrees = (spread[0] + spread[1]) ** 2 / (spread[0] ** 2 / free[0] + spread[1] ** 2 / free[1])
        p_value = 2 * stats.t.sf(np.abs(change / error), degrees)
    lower, upper = mean_interval(change, error, np.nan_to_num(degrees), confidence)
    # If everybody in each wave answers alike, the estimated error is 0, but the true error is not.
    ends = [part[["proportion", "ci_lower", "ci_upper"]].to_numpy(dtype=np.float64).T for part in (now, was)]
    sizes = [part["n"].to_numpy(dtype=np.float64) for part in (now, was)]
    of_ends = difference_without_error(ends[0], ends[1], sizes[0], sizes[1], sizes[0] + sizes[1] - 2)
    lower, upper, p_value = (
        np.where(error == 0, other, usual)
        for other, usual in zip(of_ends, (lower, upper, p_value), strict=True)
    )
    # If margins determine both shares, the change is known exactly: there is nothing to test.
    known = (error == 0) & np.all([upto == since for _, since, upto in ends], axis=0)
    p_value = np.where(known, np.nan, p_value)
    tested = now.reset_index()[["item", "option", "n", "proportion"]]
    before = {f"{name}_against": was[name].to_numpy() for name in ("n", "proportion")}
    interval = {"change": change, "change_lower": lower, "change_upper": upper}
    return tested.assign(**before, **interval, p_value=p_value, known=known)


def _with_persons(
    waves: tuple[pd.DataFrame, pd.DataFrame], pseudonym: str
) -> tuple[tuple[pd.DataFrame, pd.DataFrame], int]:
    """Return the waves with person ids, and how many are in both; rows without a pseudonym count once."""
    who = [column_of(wave, pseudonym, role="pseudonym") for wave in waves]
    who = [given.convert_dtypes().astype("string") for given in who]
    again = len(set(who[0].dropna()) & set(who[1].dropna()))
    if again == 0 and all(given.notna().any() for given in who):
        raise ParameterError(
            f"Nobody has the same '{pseudonym}' in both waves.",
            hint="Leave pseudonym out: the waves are then compared as independent samples.",
        )
    named = [
        wave.assign(
            **{_PERSON: given.fillna(pd.Series([f"{at}_{row}" for row in range(len(wave))], wave.index))}
        )
        for at, (wave, given) in enumerate(zip(waves, who, strict=True))
    ]
    return (named[0], named[1]), again


def _of_same_people(
    waves: Sequence[pd.DataFrame],
    columns: str | list[str],
    both: pd.DataFrame,
    names: tuple[str, str],
    weight: str | None,
    confidence: float,
) -> pd.DataFrame:
    """Return the changes, with the person as the sampling unit of both waves together."""
    stacked = pd.concat(
        [wave.assign(**{WAVE: name}) for wave, name in zip(waves, names, strict=True)], ignore_index=True
    )
    found = estimate_difference(
        stacked, columns, by=WAVE, against=names[0], weight=weight, cluster=_PERSON, confidence=confidence
    )
    found = found.rename(
        columns={"difference": "change", "ci_lower": "change_lower", "ci_upper": "change_upper"}
    )
    item = str(both["item"].iloc[0])
    found = found.assign(item=item, option=found["option"].astype(str).str.removeprefix(f"{item}__"))
    return found[found["option"].isin(both["option"])].drop(columns=[WAVE, "standard_error"])


def _judged(tested: pd.DataFrame, false_discovery_rate: float) -> pd.DataFrame:
    """Return the changes with adjusted p-values, and in which direction each goes beyond chance."""
    tested["p_value"] = adjust_p_values(tested["p_value"].where(large_enough(tested)))
    known = tested["known"] if "known" in tested else np.zeros(len(tested), dtype=np.bool_)
    change = tested["change"].where(tested["change"].abs() > _ROUNDING, 0.0)
    sign = np.sign(change).where((tested["p_value"] < false_discovery_rate) | known, 0.0)
    return tested.assign(direction=sign.where(tested["p_value"].notna() | known).astype("Int64"))


def _safe(shown: DisclosedEstimates, changes: pd.DataFrame, names: tuple[str, str]) -> pd.DataFrame:
    """Return the changes as columns of the later wave's rows; missing if the earlier share is hidden."""
    frame: Any = shown.frame
    hidden = frame[frame["suppressed"] & (frame["group"] == f"{WAVE}={names[0]}")]
    gone = set(zip(hidden["item"], hidden["option"], strict=True))
    keep = [pair not in gone for pair in zip(changes["item"], changes["option"], strict=True)]
    return changes.loc[keep, ["item", "option", *_CHANGES]].assign(group=f"{WAVE}={names[1]}")

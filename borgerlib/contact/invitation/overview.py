"""How many a choice means, and who they are beside the population: told so that nobody's answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from borgerlib import danish
from borgerlib.contact.invitation.candidates import Candidates
from borgerlib.contact.register.lists.apart import FEWEST
from borgerlib.interest.filters.selection import Selection
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published, disclose
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import grouped_bar_chart

_ROLES = ("age", "sex")
_QUESTION = "Alder og køn hos dem, der er valgt, og hos alle, der bor i kommunen."
_SOURCE = "kommunens register over samtykker og Danmarks Statistiks folketal"


@dataclass(frozen=True)
class Overview:
    """What may be told of a choice.

    Attributes
    ----------
    sentences : tuple of str
        In Danish; the first says how many can be invited, in tens where answers decide.
    chart : Chart or None
        Their ages and sexes beside the population's; None where they are too few.
    """

    sentences: tuple[str, ...]
    chart: Chart | None = field(repr=False)


def overview(candidates: Candidates, selection: Selection) -> Overview:
    """Return how many a choice means and who they are.

    A list of fewer than ten is never made, so fewer are not counted either. Counts by answers are rounded to
    tens, and the chart's numbers have passed the gate: two choices that differ by one person look alike,
    but for the few that lie at a boundary.
    """
    chosen = candidates.answers if selection.is_everybody else candidates.chosen(selection)
    count = len(candidates.able) if selection.is_everybody else len(chosen)
    sentences = [_counted(count, everybody=selection.is_everybody)]
    silent = len(candidates.able) - len(candidates.answers)
    if silent and not selection.is_everybody:
        sentences.append(
            f"{danish.number(silent)} har sagt ja til at blive inviteret, men ikke til at deres svar afgør, "
            "til hvad. De kan kun være med på lister til alle."
        )
    if count < FEWEST:
        return Overview(tuple(sentences), None)
    # A choice of ages says itself how old the chosen are.
    roles = [role for role in _ROLES if role not in selection.levels]
    estimates = _beside_population(candidates, chosen, roles) if len(chosen) >= FEWEST else None
    return Overview(tuple(sentences), None if estimates is None else _chart(estimates))


def _counted(count: int, *, everybody: bool) -> str:
    if count < FEWEST:
        return (
            f"Færre end {FEWEST} kan inviteres. Vælg bredere: en kortere liste ville røbe, hvad den enkelte "
            "har svaret."
        )
    if everybody:
        return f"{danish.number(count)} har sagt ja til at blive inviteret."
    return f"Omkring {danish.number(danish.round_half_up(count, -1))} har sagt ja og passer på valget."


def _beside_population(
    candidates: Candidates, chosen: pd.DataFrame, roles: Sequence[str]
) -> DisclosedEstimates | None:
    living = living_by(candidates)
    rows = []
    for role in roles:
        filter_ = candidates.offer.filter(role)
        if filter_ is None:
            continue
        counts = chosen[candidates.items[role]].value_counts().rename(str)
        levels = [level for level in filter_.levels if level.id in living[role].index]
        n = int(sum(counts.get(level.id, 0) for level in levels))
        for level in levels:
            count = int(counts.get(level.id, 0))
            share = living[role][level.id] / living[role].sum()
            rows.append((role, level.id, level.label, n, count, share))
    if not rows:
        return None
    return beside_population(
        pd.DataFrame(rows, columns=["item", "option", "label", "n", "count", "living"]),
        called="de valgte",
        base="de valgte og af alle, der bor her",
        source=_SOURCE,
        simulated=candidates.offer.simulated,
    )


def beside_population(
    rows: pd.DataFrame, *, called: str, base: str, source: str, simulated: bool
) -> DisclosedEstimates:
    """Return what share of some people is of each group, beside the group's share of the population.

    Parameters
    ----------
    rows : DataFrame
        One row a group: item, option, label, n, count (people), living (its share of the population, 0-1).
    called : str
        What the people are called.
    base, source : str
        As `borgerlib.disclose`.
    simulated : bool
    """
    shares = rows.assign(proportion=rows["count"] / rows["n"].where(rows["n"] > 0), group="", group_label="")
    shares = shares.assign(ci_lower=np.nan, ci_upper=np.nan)
    theirs = disclose(
        shares.drop(columns="living").assign(exclusive=True), base=base, source=source, simulated=simulated
    )
    named = shares.assign(group="alle", group_label="alle, der bor her", n=np.nan, count=np.nan)
    everybody = as_published(named.assign(proportion=named.pop("living")), base=base, source=source)
    return theirs.as_group("valgt", called).together(everybody, base=base)


def living_by(candidates: Candidates) -> dict[str, pd.Series]:
    """Return role → how many people live here by level, for what the population is counted by."""
    cells = pd.DataFrame(candidates.offer.citizens, columns=["age", "sex", "people"])
    counted = {role: cells.groupby(role, sort=False)["people"].sum() for role in _ROLES}
    return counted | {role: pd.Series(dict(areas)) for role, areas in candidates.offer.areas.items()}


def _chart(estimates: DisclosedEstimates) -> Chart:
    title = "De valgte ved siden af befolkningen"
    return grouped_bar_chart(estimates, title=title, question=_QUESTION, sort=False)

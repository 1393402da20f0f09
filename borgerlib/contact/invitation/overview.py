"""How many people a choice means and how they compare with the population, without revealing answers."""

from __future__ import annotations

from collections.abc import Mapping
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
    """What may be shown of a choice.

    Attributes
    ----------
    sentences : tuple of str
        In Danish; the first says how many can be invited, in tens where answers decide.
    chart : Chart or None
        Their ages and sexes next to the population's; None if they are too few.
    """

    sentences: tuple[str, ...]
    chart: Chart | None = field(repr=False)


def overview(candidates: Candidates, selection: Selection) -> Overview:
    """Return how many people a choice means and who they are.

    Lists of fewer than ten people are never made, so no smaller count is shown. Counts by answers are rounded
    to tens, and the chart's numbers are disclosure-controlled: choices that differ by one person look alike,
    except at a rounding boundary.
    """
    chosen = candidates.answers if selection.is_everybody else candidates.chosen(selection)
    count = len(candidates.able) if selection.is_everybody else len(chosen)
    sentences = [_counted(count, everybody=selection.is_everybody)]
    silent = {
        "men ikke til at deres svar afgør, til hvad": candidates.able - candidates.willing,
        "men har ikke svaret i denne undersøgelse": candidates.willing - {*candidates.answers.index},
    }
    sentences += [
        f"{danish.number(len(people))} har sagt ja til at blive inviteret, {but}. "
        "De kan kun være med på lister til alle."
        for but, people in silent.items()
        if people and not selection.is_everybody
    ]
    # Leave out the features that were chosen by: they would show only the choice itself.
    labels = {
        role: {level.id: level.label for level in found.levels}
        for role in _ROLES
        if role not in selection.levels and (found := candidates.offer.filter(role)) is not None
    }
    if len(chosen) < FEWEST or not labels:
        return Overview(tuple(sentences), None)
    estimates = beside_population(
        chosen[[candidates.items[role] for role in labels]].set_axis(list(labels), axis=1),
        living_by(candidates),
        labels,
        called="de valgte",
        base="de valgte og af alle, der bor her",
        source=_SOURCE,
        simulated=candidates.offer.simulated,
    )
    title = "De valgte ved siden af befolkningen"
    chart = grouped_bar_chart(estimates, title=title, question=_QUESTION, sort=False)
    return Overview(tuple(sentences), chart)


def _counted(count: int, *, everybody: bool) -> str:
    if count < FEWEST:
        return (
            f"Færre end {FEWEST} kan inviteres. Vælg bredere: en kortere liste ville røbe, hvad den enkelte "
            "har svaret."
        )
    if everybody:
        return f"{danish.number(count)} har sagt ja til at blive inviteret."
    return f"Omkring {danish.number(danish.round_half_up(count, -1))} har sagt ja og passer på valget."


def beside_population(
    people: pd.DataFrame,
    living: Mapping[str, pd.Series],
    labels: Mapping[str, Mapping[str, str]],
    *,
    called: str,
    base: str,
    source: str,
    simulated: bool,
) -> DisclosedEstimates:
    """Return the share of each group among some people, next to its share of the population.

    Parameters
    ----------
    people : DataFrame
        One row per person, one column per division.
    living : mapping of str to Series
        Division → level → number of residents; levels without a population count are left out.
    labels : mapping of str to mapping of str to str
        Division → level → its name, in order.
    called : str
        Name of the people in the chart.
    base, source : str
        As `borgerlib.disclose`.
    simulated : bool
    """
    parts = []
    for item, named in labels.items():
        levels = [level for level in named if level in living[item]]
        count = people[item].value_counts().rename(str).reindex(levels, fill_value=0)
        share = living[item][levels] / living[item].sum()
        columns = {"option": levels, "label": [named[level] for level in levels], "n": count.sum()}
        parts.append(pd.DataFrame({"item": item, **columns, "count": count.array, "living": share.array}))
    rows = pd.concat(parts, ignore_index=True)
    shares = rows.assign(proportion=rows["count"] / rows["n"].where(rows["n"] > 0), group="", group_label="")
    shares = shares.assign(ci_lower=np.nan, ci_upper=np.nan)
    theirs = disclose(
        shares.drop(columns="living").assign(exclusive=True), base=base, source=source, simulated=simulated
    )
    everybody = shares.assign(group="alle", group_label="alle, der bor her", n=np.nan, count=np.nan)
    published = as_published(everybody.assign(proportion=everybody.pop("living")), base=base, source=source)
    return theirs.as_group("valgt", called).together(published, base=base)


def living_by(candidates: Candidates) -> dict[str, pd.Series]:
    """Return role → number of residents by level, for the roles that the population is counted by."""
    cells = pd.DataFrame(candidates.offer.citizens, columns=["age", "sex", "people"])
    counted = {role: cells.groupby(role, sort=False)["people"].sum() for role in _ROLES}
    return counted | {role: pd.Series(dict(areas)) for role, areas in candidates.offer.areas.items()}

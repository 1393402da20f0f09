"""The results for a choice in the explorer: shares, or those of a model, all disclosure-controlled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.interest.survey import InterestSurvey
from borgerlib.interest.weighting.ages import AGE_BAND
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.disclosure.gate import DEFAULT_MIN_CELL, DisclosedEstimates, disclose
from borgerlib.statistics.disclosure.named import base_of
from borgerlib.statistics.estimation.answers import gave
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.models.margins import adjusted_means
from borgerlib.statistics.models.regression import regress
from borgerlib.survey.codebook.labels import level_label
from borgerlib.view.tables.html import Column, Table, table_of
from borgerlib.view.words.alt_text import WITHHELD, sentences, source_line, titled, uncertainty
from borgerlib.view.words.method import ROLE_WORDS


@dataclass(frozen=True)
class Choice:
    """The choice that the explorer shows.

    Attributes
    ----------
    item : str
        The question.
    by : str
        What divides the citizens; '' for all together.
    who : tuple of str
        Column and level of those who are shown; empty for all.
    """

    item: str
    by: str = ""
    who: tuple[str, str] | tuple[()] = ()


def estimates_of(survey: InterestSurvey, choice: Choice) -> DisclosedEstimates:
    """Return the shares for a choice: of its question, by group, among the chosen people."""
    by = [name for name in (*choice.who[:1], choice.by) if name]
    shares = estimate_proportions(
        survey.respondents, choice.item, by=list(dict.fromkeys(by)) or None, **weights_of(survey)
    )
    base = None
    if choice.who:
        column, level = choice.who
        shares = shares[shares[column].astype(str) == level]
        if column != choice.by:
            shares = shares.drop(columns=column)
        base = f"{base_of(shares.attrs)}, {level_label(survey.codebook, column, level).lower()}"
    return disclose(shares, base=base, codebook=survey.codebook)


def title_of(survey: InterestSurvey, choice: Choice) -> str:
    """Return the question and the only people it is about; '' if it is about everybody."""
    if not choice.who:
        return ""
    column, level = choice.who
    only = f"{heading_of(survey, column).lower()}: {level_label(survey.codebook, column, level).lower()}"
    return f"{survey.codebook.item(choice.item).text} ({only})"


def varying(survey: InterestSurvey, choice: Choice, columns: list[str]) -> list[str]:
    """Return the columns in which the chosen people differ."""
    people = survey.respondents[members_of(survey, choice)]
    return [name for name in columns if people[name].nunique() > 1]


def members_of(survey: InterestSurvey, choice: Choice) -> pd.Series:
    """Return which respondents are chosen."""
    people = survey.respondents
    if not choice.who:
        return pd.Series(data=True, index=people.index)
    return people[choice.who[0]].astype(str) == choice.who[1]


def model_table(survey: InterestSurvey, choice: Choice, option: str, columns: list[str]) -> Table:
    """Return each group's share of an answer with all other columns held constant, small groups hidden."""
    people, item = survey.respondents, survey.codebook.item(choice.item)
    people, who = people.assign(svar=gave(people, item, [option])), members_of(survey, choice)
    formula = f"svar ~ {' + '.join(columns)}"
    model = regress(people, formula, family="binomial", subpopulation=who, **weights_of(survey))
    found = adjusted_means(model, choice.by)
    shown = estimates_of(survey, choice).select(option=option)
    rows = shown.frame
    hidden = {group.partition("=")[2] for group in rows.loc[rows["suppressed"], "group"]}
    small = found[choice.by].astype(str).isin(hidden) | (found["n"] < DEFAULT_MIN_CELL)
    groups = [level_label(survey.codebook, choice.by, level) for level in found[choice.by]]
    shares = [
        WITHHELD if few else danish.percent(share)
        for few, share in zip(small, found["adjusted"], strict=True)
    ]
    intervals = [
        "" if few else danish.percent_range(low, high)
        for few, low, high in zip(small, found["ci_lower"], found["ci_upper"], strict=True)
    ]
    others = [heading_of(survey, name).lower() for name in columns if name != choice.by]
    equal = f", når {danish.listing(others)} er ens" if others else ""
    caption = titled(f"»{item.option(option).short}«{equal}", shown)
    note = sentences([f"Andel af {shown.base}", "Logistisk regression", source_line(shown.source)])
    shown_columns = [
        Column(heading_of(survey, choice.by), groups),
        Column("Andel", shares),
        Column(uncertainty(0.95), intervals),
    ]
    return table_of(shown_columns, caption=caption, note=note)


def weights_of(survey: InterestSurvey) -> dict[str, Any]:
    """Return the arguments that tell estimates how people are weighted."""
    if survey.raked_to is not None:
        return {"raked_to": survey.raked_to}
    return {"weight": WEIGHT} if WEIGHT in survey.respondents else {}


def heading_of(survey: InterestSurvey, column: str) -> str:
    """Return a division's Danish name."""
    role = "age" if column == AGE_BAND else str(survey.codebook.item(column).role)
    return danish.capitalise(ROLE_WORDS.get(role, column))

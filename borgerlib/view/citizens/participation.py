"""Participation: who answered compared with the population, as a table and as sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from borgerlib import danish
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.view.citizens.sections import load_sections
from borgerlib.view.tables.html import Column, Table, table_of
from borgerlib.view.words import alt_text
from borgerlib.view.words.method import ROLE_WORDS

_SMALL_RATE = 0.01


def participation_table(survey: LocalSurvey) -> Table:
    """Return answers, people and the participation rate with its interval for each group."""
    rates = survey.participation.rates
    frame = rates.frame
    decimals = 1 if frame["proportion"].min() >= _SMALL_RATE else 2
    percent, whole = f"0.{'0' * decimals}%", "#,##0"
    sure = danish.capitalise(alt_text.uncertainty(rates.confidence))
    groups = [f"{danish.capitalise(ROLE_WORDS[row['item']])}: {row['label']}" for _, row in frame.iterrows()]
    people = [int(survey.participation.people[row["item"]][row["option"]]) for _, row in frame.iterrows()]

    def cells(name: str, words: Callable[[float], Any], hidden: str = "") -> list[Any]:
        return [
            hidden if few else words(value)
            for value, few in zip(frame[name], frame["suppressed"], strict=True)
        ]

    def shares(name: str) -> tuple[str, list[Any]]:
        return percent, cells(name, lambda share: round(float(share), decimals + 2))

    ends = (
        cells(end, lambda share: danish.number(100 * share, decimals)) for end in ("ci_lower", "ci_upper")
    )
    answers = cells("count", danish.number, alt_text.WITHHELD), cells("count", int, alt_text.WITHHELD)
    rate = cells("proportion", lambda share: danish.percent(share, decimals))
    interval = ["–".join(filter(None, pair)) for pair in zip(*ends, strict=True)]
    ratio = cells("representation", lambda ratio: danish.number(ratio, 2))
    ratios = cells("representation", lambda ratio: round(float(ratio), 2))
    return table_of(
        [
            Column("Gruppe", groups),
            Column("Svar", answers[0], {"": (whole, answers[1])}),
            Column("Indbyggere", [danish.number(count) for count in people], {"": (whole, people)}),
            Column("Deltagelse", rate, {"": shares("proportion")}),
            Column(sure, interval, {": fra": shares("ci_lower"), ": til": shares("ci_upper")}),
            Column("Andel af svarende divideret med andel af befolkning", ratio, {"": ("0.00", ratios)}),
        ],
        caption=alt_text.titled("Deltagelse efter gruppe", rates),
        note=alt_text.sentences([alt_text.hidden_line(rates), alt_text.source_line(rates.source)]),
    )


def evenness_sentences(survey: LocalSurvey) -> list[str]:
    """Return for each role how the lowest participation compares with the highest, and how sure that is."""
    sentences = []
    for record in survey.participation.evenness.to_dict("records"):
        role = str(record["column"])
        found = lowest_and_highest(survey, role)
        assert found is not None
        lowest, highest, by_chance = found
        ratio, lower, upper = (danish.number(record[f"ratio{end}"], 2) for end in ("", "_lower", "_upper"))
        sure = alt_text.uncertainty(survey.participation.rates.confidence)
        sentences.append(
            f"**{danish.capitalise(ROLE_WORDS[role])}:** {lowest} har deltaget "
            f"{danish.as_often(record['ratio'])} som {highest} (forholdet er {ratio}; {sure}: "
            f"{lower}–{upper}).{' Det kan være tilfældigt.' if by_chance else ''}"
        )
    return sentences


def lowest_and_highest(survey: LocalSurvey, role: str) -> tuple[str, str, bool] | None:
    """Return a sentence on the groups that took part least and most, and whether chance can explain it.

    None where fewer than two groups are shown.
    """
    evenness = survey.participation.evenness
    found = evenness[evenness["column"] == role] if len(evenness) else evenness
    if found.empty:
        return None
    rates, record = survey.participation.rates.frame, found.iloc[0]
    labels = rates[rates["item"] == role].set_index("option")["label"]
    lowest, highest = (
        load_sections().group_words(f"{role}={record[end]}", str(labels[record[end]]))
        for end in ("lowest", "highest")
    )
    return lowest, highest, bool(record["ratio_upper"] >= 1)

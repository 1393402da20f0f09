"""A municipality beside the others, and a later wave beside the report of 2021."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.insights.registry import Figure
from borgerlib.lokaldemokrati.leaders import LeadersSurvey, open_leaders_survey
from borgerlib.lokaldemokrati.own_answers import OwnAnswers
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.view.tables.html import Table, public_table
from borgerlib.view.words.alt_text import WITHHELD, sentences, source_line


def own_line(figure: Figure, survey: LeadersSurvey, own: OwnAnswers) -> str:
    """Return what the municipality answered and how common that is; '' where it did not answer."""
    frame = survey.estimates(*figure.answers, by=figure.by).frame
    if figure.by:
        divided_by = survey.codebook.item(figure.by)
        frame = frame[[own.chose(divided_by, group) for group in frame["group"]]]
    answers = [
        f"»{row['label']}« ({_standing(row, figure)})"
        for _, row in frame.iterrows()
        if own.chose(survey.codebook.item(row["item"]), row["option"])
    ]
    return f"{figure.question} {own.municipality}: {danish.listing(answers)}." if answers else ""


def wave_comparison(survey: LeadersSurvey, figures: Sequence[Figure]) -> Table:
    """Return the shares of 2021 beside those of a later wave, for all figures that show shares."""
    then = open_leaders_survey(LEADERS, confidence=survey.everything.confidence)
    parts = []
    for figure in (figure for figure in figures if figure.chart != "count_chart"):
        was, now = (of.estimates(*figure.answers, by=figure.by).frame for of in (then, survey))
        then_words, now_words = ([_share(row) for _, row in rows.iterrows()] for rows in (was, now))
        number = figure.id if figure.id[-1].isdigit() else "Tekst"
        parts.append(now[["label", "group_label"]].assign(figure=number, then=then_words, now=now_words))
    columns = {"figure": "Figur", "label": "Svar", "group_label": "Gruppe", "then": "2021", "now": survey.id}
    sources = [survey.everything.source, f"2021: {survey.codebook.meta['source']}"]
    return public_table(
        pd.concat(parts),
        caption="2021 mod denne måling",
        columns=columns,
        note=source_line(sentences(sources)),
    )


def _share(row: pd.Series[Any]) -> str:
    if row["suppressed"]:
        return WITHHELD
    return "–" if pd.isna(row["proportion"]) else danish.percent(row["proportion"])


def _standing(row: pd.Series[Any], figure: Figure) -> str:
    """Return how common an answer is: 'som 27 pct. af kommunerne', and of which where not of all."""
    if row["suppressed"]:
        return "tallet er skjult"
    counted = figure.chart == "count_chart"
    value = row["count" if counted else "proportion"]
    if pd.isna(value):
        return "tallet kendes ikke"
    if counted:
        return f"nævnt i {danish.number(value)} svar"
    group = f" i gruppen »{row['group_label']}«" if row["group"] else ""
    who = f", {figure.who}" if figure.who else ""
    return f"som {danish.percent(value)} af kommunerne{group}{who}"

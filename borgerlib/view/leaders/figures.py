"""The report's figures drawn again, with their texts, the municipality's own answers, and a later wave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.insights.claims import verdict
from borgerlib.lokaldemokrati.insights.registry import Figure
from borgerlib.lokaldemokrati.insights.sentences import fill
from borgerlib.lokaldemokrati.leaders import LeadersSurvey, open_leaders_survey
from borgerlib.lokaldemokrati.own_answers import OwnAnswers
from borgerlib.lokaldemokrati.published.counts import DIVIDED
from borgerlib.lokaldemokrati.published.identification import identifications
from borgerlib.population.municipalities import NUMBER_OF_MUNICIPALITIES
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.view.charts import charts
from borgerlib.view.charts.chart import Chart
from borgerlib.view.tables.html import Table, public_table
from borgerlib.view.words.alt_text import WITHHELD, sentences, source_line


def draw(figure: Figure, survey: LeadersSurvey, own: OwnAnswers | None = None) -> Chart:
    """Return the chart of a figure, with the municipality's own answers marked."""
    estimates = survey.estimates(*figure.answers, by=figure.by)
    words = chart_words(estimates, survey, figure, own)
    chart: Chart = getattr(charts, figure.chart)(estimates, **figure.settings, **words)
    return chart


def chart_words(
    estimates: DisclosedEstimates,
    survey: LeadersSurvey,
    figure: Figure | None = None,
    own: OwnAnswers | None = None,
) -> dict[str, Any]:
    """Return the texts of a chart: those of the report's figure or, if none fits, the codebook's.

    Returns
    -------
    dict
        title, question, base_note, note and own: arguments of borgerlib's chart functions.
    """
    items = list(dict.fromkeys(estimates.frame["item"]))
    texts = " ".join(survey.codebook.item(item).text for item in items)
    words: dict[str, Any] = {"title": texts.removesuffix("."), "question": "", "base_note": ""}
    notes = [_sizes(estimates, survey)]
    if figure is not None and _is_about(figure, estimates, survey):
        words = {"title": _title(figure, survey), "question": figure.question, "base_note": figure.who}
        notes.insert(0, figure.caveat if survey.kind == "published" else "")
    return words | {"note": " ".join(filter(None, notes)), "own": _own_marks(estimates.frame, survey, own)}


def _is_about(figure: Figure, estimates: DisclosedEstimates, survey: LeadersSurvey) -> bool:
    """Return whether a figure's texts fit the estimates: only its items, and all of its groups."""
    frame = estimates.frame
    groups = [option.id for option in survey.codebook.item(figure.by).options] if figure.by else [""]
    return set(frame["item"]) <= set(figure.items) and set(frame["group"]) == set(groups)


def _title(figure: Figure, survey: LeadersSurvey) -> str:
    estimates = survey.everything
    if figure.chart == "count_chart":
        # The bars are counts, so the finding must rank answers by count, not by weighted share.
        estimates = estimates.counted(population=NUMBER_OF_MUNICIPALITIES)
    title = fill(figure.title, estimates, verdict=lambda claim: verdict(claim, survey).sentence)
    return title if title.endswith("pct.") else title.removesuffix(".")


def _sizes(estimates: DisclosedEstimates, survey: LeadersSurvey) -> str:
    """Return how many answers the percentages are based on, if the report does not say."""
    frame = estimates.frame
    if survey.kind != "published" or (frame["group"] != "").any():
        return ""
    sentences = []
    for item in dict.fromkeys(frame["item"]):
        found = identifications()[item]
        if found.status == "set":
            sizes = danish.listing([str(n) for n in found.possible_n], last="eller")
            sentences.append(f"Procenterne passer med N = {sizes}; intervallerne dækker dem alle.")
        elif found.status != "identified":
            sentences.append(found.why)
    return " ".join(dict.fromkeys(sentences))


def _own_marks(frame: pd.DataFrame, survey: LeadersSurvey, own: OwnAnswers | None) -> dict[Any, str]:
    if own is None:
        return {}
    several, steps = frame["item"].nunique() > 1, set(frame["option"])
    marks: dict[Any, str] = {}
    for _, row in frame.iterrows():
        item = survey.codebook.item(row["item"])
        # A net shown together with its parts is a line under them: mark the part, not the line.
        beside = row["option"] in item.nets and bool(steps & set(item.nets[row["option"]]))
        if beside or not own.chose(item, row["option"]):
            continue
        if not row["group"]:
            marks[row["item"] if several else row["option"]] = own.municipality
        elif own.chose(survey.codebook.item(DIVIDED[1]), row["group"]):
            marks[row["group"], row["option"]] = own.municipality
    return marks


def own_line(figure: Figure, survey: LeadersSurvey, own: OwnAnswers) -> str:
    """Return what the municipality answered and how common that is; '' if it did not answer."""
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
    """Return the shares of 2021 next to those of a later wave, for all figures that show shares."""
    then = open_leaders_survey(LEADERS, confidence=survey.everything.confidence)
    parts = []
    for figure in (figure for figure in figures if figure.chart != "count_chart"):
        was, now = (of.estimates(*figure.answers, by=figure.by).frame for of in (then, survey))
        then_words, now_words = ([_share(row) for _, row in rows.iterrows()] for rows in (was, now))
        number = figure.id if figure.id[-1].isdigit() else "Tekst"
        parts.append(now[["label", "group_label"]].assign(figure=number, then=then_words, now=now_words))
    columns = {"figure": "Figur", "label": "Svar", "group_label": "Gruppe", "then": "2021", "now": survey.id}
    sources = [survey.everything.source, f"2021: {survey.codebook.meta['source']}"]
    caption, note = "2021 mod denne måling", source_line(sentences(sources))
    return public_table(pd.concat(parts), caption=caption, columns=columns, note=note)


def _share(row: pd.Series[Any]) -> str:
    if row["suppressed"]:
        return WITHHELD
    return "–" if pd.isna(row["proportion"]) else danish.percent(row["proportion"])


def _standing(row: pd.Series[Any], figure: Figure) -> str:
    """Return how common an answer is: 'som 27 pct. af kommunerne'; names the base if it is not everybody."""
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

"""From a figure's description to its chart."""

from __future__ import annotations

from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.insights.claims import verdict
from borgerlib.lokaldemokrati.insights.registry import Figure
from borgerlib.lokaldemokrati.insights.sentences import fill
from borgerlib.lokaldemokrati.leaders import LeadersSurvey
from borgerlib.lokaldemokrati.own_answers import OwnAnswers
from borgerlib.lokaldemokrati.published.identification import identifications
from borgerlib.population.municipalities import NUMBER_OF_MUNICIPALITIES
from borgerlib.statistics.disclosure.disclosed import KEYS
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import bar_chart, count_chart, scale_chart


def draw(figure: Figure, survey: LeadersSurvey, own: OwnAnswers | None = None) -> Chart:
    """Return the chart of a figure, with the municipality's own answers marked where it gave them."""
    estimates = figure_estimates(figure, survey)
    told: dict[str, Any] = {
        "title": _title(figure, survey),
        "question": figure.question,
        "base_note": figure.who,
        "note": " ".join(
            filter(
                None, [figure.caveat if survey.kind == "published" else "", _sizes(figure, estimates, survey)]
            )
        ),
        "own": _own_marks(figure, estimates.frame, survey, own),
    }
    if figure.kind == "counts":
        return count_chart(estimates, **told)
    if figure.kind == "scale":
        return scale_chart(
            estimates,
            neutral=figure.neutral,
            positive_first=figure.positive_first,
            aside=figure.aside,
            net=figure.net,
            **told,
        )
    return bar_chart(estimates, sort=figure.sort, highlight=figure.highlight, **told)


def _title(figure: Figure, survey: LeadersSurvey) -> str:
    estimates = survey.estimates
    if figure.kind == "counts":
        # The bars are counts, so the most frequent is the most often named, not the largest weighted share.
        estimates = estimates.counted(population=NUMBER_OF_MUNICIPALITIES)
    title = fill(figure.title, estimates, verdict=lambda claim: verdict(claim, survey).sentence)
    return title.removesuffix(".") if not title.endswith("pct.") else title


def figure_estimates(figure: Figure, survey: LeadersSurvey) -> DisclosedEstimates:
    """Return the estimates that a figure shows, in its order and with its labels."""
    frame = survey.estimates.frame
    item = figure.item or figure.rows[0].partition(".")[0]
    references = figure.rows or tuple(f"{item}.{option.id}" for option in survey.codebook.item(item).options)
    if figure.kind == "scale" and figure.net:
        references = (*references, f"{item}.{figure.net}")
    groups = [option.id for option in survey.codebook.item(figure.group).options] if figure.group else [""]
    keys = pd.MultiIndex.from_arrays([frame["item"] + "." + frame["option"], frame["group"]])
    wanted = [(reference, group) for group in groups for reference in references]
    shown = survey.estimates.take(keys.get_indexer(pd.MultiIndex.from_tuples(wanted)))
    rows = shown.frame
    named = rows[KEYS].itertuples(index=False, name=None)
    return shown.relabel("label", dict(zip(named, _labels(rows, figure, survey), strict=True)), by=KEYS)


def _labels(rows: pd.DataFrame, figure: Figure, survey: LeadersSurvey) -> list[str]:
    labels = [str(label) for label in rows["label"]]
    if figure.labels:
        own = list(figure.labels)
        return own + labels[len(own) :]
    if rows["item"].nunique() > 1 and set(rows["option"]) == {"enige"}:
        # A battery of statements: the statement is what tells the bars apart, not the answer.
        return [survey.codebook.item(item).text for item in rows["item"]]
    return labels


def _sizes(figure: Figure, estimates: DisclosedEstimates, survey: LeadersSurvey) -> str:
    """Tell how many answers stand behind the percentages where the report leaves it open."""
    if survey.kind != "published" or figure.group:
        return ""
    found = [identifications()[item] for item in dict.fromkeys(estimates.frame["item"])]
    open_ones = [identification for identification in found if identification.status != "identified"]
    sentences = []
    for identification in open_ones:
        if identification.status == "set":
            sizes = danish.listing([str(n) for n in identification.possible_n], last="eller")
            sentences.append(f"Procenterne passer med N = {sizes}; intervallerne dækker dem alle.")
        else:
            sentences.append(identification.why)
    return " ".join(dict.fromkeys(sentences))


def _own_marks(
    figure: Figure, frame: pd.DataFrame, survey: LeadersSurvey, own: OwnAnswers | None
) -> dict[Any, str]:
    if own is None:
        return {}
    several = frame["item"].nunique() > 1
    marks: dict[Any, str] = {}
    for _, row in frame.iterrows():
        # A scale's net is a line under its steps: the step is marked, not the line.
        if row["option"] == figure.net or not own.chose(survey.codebook.item(row["item"]), row["option"]):
            continue
        if not figure.group:
            marks[row["item"] if several else row["option"]] = own.municipality
        elif own.chose(survey.codebook.item(figure.group), row["group"]):
            marks[row["group"], row["option"]] = own.municipality
    return marks

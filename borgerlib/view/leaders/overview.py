"""The overview: who answered, how many answers each percentage allows, and which published numbers hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.insights.sentences import fill
from borgerlib.lokaldemokrati.leaders import LeadersSurvey
from borgerlib.lokaldemokrati.published.audit import audit
from borgerlib.lokaldemokrati.published.identification import identification_table
from borgerlib.lokaldemokrati.published.numbers import load_published
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.view.tables.html import Table, public_table
from borgerlib.view.words.alt_text import source_line
from borgerlib.view.words.text import Text, page_text

_SECTIONS = {"metode": "Metode", "om": "Om", "noegletal": "Nøgletal", "case": "Case"}
_SIZES = {"identified": "entydigt", "set": "flere mulige", "impossible": "umuligt"}
# The words for a status in a table, and in the sentence that counts them.
_STATUS = {
    "reproduced": ("bekræftet", "bekræftet præcist"),
    "inferred": (
        "bekræftet efter rækkefølge",
        "bekræftet, men med tal og etiket parret efter deres rækkefølge",
    ),
    "derived": ("udledt", "tabt i teksten og udledt af de øvrige tal"),
    "quoted": ("citeret", "citeret fra andre kilder end spørgeskemaet"),
    "contradictory": ("modstridende", "modsagt af 2021-rapporten selv"),
    "impossible": ("umuligt", "i strid med de andre tal"),
    "bounded": ("kendt inden for grænser", "tabt, men kendt inden for grænser"),
    "unreadable": ("tabt", "tabt"),
}
_KEY_FIGURES = (
    (
        "{udsagn_byraad.enige:pct}",
        "af kommunaldirektørerne siger, at deres byråd prioriterer borgerinddragelse højt",
    ),
    ("{strategi.ja:pct}", "af kommunerne har en strategi"),
    ("{former.borgermoede:pct}", "har holdt borgermøde eller dialogmøde"),
)


def page(survey: LeadersSurvey) -> Text:
    """Return who answered, and what a report's front page says of it, with the key figures."""
    meta = survey.codebook.meta
    answered = int(meta["respondents"]) if survey.wave is None else len(survey.wave.respondents)
    rate = danish.percent(answered / meta["population"])
    finding = f"{answered} af landets {meta['population']} kommunaldirektører"
    year, completed = meta["fieldwork_end"][:4], meta["completed"]
    told = f" svarede i {year} ({rate}), og {completed} af dem gennemførte hele skemaet."
    finding += told if survey.wave is None else f" har svaret i denne måling ({rate})."
    figures = [(f"{answered} af {meta['population']}", "kommunaldirektører har svaret")]
    figures += [(fill(value, survey.everything), label) for value, label in _KEY_FIGURES]
    return page_text(
        finding,
        number=0,
        title="Overblik",
        kicker="Overblik",
        source=survey.everything.source,
        key_figures=[{"value": value, "label": label} for value, label in figures],
    )


def feasible_sizes() -> Table:
    """Return, for every question of 2021, which numbers of answers its percentages allow."""
    frame = identification_table()
    frame["sizes"] = [
        danish.listing([str(n) for n in possible], last="eller") if possible else f"ingen; nærmest {n}"
        for possible, n in zip(frame["possible_n"], frame["n"], strict=True)
    ]
    frame["status"] = frame["status"].map(_SIZES)
    columns = {"question": "Spørgsmål", "sizes": "Mulige antal svar", "status": "Resultat", "why": "Hvorfor"}
    return _of_2021(frame, "Hvor mange svar kan der ligge bag procenterne?", columns)


def audit_summary() -> str:
    """Return in words how many published values hold."""
    status = audit()["status"].value_counts()
    parts = [f"{danish.number(status[key])} {said}" for key, (_, said) in _STATUS.items() if key in status]
    return f"Af {danish.number(status.sum())} offentliggjorte værdier er {danish.listing(parts)}."


def audit_table(*, insight: int | None = None) -> Table:
    """Return published values next to the recomputed ones, with the reason for a difference.

    Parameters
    ----------
    insight : int, optional
        Only the values of this insight (0: outside the insights); otherwise all, folded away until wanted.
    """
    frame = audit()
    percent = load_published()["unit"] == "pct"
    for column in ("published", "recomputed"):
        frame[column] = [_valued(value, of) for value, of in zip(frame[column], percent, strict=True)]
    frame["behind"] = [_behind(count, n) for count, n in zip(frame["count"], frame["n"], strict=True)]
    frame["place"] = [_place(row, whole=not insight) for _, row in frame.iterrows()]
    frame["value"] = _value_names(frame)
    caption = "Alle offentliggjorte værdier"
    if insight is not None:
        named = frame["insight"].where(frame["insight"].str.isdigit(), "0")
        frame = frame[named == str(insight)]
        where = f"Indsigt {insight}" if insight else "Uden for indsigterne"
        caption = f"{where}: hvert offentliggjort tal og det genberegnede"
    frame = frame.assign(status=frame["status"].map(_STATUS).str[0])
    columns = {
        "place": "Sted",
        "value": "Svar",
        "group": "Gruppe",
        "published": "Offentliggjort",
        "recomputed": "Genberegnet",
        "behind": "Svar bag\u00a0tallet",
        "status": "Resultat",
        "reason": "Begrundelse",
    }
    empty = [column for column in ("group", "reason") if not frame[column].astype(bool).any()]
    table = _of_2021(frame, caption, {k: v for k, v in columns.items() if k not in empty})
    return table if insight is not None else replace(table, fold=f"Vis alle {len(table.rows)} værdier")


def open_values_table() -> Table:
    """Return the published values that are not reproduced; those with the same reason share a row."""
    frame = audit()
    frame["value"] = _value_names(frame)
    frame = frame[~frame["status"].isin(["reproduced", "inferred"])]
    frame = frame.assign(place=[_place(row, whole=True) for _, row in frame.iterrows()])
    together = frame.groupby(["place", "status", "reason"], sort=False)["value"]
    rows = together.agg(lambda names: "; ".join(dict.fromkeys(names))).reset_index()
    rows["status"] = rows["status"].map(_STATUS).str[0]
    columns = {"place": "Sted", "value": "Værdi", "status": "Resultat", "reason": "Begrundelse"}
    return _of_2021(rows, "Værdier, der ikke er bekræftet", columns)


def _of_2021(frame: pd.DataFrame, caption: str, columns: Mapping[str, str]) -> Table:
    source = source_line(str(load_codebook(LEADERS).meta["source"]))
    return public_table(frame, caption=caption, columns=columns, note=source)


def _value_names(frame: pd.DataFrame) -> list[str]:
    """Return what distinguishes the values of a figure: the answer, the question, or both."""
    figures = frame.groupby([frame["insight"], frame["figure"]])
    questions = figures["question"].transform("nunique")
    answers = figures["item"].transform("nunique")
    names = []
    for (_, row), asked, answered in zip(frame.iterrows(), questions, answers, strict=True):
        question, answer = str(row["question"]), str(row["item"])
        if not answer or (asked > 1 and answered == 1):
            names.append(question)
        else:
            names.append(f"{question} – {answer}" if asked > 1 or row["figure"] == "tekst" else answer)
    return names


def _place(row: pd.Series[Any], *, whole: bool) -> str:
    figure = "Tekst" if row["figure"] == "tekst" else f"Figur {row['figure']}"
    if not whole:
        return figure
    section = _SECTIONS.get(row["insight"], f"Indsigt {row['insight']}")
    return f"{section}, {figure[:1].lower()}{figure[1:]}"


def _valued(value: Any, percent: bool) -> str:
    if pd.isna(value):
        return "–"
    return f"{value}\u00a0pct." if percent else danish.number(value)


def _behind(count: Any, n: Any) -> str:
    return "–" if pd.isna(count) or pd.isna(n) else f"{count}\u00a0af\u00a0{n}"

"""The Danish sentences about a selection: who is meant, the most frequent answer, significant differences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.dashboard.page.answers import Answer, Answers, Record
from borgerlib.dashboard.page.words import words
from borgerlib.interest.filters.selection import Selection
from borgerlib.lokaldemokrati.insights.sentences import first_sentence
from borgerlib.view.words import alt_text

_NAMED = 3


def heading(answers: Answers, selection: Selection) -> str:
    """Return who is meant: 'Alle, der har svaret i Odense Kommune' or '60–69 år · Kvinde · By eller land'."""
    if selection.is_everybody:
        return words()("page", "everybody", sted=answers.municipality.full_name)
    parts = []
    for filter_ in answers.offer.filters:
        wanted = selection.levels.get(filter_.role, ())
        labels = [level.label for level in filter_.levels if level.id in wanted]
        if labels:
            parts.append(danish.listing(labels, last="eller"))
    return " · ".join(parts)


def who(answers: Answers, answer: Answer, *, counted: bool = False) -> str:
    """Return who is meant, and with whom they are compared: '60–69 år (ca. 550 svar) mod 15–24 år (…)'."""
    return f" {words()('strings', 'versus')} ".join(
        heading(answers, one.selection) + (f" ({about_how_many(one)})" if counted else "")
        for one in answer.pair
    )


def about_how_many(answer: Answer) -> str:
    """Return the respondents of a selection: 'ca. 130 svar', or 'for få svar'."""
    say, n = words(), answer.size.n
    return say("page", "few") if n is None else say("overview", "size", tal=danish.number(n))


def answer_sentence(answers: Answers, answer: Answer, focus: tuple[str, str]) -> str:
    """Return the leading sentence: how two selections differ, or the answer to a question of the menu.

    Parameters
    ----------
    answers, answer
        The municipality and the selection.
    focus : tuple of (str, str)
        Role and answer that the question is about (answer '' for all answers); ('', '') for none.
    """
    if answer.against is not None:
        return _compared(answers, answer, answer.against)
    role, option = focus
    rows, say, who = answer.records.get(role, ()), words(), heading(answers, answer.selection)
    other = answers.beside(answer)
    of_all = other.shares.get(role, {}) if other else {}
    if rows and not option:
        first = chart_title(rows, confidence=answers.confidence, exclusive=role == "time")
        known = [row for row in rows if not math.isnan(row["proportion"])]
        shown = sorted(known, key=lambda row: -row["proportion"])[:_NAMED]
        pairs = [beside(row, of_all.get(row["option"], math.nan)) for row in shown]
        key = "chart" if other else "chart_everybody"
        return say("answer", key, hvem=who, fund=first, svar=danish.listing(pairs)) if pairs else ""
    row = next((row for row in rows if row["option"] == option), None)
    if row is None:
        return ""
    if math.isnan(row["proportion"]) and math.isnan(row["ci_upper"]):
        return say("answer", "hidden", hvem=who, svar=row["label"], hvorfor=row["note"])
    interval = alt_text.interval_words(row)
    value = f"{share_words(row)} ({interval})" if interval else share_words(row)
    parts = [say("answer", "share", hvem=who, vaerdi=value, svar=row["label"])]
    if other:
        parts.append(say("answer", direction_key(row["direction"])))
    if not math.isnan(whole := of_all.get(option, math.nan)):
        parts.append(say("answer", "whole", vaerdi=danish.percent(whole)))
    return " ".join(parts)


def _compared(answers: Answers, answer: Answer, against: Answer) -> str:
    """Return a sentence on the significant differences of two selections, over all questions."""
    say, rows = words(), [row for of in answer.records.values() for row in of]
    pair = {"valg": heading(answers, answer.selection), "andet": heading(answers, against.selection)}
    if answer.selection == against.selection:
        return say("compare", "same", **pair)
    if all(pd.isna(row["direction"]) for row in rows):
        return say("compare", "all_untested", **pair)
    told = _apart(rows, "compare", lambda row: beside(row, against.shares[row["item"]][row["option"]]))
    return say("compare", "lead", **pair, svar=told) if told else say("compare", "all_alike", **pair)


def _apart(rows: Sequence[Record], section: str, name: Callable[[Record], str]) -> str:
    """Return in words which answers are given significantly more often, and which less often."""
    parts = []
    for key in ("more", "less"):
        named = [name(row) for row in rows if direction_key(row["direction"]) == key]
        # Of many, name only the first ones and add 'flere' (more).
        few = named if len(named) <= _NAMED + 1 else [*named[:_NAMED], "flere"]
        parts += [words()(section, key, svar=danish.listing(few))] if few else []
    return " ".join(parts)


def beside(row: Record, other: float) -> str:
    """Return an answer with its share and the one it is compared with: '»Natur« (34 mod 28 pct.)'."""
    own = row["proportion"]
    if math.isnan(own) or math.isnan(other):
        return f"»{row['label']}« ({share_words(row)})"
    return f"»{row['label']}« ({danish.number(100 * own)} mod {danish.percent(other)})"


def difference(rows: Sequence[Record], *, compared: bool = False) -> str:
    """Return in words which answers differ significantly from the rest, or from a second selection."""
    section = "compare" if compared else "chart"
    if all(pd.isna(row["direction"]) for row in rows):
        return words()(section, "untested")
    return _apart(rows, section, lambda row: f"»{row['label']}«") or words()(section, "alike")


def chart_title(rows: Sequence[Record], *, confidence: float, exclusive: bool = False) -> str:
    """Return the finding of a chart: the most frequent answer, if it is significantly ahead."""
    say = words()
    asked = [row for row in rows if not row["settled"]]
    if all(math.isnan(row["proportion"]) for row in asked):
        return say("chart", "none")
    first = first_sentence(say("chart", "first"), asked, confidence=confidence, exclusive=exclusive)
    return first or say("chart", "no_first")


def share_words(row: Record) -> str:
    """Return a share in words: '12 pct.'; without a number what is known of it: 'under 3 pct.', 'skjult'."""
    return str(row["note"]) if math.isnan(row["proportion"]) else danish.percent(row["proportion"])


def direction_key(direction: Any) -> str:
    """Return the key of a direction: 'more', 'less', 'alike'; 'untested' if it is missing."""
    return "untested" if pd.isna(direction) else {1: "more", -1: "less", 0: "alike"}[int(direction)]

"""What the page is told: once, what there is to choose; then, for each selection, what to show.

Both are plain mappings that JSON can hold. Every word and number is settled here, so that the page only lays
out, and a test can read all that is ever sent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.dashboard.page.answers import Answer, Answers, Record
from borgerlib.dashboard.page.questions import Question
from borgerlib.dashboard.page.words import words
from borgerlib.interest.filters.choices import Filter
from borgerlib.interest.filters.selection import KEYS, Selection
from borgerlib.lokaldemokrati.insights.sentences import first_sentence
from borgerlib.view.words import alt_text

SORTS = ("asked", "size", "difference")
_FULL = (0.25, 0.5, 0.75, 1.0)
_NAMED = 3
_DIGITS = 3


def setting(answers: Answers) -> dict[str, Any]:
    """Return what does not change: names, filters, words."""
    say = words()
    place = answers.municipality.full_name
    sure = danish.percent(answers.confidence)
    return {
        "title": say("page", "place", sted=place),
        "simulated": say("page", "simulated") if answers.offer.simulated else "",
        "filters": [
            {
                "role": filter_.role,
                "label": say("roles", filter_.role),
                "levels": [{"id": level.id, "label": level.label} for level in filter_.levels],
            }
            for filter_ in answers.offer.filters
        ],
        "strings": dict(say.sections["strings"]),
        "table": {key: text.format(sikkerhed=sure) for key, text in say.sections["table"].items()},
        "sorts": [{"id": sort, "label": say("strings", f"sort_{sort}")} for sort in SORTS],
        "whole": say("chart", "whole"),
        "keys": dict(KEYS),
    }


def menu(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Return the questions of the menu."""
    return [{"id": question.id, "label": question.label, "saved": question.saved} for question in questions]


def view(
    answers: Answers,
    answer: Answer,
    *,
    number: int,
    sort: str = "asked",
    focus: tuple[str, str] = ("", ""),
    notices: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what to show of a selection.

    Parameters
    ----------
    answers : Answers
        The municipality.
    answer : Answer
        The selection's numbers.
    number : int
        Of the request that this answers.
    sort : str
        One of `SORTS`.
    focus : tuple of (str, str)
        Role and answer that a question of the menu is about.
    notices : sequence of str
        What the reader should know of the request, in Danish sentences.
    """
    rows = answer.records
    hidden = answer.size.n is not None and all(row["suppressed"] for of in rows.values() for row in of)
    told = [*notices, *([words()("page", "all_hidden")] if hidden else [])]
    told += [] if answers.offer.weighted else [words()("page", "unweighted")]
    told += [words()("page", "nothing")] if answer.size.n is None else []
    charts = [_chart(answers, answer, filter_, rows[filter_.role], sort, focus) for filter_ in answers.charts]
    # One scale, so that bars can be held against each other across charts.
    full = max((chart["full"] for chart in charts), default=1.0)
    return {
        "number": number,
        "levels": {role: list(levels) for role, levels in answer.selection.levels.items()},
        "link": answer.selection.to_link(),
        "sort": sort,
        "heading": heading(answers, answer.selection),
        "facts": _facts(answers, answer),
        "answer": _focused(answers, answer, rows, focus),
        "notice": " ".join(told),
        "about": about(answers, answer),
        "charts": [chart | {"full": full} for chart in charts],
    }


def heading(answers: Answers, selection: Selection) -> str:
    """Return who is meant: 'Alle borgere i Odense Kommune', or '60–69 år · Kvinde · By eller land'."""
    if selection.is_everybody:
        return words()("page", "everybody", sted=answers.municipality.full_name)
    parts = []
    for filter_ in answers.offer.filters:
        wanted = selection.levels.get(filter_.role, ())
        labels = [level.label for level in filter_.levels if level.id in wanted]
        if labels:
            parts.append(danish.listing(labels, last="eller"))
    return " · ".join(parts)


def about(answers: Answers, answer: Answer) -> list[str]:
    """Return how the numbers were made, in Danish sentences."""
    say, odds = words(), (1 - answers.chance) / answers.chance
    told = [
        say("page", "protection", chance=danish.percent(answers.chance)),
        say("page", "promise", faktor=danish.number(math.ceil(round(odds, 6)))),
    ]
    if answers.offer.weighted:
        told.append(f"{say('page', 'effective')}: {say('page', 'effective_hint')}")
    return [*told, alt_text.source_line(answers.offer.source)]


def ordered(rows: Sequence[Record], whole: Mapping[Any, float], sort: str, *, fixed: bool) -> list[Record]:
    """Return rows in the order wanted; those without a value last. A scale (`fixed`) keeps its steps.

    Parameters
    ----------
    rows : sequence of mapping
        The rows of one question.
    whole : mapping
        Option → share of everybody.
    sort : str
        One of `SORTS`.
    fixed : bool
        The options are steps of a scale.
    """
    if sort == "size" and not fixed:
        return sorted(rows, key=lambda row: _last(-row["proportion"]))
    if sort == "difference" and whole:
        return sorted(rows, key=lambda row: _last(-abs(row["proportion"] - whole[row["option"]])))
    return list(rows)


def _last(value: float) -> float:
    return math.inf if math.isnan(value) else value


def _facts(answers: Answers, answer: Answer) -> list[dict[str, str]]:
    say, size, everybody = words(), answer.size, answers.everybody
    if size.n is None or size.people is None or not everybody.size.people:
        return [{"label": say("page", "n"), "value": say("page", "few")}]
    people, whole = answer.citizens or size.people, everybody.citizens or everybody.size.people
    numbers = {
        "n": say("page", "about", tal=danish.number(size.n)),
        "people": danish.number(people)
        if answer.citizens
        else say("page", "about", tal=danish.number(_rough(people))),
        "share": say("page", "about", tal=danish.percent(min(1.0, people / whole))),
        "effective": say("page", "about", tal=danish.number(size.effective_n or 0)),
    }
    if answer.selection.is_everybody or not answers.offer.weighted:
        del numbers["share"]
    if not answers.offer.weighted:
        del numbers["people"], numbers["effective"]
    return [{"label": say("page", key), "value": value} for key, value in numbers.items()]


def _rough(value: float) -> float:
    """Return a number to three digits: 20.248 → 20.200."""
    size = 10 ** max(0, math.floor(math.log10(max(value, 1))) - _DIGITS + 1)
    return float(round(value / size) * size)


def _focused(
    answers: Answers, answer: Answer, rows: Mapping[str, Sequence[Record]], focus: tuple[str, str]
) -> str:
    """Return the answer to a question of the menu in a sentence; '' where it asks for a whole chart."""
    role, option = focus
    row = next((row for row in rows.get(role, ()) if row["option"] == option), None)
    if row is None:
        return ""
    say, who = words(), heading(answers, answer.selection)
    if row["suppressed"]:
        return say("answer", "hidden", hvem=who, svar=row["label"])
    return say(
        "answer",
        "share",
        hvem=who,
        vaerdi=share_words(row),
        interval=alt_text.interval_words(row),
        svar=row["label"],
        forskel=say("answer", _direction_key(row["direction"])),
    )


def _direction_key(direction: Any) -> str:
    return "untested" if pd.isna(direction) else {1: "more", -1: "less", 0: "alike"}[int(direction)]


def _chart(
    answers: Answers,
    answer: Answer,
    filter_: Filter,
    rows: Sequence[Record],
    sort: str,
    focus: tuple[str, str],
) -> dict[str, Any]:
    say, everybody = words(), answer.selection.is_everybody
    of_all = answers.everybody.shares[filter_.role]
    shown = ordered(rows, {} if everybody else of_all, sort, fixed=filter_.role == "time")
    title = chart_title(rows, confidence=answers.confidence, exclusive=filter_.role == "time")
    question = filter_.question or say("roles", filter_.role)
    caption = "caption_everybody" if everybody else "caption"
    reach = [row[key] for row in rows for key in ("proportion", "ci_upper") if not math.isnan(row[key])]
    reach += [] if everybody else [share for share in of_all.values() if not math.isnan(share)]
    return {
        "id": filter_.role,
        "heading": say("charts", filter_.role),
        "title": title,
        "question": question,
        "difference": "" if everybody else difference(rows),
        "caption": say("chart", caption, sikkerhed=danish.percent(answers.confidence)),
        "alt": alt_text.describe_rows(
            "bar", shown, title=title, question=question, confidence=answers.confidence
        ),
        "full": next((full for full in _FULL if full >= max(reach, default=0)), 1.0),
        "rows": [_row(row, {} if everybody else of_all, focus) for row in shown],
    }


def chart_title(rows: Sequence[Record], *, confidence: float, exclusive: bool = False) -> str:
    """Return the finding of a chart: which answer stands first, where one does beyond chance."""
    say = words()
    asked = [row for row in rows if not row["settled"]]
    if all(math.isnan(row["proportion"]) for row in asked):
        return say("chart", "none")
    first = first_sentence(say("chart", "first"), asked, confidence=confidence, exclusive=exclusive)
    return first or say("chart", "no_first")


def difference(rows: Sequence[Record]) -> str:
    """Return in words which answers differ from those of the rest beyond chance."""
    say = words()
    if all(pd.isna(row["direction"]) for row in rows):
        return say("chart", "untested")
    parts = []
    for key, direction in (("more", 1), ("less", -1)):
        labels = [
            f"»{row['label']}«"
            for row in rows
            if not pd.isna(row["direction"]) and row["direction"] == direction
        ]
        if labels:
            named = labels if len(labels) <= _NAMED + 1 else [*labels[:_NAMED], "flere"]
            parts.append(say("chart", key, svar=danish.listing(named)))
    return " ".join(parts) or say("chart", "alike")


def _row(row: Record, whole: Mapping[Any, float], focus: tuple[str, str]) -> dict[str, Any]:
    say = words()
    of_all = whole.get(row["option"], math.nan)
    shown = not row["suppressed"]
    return {
        "id": row["option"],
        "label": row["label"],
        "value": _number(row["proportion"]),
        "lower": _number(row["ci_lower"]),
        "upper": _number(row["ci_upper"]),
        "text": share_words(row),
        "interval": alt_text.interval_words(row) if shown else "",
        "whole": _number(of_all),
        "whole_short": "" if math.isnan(of_all) else f"alle {danish.number(100 * of_all)}",
        "whole_text": "" if math.isnan(of_all) else danish.percent(of_all),
        "direction": 0 if pd.isna(row["direction"]) else int(row["direction"]),
        "difference": say("table", _direction_key(row["direction"])) if whole and not row["settled"] else "",
        "note": say("chart", "settled") if row["settled"] else "",
        "focus": focus == (row["item"], row["option"]),
    }


def share_words(row: Record) -> str:
    """Return a share in words: '12 pct.', or why there is none: 'under 3 pct.', 'for få svar'."""
    return str(row["note"]) if math.isnan(row["proportion"]) else danish.percent(row["proportion"])


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)

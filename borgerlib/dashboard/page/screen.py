"""What the page receives: once, what there is to choose; then, for each selection, what to show.

Both are mappings that can be written as JSON. All words and numbers are made here: the page only lays them
out, and a test can check everything that is sent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.dashboard.page.answers import Answer, Answers, Record, missing_last
from borgerlib.dashboard.page.overview import divisions, overview
from borgerlib.dashboard.page.questions import MenuQuestion
from borgerlib.dashboard.page.sentences import (
    about_how_many,
    answer_sentence,
    chart_title,
    difference,
    direction_key,
    heading,
    share_words,
    who,
)
from borgerlib.dashboard.page.words import words
from borgerlib.interest.filters.selection import KEYS, Selection
from borgerlib.view.comparison.since import since_last
from borgerlib.view.words import alt_text

SORTS = ("asked", "size", "difference")
MARKS = {"more": " ▲", "less": " ▼", "untested": " °"}
_FULL = (0.25, 0.5, 0.75, 1.0)
_DIGITS = 3


def setting(answers: Answers) -> dict[str, Any]:
    """Return what does not change: names, filters, words."""
    say = words()
    name = answers.municipality.full_name
    sure = danish.percent(answers.confidence)
    return {
        "title": say("page", "place", sted=name),
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
        "items": [{"id": one.role, "label": say("charts", one.role)} for one in answers.charts],
        "divisions": [{"id": role, "label": say("roles", role)} for role in divisions(answers)],
        "keys": dict(KEYS),
        "since": since_last(answers.municipality.name, confidence=answers.confidence),
    }


def menu(questions: Sequence[MenuQuestion]) -> list[dict[str, Any]]:
    """Return the questions of the menu, each with its selection."""
    return [
        {
            "id": question.id,
            "label": question.label,
            "saved": question.saved,
            **_wanted(question.meant.selection, question.meant.against, question.focus),
        }
        for question in questions
    ]


def _wanted(selection: Selection, against: Selection | None, focus: tuple[str, str]) -> dict[str, Any]:
    return {
        "levels": selection.as_json(),
        "against": against.as_json() if against else None,
        "focus": list(focus) if any(focus) else None,
    }


def view(
    answers: Answers,
    answer: Answer,
    *,
    number: int,
    sort: str = "asked",
    focus: tuple[str, str] = ("", ""),
    table: tuple[str, str] | None = None,
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
        Number of the request that this answers.
    sort : str
        One of `SORTS`.
    focus : tuple of (str, str)
        Role and answer that a question of the menu is about.
    table : tuple of (str, str), optional
        Question and division to show as a table, by their roles.
    notices : sequence of str
        Danish sentences about the request, such as what could not be met.
    """
    rows, against = answer.records, answer.against
    hidden = answer.size.n is not None and all(row["suppressed"] for of in rows.values() for row in of)
    sentences = [*notices, *([words()("page", "all_hidden")] if hidden else [])]
    sentences += [] if answers.offer.weighted else [words()("page", "unweighted")]
    sentences += [words()("page", "nothing")] if answer.size.n is None else []
    sentences += [words()("compare", "nothing")] if against and against.size.n is None else []
    charts = [chart(answers, answer, filter_.role, sort=sort, focus=focus) for filter_ in answers.charts]
    # All charts share one scale, so that bars can be compared across them.
    full = max((chart["full"] for chart in charts), default=1.0)
    return {
        "number": number,
        **_wanted(answer.selection, against.selection if against else None, focus),
        "versus": f"{words()('strings', 'versus')} {who(answers, against, counted=True)}" if against else "",
        "link": answer.link,
        "sort": sort,
        "heading": heading(answers, answer.selection),
        "size": f"({about_how_many(answer)})",
        "facts": facts(answers, answer),
        "answer": answer_sentence(answers, answer, focus),
        "notice": " ".join(sentences),
        "about": about(answers, answer),
        "charts": [chart | {"full": full} for chart in charts],
        "table": overview(answers, answer.selection, *table) if table else None,
    }


def of_copy(answers: Answers, answer: Answer) -> list[str]:
    """Return the Danish sentence on a selection by segments found in the copy; nothing for any other."""
    return [words()("page", "copied")] if any(answers.in_copy(one) for one in answer.pair) else []


def about(answers: Answers, answer: Answer) -> list[str]:
    """Return how the numbers were made, in Danish sentences."""
    say, odds = words(), (1 - answers.chance) / answers.chance
    sentences = [
        *of_copy(answers, answer),
        say("page", "protection", chance=danish.percent(answers.chance)),
        say("page", "promise", faktor=danish.number(math.ceil(round(odds, 6)))),
    ]
    if answers.offer.weighted:
        sentences.append(f"{say('page', 'effective')}: {say('page', 'effective_hint')}")
    return [*sentences, alt_text.source_line(answers.offer.source)]


def ordered(rows: Sequence[Record], whole: Mapping[Any, float], sort: str, *, fixed: bool) -> list[Record]:
    """Return rows sorted as wanted, missing values last. The steps of a scale (`fixed`) keep their order.

    Parameters
    ----------
    rows : sequence of mapping
        The rows of one question.
    whole : mapping
        Option → its share among everybody.
    sort : str
        One of `SORTS`.
    fixed : bool
        The options are steps of a scale.
    """
    if sort == "size" and not fixed:
        return sorted(rows, key=lambda row: missing_last(-row["proportion"]))
    if sort == "difference" and whole:
        return sorted(rows, key=lambda row: missing_last(-abs(row["proportion"] - whole[row["option"]])))
    return list(rows)


def facts(answers: Answers, answer: Answer) -> list[dict[str, str]]:
    """Return label and value of each number on the size of the selection, the respondents first."""
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
    left_out = {"share"} if answer.selection.is_everybody else set()
    if not answers.offer.weighted:
        left_out = {"people", "share", "effective"}
    elif answers.in_copy(answer):
        # Its size is the copy's: how many such people live here is not known.
        left_out = {"people", "share"}
    return [
        {"label": say("page", key), "value": value} for key, value in numbers.items() if key not in left_out
    ]


def _rough(value: float) -> float:
    """Return a number to three digits: 20.248 → 20.200."""
    size = 10 ** max(0, math.floor(math.log10(max(value, 1))) - _DIGITS + 1)
    return float(round(value / size) * size)


def chart(
    answers: Answers, answer: Answer, role: str, *, sort: str = "asked", focus: tuple[str, str] = ("", "")
) -> dict[str, Any]:
    """Return one of the charts of `view`; `role` is one of those that `answers` shows."""
    say, other, against = words(), answers.beside(answer), answer.against
    filter_, rows = answers.offer.filter(role), answer.records[role]
    of_other = {} if other is None else {row["option"]: row for row in other.records[role]}
    shares = {} if other is None else other.shares[role]
    shown = ordered(rows, shares, sort, fixed=role == "time")
    differs = difference(rows, compared=against is not None) if other else ""
    if against and against.selection == answer.selection:
        differs = say("compare", "equal")
    first = chart_title(rows, confidence=answers.confidence, exclusive=role == "time")
    title = differs if against else first
    question = (filter_.question if filter_ else "") or say("roles", role)
    pair = {
        "valg": heading(answers, answer.selection),
        "andet": heading(answers, other.selection) if other else "",
    }
    section, sure = "compare" if against else "chart", danish.percent(answers.confidence)
    caption, legend = (
        say(section, key if other else "caption_everybody", sikkerhed=sure, **pair)
        for key in ("caption", "legend")
    )
    tested = any(not pd.isna(row["direction"]) for row in rows)
    bars = [
        _row(row, of_other.get(row["option"]), focus, paired=against is not None, tested=tested)
        for row in shown
    ]
    sign = say("chart", "sign") if any(bar["mark"] == MARKS["untested"] for bar in bars) else ""
    measured = [*rows, *(of_other.values() if against else ())]
    reach = [row[key] for row in measured for key in ("proportion", "ci_upper") if not math.isnan(row[key])]
    reach += [share for share in shares.values() if not math.isnan(share)]
    alt = alt_text.describe("bar", shown, answers.confidence, title, question)
    if against:
        of_each = "; ".join(f"{row['label']} {share_words(of_other[row['option']])}" for row in shown)
        alt = f"{alt} {say('compare', 'alt', svar=of_each.removesuffix('.'), **pair)}"
    return {
        "id": role,
        "heading": say("charts", role),
        "title": title,
        "question": question,
        "difference": "" if against else differs,
        "caption": f"{caption} {sign}".strip(),
        "legend": f"{legend} {sign}".strip(),
        "sign": sign,
        "alt": alt,
        "full": next((full for full in _FULL if full >= max(reach, default=0)), 1.0),
        "paired": against is not None,
        "heads": [pair["andet"], say("compare", "difference")]
        if against
        else [say("table", "whole"), say("table", "difference")],
        "rows": bars,
    }


def _row(
    row: Record, other: Record | None, focus: tuple[str, str], *, paired: bool, tested: bool
) -> dict[str, Any]:
    say, shown, key = words(), not row["suppressed"], direction_key(row["direction"])
    # If other rows were tested, a row without a mark would be read as 'no difference': mark it as untested.
    marked = other and not row["settled"] and (key != "untested" or (tested and row["proportion"] >= 0))
    of_all = other["proportion"] if other else math.nan
    # For a second group show also a bound ('mod under 7'); for everybody show a number or nothing.
    text = share_words(other) if other and (paired or of_all >= 0) else ""
    short = say("compare" if paired else "chart", "short", tal=text.removesuffix("\xa0pct."))
    ends = (other["ci_lower"], other["ci_upper"]) if other and paired else (math.nan, math.nan)
    interval = alt_text.interval_words(other) if other and paired else ""
    return {
        "id": row["option"],
        "label": row["label"],
        "value": _number(row["proportion"]),
        "lower": _number(row["ci_lower"]),
        "upper": _number(row["ci_upper"]),
        "text": share_words(row),
        "interval": alt_text.interval_words(row) if shown else "",
        "whole": _number(of_all),
        "whole_lower": _number(ends[0]),
        "whole_upper": _number(ends[1]),
        "whole_short": short if text else "",
        "whole_text": f"{text} ({interval})" if interval else text,
        "direction": 0 if pd.isna(row["direction"]) else int(row["direction"]),
        "mark": MARKS.get(key, "") if marked else "",
        "difference": say("table", key) if other and not row["settled"] else "",
        "note": say("chart", "settled") if row["settled"] else "",
        "focus": focus == (row["item"], row["option"]),
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)

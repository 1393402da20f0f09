"""The numbers of a session as a table, and as CSV."""

from __future__ import annotations

import pandas as pd

from borgerlib.files.workbook import escape_formulas
from borgerlib.workshop.cards.rounds import Talk, summary
from borgerlib.workshop.influence.placements import QUESTIONS, Decision, InfluenceMap
from borgerlib.workshop.influence.potential import standings
from borgerlib.workshop.words import words


def influence_table(state: InfluenceMap) -> pd.DataFrame:
    """Return where everything stands.

    Returns
    -------
    DataFrame
        One row an element of the map, under Danish headings: influence and control today and wished
        (0–10), the gap, how many placed it for themselves and how far they agree (0–1; missing for
        fewer than 4), and what was decided.
    """
    head = words().sections["table"]
    rows = []
    for one in standings(state):
        agreed = one.apart["today"][0]
        decisions = [
            decision
            for question in QUESTIONS
            if (decision := state.decisions.get((question, one.element.id))) not in (None, Decision())
        ]
        rows.append(
            {
                head["element"]: one.element.label,
                head["today"]: one.influence.get("today"),
                head["wished"]: one.influence.get("wished"),
                head["control_today"]: one.control.get("today"),
                head["control_wished"]: one.control.get("wished"),
                head["gap"]: one.gap if {"today", "wished"} <= set(one.influence) else None,
                head["n"]: agreed.n,
                head["agreement"]: agreed.share,
                **{
                    head[key]: "; ".join(filter(None, (getattr(each, name) for each in decisions)))
                    for key, name in (("what", "what"), ("who", "who"), ("by", "when"))
                },
            }
        )
    numeric = [
        head[key] for key in ("today", "wished", "control_today", "control_wished", "gap", "agreement")
    ]
    return pd.DataFrame(rows).astype(dict.fromkeys(numeric, float))


def cards_table(state: Talk) -> pd.DataFrame:
    """Return the session's rounds.

    Returns
    -------
    DataFrame
        One row a round, under Danish headings: the cards' titles, the note, the votes (count, and median of
        1–5; missing for fewer than 4).
    """
    told = words()
    rows = [
        {
            told("page", "cards"): " + ".join(one.titles),
            told("report", "note"): one.note,
            told("table", "n"): one.fit.n if one.fit else 0,
            told("report", "fit"): one.fit.median if one.fit else None,
        }
        for one in summary(state)
    ]
    return pd.DataFrame(rows).astype({told("report", "fit"): float})


def as_csv(table: pd.DataFrame) -> bytes:
    """Return a table as Danish spreadsheets expect it: semicolons, decimal commas, and marked as UTF-8."""
    text = escape_formulas(table).to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
    return text.encode("utf-8-sig")

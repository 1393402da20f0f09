"""The numbers of a session as a table, and as CSV."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from borgerlib.files.workbook import escape_formulas
from borgerlib.workshop.cards.rounds import Talk, summary
from borgerlib.workshop.influence.placements import QUESTIONS, Decision, InfluenceMap
from borgerlib.workshop.influence.potential import Standing, standings
from borgerlib.workshop.words import words

_NUMBERS = (
    "today", "wished", "control_today", "control_wished", "gap", "agreement", "agreement_wished",
)  # fmt: skip


def session_table(state: InfluenceMap | Talk) -> pd.DataFrame:
    """Return the rounds of the cards (`cards_table`), or where everything stands on the map.

    Returns
    -------
    DataFrame
        One row a question and an element of the map, under Danish headings: whose influence, on what, and
        the columns of `question_table`.
    """
    if isinstance(state, Talk):
        return cards_table(state.revealed)
    heads = [words()("table", key) for key in ("role", "area")]
    tables = [(one.labels, question_table(one)) for one in state.asked or (state,)]
    whole = pd.concat([table.assign(**dict(zip(heads, labels, strict=True))) for labels, table in tables])
    return whole[[*heads, *whole.columns[:-2]]]


def question_table(state: InfluenceMap) -> pd.DataFrame:
    """Return where everything stands to the question that is asked.

    Returns
    -------
    DataFrame
        One row an element, under Danish headings: influence and control today and wished (0–10), the gap,
        how many placed it for themselves and how far they agree (0–1; missing for fewer than 4), what was
        decided, and whether it was left out: of those, what something was said of.
    """
    head = words().sections["table"]
    there = [(one, _decided(state, one), "") for one in standings(state)]
    gone = [(one, _decided(state, one), words()("table", "yes")) for one in standings(state, state.left_out)]
    there += [row for row in gone if row[0].influence or row[1]]
    return pd.DataFrame([_row(*row) for row in there]).astype({head[key]: float for key in _NUMBERS})


def _row(one: Standing, decisions: Sequence[Decision], left_out: str) -> dict[str, str | float | None]:
    head, agreed = words().sections["table"], one.apart["today"][0]
    wished = one.apart["wished"][0]
    return {
        head["element"]: one.element.label,
        head["today"]: one.influence.get("today"),
        head["wished"]: one.influence.get("wished"),
        head["control_today"]: one.control.get("today"),
        head["control_wished"]: one.control.get("wished"),
        head["gap"]: one.gap if {"today", "wished"} <= set(one.influence) else None,
        head["n"]: agreed.n,
        head["agreement"]: agreed.share,
        head["n_wished"]: wished.n,
        head["agreement_wished"]: wished.share,
        **{
            head[key]: "; ".join(filter(None, (getattr(each, name) for each in decisions)))
            for key, name in (("what", "what"), ("who", "who"), ("by", "when"))
        },
        head["left_out"]: left_out,
    }


def _decided(state: InfluenceMap, one: Standing) -> list[Decision]:
    found = (state.said.decisions.get((question, one.element.id), Decision()) for question in QUESTIONS)
    return [decision for decision in found if decision != Decision()]


def cards_table(state: Talk) -> pd.DataFrame:
    """Return the session's rounds.

    Returns
    -------
    DataFrame
        One row a round, under Danish headings: the cards' titles, the note, the votes (count, and median of
        1–5; missing for fewer than 4).
    """
    say = words()
    rows = [
        {
            say("page", "cards"): " + ".join(one.titles),
            say("report", "note"): one.note,
            say("table", "n"): one.fit.n if one.fit else 0,
            say("report", "fit"): one.fit.median if one.fit else None,
        }
        for one in summary(state)
    ]
    return pd.DataFrame(rows).astype({say("report", "fit"): float})


def as_csv(table: pd.DataFrame) -> bytes:
    """Return a table as Danish spreadsheets expect it: semicolons, decimal commas, and marked as UTF-8."""
    text = escape_formulas(table).to_csv(index=False, sep=";", decimal=",", lineterminator="\r\n")
    return text.encode("utf-8-sig")

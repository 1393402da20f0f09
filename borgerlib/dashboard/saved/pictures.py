"""A selection's charts as the report draws them: for pictures, slides and the saved report."""

from __future__ import annotations

import pandas as pd

from borgerlib import danish
from borgerlib.dashboard.page import screen
from borgerlib.dashboard.page.answers import Answer, Answers
from borgerlib.dashboard.page.words import words
from borgerlib.errors import ParameterError, unknown_name
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart


def picture(answers: Answers, answer: Answer, role: str, *, sort: str = "size") -> Chart:
    """Return the chart of one question: the selection's bars, beside those of everybody where they differ.

    Parameters
    ----------
    answers, answer
        The municipality and the selection.
    role : str
        One of those shown ('topics', 'time', 'formats').
    sort : str
        One of `borgerlib.dashboard.page.screen.SORTS`.

    Raises
    ------
    ParameterError
        There is no such chart.
    """
    shown = [filter_.role for filter_ in answers.charts]
    if role not in shown:
        raise ParameterError(unknown_name("chart", role, shown))
    own, whole = answer.of(role), answers.everybody.of(role)
    say, everybody = words(), answer.selection.is_everybody
    rows = screen.ordered(
        answer.records[role],
        {} if everybody else answers.everybody.shares[role],
        sort,
        fixed=role == "time",
    )
    order = [row["option"] for row in rows]
    title = screen.chart_title(rows, confidence=answers.confidence, exclusive=role == "time")
    filter_ = answers.offer.filter(role)
    question = (filter_.question if filter_ else "") or say("roles", role)
    protection = say("page", "protection", chance=danish.percent(answers.chance))
    own = _in_order(own, order)
    if everybody:
        return bar_chart(own, title=title, question=question, note=protection, sort=False)
    both = _named(own, "valg", say("chart", "selected")).together(
        _named(_in_order(whole, order), "alle", say("chart", "whole"))
    )
    note = " ".join(
        [f"Valget: {screen.heading(answers, answer.selection)}.", screen.difference(rows), protection]
    )
    return grouped_bar_chart(both, title=title, question=question, note=note, sort=False)


def _in_order(estimates: DisclosedEstimates, order: list[str]) -> DisclosedEstimates:
    return estimates.take(pd.Index(estimates.frame["option"]).get_indexer(order))


def _named(estimates: DisclosedEstimates, group: str, label: str) -> DisclosedEstimates:
    return estimates.relabel("group", {"": group}).relabel("group_label", {"": label})

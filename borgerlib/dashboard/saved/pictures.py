"""A selection's charts as the report draws them: for pictures, slides and the saved report."""

from __future__ import annotations

import pandas as pd

from borgerlib import danish
from borgerlib.dashboard.page import screen, sentences
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
    own, other, say = answer.of(role), answers.beside(answer), words()
    rows = screen.ordered(
        answer.records[role],
        {} if other is None else other.shares[role],
        sort,
        fixed=role == "time",
    )
    order = [row["option"] for row in rows]
    first = sentences.chart_title(rows, confidence=answers.confidence, exclusive=role == "time")
    against, differs = answer.against, sentences.difference(rows, compared=answer.against is not None)
    title = differs if against else first
    filter_ = answers.offer.filter(role)
    question = (filter_.question if filter_ else "") or say("roles", role)
    protection = say("page", "protection", chance=danish.percent(answers.chance))
    own = _in_order(own, order)
    if other is None:
        return bar_chart(own, title=title, question=question, note=protection, sort=False)
    names = [
        sentences.heading(answers, of.selection) if against else say("chart", key)
        for of, key in ((answer, "selected"), (other, "whole"))
    ]
    beside = _named(_in_order(other.of(role), order), "andre" if against else "alle", names[1])
    both = _named(own, "valg", names[0]).together(beside)
    told = [f"Valget: {sentences.who(answers, answer)}.", *([] if against else [differs]), protection]
    note = " ".join(told)
    return grouped_bar_chart(both, title=title, question=question, note=note, sort=False)


def _in_order(estimates: DisclosedEstimates, order: list[str]) -> DisclosedEstimates:
    return estimates.take(pd.Index(estimates.frame["option"]).get_indexer(order))


def _named(estimates: DisclosedEstimates, group: str, label: str) -> DisclosedEstimates:
    return estimates.relabel("group", {"": group}).relabel("group_label", {"": label})

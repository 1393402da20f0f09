"""A selection's charts as the report draws them: for pictures, slides and the saved report."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from borgerlib.dashboard.page import screen
from borgerlib.dashboard.page.answers import Answer, Answers
from borgerlib.dashboard.page.words import words
from borgerlib.errors import ParameterError, unknown_name
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
    title = screen.chart_title(rows)
    filter_ = answers.offer.filter(role)
    question = (filter_.question if filter_ else "") or say("roles", role)
    rounding = say("page", "protection")
    if everybody:
        estimates = replace(own, frame=_in_order(own.frame, order))
        return bar_chart(estimates, title=title, question=question, note=rounding, sort=False)
    frame = pd.concat(
        [
            _in_order(own.frame, order).assign(group="valg", group_label=say("chart", "selected")),
            _in_order(whole.frame, order).assign(group="alle", group_label=say("chart", "whole")),
        ],
        ignore_index=True,
    )
    note = " ".join(
        [f"Valget: {screen.heading(answers, answer.selection)}.", screen.difference(rows), rounding]
    )
    return grouped_bar_chart(replace(own, frame=frame), title=title, question=question, note=note, sort=False)


def _in_order(frame: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    return frame.set_index("option", drop=False).loc[order].reset_index(drop=True)

"""A selection's charts as the report draws them: for pictures, slides and the saved report."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.dashboard.page import screen, sentences
from borgerlib.dashboard.page.answers import Answer, Answers
from borgerlib.dashboard.page.words import words
from borgerlib.errors import ParameterError, unknown_name
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.words import alt_text


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
    charts = [filter_.role for filter_ in answers.charts]
    if role not in charts:
        raise ParameterError(unknown_name("chart", role, charts))
    shown, other = screen.chart(answers, answer, role, sort=sort), answers.beside(answer)
    own = _in_order(answer.of(role), shown)
    titles: Any = {"title": shown["title"], "question": shown["question"], "sort": False}
    if other is None:
        return bar_chart(own, **titles, note=protection(answers))
    against = answer.against is not None
    names = [
        sentences.heading(answers, of.selection) if against else words()("chart", key)
        for of, key in ((answer, "selected"), (other, "whole"))
    ]
    beside = _in_order(other.of(role), shown).as_group("andre" if against else "alle", names[1])
    note = [f"Valget: {sentences.who(answers, answer)}.", shown["difference"], protection(answers)]
    both = own.as_group("valg", names[0]).together(beside)
    return grouped_bar_chart(both, **titles, note=" ".join(filter(None, note)))


def slide_chart(answers: Answers, answer: Answer, role: str, *, sort: str) -> Chart:
    """Return the chart of one question, low enough for a slide: a bar an answer, the others' as a number.

    Parameters and errors are those of `picture`.
    """
    shown, other = screen.chart(answers, answer, role, sort=sort), answers.beside(answer)
    own, note, question = _in_order(answer.of(role), shown), protection(answers), shown["question"]
    if other is not None:
        note = f"{words()('compare' if answer.against else 'chart', 'slide')} {shown['sign']} {note}"
        question = f"{sentences.who(answers, answer, counted=bool(answer.against))}. {question}"
    drawn = bar_chart(own, title=shown["title"], question=question, note=note, sort=False)
    marks: Any = drawn.marks
    bars = tuple(
        replace(bar, words=f"{bar.words}{row['mark']}{_beside(row)}")
        for bar, row in zip(marks.bars, shown["rows"], strict=True)
    )
    return replace(
        drawn, marks=replace(marks, bars=bars), alt_text=alt_text.titled(shown["alt"], answer.estimates)
    )


def slide_png(chart: Chart) -> bytes:
    """Return a chart with its words as a PNG of 16:9, with paper around what is not as wide or as high."""
    from PIL import Image

    drawn = Image.open(io.BytesIO(chart.png())).convert("RGB")
    size = max(-(-drawn.width // 16), -(-drawn.height // 9))
    slide = Image.new("RGB", (16 * size, 9 * size), theme.PAPER)
    slide.paste(drawn, ((slide.width - drawn.width) // 2, (slide.height - drawn.height) // 2))
    buffer = io.BytesIO()
    slide.quantize(dither=Image.Dither.NONE).save(buffer, format="PNG")
    return buffer.getvalue()


def protection(answers: Answers) -> str:
    """Return how the numbers are protected, in a Danish sentence."""
    return words()("page", "protection", chance=danish.percent(answers.chance))


def _beside(row: Mapping[str, Any]) -> str:
    more = row["note"] or row["whole_short"]
    return f" · {more}" if more else ""


def _in_order(estimates: DisclosedEstimates, shown: Mapping[str, Any]) -> DisclosedEstimates:
    order = [row["id"] for row in shown["rows"]]
    return estimates.take(pd.Index(estimates.frame["option"]).get_indexer(order))

"""A selection's charts in the report's style: pictures, slides, and an editable presentation."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.dashboard.page import screen, sentences
from borgerlib.dashboard.page.answers import Answer, Answers
from borgerlib.dashboard.page.words import words
from borgerlib.errors import ParameterError, unknown_name
from borgerlib.files.document import describe
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view import theme
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.words import alt_text

_SIZE, _MARGIN = (13.333, 7.5), 0.5  # inches
_WIDTH = _SIZE[0] - 2 * _MARGIN
_COLUMNS = ("label", "text", "interval", "whole_text", "difference")
_TITLE_ONLY = 5  # index of this layout in python-pptx's default template


def picture(answers: Answers, answer: Answer, role: str, *, sort: str = "size") -> Chart:
    """Return the chart of one question: the selection's bars, next to those that it is compared with.

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
    """Return a chart that fits on a slide: one bar per answer, the compared share only as a number.

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
    """Return a chart with its texts as a PNG, padded to 16:9."""
    from PIL import Image

    drawn = Image.open(io.BytesIO(chart.png())).convert("RGB")
    size = max(-(-drawn.width // 16), -(-drawn.height // 9))
    slide = Image.new("RGB", (16 * size, 9 * size), theme.PAPER)
    slide.paste(drawn, ((slide.width - drawn.width) // 2, (slide.height - drawn.height) // 2))
    buffer = io.BytesIO()
    slide.quantize(dither=Image.Dither.NONE).save(buffer, format="PNG")
    return buffer.getvalue()


def presentation(answers: Answers, answer: Answer, notes: Sequence[str], *, sort: str) -> bytes:
    """Return a PowerPoint file: for each question a picture and a table, then a slide on the method.

    Parameters
    ----------
    answers, answer, sort
        As `borgerlib.dashboard.saved.downloads.download`.
    notes : sequence of str
        What readers need to know about the numbers, one paragraph each.
    """
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = (Inches(side) for side in _SIZE)
    who, say = sentences.who(answers, answer), words()
    describe(deck.core_properties, alt_text.titled(who, answer.estimates))
    heads = [say("table", key) for key in ("answer", "share")]
    heads.append(say("table", "interval", sikkerhed=danish.percent(answers.confidence)))
    for filter_ in answers.charts:
        chart = slide_chart(answers, answer, filter_.role, sort=sort)
        shown = screen.chart(answers, answer, filter_.role, sort=sort)
        slide = _slide(deck, chart.title)
        drawn = slide.shapes.add_picture(io.BytesIO(chart.png(framed=False)), *_box(1.5, 4.75)[:2])
        scale = min(Inches(_WIDTH) / drawn.width, Inches(4.75) / drawn.height)
        drawn.width, drawn.height = int(drawn.width * scale), int(drawn.height * scale)
        drawn._element.nvPicPr.cNvPr.set("descr", chart.alt_text)
        _write(slide.shapes.add_textbox(*_box(6.3, 1)).text_frame, [chart.question, chart.caption], 11)
        compared = answers.beside(answer) is not None
        rows = [[row[key] for key in _COLUMNS] for row in shown["rows"]]
        table = [[*heads, *shown["heads"]], *rows]
        slide = _slide(deck, alt_text.titled(f"{shown['heading']}. {who}", answer.estimates))
        _add_table(slide, [row[: 5 if compared else 3] for row in table])
    about = _slide(deck, alt_text.titled(f"{say('strings', 'about_numbers')}. {who}", answer.estimates))
    _write(about.shapes.add_textbox(*_box(1.5, 5)).text_frame, notes, 16)
    buffer = io.BytesIO()
    deck.save(buffer)
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


def _box(top: float, height: float) -> list[int]:
    from pptx.util import Inches

    return [Inches(measure) for measure in (_MARGIN, top, _WIDTH, height)]


def _slide(deck: Any, title: str) -> Any:
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    heading = slide.shapes.title
    heading.left, heading.top, heading.width, heading.height = _box(0.3, 1.1)
    _write(heading.text_frame, [title], 24, bold=True)
    return slide


def _write(frame: Any, paragraphs: Sequence[str], points: float, *, bold: bool = False) -> None:
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    frame.word_wrap = True
    frame.text = "\n".join(paragraphs)
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        for run in paragraph.runs:
            run.font.size, run.font.bold, run.font.language_id = Pt(points), bold, MSO_LANGUAGE_ID.DANISH


def _add_table(slide: Any, rows: Sequence[Sequence[str]]) -> None:
    added = slide.shapes.add_table(len(rows), len(rows[0]), *_box(1.5, 0.36 * len(rows)))
    for row, texts in zip(added.table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.margin_top = cell.margin_bottom = 0
            _write(cell.text_frame, [text], 13, bold=texts is rows[0])

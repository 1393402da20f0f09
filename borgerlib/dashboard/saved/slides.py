"""A selection as a presentation: of each question a picture and its numbers, to go on working with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from borgerlib import danish
from borgerlib.dashboard.page import screen, sentences
from borgerlib.dashboard.page.answers import Answer, Answers
from borgerlib.dashboard.page.words import words
from borgerlib.dashboard.saved.pictures import slide_chart
from borgerlib.view.words.alt_text import titled

_SIZE, _MARGIN = (13.333, 7.5), 0.5  # inches
_WIDTH = _SIZE[0] - 2 * _MARGIN
_COLUMNS = ("label", "text", "interval", "whole_text", "difference")
_TITLE_ONLY = 5  # among the layouts of python-pptx's own template


def presentation(answers: Answers, answer: Answer, notes: Sequence[str], *, sort: str) -> bytes:
    """Return a PowerPoint file: a slide with a picture and one with a table a question, then how it was made.

    Parameters
    ----------
    answers, answer, sort
        As `borgerlib.dashboard.saved.downloads.download`.
    told : sequence of str
        What a reader needs to know of the numbers, a paragraph each.
    """
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = (Inches(side) for side in _SIZE)
    who, say = sentences.who(answers, answer), words()
    deck.core_properties.title, deck.core_properties.language = titled(who, answer.estimates), "da-DK"
    heads = [say("table", key) for key in ("answer", "share")]
    heads.append(say("table", "interval", sikkerhed=danish.percent(answers.confidence)))
    for filter_ in answers.charts:
        chart = slide_chart(answers, answer, filter_.role, sort=sort)
        shown = screen.chart(answers, answer, filter_.role, sort=sort)
        slide = _slide(deck, chart.title)
        picture = slide.shapes.add_picture(io.BytesIO(chart.png(framed=False)), *_box(1.5, 4.75)[:2])
        scale = min(Inches(_WIDTH) / picture.width, Inches(4.75) / picture.height)
        picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
        picture._element.nvPicPr.cNvPr.set("descr", chart.alt_text)
        _write(slide.shapes.add_textbox(*_box(6.3, 1)).text_frame, [chart.question, chart.caption], 11)
        compared = answers.beside(answer) is not None
        rows = [[row[key] for key in _COLUMNS] for row in shown["rows"]]
        table = [[*heads, *shown["heads"]], *rows]
        slide = _slide(deck, titled(f"{shown['heading']}. {who}", answer.estimates))
        _add_table(slide, [row[: 5 if compared else 3] for row in table])
    about = _slide(deck, titled(f"{say('strings', 'about_numbers')}. {who}", answer.estimates))
    _write(about.shapes.add_textbox(*_box(1.5, 5)).text_frame, notes, 16)
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


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

"""A chart's numbers and pictures as files."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd

from borgerlib.danish import slug
from borgerlib.dashboard.page import screen, sentences
from borgerlib.dashboard.page.answers import Answer, Answers
from borgerlib.dashboard.page.words import words
from borgerlib.dashboard.saved.pictures import picture, presentation, slide_chart, slide_png
from borgerlib.errors import ParameterError
from borgerlib.files.workbook import Cell, Sheet, escape_formulas, sheet_name, write_workbook
from borgerlib.view.words import alt_text

_LONGEST_NAME = 90


@dataclass(frozen=True)
class Download:
    """A file for the reader: name, type and content."""

    name: str
    mime: str
    content: bytes


def download(answers: Answers, answer: Answer, chart: str, kind: str, *, sort: str) -> Download:
    """Return a chart as a file.

    Parameters
    ----------
    answers, answer
        The municipality and the selection.
    chart : str
        Role of the question.
    kind : {'csv', 'xlsx', 'png', 'pptx', 'svg'}
        'pptx' holds all charts.
    sort : str
        One of `borgerlib.dashboard.page.screen.SORTS`.

    Raises
    ------
    ParameterError
        There is no such chart or kind (in Danish: the page shows it).
    """
    makers: Mapping[str, tuple[str, Callable[[], bytes]]] = {
        "csv": (
            "text/csv;charset=utf-8",
            lambda: _csv(numbers(answers, answer, chart, sort=sort), explanation(answers, answer, chart)),
        ),
        "xlsx": (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda: _workbook(answers, answer, chart, numbers(answers, answer, chart, sort=sort)),
        ),
        "png": ("image/png", lambda: slide_png(slide_chart(answers, answer, chart, sort=sort))),
        "pptx": (
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            lambda: presentation(answers, answer, explanation(answers, answer), sort=sort),
        ),
        "svg": ("image/svg+xml", lambda: _svg(answers, answer, chart, sort)),
    }
    if kind not in makers or chart not in [filter_.role for filter_ in answers.charts]:
        raise ParameterError(words()("errors", "unknown"))
    mime, make = makers[kind]
    shown = [] if kind == "pptx" else [words()("charts", chart)]
    who = [] if answers.beside(answer) is None else [sentences.who(answers, answer)]
    parts = [answers.municipality.name, *shown, *who]
    lead = "simulerede-data-" if answers.offer.simulated else ""
    name = slug(" ".join(parts))
    if len(name) > _LONGEST_NAME:  # keep names of different selections distinct although they are cut off
        name = f"{name[:_LONGEST_NAME].strip('-')}-{sha256(answer.link.encode()).hexdigest()[:8]}"
    return Download(f"{lead}{name}.{kind}", mime, make())


def numbers(answers: Answers, answer: Answer, chart: str, *, sort: str) -> pd.DataFrame:
    """Return a chart's numbers: one row per answer; Danish columns, shares 0–1, missing where hidden."""
    shown = screen.chart(answers, answer, chart, sort=sort)
    head, difference = shown["heads"]
    columns = {"Svar": "label", "Andel": "value", "Nedre grænse": "lower", "Øvre grænse": "upper"}
    if answers.beside(answer):
        columns |= {head: "whole", difference: "difference"}
    if answer.against:
        columns |= {f"Nedre grænse, {head}": "whole_lower", f"Øvre grænse, {head}": "whole_upper"}
    table = pd.DataFrame({name: [row[key] for row in shown["rows"]] for name, key in columns.items()})
    return table.assign(Bemærkning=[_remark(row, head) for row in shown["rows"]])


def _remark(row: Mapping[str, Any], other: str) -> str:
    """Return what is known of the row's share and the other's where they have no number."""
    own = row["note"] or ("" if row["value"] is not None else row["text"])
    others = f"{other}: {row['whole_text']}" if row["whole"] is None and row["whole_text"] else ""
    return "; ".join(filter(None, [own, others]))


def explanation(answers: Answers, answer: Answer, chart: str = "") -> list[str]:
    """Return what readers of a file need to know about the numbers of a chart, or of all, in Danish."""
    facts = []
    for one in answer.pair:
        lead = f"{sentences.heading(answers, one.selection)}. " if answer.against else ""
        told = "; ".join(f"{fact['label']}: {fact['value']}" for fact in screen.facts(answers, one))
        facts.append(f"{lead}{told}")
    return [
        alt_text.titled(answers.municipality.full_name, answer.estimates),
        *([screen.chart(answers, answer, chart)["question"]] if chart else []),
        sentences.who(answers, answer),
        *facts,
        f"Grænser: {alt_text.uncertainty(answers.confidence)}",
        *screen.about(answers, answer),
    ]


def _csv(table: pd.DataFrame, notes: Sequence[str]) -> bytes:
    # Danish spreadsheets expect semicolons, decimal commas, and a byte order mark for UTF-8.
    form: dict[str, Any] = {"index": False, "sep": ";", "decimal": ",", "lineterminator": "\r\n"}
    numbers = escape_formulas(table).to_csv(**form)
    below = escape_formulas(pd.DataFrame({"": notes})).to_csv(header=False, **form)
    return f"{numbers}\r\n{below}".encode("utf-8-sig")


def _workbook(answers: Answers, answer: Answer, chart: str, table: pd.DataFrame) -> bytes:
    shares = [pd.api.types.is_float_dtype(table[name]) for name in table.columns]
    cells = table.astype(object).where(table.notna(), None).itertuples(index=False)
    rows = [
        [Cell(value, "0%") if share else value for value, share in zip(row, shares, strict=True)]
        for row in cells
    ]
    width = [38, *[16] * (len(shares) - 1)]
    name = sheet_name(alt_text.titled(words()("charts", chart), answer.estimates))
    notes = [[line] for line in explanation(answers, answer, chart)]
    buffer = io.BytesIO()
    write_workbook(
        [
            Sheet(name, [list(table.columns), *rows], bold={1}, widths=width, freeze="B2"),
            Sheet("Om tallene", notes, widths=[100]),
        ],
        buffer,
    )
    return buffer.getvalue()


def _svg(answers: Answers, answer: Answer, chart: str, sort: str) -> bytes:
    buffer = io.BytesIO()
    drawn = picture(answers, answer, chart, sort=sort)
    # Leave out the date, so that the same selection always gives the same file.
    drawn.figure().savefig(
        buffer, format="svg", metadata={"Title": drawn.title, "Description": drawn.alt_text, "Date": None}
    )
    return buffer.getvalue()

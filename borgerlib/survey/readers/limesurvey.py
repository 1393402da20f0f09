"""LimeSurvey: headings by code, by full or abbreviated text, or both; answers by code or text."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from borgerlib.survey.grid.cells import Table
from borgerlib.survey.grid.tabular import export_of
from borgerlib.survey.responses import PLATFORM, Column, Export

VENDOR = "LimeSurvey"
_CODE_HEADINGS = {
    "id": "id",
    "submitdate": "submitted",
    "startdate": "started",
    **dict.fromkeys(
        ("lastpage", "startlanguage", "seed", "token", "datestamp", "ipaddr", "refurl"), PLATFORM
    ),
}
_LANGUAGE = r"[a-z]{2}(?:-[A-Za-z-]+)?"
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
_CODE = re.compile(r"(?P<question>[A-Za-z]\w*)\[(?P<choice>[^\]]+)\](?:\[[^\]]+\])?\Z")
_CODE_AND_TEXT = re.compile(r"(?P<code>[A-Za-z]\w*(?:\[[^\]]+\])*)\. (?P<text>.+)\Z")
_TEXT = re.compile(r"(?P<question>.+?) \[(?P<choice>.+)\]\Z")


def recognise(table: Table) -> bool:
    """Return True for LimeSurvey's own leading columns: by their codes, or by what they hold in any language.

    These are an increasing number, a time, the last page seen, and the language of the interview.
    """
    head = [heading.partition(". ")[0].casefold() for heading in table.headings[:8]]
    if head[0] == "id" and {"submitdate", "lastpage", "startlanguage"} <= set(head):
        return True
    if len(head) < 5:
        return False
    leading = [table.frame[heading].dropna() for heading in table.headings[:4]]
    number, submitted, page, language = leading
    return (
        _all(number, r"\d+")
        and _all(submitted, _TIME)
        and _all(page, r"-?\d+")
        and _all(language, _LANGUAGE)
        and number.astype("int64").is_monotonic_increasing
    )


def _all(values: pd.Series, pattern: str) -> bool:
    return len(values) > 0 and bool(values.str.fullmatch(pattern).all())


def read(table: Table) -> Export:
    """Read what the headings tell of questions and options."""
    shared = Counter(_question(heading) for heading in table.headings)
    columns = [_column(heading, at, shared, table) for at, heading in enumerate(table.headings)]
    return export_of(table, VENDOR, columns)


def _question(heading: str) -> str:
    found = _CODE.match(_code(heading)) or _TEXT.match(heading)
    return found["question"] if found else ""


def _code(heading: str) -> str:
    found = _CODE_AND_TEXT.match(heading)
    return found["code"] if found else heading


def _column(heading: str, at: int, shared: Counter[str], table: Table) -> Column:
    role = _CODE_HEADINGS.get(_code(heading).casefold(), "") or _role_by_place(at, table)
    both = _CODE_AND_TEXT.match(heading)
    label = both["text"] if both else heading
    code = _CODE.match(_code(heading))
    text = _TEXT.match(label)
    question = _question(heading)
    if role or not question or shared[question] < 2:
        return Column(heading, label, role=role)
    if text:
        return Column(heading, text["question"], text["choice"], question)
    return Column(heading, question, code["choice"] if code else "", question)


def _role_by_place(at: int, table: Table) -> str:
    # With headings by text only the order of the leading columns tells: id, submitted, last page, language.
    if _code(table.headings[0]).casefold() == "id" or at > 3:
        return ""
    return ("id", "submitted", PLATFORM, PLATFORM)[at]

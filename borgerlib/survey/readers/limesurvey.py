"""LimeSurvey: headings are codes, texts (full or cut), or both (VV: two rows); answers codes or texts."""

from __future__ import annotations

import re
from collections import Counter

from borgerlib.survey.grid.cells import HeadedGrid
from borgerlib.survey.grid.tabular import bracketed, export_of
from borgerlib.survey.grid.values import all_match
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
# As LimeSurvey writes it, or a Danish spreadsheet that the file was saved in.
_TIME = (
    r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
    r"|\d{1,2}([-./])\d{1,2}\1\d{4} \d{1,2}[:.]\d\d(?:[:.]\d\d)?"
)
# 'Q3[SQ001comment]' is the comment on an option, not an option itself.
_CODE = re.compile(r"(?P<question>[A-Za-z]\w*)\[(?P<choice>[^\]]+(?<!\wcomment))\](?:\[[^\]]+\])?\Z")
_CODE_AND_TEXT = re.compile(r"(?P<code>[A-Za-z]\w*(?:\[[^\]]+\])*)\. (?P<text>.+)\Z")
_TEXT = re.compile(r"(?P<question>.+?) \[(?P<choice>.+)\]\Z")


def _is_ours(table: HeadedGrid) -> bool:
    """Return whether a table has LimeSurvey's own leading columns, or mostly headings of code and text.

    The leading columns are recognised by their codes, or in any language by their content: an increasing
    number, a time, the last page seen, and the language of the interview. An export may lack them.
    """
    head = [heading.partition(". ")[0].casefold() for heading in table.headings[:8]]
    if head[0] == "id" and {"submitdate", "lastpage", "startlanguage"} <= set(head):
        return True
    both = [found for heading in table.headings if (found := _CODE_AND_TEXT.match(heading))]
    if 2 * len(both) > len(table.headings) and sum("[" in found["code"] for found in both) >= 2:
        return True
    return _has_leading_columns(table)


def _has_leading_columns(table: HeadedGrid) -> bool:
    if len(table.headings) < 5:
        return False
    leading = [table.frame[heading].dropna() for heading in table.headings[:4]]
    number, submitted, page, language = leading
    return (
        all_match(number, r"\d{1,15}")
        and all_match(submitted, _TIME)
        and all_match(page, r"-?\d+")
        and all_match(language, _LANGUAGE)
        and number.astype("int64").is_monotonic_increasing
    )


def read(table: HeadedGrid) -> Export | None:
    """Read questions and options from LimeSurvey's headings; return None for another platform's table."""
    if not _is_ours(table):
        return None
    heads = [_parts(heading) for heading in table.headings]
    if len(table.heading_rows) > 1:
        # VV format: texts in the first row, codes in the second, which names the columns.
        heads = [
            (_parts(name)[0], text or name)
            for name, text in zip(table.headings, table.heading_rows[0], strict=True)
        ]
    shared = Counter(_question(code, text) for code, text in heads)
    places = _has_leading_columns(table)
    columns = [
        _column(name, *head, role=_role(head[0], at, places=places), shared=shared)
        for at, (name, head) in enumerate(zip(table.headings, heads, strict=True))
    ]
    return export_of(table, VENDOR, columns)


def _parts(heading: str) -> tuple[str, str]:
    """Return code and text of a heading; the heading itself if it lacks one of them."""
    both = _CODE_AND_TEXT.match(heading)
    return (both["code"], both["text"]) if both else (heading, heading)


def _question(code: str, text: str) -> str:
    if found := _CODE.match(code):
        return found["question"]
    in_text = _TEXT.match(text)
    return bracketed(in_text)[0] if in_text else ""


def _column(name: str, code: str, label: str, *, role: str, shared: Counter[str]) -> Column:
    question = _question(code, label)
    if role or not question or shared[question] < 2:
        return Column(name, label, role=role)
    text = _TEXT.match(label)
    if text:
        asked, choice = bracketed(text)
        return Column(name, asked, choice, question)
    by_code = _CODE.match(code)
    return Column(name, question, by_code["choice"] if by_code else "", question)


def _role(code: str, at: int, *, places: bool) -> str:
    # If headings are texts, only the order of the leading columns helps: id, submitted, last page, language.
    by_place = ("id", "submitted", PLATFORM, PLATFORM)[at] if places and at < 4 else ""
    return _CODE_HEADINGS.get(code.casefold(), "") or by_place

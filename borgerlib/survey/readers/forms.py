"""Google Forms, Microsoft Forms and Go Vocal: one table, with chosen options joined in one cell."""

from __future__ import annotations

import re

from borgerlib.survey.grid.cells import HeadedGrid
from borgerlib.survey.grid.tabular import export_of, question_columns, with_roles
from borgerlib.survey.grid.values import all_match, holds_times
from borgerlib.survey.responses import PLATFORM, Export

GOOGLE = "Google Forms"
MICROSOFT = "Microsoft Forms"
GO_VOCAL = "Go Vocal"
_TIME_STAMPS = {"tidsstempel", "timestamp", "tidsstämpel", "tidsmerke", "tidsangivelse", "zeitstempel"}
_META = 5
_ACCOUNT = r"(?i:anonymous)|\S+@\S+"
_QUIZ = re.compile(
    r"samlede point|total points|quiz ?feedback|(points?|feedback) ?[-–] ?.+|grade posted time", re.IGNORECASE
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"
_CHANGED = ("last modified", "sidst ændret", "senest ændret", "tidspunkt for")


def read_google(table: HeadedGrid) -> Export | None:
    """Read a Google Forms table; return None if the first column is not Google's time stamp.

    'question [row]' headings are the rows of a grid.
    """
    first = table.headings[0]
    if first.casefold() not in _TIME_STAMPS or not holds_times(table.frame[first]):
        return None
    return export_of(table, GOOGLE, with_roles(question_columns(table.headings), {first: "submitted"}))


def read_microsoft(table: HeadedGrid) -> Export | None:
    """Read a Microsoft Forms table: id, start, completion, then two columns on the signed-in account.

    Return None if a table does not begin so. The content decides, because the headings are in the language of
    the user who exported. The account's address and name are not answers, so they feed no item unless a
    mapping says so; nor do the columns that Forms adds to a quiz.
    """
    if len(table.headings) <= _META or table.headings[0].casefold() != "id":
        return None
    number, started, submitted, account = (table.frame[heading] for heading in table.headings[:4])
    numbered = number.str.fullmatch(r"\d+").all() and holds_times(started) and holds_times(submitted)
    if not numbered or not account.dropna().str.fullmatch(_ACCOUNT).all():
        return None
    roles = dict(zip(table.headings, ("id", "started", "submitted", PLATFORM, PLATFORM), strict=False))
    roles |= {name: PLATFORM for name in table.headings[_META:] if _QUIZ.fullmatch(name)}
    sixth = table.headings[_META]
    values = table.frame[sixth]
    if sixth.casefold().startswith(_CHANGED) and (values.isna().all() or holds_times(values)):
        roles[sixth] = PLATFORM
    return export_of(table, MICROSOFT, with_roles(question_columns(table.headings), roles))


def read_go_vocal(table: HeadedGrid) -> Export | None:
    """Read a Go Vocal (formerly CitizenLab) workbook: one row per input, chosen options joined by ';'.

    Return None unless the first column has the platform's ids and a later one those of authors.
    """
    first, *others = table.headings
    if not table.grid.sheet or not all_match(table.frame[first], _UUID):
        return None
    author = next((at for at, name in enumerate(others, start=1) if all_match(table.frame[name], _UUID)), 0)
    if not author:
        return None
    # The time of the input is the first time after the author's id; registration answers follow.
    later = table.headings[author + 1 :]
    time = next((name for name in later if all_match(table.frame[name], _TIME)), "")
    roles = {first: "id", table.headings[author]: PLATFORM, time: "submitted"}
    return export_of(table, GO_VOCAL, with_roles(question_columns(table.headings), roles))

"""Go Vocal (formerly CitizenLab): a workbook, one row per input, chosen options joined by ';'."""

from __future__ import annotations

from borgerlib.survey.grid.cells import HeadedGrid
from borgerlib.survey.grid.tabular import export_of, question_columns, with_roles
from borgerlib.survey.grid.values import all_match
from borgerlib.survey.responses import PLATFORM, Export

VENDOR = "Go Vocal"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"


def read(table: HeadedGrid) -> Export | None:
    """Read a Go Vocal table; None unless the first column has the platform's ids, a later one authors'."""
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
    return export_of(table, VENDOR, with_roles(question_columns(table.headings), roles))

"""Go Vocal (formerly CitizenLab): a workbook, one row an input, chosen options joined by ';'."""

from __future__ import annotations

from dataclasses import replace

from borgerlib.survey.grid.cells import HeadedGrid
from borgerlib.survey.grid.tabular import export_of, question_columns
from borgerlib.survey.grid.values import all_match
from borgerlib.survey.responses import PLATFORM, Column, Export

VENDOR = "Go Vocal"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"


def recognise(table: HeadedGrid) -> bool:
    """Return True when the first column holds the platform's ids and a later one the author's ids."""
    first, *others = table.headings
    return bool(
        table.grid.sheet
        and all_match(table.frame[first], _UUID)
        and any(all_match(table.frame[heading], _UUID) for heading in others)
    )


def read(table: HeadedGrid) -> Export:
    """Read a Go Vocal table."""
    frame = table.frame
    author = next((at for at, name in enumerate(table.headings) if at and all_match(frame[name], _UUID)), 0)
    columns = question_columns(table.headings)
    columns[0] = Column(columns[0].name, columns[0].label, role="id")
    # The time of the input is the first time after the author's id; registration answers follow.
    if author:
        columns[author] = replace(columns[author], role=PLATFORM)
    times = [at for at, name in enumerate(table.headings) if at > author and all_match(frame[name], _TIME)]
    if times:
        columns[times[0]] = replace(columns[times[0]], role="submitted")
    return export_of(table, VENDOR, columns)

"""Google Forms and Microsoft Forms: one table, chosen options joined in one cell."""

from __future__ import annotations

from borgerlib.survey.grid.cells import Table
from borgerlib.survey.grid.tabular import export_of, question_columns
from borgerlib.survey.responses import PLATFORM, Column, Export

GOOGLE = "Google Forms"
MICROSOFT = "Microsoft Forms"
_TIME_STAMPS = {"tidsstempel", "timestamp"}
_TIME = r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}[/-]\d{1,2}[/-]\d{1,2}),? \d{1,2}[.:]\d\d.*"
_META = 5


def recognise_google(table: Table) -> bool:
    """Return True when the first column is Google's time stamp."""
    first = table.headings[0]
    stamps = table.frame[first].dropna()
    return first.casefold() in _TIME_STAMPS and len(stamps) > 0 and bool(stamps.str.fullmatch(_TIME).all())


def read_google(table: Table) -> Export:
    """Read a Google Forms table; 'question [row]' headings are the rows of a grid."""
    columns = question_columns(table.headings)
    columns[0] = Column(columns[0].name, columns[0].label, role="submitted")
    return export_of(table, GOOGLE, columns)


def recognise_microsoft(table: Table) -> bool:
    """Return True for a workbook that begins with a number, two times, an address and a name.

    The headings are in the language of whoever exported, so the content decides.
    """
    if not table.grid.sheet or len(table.headings) <= _META or table.headings[0].casefold() != "id":
        return False
    number, started, submitted = (table.frame[heading] for heading in table.headings[:3])
    return bool(
        number.str.fullmatch(r"\d+").all()
        and started.notna().any()
        and started.dropna().str.fullmatch(_TIME).all()
        and submitted.notna().any()
        and submitted.dropna().str.fullmatch(_TIME).all()
    )


def read_microsoft(table: Table) -> Export:
    """Read a Microsoft Forms table: id, start, completion, then two columns on the signed-in account.

    The account's address and name are no answers that somebody gave, so nothing is fed from them unless a
    mapping says so.
    """
    roles = ("id", "started", "submitted", PLATFORM, PLATFORM)
    columns = question_columns(table.headings)
    columns[:_META] = [
        Column(column.name, column.label, role=role)
        for column, role in zip(columns[:_META], roles, strict=True)
    ]
    return export_of(table, MICROSOFT, columns)

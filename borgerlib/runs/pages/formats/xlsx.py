"""The numbers of executed notebooks as a workbook: one sheet per figure or table, and a list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from borgerlib.danish import SIMULATED
from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing
from borgerlib.files.workbook import Cell, Sheet, sheet_name, write_workbook
from borgerlib.runs.pages.export import ANALYSIS
from borgerlib.runs.pages.figures import CHART_TYPE
from borgerlib.runs.pages.page import ExecutedPage
from borgerlib.view.tables.html import MIME_TYPE as TABLE_TYPE

_CONTENTS = "Indhold"
_NEEDED = ("title", "caption", "numbers")
_NOTHING = "–"


def write_tables_workbook(pages: Sequence[ExecutedPage], target: Path, *, title: str = "") -> Path:
    """Write the numbers of every figure and table of a report.

    Parameters
    ----------
    pages : sequence of ExecutedPage
        In the order of the report.
    target : Path
        The workbook.
    title : str
        Title in the file's properties.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    RunError
        A chart lacks its numbers, or the file cannot be written.
    """
    contents: list[list[Any]] = [["Side", "Figur eller tabel", "Ark"]]
    figures: list[Sheet] = []
    for page in pages:
        for number, shown in enumerate(_shown(page), start=1):
            taken = [_CONTENTS, *(sheet.name for sheet in figures)]
            before = f"{page.number:02d}." if page.number >= 0 else ""
            # Leave out that the data are simulated: a name has 31 letters, and every figure says it anyway.
            name = sheet_name(f"{before}{number} {page.title.removeprefix(f'{SIMULATED}: ')}", taken)
            figures.append(_sheet(name, page, shown))
            contents.append([page.title, shown["title"], Cell(name, link=name)])
    first = Sheet(_CONTENTS, contents, bold={1}, widths=(36, 80, 34), freeze="A2")
    with replacing(target, what="The workbook", error=RunError) as beside:
        write_workbook([first, *figures], beside, title=title)
    return target


def _shown(page: ExecutedPage) -> list[Mapping[str, Any]]:
    """Return the charts and tables that a page shows, without the frames that only its notebook shows."""
    cells = [cell for cell in page.notebook.cells if ANALYSIS not in cell.metadata.get("tags", ())]
    data = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    shown = [one[kind] for one in data for kind in (CHART_TYPE, TABLE_TYPE) if kind in one]
    for one in shown:
        lacking = [name for name in _NEEDED if name not in one]
        if lacking:
            raise RunError(
                f"A chart or table of {page.source_name} lacks {', '.join(lacking)}.",
                hint="Make it with borgerlib's own functions, and run the notebook again.",
            )
    return shown


def _sheet(name: str, page: ExecutedPage, shown: Mapping[str, Any]) -> Sheet:
    numbers = shown["numbers"]
    rows = [
        [
            Cell(_NOTHING if value is None else value, form or "General")
            for value, form in zip(row, numbers["formats"], strict=True)
        ]
        for row in numbers["rows"]
    ]
    lines = [[page.title], [shown["title"]], [shown.get("question", "")], [], numbers["columns"], *rows]
    widths = [48, *[18] * (len(numbers["columns"]) - 1)]
    return Sheet(name, [*lines, [], [shown["caption"]]], bold={2, 5}, widths=widths, freeze="B6")

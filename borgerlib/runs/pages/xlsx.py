"""The tables behind the figures of executed notebooks as a workbook: a sheet a figure, and a list of them."""

from __future__ import annotations

import math
import os
import re
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from borgerlib.errors import RunError
from borgerlib.runs.pages.export import ExecutedPage
from borgerlib.runs.pages.figures import CHART_TYPE

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_NUMBER = re.compile(r"([−-]?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))?(\u00a0pct\.| pct\.)?")
_INTERVAL = re.compile(r"([^–]+)–([^–]+)")
_CONTENTS = "Indhold"
_NEEDED = ("title", "question", "caption", "columns", "rows")
_NOTHING = "–"
_FIRST_ROW = 5


def write_tables_workbook(pages: Sequence[ExecutedPage], target: Path) -> Path:
    """Write the numbers of every figure of some executed notebooks.

    Parameters
    ----------
    pages : sequence of ExecutedPage
        In the order of the report.
    target : Path
        The workbook; written beside its place and renamed.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    RunError
        A notebook is damaged or says nothing of its page, or the file cannot be written.
    """
    from openpyxl import Workbook

    book = Workbook()
    contents = book.worksheets[0]
    contents.title = _CONTENTS
    entries = []
    for page in pages:
        for number, chart in enumerate(_charts(page), start=1):
            name = _sheet_name(page, number, book.sheetnames)
            _write_chart(book.create_sheet(name), page, chart)
            entries.append((page.title, str(chart["title"]), name))
    _write_contents(contents, entries)
    _save(book, target)
    return target


def _charts(page: ExecutedPage) -> list[Mapping[str, Any]]:
    outputs = [output for cell in page.notebook.cells for output in cell.get("outputs", [])]
    charts = [output.data[CHART_TYPE] for output in outputs if CHART_TYPE in output.get("data", {})]
    for chart in charts:
        lacking = [name for name in _NEEDED if name not in chart]
        if lacking:
            raise RunError(
                f"A chart of {page.source_name} lacks {', '.join(lacking)}.",
                hint="Make the chart with borgerlib's own charts, and run the notebook again.",
            )
    return charts


def _sheet_name(page: ExecutedPage, number: int, taken: Sequence[str]) -> str:
    name = _FORBIDDEN.sub(" ", f"{page.number:02d}.{number} {page.title}")[:_LONGEST_NAME].strip()
    folded = {other.casefold() for other in taken}
    return name if name.casefold() not in folded else f"{name[: _LONGEST_NAME - 4].strip()} ({len(taken)})"


def _write_chart(sheet: Any, page: ExecutedPage, chart: Mapping[str, Any]) -> None:
    from openpyxl.styles import Alignment, Font

    for text in (page.title, chart["title"], chart["question"]):
        _append(sheet, [text])
    sheet.append([])
    columns, rows = _with_limits(chart["columns"], chart["rows"])
    _append(sheet, columns)
    for row in rows:
        _append(sheet, row)
    sheet.append([])
    _append(sheet, [chart["caption"]])
    sheet["A2"].font = Font(bold=True, size=13)
    for cell in sheet[_FIRST_ROW]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width = 48
    for letter in "BCDEFGHIJ":
        sheet.column_dimensions[letter].width = 18
    sheet.freeze_panes = sheet.cell(row=_FIRST_ROW + 1, column=2)


def _with_limits(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[list[str], list[list[Any]]]:
    """Return a table whose intervals ('52–63', in per cent) are two columns, to be reckoned with.

    A column is one of intervals when its heading says uncertainty and some cell of it is an interval; cells
    that are none (suppressed) keep their words in the first of the two.
    """
    heads, cells = list(columns), [list(row) for row in rows]
    for place in reversed(range(len(heads))):
        found = [_limits(row[place]) if place < len(row) else None for row in cells]
        if "usikkerhed" not in heads[place].casefold() or not any(found):
            continue
        heads[place : place + 1] = [f"{heads[place]}: fra", f"{heads[place]}: til"]
        for row, limits in zip(cells, found, strict=True):
            row[place : place + 1] = limits or [*row[place : place + 1], ""]
    return heads, cells


def _limits(value: object) -> list[str] | None:
    found = _INTERVAL.fullmatch(str(value).strip().removesuffix("pct.").strip())
    if found is None:
        return None
    ends = [f"{end.strip()} pct." for end in found.groups()]
    return ends if all(as_number(end) for end in ends) else None


def _append(sheet: Any, values: Sequence[Any]) -> None:
    """Append a row: numbers as numbers, everything else as text, never as a formula."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    sheet.append([])
    row = sheet._current_row
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column)
        number = _as_cell(value) if column > 1 else None
        if number is None:
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", _NOTHING if value is None else str(value))
            cell.data_type = "s"
        else:
            cell.value, cell.number_format = number


def _as_cell(value: object) -> tuple[float, str] | None:
    """Return a cell's number and format; a number is taken as it is, never by way of its Python spelling."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            return None
        return value, "#,##0" if float(value).is_integer() else "#,##0.0##"
    return as_number(value) if isinstance(value, str) else None


def as_number(text: str) -> tuple[float, str] | None:
    """Return a displayed number and its format: '58 pct.' → 0.58 and '0%'; None where it is no number."""
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    sign, whole, decimals, unit = found.groups()
    value = float(f"{whole.replace('.', '')}.{decimals or 0}") * (-1 if sign else 1)
    places = f".{'0' * len(decimals)}" if decimals else ""
    if unit:
        return round(value / 100, 6), f"0{places}%"
    return value, f"#,##0{places}"


def _write_contents(sheet: Any, entries: Sequence[tuple[str, str, str]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    _append(sheet, ["Side", "Figur", "Ark"])
    for page, title, name in entries:
        _append(sheet, [page, title, name])
        link = sheet.cell(row=sheet._current_row, column=3)
        link.value, link.data_type = name, "s"
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{name}'!A1")
        link.font = Font(color="0B4F6C", underline="single")
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABC", (36, 80, 34), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def _save(book: Any, target: Path) -> None:
    beside = target.with_name(f".{target.stem}.{uuid.uuid4().hex[:8]}.part")
    try:
        book.save(beside)
        beside.replace(target)
    except OSError as error:
        raise RunError(
            f"The workbook {target.name} cannot be written to {target.parent}: {error.strerror or error}.",
            hint="Choose a folder that you may write to, on a disk with room.",
        ) from error
    finally:
        with suppress(OSError):
            os.unlink(beside)

"""Workbooks, made from numbers: a number is a number, a text is text and never a formula."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pandas as pd

from borgerlib.danish import squeezed

_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# A sheet cannot contain control characters, which people paste into free text.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TAKEN_FOR_OTHERS = ("=", "#")  # by openpyxl: as formulas, and as names of errors


@dataclass(frozen=True)
class Cell:
    """A value with the way it is shown.

    Attributes
    ----------
    value : str, number, date or None
    format : str
        A number format of spreadsheets: ``0%``.
    link : str
        Name of the sheet that a click leads to.
    to_the_right : bool
        Align to the right, as numbers are by default.
    """

    value: Any
    format: str = "General"
    link: str = ""
    to_the_right: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    name : str
        As returned by `sheet_name`.
    rows : iterable of sequence
        Values, or `Cell` for a value with its own format; None leaves the cell empty.
    bold : container of int
        Numbers of the rows that are headings, from 1.
    widths : sequence of float
        Widths of the columns, in characters.
    freeze : str
        The first cell that scrolls: ``B6``.
    filtered : bool
        The first row gets filters for the rows below.
    """

    name: str
    rows: Iterable[Sequence[Any]]
    bold: Container[int] = ()
    widths: Sequence[float] = ()
    freeze: str | None = None
    filtered: bool = False


def write_workbook(sheets: Iterable[Sheet], target: Path | IO[bytes], *, title: str = "") -> None:
    """Write a workbook, row by row.

    Parameters
    ----------
    sheets : iterable of Sheet
        At least one.
    target : Path or binary file
        For a path, see `borgerlib.files.atomic.replacing`.
    title : str
        Title in the file's properties.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.title, book.properties.language, book.properties.creator = title or None, "da-DK", None
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = sheet.freeze
        for column, width in enumerate(sheet.widths, start=1):
            page.column_dimensions[get_column_letter(column)].width = width
        number, cells = 0, list[Any]()
        for number, row in enumerate(sheet.rows, start=1):
            cells = [_cell(page, value, bold=number in sheet.bold) for value in row]
            page.append(cells)
        if sheet.filtered:
            page.auto_filter.ref = f"A1:{get_column_letter(len(cells))}{number}"
        page.close()
    book.save(target)


def sheet_name(text: str, taken: Iterable[str] = ()) -> str:
    """Return a legal name for a sheet that differs from those taken, not only in upper and lower case."""
    whole = squeezed(_FORBIDDEN.sub(" ", text)).lstrip("".join(_FORMULA_STARTS)).strip()
    name = _cut(whole, _LONGEST_NAME) or "Ark"
    folded = {other.casefold() for other in taken}
    if name.casefold() not in folded:
        return name
    return f"{_cut(name, _LONGEST_NAME - 6)} ({len(folded) + 1})"


def _cut(text: str, length: int) -> str:
    """Return a text's whole words that fit; a single word that does not is cut."""
    words = text[: length + 1].rpartition(" ")[0] if len(text) > length else text
    return (words or text[:length]).rstrip(" ,;:–-")


def escape_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame for CSV with an apostrophe before each text that a spreadsheet takes for a formula.

    Headings are included.

    Citizens write the text and somebody opens the file: '=HYPERLINK(…)' must stay text. A workbook does not
    need this, because its cells are marked as text.
    """
    texts = frame.select_dtypes(exclude=["number", "datetime", "datetimetz"])
    safe = frame.copy()
    safe[texts.columns] = texts.astype("object").map(_escaped)
    return safe.rename(columns=_escaped)


def _escaped(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _cell(sheet: Any, value: Any, *, bold: bool) -> Any:
    """Return a cell for openpyxl: the plain value if it needs no style, which is faster."""
    if isinstance(value, str):
        value = _CONTROLS.sub("", value)
        if not bold and value[:1] not in _TAKEN_FOR_OTHERS:
            return value
    elif not bold and not isinstance(value, Cell):
        return value
    return _styled(sheet, value if isinstance(value, Cell) else Cell(value), bold=bold)


def _styled(sheet: Any, shown: Cell, *, bold: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    text = isinstance(shown.value, str)
    cell = WriteOnlyCell(sheet, _CONTROLS.sub("", shown.value) if text else shown.value)
    if text:
        cell.data_type = "s"
    if shown.link:
        cell.hyperlink = Hyperlink(ref="", location=f"'{shown.link}'!A1")
        cell.font = Font(color="0B4F6C", underline="single")
    if bold:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    if shown.to_the_right:
        cell.alignment = Alignment(horizontal="right")
    cell.number_format = shown.format
    return cell

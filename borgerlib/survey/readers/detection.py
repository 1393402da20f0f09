"""Detect the kind and the platform of a file by its content, never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from borgerlib.errors import DataError, unknown_name
from borgerlib.personal import is_contact_heading
from borgerlib.said import said
from borgerlib.survey.form.names import MARK
from borgerlib.survey.grid import tabular
from borgerlib.survey.grid.cells import Grid, HeadedGrid, as_table
from borgerlib.survey.grid.limits import check_file
from borgerlib.survey.grid.text import read_text_grid
from borgerlib.survey.grid.values import text_of
from borgerlib.survey.grid.workbook import read_workbook_grids
from borgerlib.survey.readers import forms, kobo, limesurvey, platforms, spss, surveyxact
from borgerlib.survey.readers.labels import with_labels
from borgerlib.survey.responses import Export

# Each reads a table of its platform, and returns None for any other.
_VENDORS: tuple[Callable[[HeadedGrid], Export | None], ...] = (
    limesurvey.read, forms.read_google, forms.read_microsoft, forms.read_go_vocal, platforms.read, kobo.read,
)  # fmt: skip
# Kinds of files that say the names and types of their columns.
_TYPED = {"spss": spss.read, "parquet": tabular.read_parquet, "json": tabular.read_json}
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_KINDS = {"workbook": (b"PK\x03\x04", b"PK\x05\x06"), "spss": (b"$FL2", b"$FL3"), "parquet": (b"PAR1",)}
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_FOREIGN = (
    (_COMPOUND, "an old .xls workbook", "Open it and save it as .xlsx, or export the survey as CSV."),
    (b"%PDF", "a PDF document", "Export the answers as CSV or .xlsx."),
    (_PICTURES, "a picture", "Export the answers as CSV or .xlsx."),
    (b"7z\xbc\xaf", "a packed file (7z)", "Unpack it and give the file in it."),
    (b"\x1f\x8b", "a packed file (gzip)", "Unpack it and give the file in it."),
    (b"{\\rtf", "a text document (RTF)", "Export the answers as CSV or .xlsx."),
)
_LIST_OF_OBJECTS = re.compile(rb"\[\s*\{")


def kind_of(path: Path) -> str:
    """Return 'workbook', 'spss', 'parquet', 'json' or 'text' from the first bytes of a file.

    Raises
    ------
    DataError
        The file is of a kind that does not contain a table of answers, or must be converted first.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    if known := next((kind for kind, marks in _KINDS.items() if head.startswith(marks)), ""):
        return known
    if head.startswith(_COMPOUND) and _ENCRYPTED in path.read_bytes():
        raise DataError(said("password", file=path.name))
    for mark, what, hint in _FOREIGN:
        if head.startswith(mark):
            kind = "old_workbook" if mark == _COMPOUND else "foreign_file"
            raise DataError(said(kind, file=path.name, what=what), hint=hint)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        named = f", whatever its name ends in ({path.suffix})" if path.suffix.startswith(".xls") else ""
        raise DataError(said("web_page", file=path.name, named=named))
    if _LIST_OF_OBJECTS.match(start):
        return "json"
    if start.startswith(b"{"):
        raise DataError(said("foreign_file", file=path.name, what="JSON"))
    return "text"


def read_file(path: Path, *, sheet: str, heading_rows: int | None) -> Export:
    """Read one file of any kind and vendor."""
    check_file(path)
    kind = kind_of(path)
    if kind in _TYPED:
        return _TYPED[kind](path)
    is_workbook = kind == "workbook"
    grids = read_workbook_grids(path) if is_workbook else [read_text_grid(path)]
    return _read_grids(grids, sheet, heading_rows)


def read_folder(path: Path, *, sheet: str, heading_rows: int | None) -> Export:
    """Read SurveyXact's files from a folder, those of several tablets with our page, or its only file.

    Raises
    ------
    DataError
        The folder is empty, or contains several other files.
    """
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    if not files:
        raise DataError(said("folder_empty", path=path))
    if len(files) == 1:
        return read_file(files[0], sheet=sheet, heading_rows=heading_rows)
    grids, refused = _text_grids(files)
    if ours := _of_one_form(grids):
        export = _read_grids([ours], sheet, heading_rows)
        names = tuple(grid.name for grid in grids)
        return replace(export, source=replace(export.source, files=names))
    structures = [grid for grid in grids if surveyxact.is_structure(grid)]
    if len(structures) == 1:
        try:
            return surveyxact.read(grids)
        except DataError:
            # If the missing part is a file that could not be read, report that error instead.
            if refused:
                raise refused[0] from None
            raise
    raise DataError(
        said(
            "folder_of_exports" if structures else "folder_mixed",
            path=path,
            files=[f.name for f in files[:8]],
        ),
        hint="Give one file, or a folder with SurveyXact's three files (dataset, labels, structure) alone.",
    )


def _of_one_form(grids: list[Grid]) -> Grid | None:
    """Return the combined rows of files that our own page has saved on several tablets; else None."""
    heads = {tuple(grid.rows[0]) for grid in grids}
    if len(heads) != 1 or MARK not in next(iter(heads)):
        return None
    rows = [grids[0].rows[0], *(row for grid in grids for row in grid.rows[1:])]
    return replace(grids[0], rows=rows, numbers=list(range(1, len(rows) + 1)))


def _text_grids(files: list[Path]) -> tuple[list[Grid], list[DataError]]:
    """Read the tables among some files; a folder may also contain a PDF of the questionnaire or a note."""
    grids: list[Grid] = []
    refused: list[DataError] = []
    for file in files:
        try:
            check_file(file)
            if kind_of(file) == "text":
                grids.append(read_text_grid(file))
        except DataError as error:
            refused.append(error)
    return grids, refused


def _read_grids(grids: list[Grid], sheet: str, heading_rows: int | None) -> Export:
    if any(map(surveyxact.is_structure, grids)):
        return surveyxact.read(grids)
    grid = _sheet(grids, sheet)
    table = as_table(grid, heading_rows=heading_rows)
    _refuse_respondent_list(table)
    others = [other for other in grids if other.sheet != grid.sheet]
    known = filter(None, (read(table) for read in _VENDORS))
    return with_labels(next(known, None) or tabular.read(table), others)


def _sheet(grids: list[Grid], named: str) -> Grid:
    """Return the worksheet of that name, or the visible one with most cells."""
    if named:
        found = [grid for grid in grids if grid.sheet == text_of(named)]
        if not found:
            raise DataError(unknown_name("sheet", named, [grid.sheet for grid in grids if grid.sheet]))
        return found[0]
    # A workbook may have further sheets (a front page, pictures of charts): the answers are the largest
    # sheet. A hidden sheet is not used, unless no visible sheet can be a table.
    grid = max(grids, key=lambda each: (_may_be_table(each), len(each.rows) * len(each.rows[0])))
    others = [other for other in grids if other is not grid]
    notes = [said("hidden_sheet_read", sheet=grid.sheet)] if grid.hidden else []
    if others:
        notes.append(said("other_sheets", sheet=grid.sheet, others=[each.sheet for each in others]))
    if hidden := [other for other in others if other.hidden]:
        notes.append(said("hidden_sheets", sheets=[each.sheet for each in hidden]))
    return replace(grid, notes=(*grid.notes, *notes))


def _may_be_table(grid: Grid) -> bool:
    return not grid.hidden and len(grid.rows) > 1 and len(grid.rows[0]) > 1


def _refuse_respondent_list(table: HeadedGrid) -> None:
    """Refuse a table of only names and addresses, as Enalyzer exports: people invited, not answers."""
    if all(is_contact_heading(heading) for heading in table.headings):
        raise DataError(said("respondent_list", file=table.grid.name, columns=", ".join(table.headings)))

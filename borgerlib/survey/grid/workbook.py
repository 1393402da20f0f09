"""Excel workbooks and OpenDocument sheets: checked before they are opened, formulas never evaluated."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any
from xml.etree import ElementTree

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.grid.cells import Grid
from borgerlib.survey.grid.limits import UNPACKED_BYTES, check_columns
from borgerlib.survey.grid.values import text_of
from borgerlib.survey.responses import Problem

# Signs of formulas, errors and hidden rows or columns: a fast search of millions of cells before parsing.
_SIGNS = (
    *(b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/"),
    *(b' t="e"', b" t='e'", b' hidden="1', b" hidden='1", b' hidden="true', b" hidden='true"),
)
_OPEN_FORMULA = b"table:formula="
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"


@dataclass
class _Marks:
    """What a worksheet says about its cells, apart from their values: rows from 1, columns from 0."""

    refused: list[Problem] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    columns: list[range] = field(default_factory=list)


_CHUNK = 1 << 20


def read_workbook_grids(path: Path, *, unpacked_bytes: int = UNPACKED_BYTES) -> list[Grid]:
    """Read every worksheet that is not empty.

    Formulas are not evaluated, and their stored results are not trusted: the cell counts as blank, and the
    formula is recorded as a problem. So is a cell with an error ('#N/A').

    Raises
    ------
    DataError
        The file is not a workbook, is truncated, unpacks to more bytes than allowed, declares XML
        entities, or is an OpenDocument sheet with formulas.
    """
    marks = _inspect(path, unpacked_bytes)
    # Imported here: only workbooks need it.
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    try:
        with load_workbook(path) as book:
            sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
            grids = []
            for sheet in sheets:
                cells = book.get_sheet_by_name(sheet.name)
                rows = cells.to_python(skip_empty_area=False)
                grid = _grid(path, sheet.name, rows, marks.get(sheet.name, _Marks()))
                hidden = sheet.visible != SheetVisibleEnum.Visible
                ranges = cells.merged_cell_ranges or ()
                merged = tuple((top + 1, end + 1, left) for (top, left), (end, _) in ranges if end > top)
                grids.append(replace(grid, hidden=hidden, merged=merged))
    except DataError:
        raise
    except Exception as error:
        # On damaged files the library raises its own errors, and those of the Rust code below.
        raise DataError(said("damaged_workbook", file=path.name, how=f" ({error})")) from error
    filled = [grid for grid in grids if grid.rows]
    if not filled:
        notes = [note for grid in grids for note in grid.notes]
        raise DataError(said("empty_workbook", file=path.name), problems=notes)
    return filled


def _inspect(path: Path, unpacked_bytes: int) -> dict[str, _Marks]:
    """Check the archive, and return the formulas, errors and hidden parts of each worksheet."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_bomb(path, parts, unpacked_bytes)
            names = {part.filename for part in parts}
            is_open = "mimetype" in names and archive.read("mimetype").startswith(_OPEN_DOCUMENT)
            if not is_open and "xl/workbook.xml" not in names:
                raise _no_workbook(path, names)
            if is_open and not {"content.xml", "META-INF/manifest.xml"} <= names:
                raise DataError(said("damaged_ods", file=path.name))
            xml = [part for part in parts if part.filename.endswith(".xml")]
            # Scan every part, even after a formula is found: the scan also checks the part.
            found = [_scan(archive, part, path) for part in xml]
            if is_open and any(found):
                raise DataError(said("formulas_in_ods", file=path.name))
            return _marks(archive) if any(found) else {}
    except DataError:
        raise
    except Exception as error:
        # zipfile and its decompressors fail in many ways on a damaged archive.
        raise DataError(
            said("damaged_workbook", file=path.name, how=f", perhaps cut off ({error})")
        ) from error


def _no_workbook(path: Path, names: set[str]) -> DataError:
    if any(name.startswith("Index/") or name.endswith(".iwa") for name in names):
        return DataError(said("numbers_file", file=path.name))
    if "word/document.xml" in names:
        return DataError(said("foreign_file", file=path.name, what="a Word document"))
    files = sorted(name for name in names if not name.endswith("/"))
    inside = f" It holds {', '.join(files[:3])}{' …' if len(files) > 3 else ''}." if files else ""
    return DataError(said("packed_file", file=path.name, inside=inside))


def _refuse_bomb(path: Path, parts: list[zipfile.ZipInfo], unpacked_bytes: int) -> None:
    # The declared sizes can be trusted: zipfile never unpacks more of a part than its entry declares.
    size = sum(part.file_size for part in parts)
    if size > unpacked_bytes:
        raise DataError(
            said("unpacks_too_large", file=path.name, size=f"{size:,}", most=f"{unpacked_bytes:,}")
        )


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> bool:
    """Read one part: check its checksum, refuse entities, search for formulas, errors and hidden parts."""
    found = False
    is_sheet = part.filename.startswith("xl/worksheets/") or part.filename == "content.xml"
    signs = (_OPEN_FORMULA,) if part.filename == "content.xml" else _SIGNS
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(_CHUNK):
            if not tail and b"<!DOCTYPE" in block[:1000].upper():
                raise DataError(said("xml_entities", file=path.name))
            text = tail + block
            found = found or (is_sheet and any(map(text.__contains__, signs)))
            tail = block[-64:]
    return found


def _marks(archive: zipfile.ZipFile) -> dict[str, _Marks]:
    """Return the formulas, errors and hidden parts of each worksheet, by its name."""
    targets = {
        relation.get("Id"): str(PurePosixPath("/xl", relation.get("Target", ""))).removeprefix("/")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    found = {}
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iterfind(".//{*}sheet"):
        relation = next(value for key, value in sheet.items() if key.endswith("}id"))
        with archive.open(targets[relation]) as stream:
            found[sheet.get("name", "")] = _marks_of(stream)
    return found


def _marks_of(stream: IO[bytes]) -> _Marks:
    marks = _Marks()
    number = 0
    for _, row in ElementTree.iterparse(stream):
        hidden = row.get("hidden") in ("1", "true")
        if hidden and row.tag.endswith("}col"):
            marks.columns.append(range(int(row.get("min", 0)) - 1, int(row.get("max", 0))))
        if not row.tag.endswith("}row"):
            continue
        number = int(row.get("r", number + 1))
        if hidden:
            marks.rows.add(number)
        marks.refused += _refused_cells(row, number)
        row.clear()
    return marks


def _refused_cells(row: ElementTree.Element, number: int) -> Iterator[Problem]:
    for at, cell in enumerate(row):
        formula = cell.find("{*}f")
        if formula is not None:
            yield Problem(number, _place(cell.get("r", ""), at), f"={formula.text or ''}", "formula")
        elif cell.get("t") == "e":
            yield Problem(number, _place(cell.get("r", ""), at), cell.findtext("{*}v") or "#", "error_cell")


def _place(reference: str, otherwise: int) -> str:
    """Return the position of a cell in its row ('C7' → '2')."""
    from openpyxl.utils import column_index_from_string

    return str(column_index_from_string(reference.rstrip("0123456789")) - 1 if reference else otherwise)


def _grid(path: Path, sheet: str, rows: list[list[Any]], marks: _Marks) -> Grid:
    sheet = text_of(sheet)
    name = f"{path.name}, sheet '{sheet}'"
    for each in marks.refused:
        if each.row <= len(rows) and int(each.column) < len(rows[each.row - 1]):
            rows[each.row - 1][int(each.column)] = ""
    kept: list[Sequence[str]] = []
    numbers: list[int] = []
    width = 0
    for number, values in enumerate(rows, start=1):
        texts = [text_of(value) for value in values]
        filled = next((at for at in range(len(texts), 0, -1) if texts[at - 1]), 0)
        if filled:
            width = max(width, filled)
            kept.append(texts)
            numbers.append(number)
    # Cells far to the right may be formatted but empty.
    check_columns(width, name)
    kept = [texts[:width] for texts in kept] if kept and len(kept[0]) > width else kept
    notes = tuple(_sheet_notes(marks, numbers, width))
    return Grid(name, kept, numbers, sheet=sheet, notes=notes, problems=tuple(marks.refused))


def _sheet_notes(marks: _Marks, numbers: Sequence[int], width: int) -> Iterator[str]:
    # Imported here: only sheets with such parts need it.
    from openpyxl.utils import get_column_letter

    if marks.refused:
        columns = [get_column_letter(at + 1) for at in sorted({int(each.column) for each in marks.refused})]
        yield said("refused_cells", count=len(marks.refused), columns=columns)
    if rows := sorted(marks.rows.intersection(numbers)):
        yield said("hidden_rows", count=len(rows), row=rows[0])
    if columns := [get_column_letter(at + 1) for places in marks.columns for at in places if at < width]:
        yield said("hidden_columns", columns=columns)


def sheet_names(path: Path) -> tuple[str, ...]:
    """Return the names of a workbook's worksheets; `read_workbook_grids` must have read it before."""
    from python_calamine import SheetTypeEnum, load_workbook

    with load_workbook(path) as book:
        sheets = (sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet)
        return tuple(text_of(sheet.name) for sheet in sheets)

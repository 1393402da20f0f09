"""Excel workbooks: checked before they are opened, formulas never evaluated."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.survey.grid.cells import Grid
from borgerlib.survey.grid.limits import Limits, check_columns
from borgerlib.survey.grid.typed import text_of
from borgerlib.survey.responses import join_problems, problem_frame

_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_CHUNK = 1 << 20
_AGAIN = "Export the survey again as .xlsx, or open the file and save it anew."


def read_workbook_grids(path: Path, *, limits: Limits) -> list[Grid]:
    """Read every worksheet that holds anything.

    Formulas are not evaluated and their stored results not trusted: the cell counts as blank, and the formula
    is recorded as a problem.

    Raises
    ------
    DataError
        The file is no workbook, is cut off, unpacks to more than `limits` allow, or declares XML entities.
    """
    has_formulas = _inspect(path, limits)
    # Heavy to import, and only workbooks need it.
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # styles and extensions that openpyxl does not know: no matter here
            book = openpyxl.load_workbook(path, read_only=True, data_only=False)
            try:
                grids = [
                    _grid(path, sheet, has_formulas=has_formulas, limits=limits) for sheet in book.worksheets
                ]
            finally:
                book.close()
    except DataError:
        raise
    except Exception as error:
        # openpyxl fails in many ways on a damaged file (KeyError, ValueError, XML errors of two parsers).
        raise DataError(f"{path.name} is a damaged workbook ({error}).", hint=_AGAIN) from error
    filled = [grid for grid in grids if grid.rows]
    if not filled:
        raise DataError(f"{path.name} has no worksheet with anything in it.", hint=_AGAIN)
    return filled


def _inspect(path: Path, limits: Limits) -> bool:
    """Check the archive, and return whether any worksheet has a formula."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _refuse_bomb(path, parts, limits)
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise DataError(
                    f"{path.name} is an archive, but no Excel workbook.",
                    hint="Unpack it and give the folder or the file in it, or export as .xlsx.",
                )
            xml = [part for part in parts if part.filename.endswith(".xml")]
            # Every part is scanned, also once a formula is found: the scan checks the part as well.
            found = [_scan(archive, part, path) for part in xml]
            return any(found)
    except DataError:
        raise
    except Exception as error:
        # zipfile and the decompressors beneath it fail in many ways on a damaged archive.
        raise DataError(
            f"{path.name} is a damaged workbook, perhaps cut off ({error}).", hint=_AGAIN
        ) from error


def _refuse_bomb(path: Path, parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    # The declared sizes bind: zipfile never unpacks more of a part than its entry declares.
    size = sum(part.file_size for part in parts)
    if size > limits.unpacked_bytes:
        raise DataError(
            f"{path.name} would unpack to {size:,} bytes; at most {limits.unpacked_bytes:,} are unpacked.",
            hint="A survey export is far smaller. Check where the file comes from; "
            "if it is right, export it as CSV.",
        )


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> bool:
    """Read one part through: checks its sum, refuses entities, and looks for formulas."""
    found = False
    is_sheet = part.filename.startswith("xl/worksheets/")
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(_CHUNK):
            if not tail and b"<!DOCTYPE" in block[:1000].upper():
                raise DataError(
                    f"{path.name} declares XML entities, which no spreadsheet program writes.",
                    hint="Check where the file comes from. " + _AGAIN,
                )
            found = found or (is_sheet and _FORMULA.search(tail + block) is not None)
            tail = block[-64:]
    return found


def _grid(path: Path, sheet: Any, *, has_formulas: bool, limits: Limits) -> Grid:
    name = f"{path.name}, sheet '{sheet.title}'"
    # Several platforms declare a wrong extent, which would cut the sheet down to one cell.
    sheet.reset_dimensions()
    rows: list[list[str]] = []
    numbers: list[int] = []
    problems: list[pd.DataFrame] = []
    cells = _cells_with_formulas(sheet, problems) if has_formulas else sheet.iter_rows(values_only=True)
    for number, values in enumerate(cells, start=1):
        check_columns(len(values), name, limits)
        texts = [value if type(value) is str else text_of(value) for value in values]
        if any(texts):
            rows.append(texts)
            numbers.append(number)
    width = max((len(row) for row in rows), default=0)
    for row in rows:
        row.extend([""] * (width - len(row)))
    return Grid(name, list(rows), numbers, sheet=sheet.title, problems=join_problems(problems))


def _cells_with_formulas(sheet: Any, problems: list[pd.DataFrame]) -> Iterator[list[Any]]:
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        values: list[Any] = []
        for at, cell in enumerate(cells):
            if cell.data_type == "f":
                formula = str(getattr(cell.value, "text", cell.value))
                problems.append(problem_frame([number], str(at), [formula], "formula"))
                values.append(None)
            else:
                values.append(cell.value)
        yield values

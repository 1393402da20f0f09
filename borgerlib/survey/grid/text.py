"""Text files: encoding and delimiter found out, rows of unequal length refused."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path

from borgerlib.errors import DataError
from borgerlib.survey.grid.cells import Grid
from borgerlib.survey.grid.limits import Limits, check_columns

DELIMITERS = (";", ",", "\t", "|")
_DELIMITER_NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TWICE_ENCODED = re.compile("Ã[¦¸¥†˜…©¶¤¼]")
_LONGEST_FIELD = 2**31 - 1


def decode(content: bytes, *, name: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the text of a file, its encoding and notes on what was mended.

    A byte order mark decides; else UTF-16 is told from its zero bytes, UTF-8 is tried strictly, and
    Windows-1252 is what remains.

    Raises
    ------
    DataError
        The bytes are no text in any of these.
    """
    encoding, start = _encoding(content)
    try:
        text = content[start:].decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} is no text that can be read: byte {start + error.start} is not {encoding}.",
            hint="Export the survey again as CSV with encoding UTF-8, or as .xlsx.",
        ) from error
    if "\x00" in text:
        raise DataError(
            f"{name} is no text file (it holds zero bytes).", hint="Export the survey as CSV or .xlsx."
        )
    return _mend_twice_encoded(text, encoding)


def _encoding(content: bytes) -> tuple[str, int]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding, len(mark)
    head = content[:4096]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le", 0
    if head[0::2].count(0) > len(head) // 3:
        return "utf-16-be", 0
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", 0
    return "utf-8", 0


def _mend_twice_encoded(text: str, encoding: str) -> tuple[str, str, tuple[str, ...]]:
    """Undo UTF-8 that was once taken for Windows-1252: 'Ã¸' → 'ø'."""
    if not _TWICE_ENCODED.search(text):
        return text, encoding, ()
    try:
        mended = text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text, encoding, ("some letters look damaged by a wrong encoding ('Ã¸'); left as they are",)
    return mended, encoding, ("letters damaged by a wrong encoding ('Ã¸') were restored throughout",)


def read_text_grid(path: Path, *, limits: Limits) -> Grid:
    """Read a delimited text file.

    Raises
    ------
    DataError
        Unknown encoding, no delimiter, a quotation mark that is never closed, or rows with more or fewer
        cells than the first (the first ten are named with their line numbers).
    """
    text, encoding, notes = decode(path.read_bytes(), name=path.name)
    if not text.strip(" \t\r\n;,|"):
        raise DataError(f"{path.name} holds no text.", hint="Export the survey again.")
    delimiter, body, skipped = _delimiter(text, name=path.name)
    records = _records(body, delimiter, name=path.name, first_line=skipped)
    width = len(records[0][2])
    check_columns(width, path.name, limits)
    # SurveyXact ends some rows with a delimiter too many.
    records = [
        (number, line, cells[:width] if not any(cells[width:]) else cells) for number, line, cells in records
    ]
    _refuse_ragged(records, name=path.name)
    return Grid(
        name=path.name,
        rows=[cells for _, _, cells in records],
        numbers=[number for number, _, _ in records],
        encoding=encoding,
        delimiter=_DELIMITER_NAMES[delimiter],
        notes=notes,
    )


def _delimiter(text: str, *, name: str) -> tuple[str, str, int]:
    """Return the delimiter, the text that follows its declaration, and the lines that took."""
    declared = re.match(r"sep=(.)\r?\n", text)
    if declared and declared[1] in DELIMITERS:
        return declared[1], text[declared.end() :], 1
    head = text[:200_000]
    widths = {delimiter: _common_width(head, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: widths[delimiter])
    if widths[best] == (0, 0):
        raise DataError(
            f"{name} has a single column: no semicolon, comma, tab or bar parts its first row.",
            hint="Export the survey as CSV, with one column a question.",
        )
    return best, text, 0


def _common_width(head: str, delimiter: str) -> tuple[float, int]:
    """Return how many of the first rows are as wide as the heading, and that width (0, 0 if one cell)."""
    widths = []
    try:
        for record in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if record:
                widths.append(len(record))
            if len(widths) == 50:
                break
    except csv.Error:
        pass
    if not widths or widths[0] < 2:
        return 0, 0
    agreeing = Counter(widths)[widths[0]] / len(widths)
    return round(agreeing, 1), widths[0]


def _records(text: str, delimiter: str, *, name: str, first_line: int) -> list[tuple[int, int, list[str]]]:
    """Return for each row that is not blank its number, the line on which it ends, and its cells."""
    # The module's own limit on a cell would be an unhelpful error: long cells are cut and recorded later.
    previous = csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = first_line
    records: list[tuple[int, int, list[str]]] = []
    try:
        for number, cells in enumerate(reader, start=1):
            line = reader.line_num + first_line
            if any(cells):
                records.append((number, line, cells))
    except csv.Error as error:
        raise DataError(
            f"{name} has a misplaced quotation mark in the row that begins on line {line + 1} ({error}).",
            hint="Export the survey again, or mend that line in a text editor.",
        ) from error
    finally:
        csv.field_size_limit(previous)
    return records


def _refuse_ragged(records: list[tuple[int, int, list[str]]], *, name: str) -> None:
    width = len(records[0][2])
    ragged = [(line, len(cells)) for _, line, cells in records if len(cells) != width]
    if ragged:
        raise DataError(
            f"{name} has {len(ragged)} rows whose number of cells is not that of the heading ({width}).",
            problems=[f"the row that ends on line {line} has {cells} cells" for line, cells in ragged[:10]],
            hint="Export the survey again, or mend these lines; "
            "a text with the delimiter in it must stand in quotation marks.",
        )

"""Read text files: detect encoding and delimiter, refuse rows of unequal length."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path

from borgerlib.errors import DataError
from borgerlib.said import said
from borgerlib.survey.grid.cells import Grid
from borgerlib.survey.grid.limits import check_columns
from borgerlib.survey.grid.values import text_of

DELIMITERS = (";", ",", "\t", "|")
_DELIMITER_NAMES = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TWICE_ENCODED = re.compile("[ÃÂÅâ][^\\x00-\\x7f]{1,2}")
_NORDIC = re.compile("[æøåÆØÅäöüÄÖÜß]")
# What Python writes for bytes that are not UTF-8.
_ESCAPED = re.compile("[\udc80-\udcff]")
_SINGLE_BYTE = ("cp1252", "mac_roman", "cp850")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
_ASCII = bytes(range(0x80))
_FEW_LETTERS = 3
_LONGEST_FIELD = 2**31 - 1
_Record = tuple[int, int, list[str]]
"""Number of the row, line on which it ends, cells."""


def decode(content: bytes, *, name: str) -> tuple[str, str, tuple[str, ...]]:
    """Return the text of a file, its encoding and notes on what was repaired.

    A byte order mark decides; otherwise UTF-16 is recognised by its zero bytes. UTF-8 is tried next: a file
    that is UTF-8 except for a few letters is read as such, and those letters as Windows-1252. Any other file
    is Windows-1252, or Mac Roman or DOS (850) if only these give Danish, Swedish or German letters.

    Raises
    ------
    DataError
        The bytes are not text in any of these encodings.
    """
    encoding, start = _encoding(content)
    notes: list[str] = []
    try:
        if encoding == "mixed":
            text, strange = _decode_mixed(content)
            encoding = "utf-8"
            notes.append(said("mixed_letters", count=strange))
        else:
            text = content[start:].decode(encoding)
    except UnicodeDecodeError as error:
        _refuse_damaged_workbook(name)
        raise DataError(
            said("unreadable_text", file=name, place=start + error.start, encoding=encoding)
        ) from error
    if "\x00" in text:
        _refuse_damaged_workbook(name)
        raise DataError(said("zero_bytes", file=name))
    if lost := text.count("\ufffd"):
        notes.append(said("letters_lost", count=lost))
    if encoding in _SINGLE_BYTE[1:]:
        notes.append(said("old_letters", encoding=encoding))
    mended, note = mend_twice_encoded(text_of(text.replace("\ufeff", "")))
    return mended, encoding, (*notes, *note)


def _refuse_damaged_workbook(name: str) -> None:
    """Raise the error of a damaged workbook if the name of a file that is not text says that it is one."""
    if name.casefold().endswith(_WORKBOOKS):
        raise DataError(said("damaged_workbook", file=name, how=", or another kind of file under that name"))


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
        good = len(content.decode("utf-8", "ignore").encode().translate(None, _ASCII))
        # In single-byte text, hardly any pairs of bytes happen to be UTF-8.
        if good > len(content.translate(None, _ASCII)) // 2:
            return "mixed", 0
        return _single_byte(content), 0
    return "utf-8", 0


def _single_byte(content: bytes) -> str:
    """Return the encoding that gives most Nordic letters; Windows-1252 unless another gives clearly more."""
    high = content.translate(None, _ASCII)
    letters = {name: len(_NORDIC.findall(high.decode(name, "ignore"))) for name in _SINGLE_BYTE}
    best = max(_SINGLE_BYTE, key=lambda name: letters[name])
    return best if letters[best] >= _FEW_LETTERS else "cp1252"


def _decode_mixed(content: bytes) -> tuple[str, int]:
    """Return UTF-8 text with each byte that is not UTF-8 read as Windows-1252, and the number of those."""
    escaped = content.decode("utf-8", "surrogateescape")
    return _ESCAPED.subn(lambda byte: byte[0].encode("utf-8", "surrogateescape").decode("cp1252"), escaped)


def mend_twice_encoded(text: str) -> tuple[str, tuple[str, ...]]:
    """Undo UTF-8 that was read as Windows-1252 ('Ã¸' → 'ø'); return the text and notes."""
    found = _TWICE_ENCODED.findall(text) if any(map(text.__contains__, "ÃÂÅâ")) else []
    if not any(_mended(piece) != piece for piece in found):
        return text, ()
    try:
        return text.encode("cp1252").decode("utf-8"), (said("letters_restored_throughout"),)
    except UnicodeError:
        pass
    if _NORDIC.search(text):
        # If the file also has correct letters, a damaged one was already in the answer.
        return text, (said("letters_damaged"),)
    return _TWICE_ENCODED.sub(lambda hit: _mended(hit[0]), text), (said("letters_restored"),)


def _mended(piece: str) -> str:
    try:
        return piece.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return piece


def read_text_grid(path: Path, *, keep_ragged: bool = False) -> Grid:
    """Read a delimited text file.

    Parameters
    ----------
    path : Path
    keep_ragged : bool
        Keep rows with more or fewer cells than the first: the caller reports them.

    Raises
    ------
    DataError
        Unknown encoding, no delimiter, a quotation mark that is never closed, or rows with more or fewer
        cells than the first (the first ten are named with their line numbers).
    """
    text, encoding, notes = decode(path.read_bytes(), name=path.name)
    if not text.strip(" \t\r\n;,|"):
        raise DataError(said("no_text", file=path.name))
    delimiter, body, skipped = _delimiter(text, name=path.name)
    records = _records(body, delimiter, name=path.name, first_line=skipped)
    if not records:
        raise DataError(said("no_text", file=path.name))
    records, width = _same_width(records, name=path.name)
    if not keep_ragged:
        _refuse_ragged(records, width, name=path.name)
    return Grid(
        name=path.name,
        rows=[cells for _, _, cells in records],
        numbers=[number for number, _, _ in records],
        encoding=encoding,
        delimiter=_DELIMITER_NAMES[delimiter],
        notes=notes,
    )


def _same_width(records: list[_Record], *, name: str) -> tuple[list[_Record], int]:
    """Make titles above the table and notes below it as wide as the table; also return the width."""
    width = _width([len(cells) for _, _, cells in records[:50]])
    check_columns(width, name)
    first = next((at for at, (_, _, cells) in enumerate(records) if len(cells) >= width), 0)
    whole = list(records)
    odd = (at for at, (_, _, cells) in enumerate(records) if len(cells) != width)
    for at in odd:
        number, line, cells = records[at]
        is_title = at < first and sum(map(bool, cells)) <= 2
        is_note = at == len(records) - 1 and at > first + 1 and len(cells) == 1 < width - 1
        if is_title or is_note:
            cells = cells + [""] * (width - len(cells))
        # SurveyXact ends some rows with an extra delimiter.
        whole[at] = number, line, cells if any(cells[width:]) else cells[:width]
    return whole, width


def _width(head: list[int]) -> int:
    """Return the width of the first row, or of the table below if the first rows are a title."""
    common, times = Counter(head).most_common(1)[0]
    if common > 2 * head[0] and 2 * times > len(head):
        return common
    return head[0]


def _delimiter(text: str, *, name: str) -> tuple[str, str, int]:
    """Return the delimiter, the text after its declaration, and the number of lines of the declaration."""
    declared = re.match(r"sep=(.)\r?\n", text)
    if declared and declared[1] in DELIMITERS:
        return declared[1], text[declared.end() :], 1
    head = text[:200_000]
    widths = {delimiter: _common_width(head, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: widths[delimiter])
    if widths[best] == (0, 0):
        raise DataError(said("single_column", file=name))
    return best, text, 0


def _common_width(head: str, delimiter: str) -> tuple[float, int]:
    """Return the share of the first rows that are as wide as the table, and that width (0, 0 if one cell)."""
    widths = []
    try:
        for record in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if record:
                widths.append(len(record))
            if len(widths) == 50:
                break
    except csv.Error:
        pass
    width = _width(widths) if widths else 0
    if width < 2:
        return 0, 0
    return round(Counter(widths)[width] / len(widths), 1), width


def _records(text: str, delimiter: str, *, name: str, first_line: int) -> list[_Record]:
    """Return number, last line and cells of each row that is not blank."""
    # Raise the csv module's limit on cells, whose error is unhelpful: long cells are cut and recorded later.
    previous = csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = first_line
    records: list[_Record] = []
    try:
        for number, cells in enumerate(reader, start=1):
            line = reader.line_num + first_line
            if any(cells):
                records.append((number, line, cells))
    except csv.Error as error:
        raise DataError(said("misplaced_quote", file=name, line=line + 1, how=str(error))) from error
    finally:
        csv.field_size_limit(previous)
    return records


def _refuse_ragged(records: list[_Record], width: int, *, name: str) -> None:
    ragged = [(line, len(cells)) for _, line, cells in records if len(cells) != width]
    if ragged:
        raise DataError(
            said("ragged_rows", file=name, count=len(ragged), width=width, line=ragged[0][0]),
            problems=[said("ragged_row", line=line, cells=cells) for line, cells in ragged[:10]],
        )

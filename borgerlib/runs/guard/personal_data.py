"""Find what must not be published: personal data in an executed notebook.

A notebook that shows estimates contains none. These checks are for a notebook that somebody has changed, and
come between the run and the folder that others read. In case of doubt the report is held back: a delayed
report costs less than a person who is identified.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from borgerlib.errors import DataError
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.personal import MAIL
from borgerlib.runs.guard import signs
from borgerlib.runs.guard.contact_columns import shows_contact_columns
from borgerlib.runs.guard.markup import MarkupCell, MarkupTable, read_markup
from borgerlib.survey.grid.text import decode

# Pictures and hashes are long runs of digits and letters without meaning.
_SKIPPED_TYPES = re.compile(r"image/(?!svg)|application/(pdf|javascript)")
_FILE_TYPES = re.compile(r"application/(?!(.*[+.])?(json|xml)$)")
_SKIPPED_KEYS = frozenset({"wide", "narrow", "_esm", "_css"})
_WRITTEN = re.compile(r"<text\b[^<>]*+>([^<]++)<")
# If the data are broken into lines, as in mail, the lines after the first are also searched as plain text.
_EMBEDDED = re.compile(
    r"(?i:data:\s*+(?P<kind>[\w.+/-]*+)(?:;[^,<>:]{0,200}?)?; *base64,)"
    r"(?P<data>[A-Za-z0-9+/=%]++)(?P<more>(?:\r?\n[ \t]*+[A-Za-z0-9+/=%]++)*+)"
)
_PICTURE = re.compile(r"image/(?!svg)|video/|audio/|font/|application/[\w.-]*font", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# A workbook's text outside its cells: notes and replies, text boxes, links, cached results of formulas.
_SAID_BESIDE = (".xml", ".rels", ".vml")
_CELLS = ("xl/worksheets/sheet", "xl/styles", "xl/theme/")
_FORMULA_TEXT = re.compile(r"<c\b[^<>]*\st=[\"']str[^<>]*+>.*?</c>", re.DOTALL)
# Attributes that only draw the lines of a picture.
_LINES = re.compile(r"\b(?:d|points|transform|viewBox)=(?:\"[^\"]*+|'[^']*+)")
_PACKED, _OPEN_DOCUMENT = b"PK\x03\x04", b"opendocument.spreadsheet"
_UNPACKED_BYTES = 200_000_000
_DEEPEST = 3


def personal_data_in(notebook: Path | Any) -> tuple[str, ...]:
    """Return why an executed notebook must not be published, in Danish; nothing where it may.

    Parameters
    ----------
    notebook : Path or NotebookNode
        All of its texts, outputs, attachments, metadata and parameters are searched; pictures are not.

    Returns
    -------
    tuple of str
        What kind of data was found and in which cell, never the data: CPR numbers, e-mail addresses (those in
        the notebook's own source are public), telephone numbers, street addresses, tables with a column of
        contact details.

    Notes
    -----
    Ten digits are a CPR number when they begin with a date that exists, in the century that the seventh digit
    gives, and stand alone: not within a longer number, decimals, a hash or an embedded picture, and not
    written as a count (3.112.854.321). Of random ten-digit numbers, one in 27 could be a CPR number and is
    held back; the control digit would rule out most of them, but numbers issued since 2007 need not satisfy
    it. A telephone number follows a word or a name, has a country code, is linked to, or stands alone in
    pairs. docs/methodology.md says how much of our own test collection is found.
    """
    if isinstance(notebook, Path):
        import nbformat

        notebook = nbformat.read(notebook, as_version=4)
    own = [cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    public = {found.casefold() for cell in own for found in MAIL.findall(cell.source)}
    found: dict[str, None] = {}
    searched: set[tuple[str, str]] = set()
    for where, part in _texts(notebook):
        if isinstance(part, str):
            if not part or (where, part) in searched:
                continue
            searched.add((where, part))
        for what in _kinds(part, public):
            found[f"{where}: {what}"] = None
    return tuple(found)


def _texts(notebook: Any) -> Iterator[tuple[str, str | MarkupTable]]:
    """Yield place and content of every text and table that a reader of the notebook could see."""
    number = 0
    for cell in notebook.cells:
        injected = "injected-parameters" in cell.metadata.get("tags", [])
        number += not injected
        where = "parametrene" if injected else f"celle {number}"
        yield where, cell.source
        found = [*_parts(cell.metadata)]
        for name, data in cell.get("attachments", {}).items():
            found += [name, *_shown(data)]
        for output in cell.get("outputs", []):
            found += ["\n".join(str(output.get(name, "")) for name in ("text", "ename", "evalue"))]
            found += ["\n".join(output.get("traceback", [])), *_parts(output.get("metadata", {}))]
            found += _shown(output.get("data", {}))
        yield from ((where, part) for part in found)
    yield from (("notebookens oplysninger", part) for part in _parts(notebook.metadata))


def _shown(data: Mapping[str, Any]) -> Iterator[str | MarkupTable]:
    """Yield the texts and tables of a MIME bundle."""
    for kind, content in data.items():
        if not _SKIPPED_TYPES.match(kind):
            # A file is base64 here, as in a data link.
            yield from _parts(f"data:{kind};base64,{content}" if _FILE_TYPES.match(kind) else content)


def _parts(content: Any) -> Iterator[str | MarkupTable]:
    """Yield the content of JSON: its texts as one, and what could be tables."""
    strings: list[str] = []
    tables: list[MarkupTable] = []
    _collect(content, strings, tables)
    yield "\n".join(strings)
    yield from tables


def _collect(content: Any, strings: list[str], tables: list[MarkupTable]) -> None:
    if isinstance(content, str):
        strings.append(content)
    elif isinstance(content, Mapping):
        tables += _tables(content)
        for key, value in content.items():
            strings.append(str(key))
            if key not in _SKIPPED_KEYS:
                _collect(value, strings, tables)
            elif str(value).startswith("<svg"):
                strings.append(f"\n{signs.BREAK}".join(_WRITTEN.findall(str(value))))
    elif isinstance(content, (list, tuple)):
        for value in content:
            _collect(value, strings, tables)
    elif isinstance(content, (int, float)) and not isinstance(content, bool):
        strings.append(str(int(content)) if float(content).is_integer() else str(content))


def _tables(content: Mapping[str, Any]) -> Iterator[MarkupTable]:
    """Yield what could be a table: a split frame, a table schema, or a record."""
    columns, fields = content.get("columns"), content.get("fields")
    rows = content.get("rows", content.get("data"))
    if isinstance(columns, list):
        below = [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
        yield _table(columns, below)
    if isinstance(fields, list):
        yield _table([field.get("name") for field in fields if isinstance(field, Mapping)], [])
    if len(content) > 1 and not any(isinstance(value, (Mapping, list)) for value in content.values()):
        # A record's keys may also be answers, so one of them is not enough.
        yield _table(list(content), [list(content.values())], named=False)


def _table(heads: list[Any], rows: list[list[Any]], *, named: bool = True) -> MarkupTable:
    lines = [[MarkupCell(str(head), is_heading=named) for head in heads]]
    return MarkupTable(
        [*lines, *([MarkupCell("" if value is None else str(value)) for value in row] for row in rows)], 1
    )


def _kinds(part: str | MarkupTable, public: set[str], depth: int = 0) -> Iterator[str]:
    if isinstance(part, MarkupTable):
        if shows_contact_columns([part], ""):
            yield "en tabel med kontaktoplysninger"
        return
    whole = unescape(part) if "base64," in part.lower() else ""
    embedded = list(_EMBEDDED.finditer(whole))
    written = signs.plain(_EMBEDDED.sub(r" \g<more> ", part)) if embedded else signs.plain(part)
    texts, seen = [written], written
    tables: tuple[MarkupTable, ...] = ()
    if "<" in written or "&" in written:
        markup = read_markup(written)
        seen, tables = signs.plain(markup.seen), markup.tables
        texts = [_LINES.sub(" ", written), seen, signs.plain(unquote("\n".join(markup.values)))]
    elif "%" in written:
        texts.append(unquote(written))
    mails = [*texts, seen]
    texts, seen = [text.replace(signs.BREAK, "") for text in texts], seen.replace(signs.BREAK, "")
    if any(map(signs.has_cpr, texts)):
        yield "et CPR-nummer"
    if any(signs.has_mail(text, public) for text in mails):
        yield "en e-mailadresse"
    # In source text, digits in a row may be anything; where they are visible or linked to, they are a number.
    cells = [cell.text for table in tables for row in table.rows for cell in row]
    if any(map(signs.has_phone, texts[1:] or texts)) or any(map(signs.is_phone, cells)):
        yield "et telefonnummer"
    if signs.has_street_address(seen):
        yield "en adresse"
    if shows_contact_columns(tables, seen):
        yield "en tabel med kontaktoplysninger"
    if depth < _DEEPEST:
        for found in embedded:
            try:
                within = [*_opened(found)]
            except DataError:
                yield "en fil, der ikke kan læses"
                continue
            for inner in within:
                yield from _kinds(inner, public, depth + 1)


def _opened(found: re.Match[str]) -> Iterator[str | MarkupTable]:
    """Yield what a data link embeds: a text, or the content of a workbook; nothing for a picture.

    Raises
    ------
    DataError
        It is something else, or damaged.
    """
    if _PICTURE.match(found["kind"]):
        return
    data = "".join(_BASE64.findall(unquote(found["data"] + found["more"])))
    try:
        content = base64.b64decode(data + "=" * (-len(data) % 4))
    except binascii.Error as error:
        raise DataError("What a link embeds is no base 64.") from error
    yield from _sheets(content) if content.startswith(_PACKED) else [_text(content)]


def _text(content: bytes) -> str:
    text = decode(content, name="link")[0]
    if _NO_TEXT.search(text):
        raise DataError("What a link embeds is neither a text nor a workbook.")
    return text


def _sheets(content: bytes) -> Iterator[str | MarkupTable]:
    from borgerlib.survey.grid.workbook import read_workbook_grids

    # Not a file that is still open: Windows does not let it be opened again.
    with owned_temporary_folder() as folder:
        file = folder / ("fil.ods" if _OPEN_DOCUMENT in content[:200] else "fil.xlsx")
        file.write_bytes(content)
        for grid in read_workbook_grids(file, unpacked_bytes=_UNPACKED_BYTES):
            yield "\n".join([grid.sheet, *("\t".join(row) for row in grid.rows)])
            yield _table([*grid.rows[0]], [[*row] for row in grid.rows[1:]])
        with ZipFile(file) as archive:
            for name in archive.namelist():
                if name.startswith("xl/embeddings/"):
                    raise DataError("A workbook holds another file.")
                if name.endswith(_SAID_BESIDE):
                    text = _text(archive.read(name))
                    yield from _FORMULA_TEXT.findall(text) if name.startswith(_CELLS) else [text]

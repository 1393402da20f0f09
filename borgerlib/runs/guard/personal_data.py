"""What must not leave the house: personal data in an executed notebook.

A notebook that shows estimates holds none. These checks are for the notebook that somebody changed, and stand
between the run and the folder that others read. Where a text could be either, it is held back: a report that
waits costs less than a person who is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any

from borgerlib.personal import MAIL, PHONE_NUMBER, mask_cpr
from borgerlib.runs.guard.contact_columns import shows_contact_columns

# Pictures and hashes are long runs of digits and letters, and say nothing.
_SKIPPED_TYPES = re.compile(r"(image/(?!svg)|application/(pdf|octet-stream|javascript))")
_SKIPPED_KEYS = frozenset({"wide", "narrow", "_esm", "_css"})
_WRITTEN = re.compile(r"<text\b[^>]*>([^<]+)<")
_EMBEDDED = re.compile(r"data:[\w.+/-]+;base64,[A-Za-z0-9+/=]+")
# But not ten digits with nothing but letters around them: that is a number against a word (faf0101901234).
_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])(?![a-f]*[0-9]{10}[a-f]*(?![0-9a-f]))[0-9a-f]{12,}(?![0-9A-Za-z])"
)
# Ten digits after a comma are a field of a CSV file rather than decimals, of which nobody shows ten.
_DECIMALS = re.compile(r"[0-9]\.[0-9]{5,}|[0-9],(?![0-9]{10}(?![0-9]))[0-9]{5,}")
_PHONE = re.compile(
    # Not the end of another word (Hjørring).
    r"(?<![A-Za-zæøåÆØÅ])(?:tlf|tel|telefon(?:en|nummer|nummeret|nr)?|mobil(?:en|nummer|nummeret|nr)?|phone|ring|sms"
    rf"|kontakt)(?![A-Za-zæøåÆØÅ])[^0-9\n+]{{0,25}}{PHONE_NUMBER}",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"</?(?:a|b|code|em|font|i|mark|s|small|span|strong|sub|sup|u|wbr)\b[^<>]*>", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]+>")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")
_DIGITS = re.compile(r"[0-9]{4}")


def personal_data_in(notebook: Path | Any) -> tuple[str, ...]:
    """Return why an executed notebook must not be published, in Danish; nothing where it may.

    Parameters
    ----------
    notebook : Path or NotebookNode
        All of its texts, outputs, attachments, metadata and parameters are searched; pictures are not.

    Returns
    -------
    tuple of str
        What was found and in which cell, never the thing itself: CPR numbers, e-mail addresses (those that
        the notebook's own source names are public), telephone numbers soon after a word that says so, tables
        with a column for how to reach people.

    Notes
    -----
    Ten digits are a CPR number when they begin with a date that exists, in the century that the seventh digit
    gives, and stand alone: not within a longer number, decimals, a hash or an embedded picture, and not
    written as a count is (3.112.854.321). Of ten-digit numbers picked at random, one in 27 could be one, and
    is held back; the control digit, which would spare most of them, need not hold for numbers given out
    since 2007.
    """
    if isinstance(notebook, Path):
        import nbformat

        notebook = nbformat.read(notebook, as_version=4)
    public = {found.casefold() for cell in _own_cells(notebook) for found in MAIL.findall(cell.source)}
    found: dict[str, None] = {}
    searched: set[tuple[str, str]] = set()
    for where, text in _texts(notebook):
        if text and (where, text) not in searched:
            searched.add((where, text))
            for what in _kinds(text, public):
                found[f"{where}: {what}"] = None
    return tuple(found)


def _own_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", [])]


def _texts(notebook: Any) -> Iterator[tuple[str, str]]:
    """Yield where and what of every text that a reader of the notebook could come across."""
    number = 0
    for cell in notebook.cells:
        injected = "injected-parameters" in cell.metadata.get("tags", [])
        number += not injected
        where = "parametrene" if injected else f"celle {number}"
        yield where, cell.source
        yield where, _joined(cell.metadata)
        for data in cell.get("attachments", {}).values():
            yield from ((where, text) for text in _shown(data))
        for output in cell.get("outputs", []):
            yield where, _joined([output.get(name, "") for name in ("text", "ename", "evalue")])
            yield where, "\n".join(output.get("traceback", []))
            yield where, _joined(output.get("metadata", {}))
            yield from ((where, text) for text in _shown(output.get("data", {})))
    yield "notebookens oplysninger", _joined(notebook.metadata)


def _shown(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a MIME bundle."""
    for kind, content in data.items():
        if not _SKIPPED_TYPES.match(kind):
            yield _joined(content)


def _joined(content: Any) -> str:
    return "\n".join(_strings(content))


def _strings(content: Any) -> Iterator[str]:
    """Yield the texts in what JSON holds, names among them; those of a table as its head."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        yield from _heads(content)
        for key, value in content.items():
            yield str(key)
            if key not in _SKIPPED_KEYS:
                yield from _strings(value)
            elif str(value).startswith("<svg"):
                yield from _WRITTEN.findall(str(value))
    elif isinstance(content, (list, tuple)):
        for value in content:
            yield from _strings(value)
    elif isinstance(content, (int, float)) and not isinstance(content, bool):
        yield str(int(content)) if float(content).is_integer() else str(content)


def _heads(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what could be headings as a table's head: of a split frame, a table schema, or a record."""
    columns, fields = content.get("columns"), content.get("fields")
    if isinstance(columns, list):
        yield _head(columns)
    if isinstance(fields, list):
        yield _head([field.get("name") for field in fields if isinstance(field, Mapping)])
    if len(content) > 1 and not any(isinstance(value, (Mapping, list)) for value in content.values()):
        yield "\t".join(str(key).replace("\t", " ") for key in content)


def _head(columns: list[Any]) -> str:
    cells = "".join(f"<th>{column}</th>" for column in columns)
    return f"<table><thead><tr>{cells}</tr></thead></table>"


def _kinds(text: str, public: set[str]) -> Iterator[str]:
    readings = _readings(_EMBEDDED.sub(" ", text))
    plain = [_DECIMALS.sub(" ", _HASH.sub(" ", text)) for text in readings if _DIGITS.search(text)]
    if any(mask_cpr(text) != text for text in plain):
        yield "et CPR-nummer"
    if any(_has_address(reading, public) for reading in readings if "@" in reading):
        yield "en e-mailadresse"
    # The last reading is what is seen; telephone numbers need not have four digits in a row.
    if _PHONE.search(readings[-1]):
        yield "et telefonnummer"
    if shows_contact_columns(text):
        yield "en tabel med kontaktoplysninger"


def _readings(text: str) -> list[str]:
    """Return the text as it is written (attributes and all) and, where it is marked up, as it is seen."""
    written = _SPACES.sub(" ", _INVISIBLE.sub("", text))
    if "<" not in written and "&" not in written:
        return [written]
    seen = unescape(_TAG.sub(" ", _INLINE_TAG.sub("", written)))
    return [written, _SPACES.sub(" ", _INVISIBLE.sub("", seen))]


def _has_address(text: str, public: set[str]) -> bool:
    return any(found.casefold() not in public for found in MAIL.findall(text))

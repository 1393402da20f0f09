"""What must not leave the house: personal data in an executed notebook.

A notebook that shows estimates holds none. These checks are for the notebook that somebody changed, and stand
between the run and the folder that others read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from borgerlib.survey.cpr import mask_cpr

CONTACT_HEADINGS = frozenset(
    ["navn", "fornavn", "efternavn", "e-mail", "email", "mail", "mailadresse", "e-mailadresse", "telefon",
     "telefonnummer", "telefonnr", "mobil", "mobilnummer", "adresse", "vejnavn", "postadresse", "cpr",
     "cpr-nummer", "cprnr", "personnummer", "kontakt_mail", "kontakt_telefon", "kontakt_navn"]
)  # fmt: skip
"""Headings under which a table would show how to reach people."""

# Pictures and hashes are long runs of digits and letters, and say nothing.
_SKIPPED_TYPES = re.compile(r"(image/(?!svg)|application/(pdf|octet-stream|javascript))")
_SKIPPED_KEYS = frozenset({"wide", "narrow", "_esm", "_css"})
_HASH = re.compile(r"(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])[0-9a-f]{12,}(?![0-9A-Za-z])")
_DECIMALS = re.compile(r"[0-9][.,][0-9]{5,}")
_MAIL = re.compile(r"[A-Za-z0-9æøåÆØÅ._%+-]+@[A-Za-z0-9æøåÆØÅ-]+(?:\.[A-Za-z0-9æøåÆØÅ-]+)*\.[A-Za-z]{2,}")
_PHONE = re.compile(
    # Not the end of another word (Hjørring), nor a date.
    r"(?<![A-Za-zæøåÆØÅ])(?:tlf|telefon(?:nummer|nr)?|mobil(?:nummer|nr)?|ring(?: til)?|sms)"
    r"\W{0,6}(?:på\W{0,3})?(?![0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:\+?45[ .-]?)?[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?[0-9]{2}(?![0-9])",
    re.IGNORECASE,
)
_HEAD = re.compile(r"<thead\b.*?</thead>|<th\b[^>]*scope=\"?col[^>]*>.*?</th>", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<th\b[^>]*>(.*?)</th>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def personal_data_in(notebook: Path | Any) -> tuple[str, ...]:
    """Return why an executed notebook must not be published, in Danish; nothing where it may.

    Parameters
    ----------
    notebook : Path or NotebookNode
        All of its outputs, texts and parameters are searched; pictures are not.

    Returns
    -------
    tuple of str
        What was found and in which cell, never the thing itself: CPR numbers (with a date that exists, not
        within decimals or hashes), e-mail addresses (those that the notebook's own source names are public),
        telephone numbers after a word that says so, tables with a column for how to reach people.
    """
    if isinstance(notebook, Path):
        import nbformat

        notebook = nbformat.read(notebook, as_version=4)
    public = {found.casefold() for cell in _own_cells(notebook) for found in _MAIL.findall(cell.source)}
    found: dict[str, None] = {}
    for where, text in _texts(notebook):
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
        for output in cell.get("outputs", []):
            yield where, str(output.get("text", ""))
            yield where, "\n".join(output.get("traceback", []))
            for kind, content in output.get("data", {}).items():
                if not _SKIPPED_TYPES.match(kind):
                    yield where, "\n".join(_strings(content))
    for part in ("papermill", "widgets"):
        yield "notebookens oplysninger", "\n".join(_strings(notebook.metadata.get(part, {})))


def _strings(content: Any) -> Iterator[str]:
    """Yield the texts in what JSON holds; columns as a table's head."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        columns = content.get("columns")
        if isinstance(columns, list):
            yield "<thead>" + "".join(f"<th>{column}</th>" for column in columns) + "</thead>"
        for key, value in content.items():
            if key not in _SKIPPED_KEYS:
                yield from _strings(value)
    elif isinstance(content, (list, tuple)):
        for value in content:
            yield from _strings(value)
    elif isinstance(content, int) and not isinstance(content, bool):
        yield str(content)


def _kinds(text: str, public: set[str]) -> Iterator[str]:
    if not text:
        return
    plain = _DECIMALS.sub(" ", _HASH.sub(" ", text))
    if mask_cpr(plain) != plain:
        yield "et CPR-nummer"
    if "@" in text and any(found.casefold() not in public for found in _MAIL.findall(text)):
        yield "en e-mailadresse"
    if _PHONE.search(_TAG.sub(" ", plain)):
        yield "et telefonnummer"
    if "<th" in text and _contact_columns(text):
        yield "en tabel med kontaktoplysninger"


def _contact_columns(html: str) -> bool:
    heads = " ".join(_HEAD.findall(html))
    return any(_TAG.sub("", cell).strip().casefold() in CONTACT_HEADINGS for cell in _CELL.findall(heads))

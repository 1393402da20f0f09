"""Tables that show how to reach people, known by their headings: in HTML, Markdown, CSV and plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from borgerlib.personal import is_contact_heading

_TABLE = re.compile(r"<table\b.*?(?:</table>|\Z)", re.IGNORECASE | re.DOTALL)
_THEAD = re.compile(r"<thead\b.*?</thead>", re.IGNORECASE | re.DOTALL)
_ROW = re.compile(r"<tr\b.*?(?:</tr>|\Z)", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<(t[hd])\b([^>]*)>(.*?)</t[hd]>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]+>")
_ROW_SCOPE = re.compile(r"scope\s*=\s*[\"']?row", re.IGNORECASE)
_RULE = re.compile(r"\|?(?: *:?-{2,}:? *\|)+ *(?::?-{2,}:?)? *")
_GAPS = re.compile(r"\t| {2,}|;|\||,(?=\S)")


def shows_contact_columns(text: str) -> bool:
    """Tell whether a text holds a table with a column for how to reach people.

    One such heading is enough where markup says that it is one; in plain text, where a line may as well be a
    sentence or a list of answers ("brev, e-mail, telefon"), two of them must stand in columns of one line.
    """
    if "<t" in text.casefold():
        for table in _TABLE.findall(text):
            if any(_contacts(heads) >= enough for heads, enough in _table_heads(table)):
                return True
    return any(_contacts(heads) >= enough for heads, enough in _text_heads(text))


def _table_heads(table: str) -> Iterator[tuple[list[str], int]]:
    """Yield the headings of columns of an HTML table, and how many of contact are too many."""
    for part in _THEAD.findall(table) or _ROW.findall(table)[:1]:
        cells = _CELL.findall(part)
        named = [cell for cell in cells if cell[0].casefold() == "th" and not _ROW_SCOPE.search(cell[1])]
        yield [text for _, _, text in named], 1
        yield [text for _, _, text in cells], 2


def _text_heads(text: str) -> Iterator[tuple[list[str], int]]:
    before = ""
    for line in text.splitlines():
        if "|" in line and _RULE.fullmatch(line.strip()):
            yield before.split("|"), 1
        elif len(line) < 2000 and (";" in line or "\t" in line or "  " in line or "|" in line or "," in line):
            yield _GAPS.split(line), 2
        before = line


def _contacts(headings: Sequence[str]) -> int:
    return sum(is_contact_heading(unescape(_TAG.sub("", heading))) for heading in headings)

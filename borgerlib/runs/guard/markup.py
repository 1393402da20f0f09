"""Read marked-up text as its reader sees it, with its attributes and tables, in linear time.

Python's own parser scans unclosed markup again and again, which takes a minute per megabyte. Here each piece
of markup ends where HTML says it ends, at the latest with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from borgerlib.runs.guard.signs import BREAK

_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z)"
    r"|<[!?/][^>]*+(?:>|\Z)"
    r"|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_VALUE = re.compile(r"([^\s=\"']*+)\s*+=\s*+(?:\"([^\"]*+)|'([^']*+)|([^\s\"'>]++))")
_ROW_SCOPE = re.compile(r"scope\s*+=\s*+[\"']?row", re.IGNORECASE)
# Attributes that only draw the lines of a picture.
_DRAWN = frozenset(["d", "points", "transform", "viewbox", "style"])
# A reader sees a gap at these tags; any other tag may be inside a word.
_APART = frozenset(
    ["address", "article", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure",
     "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "img", "li", "main", "nav", "ol",
     "option", "p", "pre", "section", "table", "tbody", "td", "text", "tfoot", "th", "thead", "title", "tr",
     "ul"]
)  # fmt: skip


@dataclass
class MarkupCell:
    """A cell of a table: its text, and whether it is a column's heading."""

    text: str = ""
    is_heading: bool = False


@dataclass
class MarkupTable:
    """A table's rows of cells, and how many of them are its head."""

    rows: list[list[MarkupCell]] = field(default_factory=list)
    head_rows: int = 0


@dataclass(frozen=True)
class Markup:
    """What a text in HTML holds: the text seen, the values of attributes, the tables."""

    seen: str
    values: tuple[str, ...]
    tables: tuple[MarkupTable, ...]


def read_markup(text: str) -> Markup:
    """Return what a text in HTML, or with HTML in it, shows and contains."""
    reader = _Reader()
    for token in _TOKEN.finditer(text):
        if token["text"] is not None:
            reader.say(token["text"])
        elif token["name"]:
            reader.tag(token["name"].casefold(), token["rest"], ends=bool(token["end"]))
    return Markup(unescape("".join(reader.seen)), tuple(reader.values), tuple(reader.closed()))


class _Reader:
    """Takes tags and text in order; tables within tables are read on their own."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.values: list[str] = []
        self.tables: list[MarkupTable] = []
        self._open: list[tuple[MarkupTable, bool]] = []
        self._cell: list[list[str] | None] = []

    def say(self, text: str) -> None:
        self.seen.append(text)
        if self._cell and (said := self._cell[-1]) is not None:
            said.append(text)

    def tag(self, name: str, rest: str, *, ends: bool) -> None:
        for attribute, *values in _VALUE.findall(rest) if rest else ():
            if attribute.casefold() not in _DRAWN:
                self.values.append(unescape("".join(values)))
        if name in _APART:
            self.say(f" {BREAK}" if name == "text" else " ")
        if name == "table":
            self._end_table() if ends else self._begin_table()
        elif self._open:
            self._part(name, rest, ends=ends)

    def closed(self) -> Iterator[MarkupTable]:
        while self._open:
            self._end_table()
        return (table for table in self.tables if table.rows)

    def _part(self, name: str, rest: str, *, ends: bool) -> None:
        table, in_head = self._open[-1]
        if name == "thead":
            self._open[-1] = table, not ends
        if name in ("td", "th", "tr", "thead", "tbody"):
            self._end_cell()
        if name == "tr" and not ends:
            table.rows.append([])
            table.head_rows += in_head
        if name in ("td", "th") and not ends:
            if not table.rows:
                table.rows.append([])
            table.rows[-1].append(MarkupCell(is_heading=name == "th" and not _ROW_SCOPE.search(rest)))
            self._cell[-1] = []

    def _begin_table(self) -> None:
        table = MarkupTable()
        self.tables.append(table)
        self._open.append((table, False))
        self._cell.append(None)

    def _end_cell(self) -> None:
        said = self._cell[-1]
        if said is not None:
            self._open[-1][0].rows[-1][-1].text = unescape("".join(said))
        self._cell[-1] = None

    def _end_table(self) -> None:
        if self._open:
            self._end_cell()
            self._open.pop()
            self._cell.pop()

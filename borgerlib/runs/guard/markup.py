"""Read marked-up text as its reader sees it, with its attributes and tables.

By lxml, in linear time: Python's own parser scans unclosed markup again and again, a minute for a megabyte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from borgerlib.runs.guard.signs import BREAK

# Attributes that only draw the lines of a picture.
_DRAWN = frozenset(["d", "points", "transform", "viewbox", "style"])
# A reader sees a gap at these tags; any other tag may be inside a word.
_APART = frozenset(
    ["address", "article", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "figcaption", "figure",
     "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "img", "li", "main", "nav", "ol",
     "option", "p", "pre", "section", "table", "tbody", "td", "text", "tfoot", "th", "thead", "title", "tr",
     "ul"]
)  # fmt: skip


@dataclass(frozen=True)
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
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    # The parser would stop at a zero byte.
    whole = f"<body>{text}</body>".replace("\0", "").encode(errors="replace")
    page = etree.fromstring(whole, parser)
    values = (value for tag in page.iter() for name, value in tag.items() if name.casefold() not in _DRAWN)
    tables = map(_table, page.iter("table"))
    return Markup("".join(_seen(page)), tuple(values), tuple(table for table in tables if table.rows))


def _seen(part: Any) -> Iterator[str]:
    """Yield the text of a part of a page, with gaps where a reader sees them."""
    for event, tag in etree.iterwalk(part, events=("start", "end")):
        is_empty = not len(tag) and not tag.text
        if tag.tag in _APART and not (event == "end" and is_empty):
            yield f" {BREAK}" if tag.tag == "text" else " "
        said = tag.text if event == "start" else tag.tail if tag is not part else None
        yield said or ""


def _table(table: Any) -> MarkupTable:
    """Return a table; one within a cell of it is also read on its own."""
    rows = table.xpath("./tr | ./*[self::thead or self::tbody or self::tfoot]/tr")
    cells = [[_cell(cell) for cell in row.xpath("./td | ./th")] for row in rows]
    return MarkupTable(cells, len(table.xpath("./thead/tr")))


def _cell(cell: Any) -> MarkupCell:
    is_heading = cell.tag == "th" and not cell.get("scope", "").casefold().startswith("row")
    return MarkupCell("".join(_seen(cell)), is_heading)

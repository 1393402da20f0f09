"""A report as one PDF that a screen reader can read: tagged, titled, with bookmarks and described figures.

WeasyPrint lays the report's own pages out (their style has a part for print) and writes PDF/UA. It is an
extra: ``pip install 'borgerlib[pdf]'``, and the system's Pango.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing

_VARIANT = "pdf/ua-1"
_LINK = re.compile(r'href="([\w.-]+\.html)(#[^"]*)?"')
_TABLE = re.compile(r"<table>(?=(.*?)</tr>)", re.DOTALL)
_CELL = re.compile(r"<t[hd]\b")
_WIDE, _WIDEST = 7, 9
_BODY = re.compile(r"<body\b")
# What WeasyPrint's paper needs beyond the report's own print rules: it knows no clamp() and no vw, so that
# headings would fall back to the size of text, and a table must fit the sheet, for paper does not scroll.
# Put into the page itself: a style sheet given to WeasyPrint is a user's, and yields to the page's own.
_PAPER = """
h1 { font-size: 27pt; line-height: 1.12; }
.cover { justify-content: flex-start; }
.cover .series { margin: 0; padding-bottom: 70mm; }
.cover h1 { font-size: 54pt; line-height: 1; max-width: none; overflow-wrap: normal; }
h2 { margin-top: 8mm; }
h3 { margin-top: 6mm; }
h1, h2, h3, h4, h5, h6, .chart-title, .chart-question, caption { break-after: avoid; }
h2 + p, h3 + p { break-before: avoid; break-after: avoid; }
.opening { padding-bottom: 4mm; }
.finding { margin-top: 7mm; font-size: 15pt; }
.chart { margin: 6mm 0 8mm; padding-top: 5mm; }
.scroll { break-inside: auto; margin: 4mm 0 6mm; }
table { width: 100%; font-size: 8pt; line-height: 1.35; }
thead { display: table-header-group; }
th, td, thead th, thead td { min-width: 0; padding: 1.2mm 2.4mm 1.2mm 0; font-size: 8pt; }
th:first-child, td:first-child, td:last-child:not(.number, :nth-child(-n+2)) { min-width: 0; }
th, td { overflow-wrap: break-word; }
.wide-table th, .wide-table td { padding-right: 1.6mm; font-size: 7pt; }
.widest-table th, .widest-table td { padding-right: 1.2mm; font-size: 7pt; overflow-wrap: anywhere; }
th.number, td.number { padding-left: 1mm; }
.findings li { padding: 4mm 0; }
.findings .sentence { font-size: 12pt; }
.colophon { margin-top: 6mm; padding: 3mm 0 0; font-size: 8pt; break-before: avoid; }
"""


def write_pdf(pages: Path | Sequence[Path], target: Path, *, day: date | None = None) -> Path:
    """Write a report's pages as one PDF.

    Parameters
    ----------
    pages : Path or sequence of Path
        The report's folder (index.html first, then the others by name), or the pages in order.
    target : Path
        The PDF; written beside its place and renamed.
    day : date, optional
        The date in the file; without one it carries none, and the same pages give the same file.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    RunError
        There are no pages, WeasyPrint is not installed, or the file cannot be written.
    """
    files = _in_order(pages) if isinstance(pages, Path) else list(pages)
    if not files:
        raise RunError("There are no pages to make a PDF of.", hint="Write the report first.")
    weasyprint = _weasyprint()
    documents, count = [], 0
    for file in files:
        html = weasyprint.HTML(string=_linked(file, files), base_url=None, media_type="print")
        number = weasyprint.CSS(string=f"@page :first {{ counter-reset: page {count + 1} }}")
        documents.append(html.render(stylesheets=[number], pdf_tags=True, pdf_variant=_VARIANT))
        count += len(documents[-1].pages)
    whole = documents[0].copy([page for document in documents for page in document.pages])
    if day is not None:
        whole.metadata.created = day.isoformat()
    with replacing(target, what="The PDF", error=RunError) as beside:
        whole.write_pdf(beside, pdf_variant=_VARIANT, pdf_tags=True)
    return target


def _in_order(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.html"))
    return [path for path in found if path.name == "index.html"] + [
        path for path in found if path.name != "index.html"
    ]


def _linked(file: Path, files: Sequence[Path]) -> str:
    """Return a page whose links to the other pages lead inside the PDF: no link tells of this machine."""
    names = {path.name for path in files}
    text = file.read_text(encoding="utf-8").replace("</head>", f"<style>{_PAPER}</style></head>", 1)
    text = _TABLE.sub(lambda found: f"<table{_width(found[1])}>", text)
    text = _BODY.sub(f'<body id="{_anchor(file.name)}"', text, count=1)
    return _LINK.sub(
        lambda found: f'href="#{_anchor(found[1])}"' if found[1] in names else 'data-left-out=""', text
    )


def _width(first_row: str) -> str:
    # A class rather than :has(), which takes as long as all the rest.
    columns = len(_CELL.findall(first_row))
    if columns < _WIDE:
        return ""
    return ' class="widest-table"' if columns >= _WIDEST else ' class="wide-table"'


def _anchor(name: str) -> str:
    return f"side-{name.removesuffix('.html')}"


def _weasyprint() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        what = "WeasyPrint" if isinstance(error, ImportError) else "the system's Pango library"
        raise RunError(
            f"A PDF cannot be made: {what} is missing.",
            hint="Run: pip install 'borgerlib[pdf]' and, on Debian, apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0. Or leave pdf out of --format.",
        ) from error
    # It warns of screen-only properties in the style, which print does not need.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint

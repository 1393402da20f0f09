"""A report as one PDF that a screen reader can read: tagged, titled, with bookmarks and described figures.

WeasyPrint lays the report's own pages out (their style has a part for print) and writes PDF/UA. It is an
extra: ``pip install weasyprint``, and the system's Pango.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing
from borgerlib.files.pdf import VARIANT, weasyprint_library
from borgerlib.runs.pages.figures import page_template
from borgerlib.view import theme

_LINK = re.compile(r'href="([\w.-]+\.html)(#[^"]*)?"')
_TABLE = re.compile(r"<table>(?=(.*?)</tr>)", re.DOTALL)
_CELL = re.compile(r"<t[hd]\b")
_WIDE, _WIDEST = 7, 9
_BODY = re.compile(r"<body\b")
# Each picture carries the letters that it uses. On paper all are set in the whole font: WeasyPrint has one
# font of a name in a document.
_PICTURES_LETTERS = re.compile(r"@font-face\{[^}]*base64,[^}]*\}")


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
    weasyprint = weasyprint_library()
    documents, starts = [], [1]
    for file in files:
        documents.append(_laid_out(weasyprint, file, files, first=starts[-1]))
        starts.append(starts[-1] + len(documents[-1].pages))
    # Once more, now that it is known where every page begins: the contents say so.
    documents[0] = _laid_out(weasyprint, files[0], files, first=1, starts=starts)
    whole = documents[0].copy([page for document in documents for page in document.pages])
    if day is not None:
        whole.metadata.created = day.isoformat()
    with replacing(target, what="The PDF", error=RunError) as beside:
        whole.write_pdf(beside, pdf_variant=VARIANT, pdf_tags=True)
    return target


def _laid_out(
    weasyprint: Any, file: Path, files: Sequence[Path], *, first: int, starts: Sequence[int] = ()
) -> Any:
    rules = [f"@page :first {{ counter-reset: page {first} }}"]
    rules += [
        f'.contents a[href="#{_anchor(other.name)}"]::after {{ content: " · side {start}" }}'
        for other, start in zip(files, starts, strict=False)
    ]
    html = weasyprint.HTML(string=_linked(file, files), base_url=None, media_type="print")
    style = weasyprint.CSS(string="\n".join(rules))
    return html.render(stylesheets=[style], pdf_tags=True, pdf_variant=VARIANT)


def _in_order(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.html"))
    return [path for path in found if path.name == "index.html"] + [
        path for path in found if path.name != "index.html"
    ]


def _linked(file: Path, files: Sequence[Path]) -> str:
    """Return a page whose links to the other pages lead inside the PDF: no link tells of this machine."""
    names = {path.name for path in files}
    # Into the page itself: a style sheet given to WeasyPrint is a user's, and yields to the page's own.
    faces = "".join(theme.font_face(weight, theme.font_file(weight).as_uri()) for weight in theme.FONT_STYLES)
    text = _PICTURES_LETTERS.sub("", file.read_text(encoding="utf-8"))
    text = text.replace("</head>", f"<style>{faces}{page_template('paper.css')}</style></head>", 1)
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

"""A report as a document to edit and to copy from: headings, described pictures, real tables."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from borgerlib import danish
from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing
from borgerlib.files.document import new_document
from borgerlib.files.look import USUAL, Look
from borgerlib.runs.pages.figures import CHART_TYPE
from borgerlib.runs.pages.page import ExecutedPage

_WIDTH_CM = 16.0
_LEFT_OUT = ("summary", "source")
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_LISTS = {"ul": "List Bullet", "ol": "List Number"}


def write_docx(
    pages: Sequence[tuple[ExecutedPage, Path]],
    target: Path,
    *,
    front: Path,
    title: str,
    day: date,
    look: Look = USUAL,
) -> Path:
    """Write a report's pages as one document for a word processor.

    Parameters
    ----------
    pages : sequence of (ExecutedPage, Path)
        Each with its HTML page, in order: text is taken from the page, pictures from the notebook.
    target : Path
        The document; written to a temporary file next to it and renamed.
    front : Path
        The report's front page, which has the key figures and the cases.
    title : str
        Title on the first page, and in the file's properties.
    day : date
        The report's date; under the title, and in the file's properties.
    look : Look
        The municipality's look: colour, logo, sender, and date of the meeting.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    RunError
        python-docx is not installed, or the file cannot be written.
    """
    document = new_document(title, look, day=day)
    document.add_heading(title, level=0)
    meeting = look.meeting and f"Til mødet den {danish.long_date(look.meeting)}"
    for line in filter(None, (look.sender, danish.long_date(day), meeting)):
        document.add_paragraph(line, style="Subtitle")
    of_front = _read(front)
    figures, cases = (of_front.select(f"section:has(> .{kind})") for kind in ("key-figures", "cases"))
    titles = [*(_text(one.h2) for one in figures), *(page.title for page, _ in pages)]
    _add_contents(document, [*titles, *(_text(one.h2) for one in cases)])
    _add_sections(document, figures)
    for page, file in pages:
        _add_page(document, file.name)
        write_html(document, _read(file).article, _pictures(page))
    _add_sections(document, cases, front.name)
    if look.contact:
        document.add_paragraph(look.contact)
    with replacing(target, what="The document", error=RunError) as beside:
        document.save(str(beside))
    return target


def _read(file: Path) -> Any:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    for tag in soup.find_all(_LEFT_OUT):
        tag.decompose()
    return soup


def _add_contents(document: Any, titles: Sequence[str]) -> None:
    """Add a list of the pages as a field, which the word processor can update with page numbers."""
    document.add_paragraph("Indhold", style="TOC Heading")
    lines = [document.add_paragraph(title) for title in titles]
    first, last = lines[0].insert_paragraph_before(), document.add_paragraph()
    for paragraph, part in ((first, "begin"), (first, "separate"), (last, "end")):
        if part == "separate":
            paragraph.add_run()._r.append(_element("w:instrText", 'TOC \\o "1-1" \\h'))
        paragraph.add_run()._r.append(_element("w:fldChar", fldCharType=part))


def _element(tag: str, text: str = "", /, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(tag)
    if text:
        element.text = text
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    return element


def _add_page(document: Any, name: str) -> None:
    """Begin a page, with a bookmark for links to it if it has the name of a file."""
    paragraph = document.add_page_break()._p
    if name:
        bookmark = {"id": str(len(document.paragraphs)), "name": _bookmark(name)}
        paragraph.append(_element("w:bookmarkStart", **bookmark))
        paragraph.append(_element("w:bookmarkEnd", id=bookmark["id"]))


def _bookmark(name: str) -> str:
    return re.sub(r"\W", "_", f"page_{name}")[:40]  # Word allows no longer name


def _add_sections(document: Any, sections: Sequence[Any], name: str = "") -> None:
    """Add sections of the front page as pages of their own."""
    for section in sections:
        _add_page(document, name)
        for heading in section.find_all(_HEADINGS):
            heading.name = f"h{int(heading.name[1]) - 1}"
        write_html(document, section, iter(()))


def _pictures(page: ExecutedPage) -> Iterator[bytes]:
    """Yield the page's pictures as PNG, in order."""
    for cell in page.notebook["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "image/png" in data:
                yield base64.b64decode(data["image/png"])
            elif CHART_TYPE in data:
                yield b""


def write_html(document: Any, tag: Any, pictures: Iterator[bytes]) -> None:
    """Write the content of a tag of a page; `pictures` are its pictures as PNG, in order."""
    for child in tag.find_all(True, recursive=False):
        if child.name in _HEADINGS:
            document.add_heading(_text(child), level=int(child.name[1]))
        elif child.name == "p" and child.find("img") is None:
            _paragraph(document, child)
        elif child.name in _LISTS:
            for item in child.find_all("li", recursive=False):
                _paragraph(document, item, style=_LISTS[child.name])
        elif child.name == "dl":
            for term in child.find_all("dt"):
                said = filter(None, (term, term.find_next_sibling("dd")))
                document.add_paragraph(": ".join(map(_text, said)), style="List Bullet")
        elif child.name == "table":
            _table(document, child)
        elif child.name == "figure" and "chart" in child.get("class", ()):
            heading, picture = child.find(_HEADINGS), child.img
            document.add_heading(_text(heading), level=int(heading.name[1]))
            # The notebook's picture includes its question and caption, so that it can be copied elsewhere.
            _picture(document, next(pictures, b""), picture["alt"])
            for table in child.find_all("table"):
                _table(document, table)
        elif child.name == "img":
            _picture(document, next(pictures, b""), child.get("alt", ""))
        else:
            write_html(document, child, pictures)


def _paragraph(document: Any, tag: Any, *, style: str | None = None) -> None:
    paragraph = document.add_paragraph(style=style)
    for piece in tag.find_all(string=True):
        text = danish.squeezed(f"|{piece}|").strip("|")
        run = paragraph.add_run(text)
        run.bold = piece.find_parent(["strong", "b"]) is not None or None
        if (link := piece.find_parent("a", href=True)) is not None:
            _lead(run, link["href"])


def _lead(run: Any, href: str) -> None:
    """Link a run as on the page: to an address, or to another page of the report."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml.ns import qn

    if href.startswith("#"):
        return
    link = _element("w:hyperlink")
    if href.startswith(("http:", "https:", "mailto:")):
        link.set(qn("r:id"), run.part.relate_to(href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    else:
        link.set(qn("w:anchor"), _bookmark(href.partition("#")[0]))
    run.underline = True
    run._r.addprevious(link)
    link.append(run._r)


def _picture(document: Any, content: bytes, alt: str) -> None:
    from docx.shared import Cm

    if not content:
        document.add_paragraph(alt)
        return
    picture = document.add_picture(io.BytesIO(content), width=Cm(_WIDTH_CM))
    picture._inline.docPr.set("descr", alt)


def _table(document: Any, tag: Any) -> None:
    rows = [cells for row in tag.find_all("tr") if (cells := row.find_all(["th", "td"]))]
    if not rows:
        return
    if tag.caption is not None:
        document.add_paragraph(_text(tag.caption), style="Caption")
    table = document.add_table(rows=len(rows), cols=max(map(len, rows)), style="Light List Accent 1")
    for cells, row in zip(rows, table.rows, strict=True):
        for found, cell in zip(cells, row.cells, strict=False):
            cell.text = _text(found)
    # The heading row is repeated on every sheet, and known to screen readers.
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))


def _text(tag: Any) -> str:
    return danish.squeezed(tag.get_text())

"""The report of a session for a word processor (.docx)."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from borgerlib.files.document import new_document
from borgerlib.workshop.words import words


def as_docx(content: Mapping[str, Any], pictures: Sequence[bytes]) -> bytes:
    """Return the document.

    Parameters
    ----------
    content : mapping
        As `borgerlib.workshop.saved.report.report_content` returns.
    pictures : sequence of bytes
        Its maps as PNG.

    Raises
    ------
    RunError
        python-docx is not installed.
    """
    look = content["look"]
    document = new_document(content["title"], look)
    from docx.shared import Cm

    document.add_heading(content["title"], level=1)
    for line in (content["about"], content["simulated"], content["anonymous"]):
        if line:
            document.add_paragraph(line)
    for one in content["rounds"] or ():
        document.add_heading(" + ".join(one["titles"]), level=2)
        for line in (one["note"], one["fit"]):
            if line:
                document.add_paragraph(line)
    for one, picture in zip(content["maps"], pictures, strict=True):
        document.add_heading(one["question"], level=2)
        _lists(document, one["lists"])
        document.add_heading(words()("strings", "map"), level=3)
        document.add_picture(io.BytesIO(picture), width=Cm(16))
        document.inline_shapes[-1]._inline.docPr.set("descr", one["caption"])
        _table(document, one["head"], one["rows"], one["caption"])
    sent = ": ".join(filter(None, (look.sender, look.contact)))
    if sent:
        document.add_paragraph(sent)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _lists(document: Any, lists: Sequence[Mapping[str, Any]]) -> None:
    for one in lists:
        document.add_heading(one["title"], level=3)
        document.add_paragraph(one["asked"])
        if not one["items"]:
            document.add_paragraph(one["empty"])
        for item in one["items"]:
            document.add_heading(item["label"], level=4)
            document.add_paragraph(item["why"])
            decided = " · ".join(filter(None, item["decision"].values()))
            if decided:
                document.add_paragraph(f"{words()('report', 'decided')}: {decided}")


def _table(document: Any, head: list[str], rows: list[list[str]], caption: str) -> None:
    document.add_paragraph(caption)
    table = document.add_table(rows=0, cols=len(head), style="Light Grid")
    for row in (head, *rows):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text

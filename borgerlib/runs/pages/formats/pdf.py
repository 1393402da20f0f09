"""A report as one PDF that a screen reader can read: tagged, titled, with bookmarks and described figures.

WeasyPrint lays it out and writes PDF/UA. It is an optional dependency: ``pip install 'borgerlib[pdf]'``, and
the system's Pango.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from borgerlib import garbage
from borgerlib.errors import RunError
from borgerlib.files.pdf import save_pdf
from borgerlib.runs.pages.formats.paper import UNKNOWN_PAGE, on_paper


@garbage.not_looked_for()
def write_pdf(pages: Sequence[Path], target: Path, *, day: date | None = None) -> Path:
    """Write a report's pages as one PDF.

    Parameters
    ----------
    pages : sequence of Path
        The report's pages in order, the front page first.
    target : Path
        The PDF; written to a temporary file next to it and renamed.
    day : date, optional
        The date in the file; without a date, the same pages give the same file.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    RunError
        There are no pages, WeasyPrint is not installed, or the file cannot be written.
    """
    if not pages:
        raise RunError("There are no pages to make a PDF of.", hint="Write the report first.")
    save_pdf(on_paper(pages), target, day=day, look_at=_number_references)
    return target


def _number_references(document: Any) -> None:
    """Write the number of the target page into each reference.

    CSS can do this (`target-counter`), but WeasyPrint then lays out every page with references three times.
    """
    sheets = list(enumerate(document.pages, start=1))
    numbers = {f"#{anchor}": number for number, sheet in reversed(sheets) for anchor in sheet.anchors}
    for _, sheet in sheets:
        for box in sheet._page_box.descendants():
            is_text = type(box).__name__ == "TextBox" and box.element is not None
            if is_text and "data-to" in box.element.attrib:
                target = unquote(box.element.get("data-to"))
                text = box.text.replace(UNKNOWN_PAGE, str(numbers.get(target, "–")))
                # Set up again, without a fixed width. Padded, so that numbers in the contents align.
                box.pango_layout.setup(box.style)
                box.pango_layout.set_text(text.rjust(len(UNKNOWN_PAGE), "\N{FIGURE SPACE}"))

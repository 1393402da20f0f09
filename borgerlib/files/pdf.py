"""WeasyPrint, where it is installed: it lays pages out and writes PDF/UA, which a screen reader can read."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from borgerlib import garbage
from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.said import said

VARIANT = "pdf/ua-1"
# What places the letters of a picture's text one by one.
_BY_LETTER = {"dx", "dy", "rotate", "letter-spacing", "textLength"}


def weasyprint_library() -> Any:
    """Return the library, which is an extra and heavy to import.

    Raises
    ------
    RunError
        It, or the system's Pango, is not installed.
    """
    try:
        import weasyprint

        _lighten()
    except (ImportError, OSError) as error:
        what = "WeasyPrint 70" if isinstance(error, ImportError) else "the system's Pango library"
        raise RunError(said("no_pdf", what=what)) from error
    # It warns of screen-only properties in the style, which print does not need.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint


@cache
def _lighten() -> None:
    """Spare WeasyPrint and pydyf what they do again and again, or for what no document here has.

    Texts, tags and looks stay: only what comes out the same is left out. All of it was seen in WeasyPrint
    70.0 and pydyf 0.13.0 and is no part of what they promise: so pyproject.toml bounds both.
    """
    import pydyf
    from weasyprint.html import UA_STYLESHEET
    from weasyprint.svg import Node
    from weasyprint.text.line_break import Layout

    Node.text = property(_text_of)
    # Lines are laid out once and not again as they are drawn: they fit in memory, and none is justified.
    Layout.deactivate = Layout.reactivate = lambda *_: None
    # The last compression takes three times as long as the usual one, for files a thirtieth smaller.
    pydyf.zlib = SimpleNamespace(compress=zlib.compress, compressobj=lambda level: zlib.compressobj())
    pydyf.PDF.page_references = property(_page_references)
    # Five styles an element, for footnotes.
    rules = UA_STYLESHEET.matcher.other_selectors
    rules[:] = [rule for rule in rules if "note-" not in (rule[3] or "")]


def _page_references(pdf: Any) -> list[bytes]:
    """Return how each page is named; pydyf names all of them anew for each tag."""
    known: list[bytes] = pdf.__dict__.setdefault("_named", [])
    known += (f"{number} 0 R".encode() for number in pdf.pages["Kids"][3 * len(known) :: 3])
    return known


class _Whole(str):
    """A text that is drawn as one: WeasyPrint goes through a picture's text by letter, and lays each out."""

    def __iter__(self) -> Iterator[str]:
        return iter((str(self),))


def _text_of(node: Any) -> str | None:
    text: str | None = node._etree_node.text
    placed = _BY_LETTER & node.attrib.keys() or " " in node.get("x", "").strip()
    return text if not text or placed else _Whole(text)


@garbage.not_looked_for()
def save_pdf(
    html: str,
    target: Path,
    *,
    day: date | None = None,
    look_at: Callable[[Any], None] | None = None,
    private: bool = False,
) -> None:
    """Write an HTML document that needs no other file as a PDF, beside its place and renamed.

    Parameters
    ----------
    html : str
        The document, with a language and a title.
    target : Path
        The PDF.
    day : date, optional
        The date in the file; without one it carries none, and the same document gives the same file.
    look_at : callable, optional
        Is given the pages as they are laid out, and may raise before anything is written.
    private : bool
        The file is for its owner alone.

    Raises
    ------
    RunError
        WeasyPrint is not installed, or the file cannot be written.
    """
    with laid_out(html) as document:
        if look_at is not None:
            look_at(document)
        if day is not None:
            document.metadata.created = day.isoformat()
        with replacing(target, what="The PDF", error=RunError, private=private) as beside:
            document.write_pdf(beside, pdf_variant=VARIANT, pdf_tags=True, finisher=_with_scopes)


@contextmanager
def laid_out(html: str) -> Iterator[Any]:
    """Give a document as WeasyPrint lays it out; raises as `weasyprint_library`."""
    # Without an address of its own: a link would tell of this machine.
    page = weasyprint_library().HTML(string=html, base_url=None, media_type="print")
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    with owned_temporary_folder() as fonts._folder:  # its own would stay where we are killed
        yield page.render(fonts, pdf_tags=True, pdf_variant=VARIANT)


def _with_scopes(_document: Any, pdf: Any) -> None:
    """Say of every header cell whether it heads a column or a row; WeasyPrint does not."""
    elements: list[Any] = [element for element in pdf.objects if isinstance(element, dict)]
    places = {element.reference: element for element in elements if element.get("Type") == "/StructElem"}
    for cell in places.values():
        if cell["S"] == "/TH":
            head = places[places[cell["P"]]["P"]]["S"] == "/THead"
            cell["A"]["Scope"] = "/Column" if head else "/Row"

"""PDF/UA, which screen readers can read, laid out and written by WeasyPrint if it is installed."""

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
# Attributes that place the letters of a picture's text one by one.
_BY_LETTER = {"dx", "dy", "rotate", "letter-spacing", "textLength"}


def weasyprint_library() -> Any:
    """Return WeasyPrint, which is optional and slow to import.

    Raises
    ------
    RunError
        WeasyPrint, or the system's Pango, is not installed.
    """
    try:
        import weasyprint

        _lighten()
    except (ImportError, OSError) as error:
        what = "WeasyPrint 70" if isinstance(error, ImportError) else "the system's Pango library"
        raise RunError(said("no_pdf", what=what)) from error
    # WeasyPrint warns of screen-only CSS properties, which print does not need.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint


@cache
def _lighten() -> None:
    """Patch WeasyPrint and pydyf to skip repeated work, and work for features that no document here uses.

    Texts, tags and layout are unchanged: only work that makes no difference is skipped. The patches rely on
    internals of WeasyPrint 70.0 and pydyf 0.13.0; pyproject.toml therefore limits the versions of both.
    """
    import pydyf
    from weasyprint.html import UA_STYLESHEET
    from weasyprint.svg import Node
    from weasyprint.text.line_break import Layout

    Node.text = property(_text_of)
    # Keep each line's layout instead of making it again for drawing: they fit in memory, none is justified.
    Layout.deactivate = Layout.reactivate = lambda *_: None
    # pydyf's highest compression takes three times as long as the default, for files a thirtieth smaller.
    pydyf.zlib = SimpleNamespace(compress=zlib.compress, compressobj=lambda level: zlib.compressobj())
    pydyf.PDF.page_references = property(_page_references)
    # These rules give each element five more styles, for footnotes.
    rules = UA_STYLESHEET.matcher.other_selectors
    rules[:] = [rule for rule in rules if "note-" not in (rule[3] or "")]


def _page_references(pdf: Any) -> list[bytes]:
    """Return the references of all pages; pydyf itself builds the whole list again for each tag."""
    known: list[bytes] = pdf.__dict__.setdefault("_named", [])
    known += (f"{number} 0 R".encode() for number in pdf.pages["Kids"][3 * len(known) :: 3])
    return known


class _Whole(str):
    """A text that is drawn as a whole: WeasyPrint lays out a picture's text letter by letter."""

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
    """Write an HTML document that needs no other file as a PDF, in one step.

    Parameters
    ----------
    html : str
        The document, with a language and a title.
    target : Path
        The PDF.
    day : date, optional
        The date in the file; without a date, the same document gives the same file.
    look_at : callable, optional
        Called with the pages when they are laid out; may raise before anything is written.
    private : bool
        Only the owner can read the file.

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
    """Yield a document laid out by WeasyPrint; raises the same error as `weasyprint_library`."""
    # Without a base URL: relative links would reveal paths of this machine.
    page = weasyprint_library().HTML(string=html, base_url=None, media_type="print")
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    with owned_temporary_folder() as fonts._folder:  # its own folder would stay if we were killed
        yield page.render(fonts, pdf_tags=True, pdf_variant=VARIANT)


def _with_scopes(_document: Any, pdf: Any) -> None:
    """Mark for every header cell whether it heads a column or a row, which WeasyPrint does not do."""
    elements: list[Any] = [element for element in pdf.objects if isinstance(element, dict)]
    places = {element.reference: element for element in elements if element.get("Type") == "/StructElem"}
    for cell in places.values():
        if cell["S"] == "/TH":
            head = places[places[cell["P"]]["P"]]["S"] == "/THead"
            cell["A"]["Scope"] = "/Column" if head else "/Row"

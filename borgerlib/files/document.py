"""python-docx, where it is installed: a document for a word processor, in Danish and without an author."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from typing import Any

from borgerlib.errors import RunError
from borgerlib.files.look import USUAL, Look
from borgerlib.said import said

_PNG = "data:image/png;base64,"
_LOGO_CM = 1.8
_DANISH = "da-DK"
_HEADINGS = ("Title", "Heading 1", "Heading 2", "Heading 3")


def new_document(title: str, look: Look = USUAL) -> Any:
    """Return a document with nothing but a municipality's logo, where that is a PNG; headings in its colour.

    Raises
    ------
    RunError
        python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise RunError(said("no_docx"), hint="Run: pip install 'borgerlib[docx]'") from error
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.language, properties.author, properties.comments = title, _DANISH, "", ""
    for language in document.styles.element.iter(docx.oxml.ns.qn("w:lang")):
        language.set(docx.oxml.ns.qn("w:val"), _DANISH)
    for name in _HEADINGS if look.colours else ():
        document.styles[name].font.color.rgb = docx.shared.RGBColor.from_string(look.colours[0].lstrip("#"))
    if look.logo.startswith(_PNG):
        picture = io.BytesIO(base64.b64decode(look.logo.removeprefix(_PNG)))
        shape = document.add_picture(picture, height=docx.shared.Cm(_LOGO_CM))
        shape._inline.docPr.set("descr", look.name or title)
    return document


def speak(paragraphs: Iterable[Any], language: str) -> None:
    """Say in which language paragraphs are, as 'en-GB', so that they are read aloud and spelt in it."""
    from docx.oxml.ns import qn

    for run in (run for paragraph in paragraphs for run in paragraph.runs):
        properties = run._element.get_or_add_rPr()
        properties.append(properties.makeelement(qn("w:lang"), {qn("w:val"): language}))

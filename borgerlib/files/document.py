"""Documents for a word processor, by python-docx if it is installed: in Danish and without an author."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from borgerlib.errors import RunError
from borgerlib.files.look import USUAL, Look
from borgerlib.said import said

_PNG = "data:image/png;base64,"
_LOGO_CM = 1.8
_DANISH = "da-DK"
_HEADINGS = ("Title", *(f"Heading {level}" for level in range(1, 5)))


def new_document(title: str, look: Look = USUAL, *, day: date | None = None) -> Any:
    """Return a document with numbered pages and a municipality's logo, if that is a PNG; warn of an SVG.

    Its headings have the municipality's colour; `day` is the date in the file's properties, by default today.

    Raises
    ------
    RunError
        python-docx is not installed.
    """
    try:
        import docx
        import docx.enum.text
    except ImportError as error:
        raise RunError(said("no_docx")) from error
    document = docx.Document()
    describe(document.core_properties, title, day=day)
    qn = docx.oxml.ns.qn
    for part, tag in ((document.styles, "w:lang"), (document.settings, "w:themeFontLang")):
        for language in part.element.iter(qn(tag)):
            language.set(qn("w:val"), _DANISH)
    number = document.sections[0].footer.paragraphs[0]
    number.alignment = docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    field = docx.oxml.OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)
    for name in _HEADINGS if look.colours else ():
        document.styles[name].font.color.rgb = docx.shared.RGBColor.from_string(look.colours[0].lstrip("#"))
    if look.logo.startswith(_PNG):
        picture = io.BytesIO(base64.b64decode(look.logo.removeprefix(_PNG)))
        shape = document.add_picture(picture, height=docx.shared.Cm(_LOGO_CM))
        shape._inline.docPr.set("descr", look.name or title)
    elif look.logo:
        warnings.warn("The .docx lacks the logo: it takes a PNG, and the look names an SVG.", stacklevel=2)
    return document


def describe(properties: Any, title: str, *, day: date | None = None) -> None:
    """Write title, language and day into a file's properties, and nothing of the library's template."""
    properties.title, properties.language = title, _DANISH
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = datetime.combine(day or date.today(), time())


def speak(paragraphs: Iterable[Any], language: str) -> None:
    """Mark the language of paragraphs ('en-GB'), for screen readers and the spelling checker."""
    from docx.oxml.ns import qn

    for run in (run for paragraph in paragraphs for run in paragraph.runs):
        properties = run._element.get_or_add_rPr()
        properties.append(properties.makeelement(qn("w:lang"), {qn("w:val"): language}))

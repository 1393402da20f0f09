"""python-docx, where it is installed: a document for a word processor, in Danish and without an author."""

from __future__ import annotations

from typing import Any

from borgerlib.errors import RunError
from borgerlib.said import said


def new_document(title: str) -> Any:
    """Return an empty document.

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
    properties.title, properties.language, properties.author = title, "da-DK", ""
    return document

"""A form as a document for a word processor (.docx), to be edited before it is printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from borgerlib.files.document import new_document, speak
from borgerlib.survey.form.formats.paper.paper import condition_words
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire
from borgerlib.survey.form.texts import standard_words

_BOX, _LINE = "☐", "_" * 60
_SPOKEN = {"da": "da-DK", "en": "en-GB"}


def write_docx(form: Questionnaire, target: Path) -> None:
    """Write the document: each language separately, and the contact details on a separate sheet.

    Raises
    ------
    RunError
        python-docx is not installed.
    """
    document = new_document(form.texts["titel"]["da"], form.look)
    for at, language in enumerate(form.languages):
        if at:
            _new_sheet(document)
        before = len(document.paragraphs)
        _write(document, form, language)
        speak(document.paragraphs[before:], _SPOKEN[language])
    document.save(str(target))


def _write(document: Any, form: Questionnaire, language: str) -> None:
    words = {key: text[language] for key, text in standard_words().items()}
    document.add_heading(form.texts["titel"][language], level=1)
    document.add_paragraph(f"{form.texts['indledning'][language]} {words['tick']}")
    if form.unfinished:
        document.add_paragraph(form.unfinished).runs[0].bold = True
    document.add_heading(words["privacy"], level=2)
    for heading, text in form.privacy():
        document.add_heading(heading[language], level=3)
        document.add_paragraph(text[language])
    document.add_page_break()
    for question in form.questions:
        _asked(document, form, question, language)
    if not form.contact:
        return
    _new_sheet(document)
    document.add_heading(words["contact"], level=2)
    sentences = (words["apart"], words["withdraw"], form.texts["tilbagekald"][language])
    document.add_paragraph(" ".join(sentences))
    for question in form.contact:
        _asked(document, form, question, language)
    document.add_paragraph(f"{words['version']} {form.consent[1]}")


def _new_sheet(document: Any) -> None:
    """Go on at the front of a sheet, where the paper is printed on both sides, too."""
    from docx.enum.section import WD_SECTION

    document.add_section(WD_SECTION.ODD_PAGE)


def _asked(document: Any, form: Questionnaire, question: FormQuestion, language: str) -> None:
    document.add_heading(f"{question.number}. {question.text[language]}", level=3)
    for hint in (condition_words(form, question, language), question.hint[language]):
        if hint:
            document.add_paragraph(hint).paragraph_format.keep_with_next = True
    for choice in question.choices:
        line = document.add_paragraph(f"{_BOX}  {choice.text[language]}")
        line.paragraph_format.space_after = 0
    for _ in range(0 if question.choices else 4 if question.role == "free_text" else 1):
        document.add_paragraph(_LINE)

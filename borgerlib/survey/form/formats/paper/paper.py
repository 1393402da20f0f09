"""A form on paper: an accessible PDF, and a document for a word processor (.docx) to edit before printing."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

from borgerlib.files.document import new_document, speak
from borgerlib.files.pdf import save_pdf
from borgerlib.files.templates import template
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire
from borgerlib.survey.form.texts import standard_words

_LETTERS = {400: "SourceSansPro-Regular.ttf", 600: "SourceSansPro-Semibold.ttf"}
_LONG_LIST = 10
_BOX, _LINE = "☐", "_" * 60
_SPOKEN = {"da": "da-DK", "en": "en-GB"}


def write_pdf(form: Questionnaire, target: Path) -> None:
    """Write the form for print: each language separately, and the contact details on a separate sheet.

    Raises
    ------
    RunError
        WeasyPrint is not installed (``pip install 'borgerlib[pdf]'``).
    """
    save_pdf(paper_text(form), target)


def paper_text(form: Questionnaire) -> str:
    """Return the paper as HTML."""
    folder = files("font_source_sans_pro") / "files"
    letters = {weight: Path(str(folder / name)).as_uri() for weight, name in _LETTERS.items()}
    rendered = template("paper.html.j2", Path(__file__).parent).render(
        form=form,
        words=standard_words(),
        letters=letters,
        condition=lambda question, language: condition_words(form, question, language),
        long_list=_LONG_LIST,
    )
    return str(rendered)


def condition_words(form: Questionnaire, question: FormQuestion, language: str) -> str:
    """Return, in words, who should answer a question; '' if everybody should."""
    if question.condition is None:
        return ""
    of = form.question(question.condition[0])
    choice = next(each for each in of.choices if each.id == question.condition[1])
    text = standard_words()["only_if"][language]
    return text.format(choice=choice.text[language], n=of.number)


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

"""A form as an accessible PDF."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from borgerlib.files.pdf import save_pdf
from borgerlib.files.templates import template
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire
from borgerlib.survey.form.texts import standard_words

_LETTERS = {400: "SourceSansPro-Regular.ttf", 600: "SourceSansPro-Semibold.ttf"}
_LONG_LIST = 10


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

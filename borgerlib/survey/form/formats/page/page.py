"""The page: questions as fields, their words in every language, style and script in one file."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from borgerlib.files.templates import template
from borgerlib.personal import contact_kinds
from borgerlib.survey.form.names import MARK, OWN_ID
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire
from borgerlib.survey.form.texts import DANISH, ENGLISH, Words, standard_words

_MANY = 20


def page_text(form: Questionnaire) -> str:
    """Return the page as HTML."""
    folder = Path(__file__).parent
    return str(
        template("page.html.j2", Path(__file__).parent).render(
            form=form,
            words=standard_words(),
            noted={"id": OWN_ID, "started": "", "submitted": ""} | dict(form.technical),
            mark=MARK,
            version=form.consent[1] if form.contact else form.id,
            script=Markup((folder / "page.js").read_text(encoding="utf-8")),
            style=Markup((folder / "page.css").read_text(encoding="utf-8")),
            field=_field,
            said=lambda words: _said(form, words),
        )
    )


def _field(question: FormQuestion) -> str:
    """Return the kind of input field for a question."""
    if question.kind == "multiple":
        return "checkbox"
    if question.choices:
        return "select" if len(question.choices) > _MANY else "radio"
    if question.role == "free_text":
        return "textarea"
    if question.role == "contact":
        # A browser refuses a telephone number where the field is for e-mail alone.
        kinds = contact_kinds(f"{question.id} {question.text[DANISH]}")
        return {"mail": "email", "phone": "tel"}.get("".join(kinds), "text")
    return "date" if question.kind == "date" else "text"


def _said(form: Questionnaire, words: Words) -> dict[str, str]:
    """Return a text's attributes: its English, or the mark that it is Danish if there is no English."""
    if ENGLISH not in form.languages:
        return {}
    return {"lang": DANISH} if words[DANISH] == words[ENGLISH] else {"data-en": words[ENGLISH]}

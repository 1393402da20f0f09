"""A form as SurveyJS reads it (JSON)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire
from borgerlib.survey.form.texts import DANISH, Words, standard_words

_MANY = 12


def surveyjs_text(form: Questionnaire) -> str:
    """Return the JSON; answers have the codebook's ids, and so have the results."""
    pages: list[dict[str, Any]] = [
        {"name": "svar", "elements": [_privacy(form), *(_element(form, each) for each in form.questions)]}
    ]
    if form.contact:
        title = _localised(form, standard_words()["contact"])
        asked = [_element(form, each) for each in form.contact]
        pages.append({"name": "kontakt", "title": title, "elements": asked})
    thanks = {language: f"<h3>{_html(form.texts['tak'][language])}</h3>" for language in form.languages}
    content = {
        "locale": DANISH,
        "title": _localised(form, form.texts["titel"]),
        "description": _localised(form, form.texts["indledning"]),
        "completedHtml": _localised(form, thanks),
        "checkErrorsMode": "onValueChanged",
        "pages": pages,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _privacy(form: Questionnaire) -> dict[str, Any]:
    html = {
        language: "".join(
            f"<h4>{_html(heading[language])}</h4><p>{_html(text[language])}</p>"
            for heading, text in form.privacy()
        )
        for language in form.languages
    }
    return {"type": "html", "name": "borger_oplysninger", "html": _localised(form, html)}


def _element(form: Questionnaire, question: FormQuestion) -> dict[str, Any]:
    element: dict[str, Any] = {
        "name": question.id,
        "title": _localised(form, question.text),
        **({"description": _localised(form, question.hint)} if question.hint[DANISH] else {}),
        **_kind(question),
    }
    if question.condition:
        of, choice = question.condition
        sign = "contains" if form.question(of).kind == "multiple" else "="
        element["visibleIf"] = f"{{{of}}} {sign} '{choice}'"
    if question.choices:
        element["choices"] = [
            {
                "value": choice.id,
                "text": _localised(form, choice.text),
                **({"isExclusive": True} if choice.exclusive else {}),
            }
            for choice in question.choices
        ]
    return element


def _kind(question: FormQuestion) -> dict[str, Any]:
    if question.kind == "multiple":
        limit = {"maxSelectedChoices": question.max_choices} if question.max_choices else {}
        return {"type": "checkbox", **limit}
    if question.choices:
        return {"type": "dropdown" if len(question.choices) > _MANY else "radiogroup"}
    if question.kind == "number":
        bounds = (
            dict(zip(("min", "max"), question.bounds, strict=True)) if question.bounds else {"step": "any"}
        )
        return {"type": "text", "inputType": "number", **bounds}
    if question.role == "free_text":
        return {"type": "comment"}
    return {"type": "text", "inputType": "date" if question.kind == "date" else "text"}


def _localised(form: Questionnaire, words: Words) -> Mapping[str, str] | str:
    texts = {language: _braces(words[language]) for language in form.languages}
    return texts if len(set(texts.values())) > 1 else texts[DANISH]


def _html(text: str) -> str:
    return escape(text, quote=False)


def _braces(text: str) -> str:
    # SurveyJS replaces '{question}' with an answer; a space prevents that.
    return text.replace("{", "{ ")

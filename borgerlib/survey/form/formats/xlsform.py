"""A form as an XLSForm workbook, for ODK, KoboToolbox, SurveyCTO and Enketo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from borgerlib.files.workbook import Sheet, write_workbook
from borgerlib.survey.form.names import odk_names
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire
from borgerlib.survey.form.texts import Words

_LANGUAGES = {"da": "Dansk (da)", "en": "English (en)"}
_TYPES = {"number": "decimal", "date": "date", "text": "text", "single": "select_one", "area": "select_one",
          "multiple": "select_multiple"}  # fmt: skip
_MANY = 12
Row = dict[str, str]


def write_xlsform(form: Questionnaire, target: Path) -> None:
    """Write the workbook; questions are named by the codebook's ids, choices by the options'."""
    names = odk_names(form)
    labels, hints, messages = (
        list(_words(form, column, form.texts["titel"])) for column in ("label", "hint", "constraint_message")
    )
    heads = ["type", "name", *labels, *hints, "relevant", "constraint", *messages, "appearance"]
    survey = [[row.get(head, "") for head in heads] for row in _survey(form, names)]
    choices = [
        (names[question.id], choice.id, *_words(form, "label", choice.text).values())
        for question in form.all
        for choice in question.choices
    ]
    settings = [
        ("form_title", "form_id", "default_language"),
        (_label(form.texts["titel"]["da"]), form.id, _LANGUAGES["da"]),
    ]
    write_workbook(
        [
            Sheet("survey", [heads, *survey], bold=(1,), widths=(26, 20, 60)),
            Sheet("choices", [("list_name", "name", *labels), *choices], bold=(1,), widths=(20, 20, 60)),
            Sheet("settings", settings, bold=(1,), widths=(40, 30, 20)),
        ],
        target,
    )


def _survey(form: Questionnaire, names: dict[str, str]) -> Iterator[Row]:
    for role, kind in (("started", "start"), ("submitted", "end")):
        if role in form.technical:
            yield {"type": kind, "name": names[form.technical[role]]}
    yield _note(form, "indledning", names, form.texts["indledning"])
    for at, (heading, text) in enumerate(form.privacy(), start=1):
        # A note's label may contain Markdown: the heading is on its own line above its text.
        label = {language: f"**{heading[language]}**\n{text[language]}" for language in heading}
        yield _note(form, f"oplysning{at}", names, label)
    for question in form.all:
        yield _asked(form, question, names)
    yield _note(form, "tak", names, form.texts["tak"])


def _asked(form: Questionnaire, question: FormQuestion, names: dict[str, str]) -> Row:
    row = {"type": "integer" if question.bounds else _TYPES[question.kind], "name": names[question.id]}
    row |= _words(form, "label", question.text) | _words(form, "hint", question.hint)
    if question.choices:
        row["type"] += f" {names[question.id]}"
    if question.condition:
        of, choice = question.condition
        # selected() works for single and for multiple choice.
        row["relevant"] = f"selected(${{{names[of]}}}, '{choice}')"
    if constraint := _constraint(question):
        row |= {"constraint": constraint} | _words(form, "constraint_message", question.hint)
    if question.kind in ("single", "area") and len(question.choices) > _MANY:
        row["appearance"] = "minimal"
    if question.role == "free_text":
        row["appearance"] = "multiline"
    return row


def _constraint(question: FormQuestion) -> str:
    if question.bounds:
        return f". >= {question.bounds[0]} and . <= {question.bounds[1]}"
    rules = [
        f"not(selected(., '{choice.id}') and count-selected(.) > 1)"
        for choice in question.choices
        if choice.exclusive
    ]
    if question.max_choices:
        rules.append(f"count-selected(.) <= {question.max_choices}")
    return " and ".join(rules)


def _note(form: Questionnaire, name: str, names: dict[str, str], text: Words) -> Row:
    while name in names.values():
        name += "_"
    return {"type": "note", "name": name} | _words(form, "label", text)


def _words(form: Questionnaire, column: str, words: Words) -> Row:
    """Return a text in each language of the form, by the heading of its column."""
    return {f"{column}::{_LANGUAGES[language]}": _label(words[language]) for language in form.languages}


def _label(text: str) -> str:
    # '${' begins the name of a question, and cannot be escaped.
    return text.replace("${", "$ {")

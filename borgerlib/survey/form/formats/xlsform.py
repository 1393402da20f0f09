"""A form as an XLSForm workbook, for ODK, KoboToolbox, SurveyCTO and Enketo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from borgerlib.files.workbook import Sheet, write_workbook
from borgerlib.survey.form.names import odk_names
from borgerlib.survey.form.questionnaire import Question, Questionnaire
from borgerlib.survey.form.texts import Words

_LANGUAGES = {"da": "Dansk (da)", "en": "English (en)"}
_TYPES = {"number": "decimal", "date": "date", "text": "text", "single": "select_one", "area": "select_one",
          "multiple": "select_multiple"}  # fmt: skip
_MANY = 12
Row = tuple[object, ...]


def write_xlsform(form: Questionnaire, target: Path) -> None:
    """Write the workbook; questions are named by the codebook's ids, choices by the options'."""
    names = odk_names(form)
    labels = [f"label::{_LANGUAGES[language]}" for language in form.languages]
    hints = [f"hint::{_LANGUAGES[language]}" for language in form.languages]
    messages = [f"constraint_message::{_LANGUAGES[language]}" for language in form.languages]
    heads = ["type", "name", *labels, *hints, "relevant", "constraint", *messages, "appearance"]
    choices = [("list_name", "name", *labels), *_choices(form, names)]
    settings = [
        ("form_title", "form_id", "default_language"),
        (_label(form.texts["titel"]["da"]), form.id, _LANGUAGES["da"]),
    ]
    write_workbook(
        [
            Sheet("survey", [heads, *_survey(form, names)], bold=(1,), widths=(26, 20, 60)),
            Sheet("choices", choices, bold=(1,), widths=(20, 20, 60)),
            Sheet("settings", settings, bold=(1,), widths=(40, 30, 20)),
        ],
        target,
    )


def _survey(form: Questionnaire, names: dict[str, str]) -> Iterator[Row]:
    blank = dict.fromkeys(form.languages, "")
    for role, kind in (("started", "start"), ("submitted", "end")):
        if role in form.technical:
            yield _row(form, kind, names[form.technical[role]], blank, blank)
    yield _row(form, "note", _note("indledning", names), form.texts["indledning"], blank)
    for at, (heading, text) in enumerate(form.told()):
        # A note's label may hold Markdown: the heading stands by itself above its text.
        label = {language: f"**{heading[language]}**\n{text[language]}" for language in heading}
        yield _row(form, "note", _note(f"oplysning{at + 1}", names), label, blank)
    for question in form.all:
        yield _asked(form, question, names)
    yield _row(form, "note", _note("tak", names), form.texts["tak"], blank)


def _asked(form: Questionnaire, question: Question, names: dict[str, str]) -> Row:
    kind = "integer" if question.bounds else _TYPES[question.kind]
    if question.choices:
        kind = f"{kind} {names[question.id]}"
    relevant = ""
    if question.condition:
        of, choice = question.condition
        # selected() serves a single choice as well as several.
        relevant = f"selected(${{{names[of]}}}, '{choice}')"
    constraint = _constraint(question)
    appearance = "minimal" if question.kind in ("single", "area") and len(question.choices) > _MANY else ""
    if question.role == "free_text":
        appearance = "multiline"
    message = question.hint if constraint else {}
    return _row(
        form,
        kind,
        names[question.id],
        question.text,
        question.hint,
        relevant,
        constraint,
        message,
        appearance,
    )


def _constraint(question: Question) -> str:
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


def _row(
    form: Questionnaire,
    kind: str,
    name: str,
    label: Words,
    hint: Words,
    relevant: str = "",
    constraint: str = "",
    message: Words | None = None,
    appearance: str = "",
) -> Row:
    told = [_label((message or {}).get(language, "")) for language in form.languages]
    return (
        kind,
        name,
        *(_label(label[language]) for language in form.languages),
        *(_label(hint[language]) for language in form.languages),
        relevant,
        constraint,
        *told,
        appearance,
    )


def _choices(form: Questionnaire, names: dict[str, str]) -> Iterator[Row]:
    for question in form.all:
        for choice in question.choices:
            texts = (_label(choice.text[language]) for language in form.languages)
            yield (names[question.id], choice.id, *texts)


def _note(name: str, names: dict[str, str]) -> str:
    while name in names.values():
        name += "_"
    return name


def _label(text: str) -> str:
    # '${' begins the name of a question, and nothing escapes it.
    return text.replace("${", "$ {")

"""A form as LimeSurvey's tab-separated survey structure (.txt), read by 'Create survey: Import'.

The layout is that of LimeSurvey's manual, 'Tab Separated Value survey structure': rows of the classes S
(survey), SL (survey in a language), G (group), Q (question), SQ (subquestion) and A (answer), all of the
first language before all of the next; UTF-8 with byte order mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from html import escape

from borgerlib.survey.form.names import answer_codes, limesurvey_codes, subquestion_codes
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire
from borgerlib.survey.form.texts import standard_words

_COLUMNS = (
    "id", "related_id", "class", "type/scale", "name", "relevance", "text", "help", "language", "validation",
    "mandatory", "other", "default", "same_default", "exclude_all_others", "max_answers",
    "num_value_int_only", "min_num_value_n", "max_num_value_n",
)  # fmt: skip
_TYPES = {"multiple": "M", "number": "N", "date": "D", "text": "T", "single": "L", "area": "!"}
_MANY = 12
Row = Mapping[str, object]


def limesurvey_text(form: Questionnaire) -> str:
    """Return the structure, including the byte order mark."""
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.DictWriter(out, _COLUMNS, restval="", delimiter="\t", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_survey(form))
    for language in form.languages:
        writer.writerows(_in_language(form, language))
    return out.getvalue()


def _survey(form: Questionnaire) -> Iterator[Row]:
    settings = {
        "language": form.languages[0],
        "additional_languages": " ".join(form.languages[1:]),
        # Record times of start and end, show one page per group, and store no IP addresses.
        "datestamp": "Y", "format": "G", "anonymized": "N", "ipaddr": "N", "refurl": "N",
        "showwelcome": "Y", "allowprev": "Y", "showprogress": "Y", "shownoanswer": "Y",
    }  # fmt: skip
    for name, text in settings.items():
        yield {"class": "S", "name": name, "text": text}
    for language in form.languages:
        parts = "".join(
            f"<h2>{_html(heading[language])}</h2><p>{_html(text[language])}</p>"
            for heading, text in form.privacy()
        )
        texts = {
            "surveyls_title": _html(form.texts["titel"][language]),
            "surveyls_welcometext": f"<p>{_html(form.texts['indledning'][language])}</p>{parts}",
            "surveyls_endtext": f"<p>{_html(form.texts['tak'][language])}</p>",
        }
        for name, text in texts.items():
            yield {"class": "SL", "name": name, "text": text, "language": language}


def _in_language(form: Questionnaire, language: str) -> Iterator[Row]:
    codes = limesurvey_codes(form)
    words = standard_words()
    groups = [(form.texts["titel"], form.questions), (words["contact"], form.contact)]
    number = 0
    for at, (title, questions) in enumerate(groups, start=1):
        if not questions:
            continue
        named = {"type/scale": f"G{at}", "name": _html(title[language]), "relevance": "1"}
        yield {"id": at, "class": "G", "language": language, **named}
        for question in questions:
            number += 1
            yield _question_row(form, question, number, codes, language)
            for row in _answers(question, language):
                # Subquestions are numbered like questions; an answer has the number of its question.
                number += row["class"] == "SQ"
                yield {"id": number, **row}


def _question_row(
    form: Questionnaire, question: FormQuestion, number: int, codes: Mapping[str, str], language: str
) -> Row:
    kind = _TYPES[question.kind]
    if kind == "L" and len(question.choices) > _MANY:
        kind = "!"
    if kind == "T" and question.role == "contact":
        kind = "S"
    row = {
        "id": number, "class": "Q", "type/scale": kind, "name": codes[question.id],
        "relevance": _relevance(form, question, codes), "text": _html(question.text[language]),
        "help": _html(question.hint[language]), "language": language, "mandatory": "N", "other": "N",
    }  # fmt: skip
    if question.kind == "multiple":
        subquestions = subquestion_codes(question)
        alone = [subquestions[choice.id] for choice in question.choices if choice.exclusive]
        row |= {"exclude_all_others": ";".join(alone), "max_answers": question.max_choices or ""}
    if question.bounds:
        lowest, highest = question.bounds
        row |= {"num_value_int_only": 1, "min_num_value_n": lowest, "max_num_value_n": highest}
    return row


def _answers(question: FormQuestion, language: str) -> Iterator[Row]:
    several = question.kind == "multiple"
    codes = subquestion_codes(question) if several else answer_codes(question)
    for choice in question.choices:
        yield {"class": "SQ" if several else "A", "type/scale": 0, "name": codes[choice.id],
               "relevance": "1" if several else "", "text": _html(choice.text[language]),
               "language": language}  # fmt: skip


def _relevance(form: Questionnaire, question: FormQuestion, codes: Mapping[str, str]) -> str:
    if question.condition is None:
        return "1"
    of = form.question(question.condition[0])
    if of.kind == "multiple":
        return f'{codes[of.id]}_{subquestion_codes(of)[question.condition[1]]}.NAOK == "Y"'
    return f'{codes[of.id]}.NAOK == "{answer_codes(of)[question.condition[1]]}"'


def _html(text: str) -> str:
    # In LimeSurvey a brace begins an expression.
    return escape(text, quote=False).replace("{", "&#123;").replace("}", "&#125;").replace("\n", "<br>")

"""The questionnaire of a codebook: questions, their words, who is asked, and the possible answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from borgerlib import danish
from borgerlib.errors import CodebookError
from borgerlib.files.look import USUAL, Look
from borgerlib.survey.codebook.model import Codebook, Item
from borgerlib.survey.form.texts import DANISH, ENGLISH, PRIVACY, TO_FILL_IN, Texts, Words, standard_words

_OF_THE_PLATFORM = ("id", "started", "submitted", "municipality")
_AGE = ("age", "age_group", "birth_year")
YES = "ja"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_RANGES: Mapping[str, tuple[int, int]] = {"age": (0, 120), "birth_year": (1900, 2100)}


@dataclass(frozen=True)
class AnswerChoice:
    """One answer: its option id (or the area's name), its text, and whether it excludes all others."""

    id: str
    text: Words
    exclusive: bool = False


@dataclass(frozen=True)
class FormQuestion:
    """One question of the form.

    Parameters
    ----------
    id : str
        The codebook's item.
    kind : str
        'single', 'multiple', 'number', 'date' or 'text'; 'area' for a text that is chosen from a list.
    text, hint : Words
        The hint is '' if there is none.
    choices : tuple of AnswerChoice
    role : str
        The codebook's role of the item.
    number : int
        Its number in the form, from 1.
    condition : tuple of (question, choice), optional
        Ids: only respondents who chose that are asked.
    max_choices : int
        0: no limit.
    bounds : tuple of int, optional
        Lowest and highest number; a number with bounds is whole.
    """

    id: str
    kind: Literal["single", "multiple", "number", "date", "text", "area"]
    text: Words
    hint: Words
    choices: tuple[AnswerChoice, ...] = ()
    role: str = ""
    number: int = 0
    condition: tuple[str, str] | None = None
    max_choices: int = 0
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True)
class Questionnaire:
    """The questions and information texts of a form.

    Parameters
    ----------
    id : str
        The codebook's.
    languages : tuple of str
        'da', and 'en' if the codebook has English texts.
    texts : Texts
    questions : tuple of FormQuestion
        The survey's questions, in the codebook's order.
    contact : tuple of FormQuestion
        The consent, then what those who give it are asked; empty if the codebook asks for no consent.
    technical : mapping of str to str
        Role of what the platform itself records (id, started, submitted) → item.
    look : Look
        The municipality's look, for the forms that we lay out.
    name : str
        Distinguishes the form from those of other municipalities: 'odense-borgerinteresse'; '' without one.
    """

    id: str
    languages: tuple[str, ...]
    texts: Texts
    questions: tuple[FormQuestion, ...]
    contact: tuple[FormQuestion, ...]
    technical: Mapping[str, str]
    look: Look = USUAL
    name: str = ""

    @property
    def all(self) -> tuple[FormQuestion, ...]:
        """Every question, the consent and contact details last."""
        return self.questions + self.contact

    def question(self, question_id: str) -> FormQuestion:
        """Return the question of that id."""
        return next(question for question in self.all if question.id == question_id)

    @property
    def consent(self) -> tuple[str, str]:
        """The complete words of the consent, and a version that is unique to these words."""
        asked = self.contact[0]
        words = f"{asked.text[DANISH]} {asked.hint[DANISH]}"
        return words, sha256(f"{words} {self.texts.by_answers}".encode()).hexdigest()[:8]

    @property
    def unfinished(self) -> str:
        """What the municipality has yet to fill in, as a Danish sentence; '' where the form may be used."""
        words = dict(standard_words())
        if self.contact:
            words["samtykke"] = self.contact[0].text
        lacking = [f"»{words[key][DANISH] if key in words else key}«" for key in self.texts.lacking]
        said = f"{TO_FILL_IN}: skemaet mangler {danish.listing(lacking)} og må ikke bruges endnu."
        return said if lacking else ""

    def privacy(self) -> list[tuple[Words, Words]]:
        """Return headings and texts of the privacy text."""
        return [(standard_words()[key], self.texts[key]) for key in PRIVACY]


def questionnaire(codebook: Codebook, texts: Texts) -> Questionnaire:
    """Return the questionnaire of a codebook.

    What the platform itself records (id, times, municipality) is not asked, and only the first of several
    questions on age is. Contact details are asked last, and only of those who have consented.

    Raises
    ------
    CodebookError
        A question depends on one that is not asked before it, or the consent has no option 'ja'.
    """
    ages = [item.id for item in codebook if item.role in _AGE]
    left_out = {*ages[1:], *(item.id for item in codebook if item.role in _OF_THE_PLATFORM)}
    asked = [item for item in codebook if item.id not in left_out]
    consent = codebook.with_role("consent")
    answers = [item for item in asked if item.role not in ("contact", "consent")]
    contact = [consent, *(item for item in asked if item.role == "contact")] if consent else []
    _refuse(answers, consent)
    english = any(item.text_en for item in asked)
    made = [_question(item, at, texts) for at, item in enumerate([*answers, *contact], start=1)]
    put, last = made[: len(answers)], made[len(answers) :]
    last = [
        replace(question, hint=texts["samtykke"], condition=None)
        if question.role == "consent"
        else replace(question, condition=(last[0].id, YES), hint={DANISH: "", ENGLISH: ""})
        for question in last
    ]
    noted = {role: codebook.with_role(role) for role in _OF_THE_PLATFORM}
    technical = {role: item.id for role, item in noted.items() if item}
    languages = (DANISH, ENGLISH) if english else (DANISH,)
    return Questionnaire(codebook.id, languages, texts, tuple(put), tuple(last), technical)


def tidy(text: str) -> str:
    """Return a text on one line, without characters that forms cannot contain."""
    return " ".join(_CONTROLS.sub(" ", text).split())


def _refuse(answers: Sequence[Item], consent: Item | None) -> None:
    problems, put = [], set[str]()
    for item in answers:
        base = item.base.partition(".")[0]
        if base and base not in put:
            problems.append(f"item '{item.id}': its base '{item.base}' is not asked before it")
        put.add(item.id)
    if consent and (consent.kind != "single" or all(option.id != YES for option in consent.options)):
        problems.append(f"item '{consent.id}': a consent is a single choice with an option '{YES}'")
    if problems:
        raise CodebookError("The codebook cannot be put as a form:", problems=problems)


def _question(item: Item, number: int, texts: Texts) -> FormQuestion:
    choices = tuple(
        AnswerChoice(
            option.id,
            _words(option.text, option.text_en, option.id),
            item.kind == "multiple" and option.stands_alone,
        )
        for option in item.options
    )
    areas = texts.areas if item.role == "area" and item.kind == "text" else ()
    base, _, option = item.base.partition(".")
    return FormQuestion(
        item.id,
        "area" if areas else item.kind,
        _words(item.text, item.text_en, item.id),
        _hint(item),
        tuple(AnswerChoice(area, _words(area, "", area)) for area in areas) or choices,
        item.role,
        number,
        (base, option) if base else None,
        item.max_choices if item.kind == "multiple" else 0,
        _RANGES.get(item.role) if item.kind == "number" else None,
    )


def _words(danish: str, english: str, name: str) -> Words:
    shown = tidy(danish) or name
    return {DANISH: shown, ENGLISH: tidy(english) or shown}


def _hint(item: Item) -> Words:
    key = {"multiple": "at_most" if item.max_choices else "several", "text": "own_words"}.get(item.kind, "")
    if item.kind == "number":
        key = "whole" if item.role in _RANGES else "decimal"
    if item.role in ("contact", "area") or not key:
        return {DANISH: "", ENGLISH: ""}
    words = standard_words()[key]
    return {language: text.format(n=item.max_choices) for language, text in words.items()}

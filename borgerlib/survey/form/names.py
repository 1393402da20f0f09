"""Names of questions and answers on platforms: as close to the codebook's ids as each allows."""

from __future__ import annotations

from borgerlib.survey.codebook.matching import normalise
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire

MARK = "borger_skema"
"""The column that identifies answers of our own page; it contains the version of the consent's words."""
OWN_ID = "borger_svar"
"""The column in which our page numbers answers, if the codebook has no item for it."""
_RESERVED = frozenset({"meta", "data", "form"})
"""Names that ODK reserves."""
_LIMESURVEYS_OWN = {
    "id", "token", "seed", "submitdate", "startdate", "datestamp", "lastpage", "startlanguage", "ipaddr",
    "refurl",
}  # fmt: skip
_LONGEST_CODE = 20


def odk_names(form: Questionnaire) -> dict[str, str]:
    """Return question id → name in ODK and KoboToolbox: the id, except for reserved names."""
    ids = {question.id for question in form.all} | set(form.technical.values())
    return {name: name if name not in _RESERVED else _free(f"{name}_svar", ids) for name in sorted(ids)}


def limesurvey_codes(form: Questionnaire) -> dict[str, str]:
    """Return question id → code in LimeSurvey: at most 20 letters and digits, else the id.

    No code is the id of another question, so that headings cannot be confused with those of another form.
    """
    taken = {question.id for question in form.all} | _LIMESURVEYS_OWN
    codes = {}
    for question in form.all:
        plain = question.id.replace("_", "")[:_LONGEST_CODE]
        keeps = question.id == plain and plain not in _LIMESURVEYS_OWN
        codes[question.id] = plain if keeps else _free(plain, taken)
        taken.add(codes[question.id])
    return codes


def answer_codes(question: FormQuestion) -> dict[str, str]:
    """Return choice id → answer code in LimeSurvey (at most 5 letters and digits): 'A1' for the first.

    Another letter is used if the code could be confused with an answer's text.
    """
    texts = {normalise(text) for choice in question.choices for text in (choice.id, *choice.text.values())}
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        codes = {choice.id: f"{letter}{at}" for at, choice in enumerate(question.choices, start=1)}
        if not texts & {code.casefold() for code in codes.values()}:
            break
    return codes


def subquestion_codes(question: FormQuestion) -> dict[str, str]:
    """Return choice id → subquestion code in LimeSurvey: 'SQ001' for the first."""
    return {choice.id: f"SQ{at:03d}" for at, choice in enumerate(question.choices, start=1)}


def _free(name: str, taken: set[str]) -> str:
    """Return a name that is not taken: the name itself, or the name with a number."""
    tries = (name, *(f"{name[: _LONGEST_CODE - 3]}{at}" for at in range(2, 1000)))
    return next(each for each in tries if each not in taken)

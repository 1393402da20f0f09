"""The figures and sentences of the citizens' survey (``sections.toml``); answers are found by their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from typing import Annotated, Any

import pandas as pd
from annotated_types import MinLen

from borgerlib import danish, places
from borgerlib.errors import CodebookError, ParameterError, unknown_name
from borgerlib.files.toml import Problem, Text, read_toml
from borgerlib.interest.answers.local_survey import ASKED, DIVIDING, Dividing, LocalSurvey
from borgerlib.lokaldemokrati.insights.sentences import FIRST, answers_to, fill, find, first_sentence
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS, TAGS, Item

TAG_WORDS = {
    "climate": "klima",
    "welfare": "velfærd",
    "digital": "digital deltagelse",
    "co_creation": "samskabelse",
    "town": "by",
}
_REFERENCE = re.compile(rf"\b([a-z_]+)([.=])({'|'.join(TAGS)})\b")


@dataclass(frozen=True)
class Section:
    """A figure of the citizens' survey: its content, its texts, and how it is drawn.

    Parameters
    ----------
    id : str
    title : tuple of str
        Danish templates; the first of which everything is known and shown is used.
    answers : tuple of str
        What is shown: a role ('topics'), or answers of one ('topics.natur').
    by : str
        Role of what divides the citizens: one answer is then shown of each group.
    group : str
        A group that is shown beside all citizens: 'age={unge}'.
    participation : str
        Instead of answers: role of the groups whose participation is shown.
    insight : int
        The insight of the leaders' survey that shows it, or 0.
    note : str
        More to say in the caption, Danish.
    settings : mapping
        Further arguments of the chart: sort, highlight.
    """

    id: Text
    title: Annotated[tuple[str, ...], MinLen(1)]
    answers: tuple[str, ...] = ()
    by: str = ""
    group: str = ""
    participation: str = ""
    insight: int = 0
    note: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def role(self) -> str:
        """The role of the question that it shows, or of the groups whose participation it shows."""
        return self.participation or "".join(self.answers[:1]).partition(".")[0]


@dataclass(frozen=True)
class Sections:
    """All figures, the leading sentence, the divisions of the citizens, and the names of the groups."""

    finding: Annotated[tuple[str, ...], MinLen(1)]
    age_bands: Annotated[tuple[int, ...], MinLen(1)]
    divisions: Annotated[Mapping[str, tuple[Dividing, ...]], MinLen(1)]
    section: tuple[Section, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def figure(self, figure_id: str) -> Section:
        """Return the figure with this id, or raise `ParameterError` with similar ids."""
        for figure in self.section:
            if figure.id == figure_id:
                return figure
        raise ParameterError(unknown_name("figure", figure_id, [figure.id for figure in self.section]))

    def group_words(self, group: str, label: str) -> str:
        """Return a group's name for use inside a sentence: 'de 60–69-årige', 'kvinderne'.

        Parameters
        ----------
        group : str
            As in the estimates: 'age=60-69'.
        label : str
            The group's name in charts.
        """
        if group in self.words:
            return self.words[group]
        if group.startswith("age="):
            years = label.removesuffix(" år")
            return f"de {years}-årige" if years != label else f"borgere på {label}"
        return f"borgerne i området {label}" if group.startswith("area=") else f"gruppen »{label}«"

    def of_insight(self, number: int) -> Section | None:
        """Return the figure that an insight of the leaders' survey shows, or None."""
        return next((figure for figure in self.section if number and figure.insight == number), None)


@cache
def load_sections() -> Sections:
    """Read and check ``sections.toml``.

    Raises
    ------
    DataError
        The file is missing or not valid; all problems are listed.
    """
    file = read_toml(places.raw_data(CITIZENS, "sections.toml"), "figures of the citizens' survey")
    return file.validated(Sections, _breaches)


def _breaches(file: Sections) -> Iterator[Problem]:
    ids = [figure.id for figure in file.section]
    for at, figure in enumerate(file.section):
        if bool(figure.answers) == bool(figure.participation):
            yield ("section", at), "give either 'answers' or 'participation'"
        elif figure.role not in (legal := DIVIDING if figure.participation else ASKED):
            yield ("section", at), unknown_name("role", figure.role, legal)
        if figure.id in ids[:at]:
            yield ("section", at), "stands more than once"
    for role in file.divisions:
        if role not in ASKED:
            yield ("divisions", role), unknown_name("role", role, ASKED)


def first_known(templates: tuple[str, ...], survey: LocalSurvey, **words: str) -> str:
    """Fill the first template for which all values are known and shown; '' if there is none.

    Parameters
    ----------
    templates : tuple of str
        Fields as in `lokaldemokrati.insights.sentences`; besides {sted}, {unge}, {vægtning} and the names of
        `words`.
    survey : LocalSurvey
    words : str
        Values of further names.
    """
    for template in templates:
        sentence = worded(template, survey, **words)
        if all(_is_shown(field, survey) for _, field, _, _ in Formatter().parse(sentence) if field):
            return fill(sentence, survey.estimates)
    return ""


def _is_shown(reference: str, survey: LocalSurvey) -> bool:
    try:
        if reference.partition("@")[0].endswith(f".{FIRST}"):
            rows = answers_to(survey.estimates, reference)
            confidence, exclusive = survey.estimates.confidence, bool(rows[0]["exclusive"])
            return bool(first_sentence("", rows, confidence=confidence, exclusive=exclusive))
        is_known = pd.notna(find(survey.estimates, reference)["proportion"])
        return bool(is_known) and not _means_something_else(reference, survey)
    except CodebookError:
        return False


def _means_something_else(reference: str, survey: LocalSurvey) -> bool:
    """Return whether an answer has the id of one in the built-in codebook, but another text."""
    role, _, answer = reference.partition("@")[0].partition(".")
    item = survey.item(role)
    standard = None if role == "segment" else load_codebook(CITIZENS).with_role(role)
    if item is None or standard is None:
        return False
    texts, usual = ({option.id: option.text for option in of.options} for of in (item, standard))
    is_tagged = any(option.id == answer and option.tags for option in item.options)
    return answer in texts and answer in usual and texts[answer] != usual[answer] and not is_tagged


def worded(text: str, survey: LocalSurvey, **words: str) -> str:
    """Fill in the municipality's name, the youngest age group and `words`."""
    names = {
        "sted": survey.municipality.full_name,
        "unge": next(iter(survey.age_labels), ""),
        "vægtning": "vægtet" if survey.weighting["targets"] else "ikke vægtet",
    } | words
    for name, word in names.items():
        text = text.replace(f"{{{name}}}", word)
    return danish.capitalise(without_tags(text, survey))


def tagged(survey: LocalSurvey, role: str, name: str) -> tuple[str, ...]:
    """Return the options of a role's item that have a tag; a name that is no tag is an option itself."""
    if name not in TAGS:
        return (name,)
    item = _item(survey, role)
    if item is None:
        return ()
    if any(option.tags for option in item.options):
        return item.tagged(name)
    # In a codebook from before tags, use the options with the same text as in the built-in codebook.
    standard = load_codebook(CITIZENS).with_role(role)
    texts = {option.id: option.text for option in item.options}
    usual = standard.options if standard else ()
    return tuple(o.id for o in usual if name in o.tags and texts.get(o.id) == o.text)


def tagged_answer(survey: LocalSurvey, role: str, name: str) -> str:
    """Return the one answer for a tag: its option, or the net of several; '' if no option has it."""
    options, item = tagged(survey, role, name), _item(survey, role)
    if len(options) < 2 or item is None:
        return "".join(options)
    return next((net for net, members in item.nets.items() if set(members) == {*options}), "")


def without_tags(text: str, survey: LocalSurvey) -> str:
    """Return a template with tags replaced by answers: {topics.climate:pct} → {topics.klima_miljoe:pct}."""

    def answer(found: re.Match[str]) -> str:
        role, mark, tag = found.groups()
        return f"{role}{mark}{tagged_answer(survey, role, tag) or tag}"

    return _REFERENCE.sub(answer, text)


def _item(survey: LocalSurvey, role: str) -> Item | None:
    return None if role in ("age", "segment") else survey.codebook.with_role(role)

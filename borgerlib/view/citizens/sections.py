"""What is shown of the citizens' survey: figures and sentences as data, in ``sections.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from string import Formatter
from typing import Any

import pandas as pd

from borgerlib import danish, places
from borgerlib.errors import CodebookError, DataError, ParameterError, unknown_name
from borgerlib.interest.answers.local_survey import ASKED, DIVIDING, LocalSurvey
from borgerlib.lokaldemokrati.insights.sentences import fill, find

SURVEY = "borgerinteresse"
KINDS = ("bars", "compared", "across", "participation")
_NEEDED = {"compared": ("group",), "across": ("option", "domain")}


@dataclass(frozen=True)
class Section:
    """A figure of the citizens' survey.

    Parameters
    ----------
    id : str
    kind : {'bars', 'compared', 'across', 'participation'}
        All options among all; the options of a group beside those of all; one option across the groups of a
        domain; who answered beside who lives here.
    role : str
        Role of the item, or of what divides the citizens ('participation').
    title : tuple of str
        Danish templates; the first of which everything is known and shown is used.
    insight : int
        The insight of the leaders' survey that shows it, or 0.
    options, highlight : tuple of str
        The options shown (all where empty), and those that stand out.
    option, domain, group : str
        Of 'across' and 'compared'.
    sort : bool
        Largest first.
    note : str
        More to say in the caption, Danish.
    """

    id: str
    kind: str
    role: str
    title: tuple[str, ...]
    insight: int = 0
    options: tuple[str, ...] = ()
    highlight: tuple[str, ...] = ()
    option: str = ""
    domain: str = ""
    group: str = ""
    sort: bool = True
    note: str = ""


@dataclass(frozen=True)
class Sections:
    """All figures, the sentence on top, how the citizens are divided, and what the groups are called."""

    figures: tuple[Section, ...]
    finding: tuple[str, ...]
    age_bands: tuple[int, ...]
    divisions: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]

    def figure(self, figure_id: str) -> Section:
        """Return the figure of that id, or raise `ParameterError` with the nearest ones."""
        for figure in self.figures:
            if figure.id == figure_id:
                return figure
        raise ParameterError(unknown_name("figure", figure_id, [figure.id for figure in self.figures]))

    def group_words(self, group: str, label: str) -> str:
        """Return a group as it is called inside a sentence: 'de 60–69-årige', 'kvinderne'.

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
        return f"gruppen »{label}«"

    def of_insight(self, number: int) -> Section | None:
        """Return the figure that an insight of the leaders' survey shows, or None."""
        return next((figure for figure in self.figures if number and figure.insight == number), None)


@cache
def load_sections() -> Sections:
    """Read and check ``sections.toml``.

    Raises
    ------
    DataError
        The file is missing or breaks rules; all breaches are listed at once.
    """
    path = places.raw_data(SURVEY, "sections.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"sections.toml is no valid TOML: {error}.") from error
    return parse_sections(content)


def parse_sections(content: Mapping[str, Any]) -> Sections:
    """Build the sections from parsed TOML (`DataError` lists all breaches)."""
    known = {field.name for field in fields(Section)}
    figures, problems = [], []
    for position, entry in enumerate(content.get("section", []), start=1):
        where = f"section {entry.get('id', position)}"
        problems += [
            f"{where}: {unknown_name('key', key, sorted(known))}" for key in entry if key not in known
        ]
        lacking = [key for key in ("id", "kind", "role", "title") if not entry.get(key)]
        problems += [f"{where}: lacks '{key}'" for key in lacking]
        if not lacking:
            lists = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
            figure = Section(**{key: v for key, v in (entry | lists).items() if key in known})
            problems += [f"{where}: {breach}" for breach in _breaches(figure)]
            figures.append(figure)
    ids = [figure.id for figure in figures]
    problems += [
        f"section {name} stands more than once" for name in dict.fromkeys(ids) if ids.count(name) > 1
    ]
    problems += [f"lacks '{key}'" for key in ("finding", "age_bands", "divisions") if not content.get(key)]
    if problems:
        raise DataError("sections.toml cannot be used:", problems=problems)
    divisions = {role: tuple(by) for role, by in content["divisions"].items()}
    return Sections(
        tuple(figures),
        tuple(content["finding"]),
        tuple(content["age_bands"]),
        divisions,
        content.get("group_words", {}),
    )


def _breaches(figure: Section) -> list[str]:
    breaches = []
    if figure.kind not in KINDS:
        breaches.append(unknown_name("kind", figure.kind, KINDS))
    roles = DIVIDING if figure.kind == "participation" else ASKED
    if figure.role not in roles:
        breaches.append(unknown_name("role", figure.role, roles))
    breaches += [
        f"kind '{figure.kind}' needs '{key}'"
        for key in _NEEDED.get(figure.kind, ())
        if not getattr(figure, key)
    ]
    return breaches


def told(templates: tuple[str, ...], survey: LocalSurvey, **words: str) -> str:
    """Fill the first template of which everything is known and shown; '' where there is none.

    Parameters
    ----------
    templates : tuple of str
        Fields as in `lokaldemokrati.insights.sentences`; besides {sted}, {unge} and the names of `words`.
    survey : LocalSurvey
    words : str
        What further names stand for.
    """
    for template in templates:
        sentence = worded(template, survey, **words)
        if all(_is_shown(field, survey) for _, field, _, _ in Formatter().parse(sentence) if field):
            return fill(sentence, survey.estimates)
    return ""


def _is_shown(reference: str, survey: LocalSurvey) -> bool:
    try:
        row = find(survey.estimates, reference)
    except CodebookError:
        return False
    if ".#" not in reference:
        return bool(pd.notna(row["proportion"]))
    # What is hidden may be the largest of all: then nothing is known to stand first.
    frame = survey.estimates.frame
    among = frame[(frame["item"] == row["item"]) & (frame["group"] == row["group"]) & ~frame["net"]]
    return not among["suppressed"].any()


def worded(text: str, survey: LocalSurvey, **words: str) -> str:
    """Put the municipality's name, the youngest age group and `words` in place of their names."""
    names = {"sted": survey.municipality.name, "unge": next(iter(survey.age_labels), "")} | words
    for name, word in names.items():
        text = text.replace(f"{{{name}}}", word)
    return danish.capitalise(text)

"""The registry of the ten insights: which figures, claims and sentences belong to each.

Everything is data in ``data/raw/lokaldemokrati-2021/insights.toml``; this module reads and checks it.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from borgerlib import places
from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.survey.codebook.model import Codebook, load_codebook

SURVEY = "lokaldemokrati-2021"
FIGURE_KINDS = ("bars", "scale", "counts")
CLAIM_KINDS = ("above", "below", "difference", "trend")


@dataclass(frozen=True)
class Insight:
    """One of the ten: its number, address, title, question and the sentence that sums it up."""

    number: int
    slug: str
    title: str
    question: str
    finding: str


@dataclass(frozen=True)
class Figure:
    """A figure of the report, as it is drawn again.

    Parameters
    ----------
    id : str
        '1' to '13', 'N1' to 'N4' (key figures), or a name for a figure that the report gives in words.
    insight : int
        The insight that shows it; 0 is the overview.
    kind : {'bars', 'scale', 'counts'}
        How it is drawn.
    question, title, caveat : str
        Danish; the title is a template filled from the estimates.
    rows : tuple of str
        'item.option' references, in order; empty when the figure shows all options of `item`.
    item : str
        The item whose options are shown.
    group : str
        Item that divides the respondents, or ''.
    net : str
        The net that a scale's summary tells, or ''.
    highlight : tuple of str
        Options that the insight is about.
    labels : tuple of str
        Labels for `rows` where the codebook's do not serve.
    sort : bool
        Largest first.
    neutral, positive_first, aside
        Of a scale: its middle step, whether the approving steps come first, and the options kept apart.
    who : str
        Danish: which of the base were asked, where not all.
    """

    id: str
    insight: int
    kind: str
    question: str
    title: str
    rows: tuple[str, ...] = ()
    item: str = ""
    group: str = ""
    net: str = ""
    caveat: str = ""
    highlight: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    sort: bool = True
    neutral: str = ""
    positive_first: bool = False
    aside: tuple[str, ...] = ()
    who: str = ""


@dataclass(frozen=True)
class Claim:
    """A comparative claim of the report, with the test that it calls for.

    Parameters
    ----------
    id : str
    insight : int
    kind : {'above', 'below', 'difference', 'trend'}
        Against a share, or between two groups.
    row : str
        'item.option' reference.
    statement : str
        Danish: the claim in our words.
    than : float
        The share (0–1) of 'above' and 'below'.
    group : str
        Item that divides the respondents ('difference', 'trend').
    groups, group_words : tuple of str
        Its two options, and how they are called in a sentence.
    measure : str
        Danish subject of the sentence that gives the verdict.
    """

    id: str
    insight: int
    kind: str
    row: str
    statement: str
    than: float = 0.5
    group: str = ""
    groups: tuple[str, ...] = ()
    group_words: tuple[str, ...] = ()
    measure: str = ""


@dataclass(frozen=True)
class Registry:
    """All insights, figures and claims."""

    insights: tuple[Insight, ...]
    figures: tuple[Figure, ...]
    claims: tuple[Claim, ...]

    def insight(self, number: int) -> Insight:
        """Return the insight of that number, or raise `ParameterError`."""
        for insight in self.insights:
            if insight.number == number:
                return insight
        raise ParameterError(f"There is no insight {number}. Legal: 1 to {len(self.insights)}.")

    def figure(self, figure_id: str) -> Figure:
        """Return the figure of that id, or raise `ParameterError` with the nearest ones."""
        for figure in self.figures:
            if figure.id == figure_id:
                return figure
        raise ParameterError(unknown_name("figure", figure_id, [figure.id for figure in self.figures]))

    def claim(self, claim_id: str) -> Claim:
        """Return the claim of that id, or raise `ParameterError` with the nearest ones."""
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise ParameterError(unknown_name("claim", claim_id, [claim.id for claim in self.claims]))

    def figures_of(self, insight: int) -> tuple[Figure, ...]:
        """Return the figures that an insight shows, in order (0 is the overview)."""
        return tuple(figure for figure in self.figures if figure.insight == insight)

    def claims_of(self, insight: int) -> tuple[Claim, ...]:
        """Return the claims that an insight makes, in order."""
        return tuple(claim for claim in self.claims if claim.insight == insight)


@cache
def load_registry() -> Registry:
    """Read and check the registry.

    Raises
    ------
    DataError
        The file is missing or breaks rules; all breaches are listed at once.
    """
    path = places.raw_data(SURVEY, "insights.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"insights.toml is no valid TOML: {error}.") from error
    registry = parse_registry(content)
    problems = _problems(registry, load_codebook(SURVEY))
    if problems:
        raise DataError("insights.toml cannot be used:", problems=problems)
    return registry


def parse_registry(content: Mapping[str, Any]) -> Registry:
    """Build a registry from parsed TOML; raise `DataError` naming unknown or missing keys."""
    problems: list[str] = []

    def entries(table: str, cls: type) -> list[Any]:
        known = {f.name for f in fields(cls)}
        built = []
        for position, entry in enumerate(content.get(table, []), start=1):
            strange = sorted(set(entry) - known)
            values = {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items() if key in known}
            problems.extend(f"[[{table}]] {position}: unknown key '{key}'" for key in strange)
            try:
                built.append(cls(**values))
            except TypeError as error:
                problems.append(f"[[{table}]] {position}: {str(error).split('() ')[-1]}")
        return built

    registry = Registry(
        tuple(entries("insight", Insight)), tuple(entries("figure", Figure)), tuple(entries("claim", Claim))
    )
    if problems:
        raise DataError("insights.toml cannot be used:", problems=problems)
    return registry


def _problems(registry: Registry, codebook: Codebook) -> list[str]:
    numbers = {insight.number for insight in registry.insights} | {0}
    problems = [
        f"{name} stands {times} times"
        for name, times in Counter(
            [
                *(f"insight {insight.number}" for insight in registry.insights),
                *(f"figure {figure.id}" for figure in registry.figures),
                *(f"claim {claim.id}" for claim in registry.claims),
            ]
        ).items()
        if times > 1
    ]
    for figure in dict.fromkeys(registry.figures):
        breaches = _figure_problems(figure, codebook)
        if figure.insight not in numbers:
            breaches.append(f"there is no insight {figure.insight}")
        problems += [f"figure {figure.id}: {breach}" for breach in breaches]
    for claim in dict.fromkeys(registry.claims):
        breaches = _claim_problems(claim, codebook)
        if claim.insight not in numbers:
            breaches.append(f"there is no insight {claim.insight}")
        problems += [f"claim {claim.id}: {breach}" for breach in breaches]
    return problems


def _figure_problems(figure: Figure, codebook: Codebook) -> list[str]:
    problems = []
    if figure.kind not in FIGURE_KINDS:
        problems.append(f"kind '{figure.kind}' is none of {', '.join(FIGURE_KINDS)}")
    if bool(figure.rows) == bool(figure.item):
        problems.append("give either 'rows' or 'item'")
    if figure.labels and len(figure.labels) != len(figure.rows):
        problems.append(f"{len(figure.labels)} labels for {len(figure.rows)} rows")
    item = figure.item or "".join(figure.rows[:1]).partition(".")[0]
    problems += _unknown_items((figure.item, figure.group), codebook)
    options = [option for option in (*figure.highlight, figure.net, figure.neutral, *figure.aside) if option]
    references = [*figure.rows, *(f"{item}.{option}" for option in options if item in codebook)]
    return problems + _unknown_references(references, codebook)


def _claim_problems(claim: Claim, codebook: Codebook) -> list[str]:
    problems = []
    if claim.kind not in CLAIM_KINDS:
        problems.append(f"kind '{claim.kind}' is none of {', '.join(CLAIM_KINDS)}")
    if not 0 < claim.than < 1:
        problems.append(f"'than' is {claim.than:g}; it is a share between 0 and 1")
    complete = claim.group and claim.measure and len(claim.groups) == len(claim.group_words) == 2
    if claim.kind in ("difference", "trend") and not complete:
        problems.append(f"a {claim.kind} needs 'group', 'measure', and two 'groups' with two 'group_words'")
    problems += _unknown_items((claim.group,), codebook)
    groups = [f"{claim.group}.{group}" for group in claim.groups if claim.group in codebook]
    return problems + _unknown_references([claim.row, *groups], codebook)


def _unknown_items(items: Sequence[str], codebook: Codebook) -> list[str]:
    return [f"there is no item '{item}'" for item in items if item and item not in codebook]


def _unknown_references(references: Sequence[str], codebook: Codebook) -> list[str]:
    breaches = []
    for reference in references:
        item_id, _, option = reference.partition(".")
        if item_id not in codebook:
            breaches.append(f"'{reference}': there is no item '{item_id}'")
        elif option not in codebook.item(item_id).nets and option not in {
            o.id for o in codebook.item(item_id).options
        }:
            breaches.append(f"'{reference}': item '{item_id}' has no option or net '{option}'")
    return breaches

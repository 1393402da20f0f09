"""The registry of the ten insights: which figures, claims and sentences belong to each.

Everything is data in ``data/raw/lokaldemokrati-2021/insights.toml``; this module reads and checks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from borgerlib import places
from borgerlib.errors import ParameterError, unknown_name
from borgerlib.files.toml import Problem, Toml, read_toml
from borgerlib.survey.codebook.model import Codebook, load_codebook

SURVEY = "lokaldemokrati-2021"
_FILE, _WHAT = "insights.toml", "insights"


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
    kind: Literal["bars", "scale", "counts"]
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
    kind: Literal["above", "below", "difference", "trend"]
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


@dataclass(frozen=True)
class _File:
    insight: tuple[Insight, ...] = ()
    figure: tuple[Figure, ...] = ()
    claim: tuple[Claim, ...] = ()

    def registry(self) -> Registry:
        return Registry(self.insight, self.figure, self.claim)


@cache
def load_registry() -> Registry:
    """Read and check the registry.

    Returns
    -------
    Registry

    Raises
    ------
    DataError
        The file is missing or breaks rules; all breaches are listed at once.
    """
    toml = read_toml(places.raw_data(SURVEY, _FILE), _WHAT)
    codebook = load_codebook(SURVEY)
    return toml.validated(_File, lambda file: _breaches(file, codebook)).registry()


def parse_registry(content: Mapping[str, Any]) -> Registry:
    """Build a registry from parsed TOML; raise `DataError` naming unknown or missing keys."""
    return Toml(dict(content), _FILE, _WHAT).validated(_File).registry()


def _breaches(file: _File, codebook: Codebook) -> Iterator[Problem]:
    numbers = {insight.number for insight in file.insight} | {0}
    yield from _again("insight", [str(insight.number) for insight in file.insight])
    tables: dict[str, tuple[tuple[Any, ...], Callable[[Any, Codebook], Iterator[str]]]] = {
        "figure": (file.figure, _figure),
        "claim": (file.claim, _claim),
    }
    for table, (entries, look) in tables.items():
        yield from _again(table, [entry.id for entry in entries])
        for at, entry in enumerate(entries):
            if entry.insight not in numbers:
                yield (table, at, "insight"), f"there is no insight {entry.insight}"
            yield from (((table, at), breach) for breach in look(entry, codebook))


def _again(table: str, names: list[str]) -> Iterator[Problem]:
    for name, times in Counter(names).items():
        if times > 1:
            yield (table, names.index(name)), f"'{name}' stands {times} times"


def _figure(figure: Figure, codebook: Codebook) -> Iterator[str]:
    if bool(figure.rows) == bool(figure.item):
        yield "give either 'rows' or 'item'"
    if figure.labels and len(figure.labels) != len(figure.rows):
        yield f"{len(figure.labels)} labels for {len(figure.rows)} rows"
    item = figure.item or "".join(figure.rows[:1]).partition(".")[0]
    yield from _unknown_items((figure.item, figure.group), codebook)
    options = [option for option in (*figure.highlight, figure.net, figure.neutral, *figure.aside) if option]
    own = [f"{item}.{option}" for option in options if item in codebook]
    yield from _unknown_references([*figure.rows, *own], codebook)


def _claim(claim: Claim, codebook: Codebook) -> Iterator[str]:
    if not 0 < claim.than < 1:
        yield f"'than' is {claim.than:g}; it is a share between 0 and 1"
    complete = claim.group and claim.measure and len(claim.groups) == len(claim.group_words) == 2
    if claim.kind in ("difference", "trend") and not complete:
        yield f"a {claim.kind} needs 'group', 'measure', and two 'groups' with two 'group_words'"
    yield from _unknown_items((claim.group,), codebook)
    groups = [f"{claim.group}.{group}" for group in claim.groups if claim.group in codebook]
    yield from _unknown_references([claim.row, *groups], codebook)


def _unknown_items(items: tuple[str, ...], codebook: Codebook) -> Iterator[str]:
    yield from (f"there is no item '{item}'" for item in items if item and item not in codebook)


def _unknown_references(references: list[str], codebook: Codebook) -> Iterator[str]:
    for reference in references:
        item_id, _, option = reference.partition(".")
        if item_id not in codebook:
            yield f"'{reference}': there is no item '{item_id}'"
        elif option not in {*codebook.item(item_id).nets, *(o.id for o in codebook.item(item_id).options)}:
            yield f"'{reference}': item '{item_id}' has no option or net '{option}'"

"""The registry of the ten insights: which figures, claims and sentences belong to each.

Everything is data in ``data/raw/lokaldemokrati-2021/insights.toml``; this module reads and checks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from annotated_types import MinLen

from borgerlib import places
from borgerlib.errors import ParameterError, check_known
from borgerlib.files.toml import Problem, read_toml
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook


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
    """A figure of the report: what it shows, in which words, and how to redraw it.

    Parameters
    ----------
    id : str
        '1' to '13', 'N1' to 'N4' (key figures), or a name for a figure that the report gives in words.
    insight : int
        The insight that shows it; 0 is the overview.
    question, title, caveat : str
        Danish; the title is a template filled from the estimates.
    answers : tuple of str
        What is shown, as `LeadersSurvey.estimates` takes it: items, or 'item.option' references.
    by : str
        Item that divides the respondents, or ''.
    who : str
        Danish: which of the base were asked, where not all.
    chart : {'bar_chart', 'scale_chart', 'count_chart'}
        The function of borgerlib that draws it.
    settings : mapping
        The function's further arguments: sort, highlight; neutral, positive_first, aside, net.
    """

    id: str
    insight: int
    question: str
    title: str
    answers: Annotated[tuple[str, ...], MinLen(1)]
    by: str = ""
    caveat: str = ""
    who: str = ""
    chart: Literal["bar_chart", "scale_chart", "count_chart"] = "bar_chart"
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def items(self) -> list[str]:
        """The items that it shows answers to, in order."""
        return list(dict.fromkeys(answer.partition(".")[0] for answer in self.answers))


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
    among : str
        Danish: of whom the verdict speaks, where only some were asked.
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
    among: str = "blandt alle landets kommuner"


Entry = TypeVar("Entry", Figure, Claim)


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
        raise ParameterError(
            f"There is no insight {number!r}. Legal: 1 to {len(self.insights)}; 0 is the overview of all."
        )

    def figure(self, figure_id: str) -> Figure:
        """Return the figure of that id, or raise `ParameterError` with the nearest ones."""
        return _with_id("figure", self.figures, figure_id)

    def claim(self, claim_id: str) -> Claim:
        """Return the claim of that id, or raise `ParameterError` with the nearest ones."""
        return _with_id("claim", self.claims, claim_id)

    def figures_of(self, insight: int) -> tuple[Figure, ...]:
        """Return the figures that an insight shows, in order (0 is the overview)."""
        return tuple(figure for figure in self.figures if figure.insight == insight)

    def claims_of(self, insight: int) -> tuple[Claim, ...]:
        """Return the claims that an insight makes, in order."""
        return tuple(claim for claim in self.claims if claim.insight == insight)


def _with_id(kind: str, entries: tuple[Entry, ...], wanted: str) -> Entry:
    known = {entry.id: entry for entry in entries}
    check_known(kind, wanted, known)
    return known[wanted]


@dataclass(frozen=True)
class _File:
    insight: tuple[Insight, ...] = ()
    figure: tuple[Figure, ...] = ()
    claim: tuple[Claim, ...] = ()


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
    toml = read_toml(places.raw_data(LEADERS, "insights.toml"), "insights")
    codebook = load_codebook(LEADERS)
    file = toml.validated(_File, lambda file: _breaches(file, codebook))
    return Registry(file.insight, file.figure, file.claim)


def _breaches(file: _File, codebook: Codebook) -> Iterator[Problem]:
    numbers = {insight.number for insight in file.insight} | {0}
    yield from _again("insight", [str(insight.number) for insight in file.insight])
    tables: Any = ("figure", file.figure, _figure), ("claim", file.claim, _claim)
    for table, entries, look in tables:
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
    named = [figure.settings.get(key, ()) for key in ("highlight", "aside", "neutral", "net")]
    options = [option for names in named for option in ([names] if isinstance(names, str) else names)]
    own = [f"{figure.items[0]}.{option}" for option in options if figure.items[0] in codebook]
    yield from _unknown([figure.by, *figure.answers, *own], codebook)


def _claim(claim: Claim, codebook: Codebook) -> Iterator[str]:
    if not 0 < claim.than < 1:
        yield f"'than' is {claim.than:g}; it is a share between 0 and 1"
    complete = claim.group and claim.measure and len(claim.groups) == len(claim.group_words) == 2
    if claim.kind in ("difference", "trend") and not complete:
        yield f"a {claim.kind} needs 'group', 'measure', and two 'groups' with two 'group_words'"
    groups = [f"{claim.group}.{group}" for group in claim.groups if claim.group in codebook]
    yield from _unknown([claim.group, claim.row, *groups], codebook)


def _unknown(answers: list[str], codebook: Codebook) -> Iterator[str]:
    """Yield what is wrong with items ('strategi') and their options or nets ('strategi.ja')."""
    for answer in filter(None, answers):
        item_id, _, option = answer.partition(".")
        if item_id not in codebook:
            yield f"{f'{answer!r}: ' if option else ''}there is no item '{item_id}'"
            continue
        item = codebook.item(item_id)
        if option and option not in {*item.nets, *(known.id for known in item.options)}:
            yield f"'{answer}': item '{item_id}' has no option or net '{option}'"

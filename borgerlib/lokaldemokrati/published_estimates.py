"""The estimates behind the published numbers of 2021."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.published.counts import DIVIDED, count_of, option_label, recovered_count
from borgerlib.lokaldemokrati.published.identification import CountSolution, Identification, identifications
from borgerlib.lokaldemokrati.published.numbers import load_published, standing_values
from borgerlib.population.municipalities import NUMBER_OF_MUNICIPALITIES
from borgerlib.statistics.exact.finite_population import finite_population_interval
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook, Item

UNREADABLE = "kan ikke aflæses"
# Coded from 42 open answers: counts of mentions, not estimates of shares.
OPEN_ANSWERS = "omraader"
_COLUMNS = (
    "item", "option", "net", "label", "group", "group_label", "n", "count", "proportion", "ci_lower",
    "ci_upper", "note", "population", "possible_n",
)  # fmt: skip


@lru_cache(maxsize=8)
def published_estimates(*, confidence: float = 0.95) -> pd.DataFrame:
    """Return the estimates behind the published numbers, with exact finite-population intervals.

    If exactly one N is possible, the proportion is count / n; otherwise it is the published percentage, and
    the interval covers the intervals of every possible N.

    Returns
    -------
    DataFrame
        As `LeadersSurvey.everything`, without 'suppressed'.
    """
    codebook = load_codebook(LEADERS)
    shown = _shown_percentages()
    rows = [
        _published_row(item, option, codebook, shown, confidence)
        for item in codebook
        for option in (*(o.id for o in item.options), *item.nets)
    ]
    rows += list(_divided_rows(codebook, confidence))
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(
        dict.fromkeys(("count", "n", "population"), "Int64")
    )


def _shown_percentages() -> dict[tuple[str, str], float]:
    standing = standing_values(load_published())
    plain = standing[(standing["unit"] == "pct") & ~standing["group"].str.startswith(f"{DIVIDED[1]}=")]
    shares = (float(value) / 100 for value in plain["value"])
    return dict(zip(zip(plain["item"], plain["option"], strict=True), shares, strict=True))


def _published_row(
    item: Item, option: str, codebook: Codebook, shown: Mapping[tuple[str, str], float], confidence: float
) -> tuple[Any, ...]:
    identification = identifications()[item.id]
    population = _base_population(item)
    found = recovered_count(item.id, option)
    count = found.count if found else None
    sizes = identification.possible_n or (identification.n,)
    published = shown.get((item.id, option))
    proportion = published if identification.status != "identified" else None
    if proportion is None and found:
        proportion = found.proportion
    intervals = [
        finite_population_interval(c, n, population, confidence)
        for n, c in _possible_counts(item, option, identification)
    ]
    if item.id == OPEN_ANSWERS:
        intervals = []
    lower = min((low for low, _ in intervals), default=None)
    upper = max((high for _, high in intervals), default=None)
    numbers = (identification.n, count, proportion, lower, upper)
    possible = danish.listing([str(n) for n in sizes], last="eller")
    note = _note(item, option, published, count)
    return (*_names(item, option, codebook), "", "", *numbers, note, population, possible)


def _possible_counts(item: Item, option: str, identification: Identification) -> list[tuple[int, int]]:
    """Return every (n, count) that fits; for an impossible question, the nearest."""
    solutions = identification.solutions or (CountSolution(identification.n, identification.counts),)
    members = item.members(option)
    found = [(solution.n, count_of(solution.counts, option, members)) for solution in solutions]
    return [(n, count) for n, count in found if count is not None]


def _note(item: Item, option: str, published: float | None, count: int | None) -> str:
    if count is None:
        return UNREADABLE
    if published is None and option not in item.nets and item.kind == "single" and len(item.options) == 2:
        return "Ikke offentliggjort; regnet ud som resten."
    return ""


def _base_population(item: Item) -> int:
    """Return how many municipalities an item's base can stand for at most.

    All 98, or, for an item put to some only: those who chose the option that leads to it, and every
    municipality whose choice is unknown. This gives the widest, that is the safe, interval.
    """
    if not item.base:
        return NUMBER_OF_MUNICIPALITIES
    base_item, _, base_option = item.base.partition(".")
    base = identifications()[base_item]
    return base.counts[base_option] + NUMBER_OF_MUNICIPALITIES - base.n


def _divided_rows(codebook: Codebook, confidence: float) -> Iterator[tuple[Any, ...]]:
    item, by = codebook.item(DIVIDED[0]), codebook.item(DIVIDED[1])
    unknown = NUMBER_OF_MUNICIPALITIES - identifications()[by.id].n
    for group in by.options:
        for option in (*(o.id for o in item.options), *item.nets):
            found = recovered_count(item.id, option, group=f"{by.id}={group.id}")
            if found is None:
                continue
            population = found.n + unknown
            ends = finite_population_interval(found.count, found.n, population, confidence)
            named = (*_names(item, option, codebook), group.id, group.short)
            yield (*named, found.n, found.count, found.proportion, *ends, "", population, str(found.n))


def _names(item: Item, option: str, codebook: Codebook) -> tuple[str, str, bool, str]:
    return item.id, option, option in item.nets, option_label(codebook, item.id, option)

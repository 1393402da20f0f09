"""The leaders' survey as estimates: from the published numbers of 2021, or from a later wave's microdata.

Both give the same frame, so everything above (figures, claims, sentences) is the same for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.lokaldemokrati.insights.sentences import find
from borgerlib.lokaldemokrati.published.counts import divided_table, option_label, recovered_count
from borgerlib.lokaldemokrati.published.identification import Identification, Solution, identifications
from borgerlib.lokaldemokrati.published.numbers import load_published, standing_values
from borgerlib.lokaldemokrati.wave.estimates import wave_estimates
from borgerlib.lokaldemokrati.wave.microdata import Wave, find_wave, read_wave, weight_wave
from borgerlib.population.municipalities import NUMBER_OF_MUNICIPALITIES
from borgerlib.statistics.disclosure.disclosed import only_disclosed
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published, check_min_cell
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.statistics.exact.finite_population import finite_population_interval
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook, Item

UNREADABLE = "kan ikke aflæses"
# The only question that the report divides by another.
DIVIDED = ("udsagn_eksperimentere", "strategi")
# Coded from what 42 wrote in their own words: counts of mentions, not an estimate of a share.
OPEN_ANSWERS = "omraader"


@dataclass(frozen=True)
class LeadersSurvey:
    """A round of the leaders' survey.

    Parameters
    ----------
    id : str
        'lokaldemokrati-2021', or the name of the wave.
    kind : {'published', 'microdata'}
        What the estimates are made from.
    codebook : Codebook
    everything : DisclosedEstimates
        One row an item × option or net × group. Columns beside the usual: net (bool), population (number of
        municipalities that the base can stand for at most), possible_n (Danish, '71 eller 78').
    min_cell : int
        Smallest cell that is shown of microdata.
    wave : Wave or None
        The weighted microdata of a later wave.
    """

    id: str
    kind: Literal["published", "microdata"]
    codebook: Codebook
    everything: DisclosedEstimates
    min_cell: int
    wave: Wave | None = None

    def __post_init__(self) -> None:
        only_disclosed(self.everything, "LeadersSurvey")

    def estimates(self, *answers: str, by: str = "") -> DisclosedEstimates:
        """Return the estimates of some answers, in this order: what a chart or table shows.

        Parameters
        ----------
        *answers : str
            Items ('strategi': every answer to it), single answers ('former.borgermoede') or nets
            ('udsagn_byraad.enige': the two degrees of agreement together). Without any: everything.
            ``codebook`` lists what was asked.
        by : str
            Item that divides those who answered. The report of 2021, and so every wave, divides one item
            by one other: 'udsagn_eksperimentere' by 'strategi'.

        Returns
        -------
        DisclosedEstimates
            ``.frame`` has one row an answer and group; columns as `LeadersSurvey.everything`.

        Raises
        ------
        CodebookError
            There is no such item or answer; the message names the nearest.
        ParameterError
            The answers are not divided like that.

        Examples
        --------
        >>> leaders = open_leaders_survey()
        >>> leaders.estimates("strategi").frame["count"].tolist()
        [45, 33]
        """
        if not answers and not by:
            return self.everything
        references = [pair for answer in answers for pair in self._references(answer)]
        items = list(dict.fromkeys(item for item, _ in references))
        if by and (items, by) != ([DIVIDED[0]], DIVIDED[1]):
            raise ParameterError(
                f"The answers to {danish.listing(items, last='and') or 'nothing'} are not divided by '{by}'.",
                hint=f"One item is divided by one other: estimates('{DIVIDED[0]}', by='{DIVIDED[1]}').",
            )
        groups = [option.id for option in self.codebook.item(by).options] if by else [""]
        rows = pd.MultiIndex.from_frame(self.everything.frame[["item", "option", "group"]])
        wanted = [(item, option, group) for group in groups for item, option in references]
        shown = self.everything.take(rows.get_indexer(pd.MultiIndex.from_tuples(wanted)))
        if len(items) > 1 and {option for _, option in references} == {"enige"}:
            # A battery of statements: the statement is what tells the rows apart, not the answer.
            statements = {item: self.codebook.item(item).text for item in items}
            return shown.relabel("label", statements, by="item")
        return shown

    def answer(self, reference: str) -> pd.Series[Any]:
        """Return the numbers of one answer: n, count, proportion, its interval, population.

        Parameters
        ----------
        reference : str
            'strategi.ja', within a group 'udsagn_eksperimentere.enige@nej', or the most frequent answer of
            an item, 'former.#1'.

        Raises
        ------
        CodebookError
            There is no such answer; the message names the nearest.
        """
        return find(self.everything, reference)

    def _references(self, answer: str) -> list[tuple[str, str]]:
        name, _, option = answer.partition(".")
        item = self.codebook.item(name)
        if not option:
            return [(item.id, known.id) for known in item.options]
        item.members(option)  # raises where there is no such option or net
        return [(item.id, option)]


def open_leaders_survey(
    survey: str = LEADERS, *, confidence: float = 0.95, min_cell: int = 5
) -> LeadersSurvey:
    """Open the survey of 2021 by its name, or a later wave by its path or folder.

    Parameters
    ----------
    survey : str
        'lokaldemokrati-2021', the path of a .csv or .parquet file, or a folder's name in data/processed.
    confidence : float
        Level of the intervals, between 0 and 1.
    min_cell : int
        Smallest cell that is shown of microdata; published numbers are public already.

    Returns
    -------
    LeadersSurvey
        ``.estimates(item)`` gives what a chart or table shows.

    Raises
    ------
    ParameterError
        The survey is not known, confidence is not between 0 and 1, or min_cell is too small.
    DataError
        The wave cannot be used.

    See Also
    --------
    open_insight : What an insight shows of it.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.open_leaders_survey().estimates("strategi")
    DisclosedEstimates(2 rows, 0 suppressed, origin='published', base='kommunaldirektører', confidence=0.95)
    """
    check_confidence(confidence)
    check_min_cell(min_cell)
    codebook = load_codebook(LEADERS)
    if survey == LEADERS:
        estimates = as_published(
            published_estimates(confidence=confidence),
            base=str(codebook.meta["unit"]),
            source=str(codebook.meta["source"]),
            confidence=confidence,
        )
        return LeadersSurvey(LEADERS, "published", codebook, estimates, min_cell)
    path = find_wave(survey)
    wave = weight_wave(read_wave(path, codebook))
    disclosed = wave_estimates(
        wave, codebook, name=_wave_name(path), confidence=confidence, min_cell=min_cell
    )
    return LeadersSurvey(_wave_name(path), "microdata", codebook, disclosed, min_cell, wave)


def published_estimates(*, confidence: float = 0.95) -> pd.DataFrame:
    """Return the estimates behind the published numbers, with exact finite-population intervals.

    Where one N is possible the proportion is count / n; where several are, or none, the published percentage
    is what is drawn, and the interval covers those of every possible N.

    Returns
    -------
    DataFrame
        As `LeadersSurvey.everything`, without 'suppressed'.
    """
    return _published_estimates(confidence).copy()


@lru_cache(maxsize=8)
def _published_estimates(confidence: float) -> pd.DataFrame:
    codebook = load_codebook(LEADERS)
    shown = _shown_percentages()
    rows = [
        _published_row(item, option, codebook, shown, confidence)
        for item in codebook
        for option in (*(o.id for o in item.options), *item.nets)
    ]
    rows += list(_divided_rows(codebook, confidence))
    return pd.DataFrame(rows).astype(dict.fromkeys(("count", "n", "population"), "Int64"))


def _shown_percentages() -> dict[tuple[str, str], float]:
    standing = standing_values(load_published())
    plain = standing[(standing["unit"] == "pct") & ~standing["group"].str.startswith(f"{DIVIDED[1]}=")]
    return {(row["item"], row["option"]): float(row["value"]) / 100 for _, row in plain.iterrows()}


def _published_row(
    item: Item, option: str, codebook: Codebook, shown: Mapping[tuple[str, str], float], confidence: float
) -> dict[str, Any]:
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
    return {
        **_names(item, option, codebook),
        "group": "",
        "group_label": "",
        "n": identification.n,
        "count": count,
        "proportion": proportion,
        "ci_lower": min((low for low, _ in intervals), default=None),
        "ci_upper": max((high for _, high in intervals), default=None),
        "note": _note(item, option, published, count),
        "population": population,
        "possible_n": danish.listing([str(n) for n in sizes], last="eller"),
    }


def _possible_counts(item: Item, option: str, identification: Identification) -> list[tuple[int, int]]:
    """Return every (n, count) that fits; of an impossible question, the nearest."""
    solutions = identification.solutions or (Solution(identification.n, identification.counts),)
    members = item.members(option)
    possible = []
    for solution in solutions:
        if option in solution.counts:
            possible.append((solution.n, solution.counts[option]))
        elif all(member in solution.counts for member in members):
            possible.append((solution.n, sum(solution.counts[member] for member in members)))
    return possible


def _note(item: Item, option: str, published: float | None, count: int | None) -> str:
    if count is None:
        return UNREADABLE
    if published is None and option not in item.nets and item.kind == "single" and len(item.options) == 2:
        return "Ikke offentliggjort; regnet ud som resten."
    return ""


def _base_population(item: Item) -> int:
    """Return how many municipalities an item's base can stand for at most.

    All 98, or, for an item put to some only: those who chose the option that leads to it, and every
    municipality that has not told whether it would. That gives the widest, safe, interval.
    """
    if not item.base:
        return NUMBER_OF_MUNICIPALITIES
    base_item, _, base_option = item.base.partition(".")
    base = identifications()[base_item]
    return base.counts[base_option] + NUMBER_OF_MUNICIPALITIES - base.n


def _divided_rows(codebook: Codebook, confidence: float) -> Iterator[dict[str, Any]]:
    item, by = codebook.item(DIVIDED[0]), codebook.item(DIVIDED[1])
    table = divided_table(item.id, by.id)
    if table is None:
        return
    unknown = NUMBER_OF_MUNICIPALITIES - identifications()[by.id].n
    for group in by.options:
        counts = {option.id: int(table[option.id][group.id]) for option in item.options}
        n = sum(counts.values())
        for option in (*(o.id for o in item.options), *item.nets):
            count = sum(counts[member] for member in item.members(option))
            lower, upper = finite_population_interval(count, n, n + unknown, confidence)
            yield {
                **_names(item, option, codebook),
                "group": group.id,
                "group_label": group.short,
                "n": n,
                "count": count,
                "proportion": count / n,
                "ci_lower": lower,
                "ci_upper": upper,
                "note": "",
                "population": n + unknown,
                "possible_n": str(n),
            }


def _names(item: Item, option: str, codebook: Codebook) -> dict[str, Any]:
    return {
        "item": item.id,
        "option": option,
        "net": option in item.nets,
        "label": option_label(codebook, item.id, option),
    }


def _wave_name(path: Path) -> str:
    return path.parent.name if path.name == "respondents.parquet" else path.stem

"""The leaders' survey as estimates: from the published numbers of 2021, or from a later wave's microdata.

Both give the same frame, so the layers above (figures, claims, sentences) do not tell them apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.lokaldemokrati.insights.sentences import find
from borgerlib.lokaldemokrati.published.counts import DIVIDED
from borgerlib.lokaldemokrati.published_estimates import published_estimates
from borgerlib.lokaldemokrati.wave.estimates import wave_estimates
from borgerlib.lokaldemokrati.wave.microdata import Wave, find_wave, read_wave, weight_wave
from borgerlib.statistics.disclosure.disclosed import only_disclosed
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published, check_min_cell
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook


@dataclass(frozen=True)
class LeadersSurvey:
    """A round of the leaders' survey; made by `open_leaders_survey`.

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

    See Also
    --------
    open_leaders_survey : Opens the survey of 2021, or a later wave of your own.
    open_insight : One of the ten insights, drawn from it.

    Examples
    --------
    >>> import borgerlib
    >>> survey = borgerlib.open_leaders_survey()
    >>> survey.kind, len(survey.codebook.items) > 10
    ('published', True)
    """

    id: str
    kind: Literal["published", "microdata"]
    codebook: Codebook
    everything: DisclosedEstimates
    min_cell: int
    wave: Wave | None = field(default=None, repr=False)

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
        # In a battery of statements, rows differ by the statement, not by the answer.
        battery = len(items) > 1 and {option for _, option in references} == {"enige"}
        texts = {item: self.codebook.item(item).text for item in items}
        return shown.relabel("label" if battery else "item_label", texts, by="item")

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
        name, _, option = str(answer).partition(".")
        item = self.codebook.item(name)
        if not option:
            return [(item.id, known.id) for known in item.options]
        item.members(option)  # raises where there is no such option or net
        return [(item.id, option)]


def open_leaders_survey(
    survey: str | LeadersSurvey = LEADERS, *, confidence: float = 0.95, min_cell: int = 5
) -> LeadersSurvey:
    """Open the survey of 2021 by its name, or a later wave by its path or folder.

    Parameters
    ----------
    survey : str or LeadersSurvey
        'lokaldemokrati-2021', the path of a .csv or .parquet file, or a folder's name in data/processed. What
        is open already is returned as it is.
    confidence : float
        Level of the intervals, between 0 and 1. Claims are tested at 5 per cent whatever it is.
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
    if isinstance(survey, LeadersSurvey):
        return survey
    check_confidence(confidence)
    check_min_cell(min_cell)
    codebook = load_codebook(LEADERS)
    if survey == LEADERS:
        base, source = (str(codebook.meta[key]) for key in ("unit", "source"))
        published = published_estimates(confidence=confidence)
        estimates = as_published(published, base=base, source=source, confidence=confidence)
        return LeadersSurvey(LEADERS, "published", codebook, estimates, min_cell)
    path = find_wave(survey)
    found = path.stat() if path.is_file() else None
    state = (found.st_ino, found.st_mtime_ns, found.st_size) if found else ()
    opened = _wave_opened(path, state, confidence, min_cell)
    assert opened.wave is not None
    # Return a copy of the cached rows: a caller may change them.
    own = replace(opened.wave, respondents=opened.wave.respondents.copy())
    return replace(opened, wave=own)


@lru_cache(maxsize=4)
def _wave_opened(path: Path, state: tuple[int, ...], confidence: float, min_cell: int) -> LeadersSurvey:
    codebook = load_codebook(LEADERS)
    wave = weight_wave(read_wave(path, codebook))
    disclosed = wave_estimates(
        wave, codebook, name=_wave_name(path), confidence=confidence, min_cell=min_cell
    )
    return LeadersSurvey(_wave_name(path), "microdata", codebook, disclosed, min_cell, wave)


def _wave_name(path: Path) -> str:
    return path.parent.name if path.name == "respondents.parquet" else path.stem

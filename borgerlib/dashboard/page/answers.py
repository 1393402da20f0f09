"""Return everything that may be shown of a selection. All numbers of the dashboard come from here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from borgerlib.errors import DataError
from borgerlib.interest.filters.choices import Filter, Offer
from borgerlib.interest.filters.cube import Origin, is_outdated, open_filter_cube
from borgerlib.interest.filters.selection import Selection, link_of
from borgerlib.population.municipalities import Municipality
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.statistics.crosstabs import FALSE_DISCOVERY_RATE
from borgerlib.statistics.disclosure.disclosed import DisclosedEstimates
from borgerlib.statistics.disclosure.selection import disclose_selection
from borgerlib.statistics.estimation.intervals import check_confidence
from borgerlib.statistics.selections.protected import ProtectedCube, SelectionSize
from borgerlib.statistics.selections.randomised import LOWEST_CHANCE
from borgerlib.view.citizens.sections import load_sections

CHARTS = ("topics", "time", "formats")
"""What the dashboard shows of a selection, in this order."""

Record = Mapping[Any, Any]
"""A row of the estimates, as a mapping."""

_READ = (
    "item", "option", "label", "group", "group_label", "n", "proportion", "ci_lower", "ci_upper",
    "suppressed", "settled", "direction", "note",
)  # fmt: skip


def missing_last(value: float) -> float:
    """Return a sort key that puts missing values last."""
    return math.inf if math.isnan(value) else value


@dataclass(frozen=True)
class Answer:
    """What may be shown of a selection.

    Parameters
    ----------
    selection : Selection
    size : SelectionSize
        How many are meant.
    citizens : float or None
        How many such people live in the municipality; None if the population is not counted that way.
    estimates : DisclosedEstimates
        One row per question × answer; item is the role. Further columns: direction (1 or -1: significantly
        more or less than the rest, or than `against`; 0: neither; missing if not tested), settled (bool).
    against : Answer or None
        A second selection to compare with; without one, everybody is the comparison.
    """

    selection: Selection
    size: SelectionSize
    citizens: float | None
    estimates: DisclosedEstimates
    against: Answer | None = None

    @property
    def pair(self) -> tuple[Answer, ...]:
        """The answer and, if there is one, the second selection's."""
        return (self,) if self.against is None else (self, self.against)

    @property
    def link(self) -> str:
        """The selections as the end of an address."""
        return link_of(self.selection, self.against.selection if self.against else None)

    @cached_property
    def records(self) -> Mapping[str, Sequence[Record]]:
        """The estimates as mappings, by question (`DataFrame.to_dict` takes three times as long)."""
        frame = self.estimates.frame
        columns = [frame[name].tolist() for name in _READ]
        found: dict[str, list[Record]] = {}
        for values in zip(*columns, strict=True):
            record = dict(zip(_READ, values, strict=True))
            found.setdefault(record["item"], []).append(record)
        return found

    @cached_property
    def shares(self) -> Mapping[str, Mapping[str, float]]:
        """Question → answer → its share (0–1, missing where hidden)."""
        return {
            role: {record["option"]: record["proportion"] for record in records}
            for role, records in self.records.items()
        }

    def of(self, role: str) -> DisclosedEstimates:
        """Return the estimates of one question."""
        return self.estimates.select(item=role)


@dataclass(frozen=True)
class Answers:
    """A municipality's survey, ready to answer; made by `open_answers`. Hands out no microdata.

    Parameters
    ----------
    municipality : Municipality
    offer : Offer
        What can be filtered by, in words.
    origin : {'kept', 'first', 'damaged', 'outdated'}
        Whether the cached counts were used, or why they were computed again.
    confidence : float
        Level of the intervals.
    protected : ProtectedCube
        The protected copy that everything is computed from.
    built_from : mapping
        The state of the survey that the answers come from.
    """

    municipality: Municipality
    offer: Offer
    origin: Origin
    confidence: float
    protected: ProtectedCube
    built_from: Mapping[str, Any] = field(repr=False)

    @property
    def charts(self) -> tuple[Filter, ...]:
        """The questions that are shown: those of `CHARTS` that were asked."""
        return tuple(filter_ for role in CHARTS if (filter_ := self.offer.filter(role)) is not None)

    @cached_property
    def rows(self) -> pd.DataFrame:
        """What is asked of every selection: one row per question × answer, without numbers."""
        rows = [
            (filter_.role, level.id, level.label, filter_.role == "time")
            for filter_ in self.charts
            for level in filter_.levels
        ]
        return pd.DataFrame(rows, columns=["item", "option", "label", "exclusive"])

    @property
    def chance(self) -> float:
        """How much of each answer is left to chance."""
        return float(self.built_from["copy"]["chance"])

    @property
    def outdated(self) -> bool:
        """Whether the survey has changed since it was opened; False while its files are missing."""
        return is_outdated(self.municipality.name, self.built_from)

    def renewed(self) -> Answers:
        """Return the survey as it is now; may take some seconds. Raises the errors of `open_answers`."""
        return open_answers(self.municipality.name, confidence=self.confidence, chance=self.chance)

    def to(self, selection: Selection, *, against: Selection | None = None) -> Answer:
        """Return what may be shown of a selection, tested against the second one if there is one.

        Raises
        ------
        ParameterError
            The selection names something that is not offered; `filters.selection.understood` removes that.
        """
        if against is not None:
            return self._answer(self.rows, selection, self.to(against))
        return self.everybody if selection.is_everybody else self._answer(self.rows, selection)

    def to_one(self, role: str, selection: Selection) -> Answer:
        """Return what may be shown of a selection's answers to one question."""
        return self._answer(self.rows[self.rows["item"] == role], selection)

    def beside(self, answer: Answer) -> Answer | None:
        """Return what an answer is compared with: the second selection, or everybody; None for everybody."""
        return answer.against or (None if answer.selection.is_everybody else self.everybody)

    def in_copy(self, answer: Answer) -> bool:
        """Return whether a selection is a group of the copy, by segments found in it: so is its size."""
        return bool(self.protected.meant(answer.selection.levels).sources)

    @cached_property
    def everybody(self) -> Answer:
        """What may be shown of the whole municipality."""
        return self._answer(self.rows, Selection())

    def _answer(self, rows: pd.DataFrame, selection: Selection, against: Answer | None = None) -> Answer:
        size, estimates = disclose_selection(
            self.protected,
            selection.levels,
            rows,
            base=self.offer.base,
            source=self.offer.source,
            simulated=self.offer.simulated,
            confidence=self.confidence,
            false_discovery_rate=FALSE_DISCOVERY_RATE,
            against=None if against is None else against.selection.levels,
        )
        return Answer(selection, size, self.offer.people(selection.levels), estimates, against)


def open_answers(municipality: str, *, confidence: float = 0.95, chance: float = LOWEST_CHANCE) -> Answers:
    """Open a municipality's prepared survey for the dashboard.

    Parameters
    ----------
    municipality : str
        Name or code.
    confidence : float
        Level of the intervals, between 0 and 1.
    chance : float
        How much of each answer in the protected copy is left to chance, from 0.1 to 0.3.

    Raises
    ------
    DataError
        The municipality has not been prepared, or there is no place for a protected copy.
    ParameterError
        A parameter is not legal.
    """
    check_confidence(confidence)
    found = find_municipality(municipality)
    opened = open_filter_cube(found.name, age_bands=load_sections().age_bands, chance=chance)
    answers = Answers(
        found, opened.offer, opened.origin, float(confidence), opened.protected, opened.built_from
    )
    if not answers.charts:
        raise DataError(
            f"The survey of {found.name} has none of the questions that the dashboard shows.",
            hint="Give questions of its codebook the roles topics, time or formats, and prepare it anew.",
        )
    return answers

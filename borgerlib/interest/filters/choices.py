"""What a prepared survey can be filtered by: respondents with their answers, and the names of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib import places
from borgerlib.danish import capitalise, slug
from borgerlib.errors import BorgerlibError
from borgerlib.interest import store
from borgerlib.interest.answers.estimates import base_of, level_label, source_of
from borgerlib.interest.answers.segments import SEGMENT, segments_of
from borgerlib.population.ages import age_band
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.statistics.segmentation.rules import assign_segments, load_segments
from borgerlib.survey.cleaning.age_repairs import age_column
from borgerlib.survey.codebook.model import Codebook, Item, load_codebook

ROLES = ("age", "sex", "area_type", "area", "topics", "time", "formats", "segment", "saved")
ANSWERS = ("topics", "time", "formats", "segment", "saved")
"""Roles that are answers, or made of answers; the others say who somebody is."""

_ASKED = ("sex", "area_type", "area", "topics", "time", "formats")

SEGMENTS_FILE = "segmenter.toml"
_AGE = "alder i grupper"
_SAVED = "gemt segment"


@dataclass(frozen=True)
class Level:
    """One of the answers: its id in the data, and its Danish name."""

    id: str
    label: str


@dataclass(frozen=True)
class Filter:
    """What respondents can be filtered by.

    Parameters
    ----------
    role : str
        One of `ROLES`.
    question : str
        As the respondents read it; '' where nothing was asked.
    levels : tuple of Level
        In the order of the questionnaire.
    exclusive : tuple of str
        Levels that nobody has beside another.
    """

    role: str
    question: str
    levels: tuple[Level, ...]
    exclusive: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """All that a page needs to know of a survey, beside its numbers. Holds no microdata.

    Parameters
    ----------
    filters : tuple of Filter
    base, source : str
        Danish: who was asked, and the source line.
    simulated : bool
        SIMULEREDE DATA.
    problems : tuple of str
        What could not be offered, in Danish sentences.
    """

    filters: tuple[Filter, ...]
    base: str
    source: str
    simulated: bool
    problems: tuple[str, ...] = ()

    def filter(self, role: str) -> Filter | None:
        """Return the filter of a role; None where it is not offered."""
        return next((filter_ for filter_ in self.filters if filter_.role == role), None)

    def to_json(self) -> dict[str, Any]:
        """Return the offer as what JSON can hold."""
        filters = [
            {
                "role": filter_.role,
                "question": filter_.question,
                "levels": [[level.id, level.label] for level in filter_.levels],
                "exclusive": list(filter_.exclusive),
            }
            for filter_ in self.filters
        ]
        return {
            "filters": filters,
            "base": self.base,
            "source": self.source,
            "simulated": self.simulated,
            "problems": list(self.problems),
        }


def offer_of(told: Mapping[str, Any]) -> Offer:
    """Return the offer that `Offer.to_json` wrote down; an error where it is none."""
    filters = tuple(
        Filter(
            entry["role"],
            entry["question"],
            tuple(Level(level, label) for level, label in entry["levels"]),
            tuple(entry["exclusive"]),
        )
        for entry in told["filters"]
    )
    return Offer(filters, told["base"], told["source"], bool(told["simulated"]), tuple(told["problems"]))


@dataclass(frozen=True)
class Filterable:
    """Respondents ready to be counted: role → column or item, and the offer. Holds microdata."""

    respondents: pd.DataFrame = field(repr=False)
    items: Mapping[str, str]
    offer: Offer


def saved_folder(municipality: str) -> Path:
    """Return the folder of what users keep of a municipality: segments and questions (need not exist)."""
    return places.workspace().joinpath("data", "saved", slug(find_municipality(municipality).name))


def filterable(municipality: str, *, age_bands: Sequence[int]) -> Filterable:
    """Return a municipality's respondents with everything that they can be filtered by.

    Parameters
    ----------
    municipality : str
        Name or code.
    age_bands : sequence of int
        Lower ends of the age groups.

    Raises
    ------
    DataError
        The municipality has not been prepared.
    """
    respondents = store.load(municipality)
    codebook = load_codebook(store.codebook_path(municipality))
    attributes, items = respondents.attrs, _asked(codebook)
    frame, bands = _with_ages(respondents, codebook, age_bands)
    kinds = segments_of(respondents, codebook, municipality)
    named: dict[str, Mapping[str, str]] = {"age": bands}
    if kinds is not None:
        frame = frame.assign(**{SEGMENT: kinds.assigned})
        named["segment"] = {option.id: option.short for option in kinds.item.options}
    frame, saved, problems = _with_saved(frame, codebook, municipality)
    for role, column in items.items():
        # 'Don't know' is an answer to what somebody wants, and no group of people.
        if role not in ANSWERS and column in frame:
            frame[column] = _told(frame[column], codebook.item(column))
    items |= {"age": _AGE, "segment": SEGMENT, "saved": _SAVED}
    named["saved"] = saved
    filters = [_filter(role, items[role], frame, codebook, named) for role in ROLES if role in items]
    offered = tuple(filter_ for filter_ in filters if filter_ is not None)
    frame.attrs = attributes
    raked_by = [margin["column"] for margin in store.read_summary(municipality)["margins"]]
    offer = Offer(
        offered,
        base_of(respondents),
        source_of(respondents, codebook, raked_by),
        bool(attributes["simulated"]),
        problems,
    )
    return Filterable(frame, {filter_.role: items[filter_.role] for filter_ in offered}, offer)


def _asked(codebook: Codebook) -> dict[str, str]:
    found = {role: codebook.with_role(role) for role in _ASKED}
    return {role: item.id for role, item in found.items() if item is not None}


def _with_ages(
    respondents: pd.DataFrame, codebook: Codebook, age_bands: Sequence[int]
) -> tuple[pd.DataFrame, dict[str, str]]:
    column = age_column(codebook)
    if column not in respondents:
        return respondents.copy(), {}
    bands = age_band(respondents[column], bands=age_bands, min_age=int(respondents.attrs["min_age"]))
    labels = {band: level_label(codebook, _AGE, band) for band in list(map(str, bands.cat.categories))}
    return respondents.assign(**{_AGE: bands}), labels


def _with_saved(
    frame: pd.DataFrame, codebook: Codebook, municipality: str
) -> tuple[pd.DataFrame, dict[str, str], tuple[str, ...]]:
    """Return the respondents with the segments that users have saved as rules, and the segments' names."""
    path = saved_folder(municipality) / SEGMENTS_FILE
    if not path.is_file():
        return frame, {}, ()
    try:
        members = assign_segments(frame, load_segments(path, codebook))
    except BorgerlibError as error:
        why = "; ".join(error.problems) or error.message
        stop = "" if why[-1:] in ".?!" else "."
        return frame, {}, (f"De gemte segmenter i {path.name} kan ikke bruges: {why}{stop}",)
    names = [str(name) for name in members]
    columns = {f"{_SAVED}__{name}": members[name].astype("Int8") for name in names}
    return frame.assign(**columns), {name: capitalise(name.replace("_", " ")) for name in names}, ()


def _filter(
    role: str, column: str, frame: pd.DataFrame, codebook: Codebook, named: Mapping[str, Mapping[str, str]]
) -> Filter | None:
    """Return the filter of a role, with the levels that somebody was offered; None where nobody answered."""
    columns = [str(name) for name in frame.columns if name == column or str(name).startswith(f"{column}__")]
    if not columns or not frame[columns].notna().any(axis=None):
        return None
    item = codebook.item(column) if column in codebook else None
    if columns == [column]:
        ids = [str(level) for level in frame[column].astype("category").cat.categories]
        exclusive = tuple(ids)
    else:
        ids = [name.removeprefix(f"{column}__") for name in columns]
        exclusive = tuple(o.id for o in item.options if o.exclusive) if item else ()
    names = named.get(role) or {}
    levels = tuple(Level(i, names.get(i) or level_label(codebook, column, i)) for i in ids)
    return Filter(role, item.text if item else "", levels, exclusive)


def _told(values: pd.Series, item: Item | None) -> pd.Series:
    """Return answers as categories in the order of the questionnaire, without those that withhold."""
    if item is None or not item.options:
        return values.astype("category")
    told = [option.id for option in item.options if not option.missing]
    return values.astype(object).where(values.isin(told)).astype(pd.CategoricalDtype(told))

"""What a prepared survey can be filtered by: respondents with their answers, and the names of the answers."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pandas as pd

from borgerlib import places
from borgerlib.danish import slug
from borgerlib.errors import BorgerlibError
from borgerlib.interest.filters.segments import CopiedSegments, as_filters, saved_segments
from borgerlib.interest.protected.copy import WHO
from borgerlib.interest.weighting.ages import age_groups, band_column, lower_ends
from borgerlib.interest.weighting.areas import OTHER_AREA
from borgerlib.population.margins import PopulationDateWarning, population_cells
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import in_danish, said
from borgerlib.statistics.disclosure.named import base_of, is_weighted, source_of
from borgerlib.statistics.segmentation.files import load_segments
from borgerlib.survey.codebook.labels import level_label
from borgerlib.survey.codebook.model import Codebook, Item

ROLES = ("age", "sex", "area_type", "area", "topics", "time", "formats", "segment", "saved")
ANSWERS = ("topics", "time", "formats", "segment", "saved")
"""Roles that are answers, or made of answers; the others say who somebody is."""

QUESTIONS = ("topics", "time", "formats")
"""Roles that are questions to the respondents; their answers in the copy are left to chance."""

SEGMENTS_FILE = "segmenter.toml"
_AGE = "alder i grupper"


@dataclass(frozen=True)
class Level:
    """One of the answers: its id in the data, its Danish name, and the codebook's tags."""

    id: str
    label: str
    tags: tuple[str, ...] = ()


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
        Levels that nobody can combine with another level.
    """

    role: str
    question: str
    levels: tuple[Level, ...]
    exclusive: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """All that a page needs to know of a survey, apart from its numbers. Holds no microdata.

    Parameters
    ----------
    filters : tuple of Filter
    base, source : str
        Danish: who was asked, and the source line.
    simulated : bool
        SIMULEREDE DATA.
    problems : tuple of str
        What could not be offered, in Danish sentences.
    citizens : tuple of (str, str, float)
        Age group, sex, and how many such people live here.
    areas : mapping of str to mapping of str to float
        Role of a kind of area → area → people.
    weighted : bool
        The answers are weighted to the people who live here.
    """

    filters: tuple[Filter, ...]
    base: str
    source: str
    simulated: bool
    problems: tuple[str, ...] = ()
    citizens: tuple[tuple[str, str, float], ...] = ()
    areas: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    weighted: bool = True

    def filter(self, role: str) -> Filter | None:
        """Return the filter of a role; None where it is not offered."""
        return next((filter_ for filter_ in self.filters if filter_.role == role), None)

    def people(self, levels: Mapping[str, Sequence[str]]) -> float | None:
        """Return the number of residents in a selection; None if the population is not counted that way."""
        narrowing = {role: of for role, of in levels.items() if of}
        if len(narrowing) == 1 and narrowing.keys() <= self.areas.keys():
            ((role, areas),) = narrowing.items()
            wanted = [self.areas[role].get(area) for area in areas]
        elif narrowing.keys() <= {"age", "sex"}:
            counts = {(age, sex): count for age, sex, count in self.citizens}
            ages = narrowing.get("age", tuple({age for age, _ in counts}))
            sexes = narrowing.get("sex", tuple({sex for _, sex in counts}))
            wanted = [counts.get(cell) for cell in product(ages, sexes)]
        else:
            return None
        known = [count for count in wanted if count is not None]
        return sum(known) if known and len(known) == len(wanted) else None


@dataclass(frozen=True)
class Filterable:
    """The protected copy ready to be counted: role → column or item, and the offer.

    Parameters
    ----------
    copy : DataFrame
        One row a person. The 0/1 columns '<role> given <question>=<option>:<0 or 1>__<segment>' say who would
        be in a segment if everybody (1), or nobody (0), had chosen the option in the copy.
    items : mapping of str to str
    made_of : mapping of str to frozenset of str
        Role of segments → roles of the questions that define them.
    rules : mapping of str to mapping
        Role of segments → segment → the levels of other roles that say the same.
    offer : Offer
    """

    copy: pd.DataFrame = field(repr=False)
    items: Mapping[str, str]
    made_of: Mapping[str, frozenset[str]]
    rules: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]
    offer: Offer


def saved_folder(municipality: str) -> Path:
    """Return the folder of what users keep of a municipality: segments and questions (need not exist)."""
    return places.saved_data(slug(find_municipality(municipality).name))


def filterable(
    copy: pd.DataFrame,
    codebook: Codebook,
    *,
    age_bands: Sequence[int],
    kinds: CopiedSegments | None = None,
) -> Filterable:
    """Return a protected copy with everything that its respondents can be filtered by.

    Parameters
    ----------
    copy : DataFrame
        As `borgerlib.interest.protected.files.open_copy` returns.
    codebook : Codebook
        What was asked.
    age_bands : sequence of int
        Lower ends of the age groups.
    kinds : CopiedSegments, optional
        Kinds of citizens, to be a filter too.
    """
    about, items = copy.attrs, codebook.ids(("sex", "area_type", "area", *QUESTIONS))
    municipality, min_age = str(about["municipality"]), int(about["min_age"])
    frame, bands = _with_ages(copy, codebook, age_bands, min_age)
    made, problems = _segments(frame, codebook, municipality, kinds)
    frame = pd.concat([frame, *(segments.columns(frame, items) for segments in made)], axis=1)
    # An option that nobody has a value for was not offered.
    frame = frame.drop(columns=[name for name in frame if "__" in str(name) and frame[name].isna().all()])
    questions = {role: items[role] for role in QUESTIONS if role in items}
    who = {*codebook.ids(WHO).values(), band_column(codebook)}
    rules = {}
    for segments in made:
        certain, rules[segments.role] = as_filters(frame, segments.saved, questions, who)
        frame = pd.concat([frame, certain], axis=1)
    for role, column in items.items():
        # 'Don't know' is a valid answer to a question about wishes, but no group of people to filter by.
        if role not in ANSWERS and column in frame:
            frame[column] = _in_order(frame[column], codebook.item(column))
    items |= {"age": _AGE} | {segments.role: segments.column for segments in made}
    named = {"age": bands} | {segments.role: segments.names for segments in made}
    filters = [_filter(role, items[role], frame, codebook, named) for role in ROLES if role in items]
    offered = {filter_.role: filter_ for filter_ in filters if filter_ is not None}
    made_of = {
        segments.role: frozenset(role for role, item in questions.items() if item in segments.asks)
        for segments in made
        if segments.role in offered
    }
    given = {name.split("__")[0]: name.split("__")[0] for name in map(str, frame) if " given " in name}
    offer = Offer(
        filters=tuple(offered.values()),
        base=base_of(copy.attrs),
        source=source_of(copy.attrs, codebook, about["raked_by"]),
        simulated=bool(about["simulated"]),
        problems=problems,
        citizens=_citizens(municipality, min_age, lower_ends(codebook, age_bands)),
        areas=about["areas"],
        weighted=is_weighted(copy.attrs),
    )
    return Filterable(frame, {role: items[role] for role in offered} | given, made_of, rules, offer)


def _citizens(
    municipality: str, min_age: int, age_bands: Sequence[int]
) -> tuple[tuple[str, str, float], ...]:
    with warnings.catch_warnings():
        # The preparation and the report already give the age of the counts.
        warnings.simplefilter("ignore", PopulationDateWarning)
        cells = population_cells(municipality, by=("age", "sex"), min_age=min_age, age_bands=age_bands)
    rows = cells.rename("people").reset_index().itertuples(index=False, name=None)
    return tuple((str(age), str(sex), float(people)) for age, sex, people in rows)


def _with_ages(
    copy: pd.DataFrame, codebook: Codebook, age_bands: Sequence[int], min_age: int
) -> tuple[pd.DataFrame, dict[str, str]]:
    bands = age_groups(copy, codebook, bands=age_bands, min_age=min_age)
    if bands is None:
        return copy.copy(), {}
    labels = {band: level_label(codebook, _AGE, band) for band in list(map(str, bands.cat.categories))}
    return copy.assign(**{_AGE: bands}), labels


def _segments(
    frame: pd.DataFrame, codebook: Codebook, municipality: str, kinds: CopiedSegments | None
) -> tuple[list[CopiedSegments], tuple[str, ...]]:
    """Return the kinds of citizens and the users' saved segments, and what is wrong with the latter."""
    found = [] if kinds is None else [kinds]
    path = saved_folder(municipality) / SEGMENTS_FILE
    if not path.is_file():
        return found, ()
    try:
        saved = saved_segments(frame, load_segments(path, codebook))
    except BorgerlibError as error:
        why = "; ".join(map(in_danish, error.problems or [error.message]))
        why += "" if why[-1:] in ".?!" else "."
        return found, (said("segments_refused", file=path.name, why=why).danish,)
    return [*found, saved], ()


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
        if ids == [OTHER_AREA]:
            return None
        exclusive = tuple(ids)
    else:
        ids = [name.removeprefix(f"{column}__") for name in columns]
        exclusive = tuple(o.id for o in item.options if o.exclusive and o.id in ids) if item else ()
    names = named.get(role) or {}
    tags = {option.id: option.tags for option in item.options} if item else {}
    levels = tuple(Level(i, names.get(i) or level_label(codebook, column, i), tags.get(i, ())) for i in ids)
    return Filter(role, item.text if item else "", levels, exclusive)


def _in_order(values: pd.Series, item: Item | None) -> pd.Series:
    """Return answers as categories in the order of the questionnaire, without refusals and 'don't know'."""
    if item is None or not item.options:
        return values.astype("category")
    ids = {option.id for option in item.options}
    # Levels that a municipality has merged are not among the options.
    merged = [level for level in values.dropna().unique() if level not in ids]
    levels = [*merged, *(option.id for option in item.options if not option.missing)]
    return values.astype(object).where(values.isin(levels)).astype(pd.CategoricalDtype(levels))

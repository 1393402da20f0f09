"""The four cases of the report, as data: what happened, the figures, and the insights they bear on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borgerlib import places
from borgerlib.errors import DataError, ParameterError
from borgerlib.lokaldemokrati.published.numbers import SURVEY
from borgerlib.population.municipalities import municipality

CERTAINTIES = ("inferred", "own_reading")
INSIGHTS = range(1, 11)
_TEXTS = ("id", "municipality", "title", "year", "summary")


@dataclass(frozen=True)
class Fact:
    """A figure of a case: what it is, and the value as published (both Danish)."""

    label: str
    value: str


@dataclass(frozen=True)
class Bearing:
    """An insight that a case bears on.

    Parameters
    ----------
    insight : int
        1 to 10.
    certainty : {'inferred', 'own_reading'}
        Read from the report's margin notes, or chosen by us from what the case is about.
    """

    insight: int
    certainty: str


@dataclass(frozen=True)
class Case:
    """A case of the report, retold.

    Parameters
    ----------
    id : str
        Name in addresses ('furesoe').
    municipality : str
        Name of the municipality.
    title, summary : str
        Danish, our own words.
    year : str
        The year that the report ties the case to.
    facts : tuple of Fact
    bearings : tuple of Bearing
        The insights it bears on.
    """

    id: str
    municipality: str
    title: str
    year: str
    summary: str
    facts: tuple[Fact, ...]
    bearings: tuple[Bearing, ...]

    @property
    def insights(self) -> tuple[int, ...]:
        """Numbers of the insights that the case bears on."""
        return tuple(bearing.insight for bearing in self.bearings)


def load_cases(path: Path | None = None) -> tuple[Case, ...]:
    """Read the cases, in the report's order.

    Parameters
    ----------
    path : Path, optional
        Another file of the same layout.

    Raises
    ------
    DataError
        The file is missing, is no TOML, or cases are incomplete; all breaches are listed at once.
    """
    source = path or places.raw_data(SURVEY, "cases.toml")
    try:
        entries = tomllib.loads(source.read_text(encoding="utf-8")).get("case", [])
    except FileNotFoundError as error:
        raise DataError(f"There is no file {source} with cases.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{source.name} is no valid TOML: {error}.") from error
    problems = [] if entries else ["there is no [[case]]"]
    for entry in entries:
        problems += [f"case '{entry.get('id', '')}': {problem}" for problem in _problems(entry)]
    if problems:
        raise DataError(f"The cases in {source.name} cannot be used:", problems=problems)
    return tuple(_case(entry) for entry in entries)


def cases_for_insight(insight: int) -> tuple[Case, ...]:
    """Return the cases that bear on an insight (possibly none), in the report's order.

    Raises
    ------
    ParameterError
        The insight is none of 1 to 10.
    """
    if insight not in INSIGHTS:
        raise ParameterError(f"There is no insight {insight}. Legal: 1 to {max(INSIGHTS)}.")
    return tuple(case for case in load_cases() if insight in case.insights)


def _problems(entry: Mapping[str, Any]) -> list[str]:
    problems = [f"lacks '{key}'" for key in _TEXTS if not str(entry.get(key, "")).strip()]
    if entry.get("municipality"):
        try:
            municipality(entry["municipality"])
        except ParameterError as error:
            problems.append(error.message)
    if not entry.get("facts"):
        problems.append("has no facts")
    problems += [
        f"fact {position} lacks a label or a value"
        for position, fact in enumerate(entry.get("facts", []), start=1)
        if not (fact.get("label") and fact.get("value"))
    ]
    if not entry.get("insights"):
        problems.append("bears on no insight")
    for bearing in entry.get("insights", []):
        if bearing.get("number") not in INSIGHTS:
            problems.append(f"insight {bearing.get('number')!r} is none of 1 to {max(INSIGHTS)}")
        if bearing.get("certainty") not in CERTAINTIES:
            problems.append(f"certainty '{bearing.get('certainty')}' is none of {', '.join(CERTAINTIES)}")
    return problems


def _case(entry: Mapping[str, Any]) -> Case:
    texts = {key: str(entry[key]).strip() for key in _TEXTS}
    facts = tuple(Fact(fact["label"], fact["value"]) for fact in entry["facts"])
    bearings = tuple(Bearing(bearing["number"], bearing["certainty"]) for bearing in entry["insights"])
    return Case(**texts, facts=facts, bearings=bearings)

"""The simulated population: who people are, what they would answer, and how inclined they are to respond.

People who share age, sex, kind of place, kind of citizen and engagement share a *cell*. Probabilities are
computed once per cell, on the logit scale, from the assumptions; each person draws from the cell's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from borgerlib import personal
from borgerlib.errors import CodebookError
from borgerlib.survey.codebook.model import Codebook, Item
from borgerlib.survey.responses import dtype_of

WOMAN = "kvinde"
_MIDDLE_AGE = 50
_ENGAGEMENT_LEVELS = 3
_ASKED = ("topics", "time", "formats", "channels")
_NEEDED = ("id", "age", "sex", "area", "area_type", "consent")

Assumptions = Mapping[str, Any]


_CELL = ["age", "woman", "place", "kind", "engagement"]
"""The variables that define a cell."""


@dataclass(frozen=True)
class Simulation:
    """SIMULEREDE DATA of one municipality.

    Parameters
    ----------
    municipality : str
    codebook : Codebook
    assumptions : mapping
    people : DataFrame
        One row an inhabitant at or above the age limit: age, sex, area, area type and the true answer to
        every question on interests, in the columns of a respondents frame.
    propensity : ndarray
        Relative inclination of each of the people to respond.
    truth : DataFrame
        True shares in `people`, as returned by `true_shares`, for all and by sex, area type and area.
    reference_date : date
        First day of the survey.
    age_limit : int
    seed : int
        Seed of the responses.
    responses : DataFrame
        One row a response, with flaws; columns as the codebook's items, index 'row' as if read from a file.
    flaws : mapping of str to int
        Cleaning's rule → how many responses were given that flaw.
    """

    municipality: str
    codebook: Codebook
    assumptions: Assumptions
    people: pd.DataFrame
    propensity: np.ndarray
    truth: pd.DataFrame
    reference_date: date
    age_limit: int
    seed: int = 0
    responses: pd.DataFrame = field(default_factory=pd.DataFrame)
    flaws: Mapping[str, int] = field(default_factory=dict)


def item_with_role(codebook: Codebook, role: str) -> Item:
    """Return the item of a role (checked by `check_assumptions`), or raise `KeyError`."""
    item = codebook.with_role(role)
    if item is None:
        raise KeyError(role)
    return item


def contact_kind(item: Item) -> str:
    """Return what an item with the role contact asks for, by its words: 'mail', 'phone' or 'name'."""
    return next(iter(personal.contact_kinds(f"{item.id} {item.text}")), "name")


def asked_items(codebook: Codebook) -> list[Item]:
    """Return the items on interests, whose answers are simulated."""
    return [item for item in codebook if item.role in _ASKED]


def check_assumptions(codebook: Codebook, assumptions: Assumptions) -> None:
    """Raise `CodebookError`, naming all, if the codebook lacks a role or the assumptions an option."""
    lacking = [role for role in _NEEDED if codebook.with_role(role) is None]
    if not any(item.role == "contact" and contact_kind(item) == "mail" for item in codebook):
        lacking.append("contact for an e-mail address")
    if lacking:
        raise CodebookError(
            f"The survey '{codebook.id}' cannot be simulated: no item has the role {', '.join(lacking)}.",
            hint="Give the items their roles in the codebook.",
        )
    place = item_with_role(codebook, "area_type")
    problems = [
        f"[{item.id}] lacks '{option.id}'"
        for item in asked_items(codebook)
        for option in item.options
        if option.id not in assumptions.get(item.id, {}) and not option.exclusive
    ]
    problems += [
        f"[population] lacks {place.id}.{option.id}"
        for option in place.options
        if option.id not in assumptions.get("population", {}).get(place.id, {})
    ]
    problems += [
        f"[{table}] is missing"
        for table in ("districts", "response", "types", "engagement", "flaws")
        if table not in assumptions
    ]
    if problems:
        raise CodebookError(
            f"The assumptions do not fit the codebook '{codebook.id}':",
            problems=problems,
            hint="Add them to simulation.toml, which stands beside the codebook.",
        )


def build_people(
    counts: pd.DataFrame,
    municipality: str,
    codebook: Codebook,
    assumptions: Assumptions,
    random: np.random.Generator,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Build the population.

    Parameters
    ----------
    counts : DataFrame
        One row an age × sex: age, sex, population.
    municipality : str
        Its name, for the names of its districts.
    codebook, assumptions
        The questions, and the assumptions about people.
    random : Generator

    Returns
    -------
    people : DataFrame
        One row an inhabitant: age, sex, area, area type and the answers, as in a respondents frame.
    propensity : ndarray
        Relative inclination of each to respond; it depends only on age, sex and kind of place.
    """
    times = counts["population"].to_numpy()
    age = np.repeat(counts["age"].to_numpy(), times)
    sex = np.repeat(counts["sex"].to_numpy(dtype=object), times)
    places = item_with_role(codebook, "area_type")
    place_ids = [option.id for option in places.options]
    cells, cell, place = _place_in_cells(age, sex == WOMAN, places.id, place_ids, assumptions, random)
    names = list(assumptions["districts"])
    spread = np.array([[assumptions["districts"][name][kind] for name in names] for kind in place_ids])
    districts = np.array([f"{municipality} {name}" for name in names], dtype=object)
    years, sexes, areas = (item_with_role(codebook, role) for role in ("age", "sex", "area"))
    columns: dict[str, Any] = {
        years.id: pd.array(age, dtype="Int64"),
        sexes.id: pd.Categorical(sex, dtype=dtype_of(sexes)),
        areas.id: pd.array(districts[_draw(spread, place, random)], dtype="string"),
        places.id: pd.Categorical(np.array(place_ids, dtype=object)[place], dtype=dtype_of(places)),
    }
    for item in asked_items(codebook):
        columns |= _answers(item, cells, cell, assumptions, random)
    return pd.DataFrame(columns), np.exp(_effect(cells, assumptions["response"]))[cell]


def _place_in_cells(
    age: np.ndarray,
    woman: np.ndarray,
    place_item: str,
    place_ids: list[str],
    assumptions: Assumptions,
    random: np.random.Generator,
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return all cells, each person's cell, and each person's kind of place (as a position)."""
    kinds = [name for name in assumptions["types"] if name != "lift"]
    apart = [range(age.max() + 1), range(2), place_ids, kinds, range(_ENGAGEMENT_LEVELS)]
    cells = pd.MultiIndex.from_product(apart, names=_CELL).to_frame(index=False)
    shape = tuple(map(len, apart))

    def in_cell(*known: np.ndarray) -> np.ndarray:
        unknown = [np.zeros_like(age)] * (len(shape) - len(known))
        return np.ravel_multi_index((*known, *unknown), shape)

    sex = woman.astype(int)
    towns = {name: assumptions["population"][place_item][name] for name in place_ids}
    place = _draw(_weights(towns, cells), in_cell(age, sex), random)
    kind = _draw(
        _weights({name: assumptions["types"][name] for name in kinds}, cells),
        in_cell(age, sex, place),
        random,
    )
    engagement = random.integers(_ENGAGEMENT_LEVELS, size=len(age))
    return cells, in_cell(age, sex, place, kind, engagement), place


def _answers(
    item: Item, cells: pd.DataFrame, cell: np.ndarray, assumptions: Assumptions, random: np.random.Generator
) -> dict[str, Any]:
    lift = assumptions["types"]["lift"]
    if item.kind == "single":
        chosen = _draw(_weights(assumptions[item.id], cells, lift=lift), cell, random)
        ids = np.array(list(assumptions[item.id]), dtype=object)
        return {item.id: pd.Categorical(ids[chosen], dtype=dtype_of(item))}
    eagerness = assumptions["engagement"]["step"] * (
        cells["engagement"].to_numpy() - (_ENGAGEMENT_LEVELS - 1) / 2
    )
    ticks = {}
    for option in item.options:
        if option.exclusive:
            continue
        of = assumptions[item.id][option.id]
        logit = np.log(of["share"] / (1 - of["share"])) + _effect(cells, of, lift=lift) + eagerness
        # Subtract a kind's average lift: otherwise all shares would be above the assumption.
        logit -= lift / 4 if "type" in of else 0
        ticks[option.id] = random.random(len(cell), dtype=np.float32) < (1 / (1 + np.exp(-logit)))[cell]
    nothing = ~np.any(list(ticks.values()), axis=0)
    return {
        f"{item.id}__{option.id}": pd.array(ticks.get(option.id, nothing).astype(np.int8), dtype="Int8")
        for option in item.options
    }


def _effect(cells: pd.DataFrame, of: Assumptions, *, lift: float = 0.0) -> np.ndarray:
    """Return the sum of an assumption's effects in each cell, on the logit scale."""
    decades = (cells["age"] - _MIDDLE_AGE) / 10
    total = of.get("age", 0) * decades + of.get("age2", 0) * decades**2 + of.get("woman", 0) * cells["woman"]
    total += cells["place"].map(lambda place: of.get(place, 0))
    return np.asarray(total + lift * (cells["kind"] == of.get("type", "-")), dtype=float)


def _weights(
    options: Mapping[str, Mapping[str, Any]], cells: pd.DataFrame, *, lift: float = 0.0
) -> np.ndarray:
    """Return the relative weight of each option (columns) in each cell (rows)."""
    return np.column_stack([of["share"] * np.exp(_effect(cells, of, lift=lift)) for of in options.values()])


def _draw(weights: np.ndarray, row: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw a column of the weights for each person, from the person's row."""
    cumulated = np.cumsum(weights, axis=1)
    limits = (cumulated / cumulated[:, -1:]).astype(np.float32)
    uniform = random.random(len(row), dtype=np.float32)
    drawn = np.zeros(len(row), dtype=np.int64)
    for column in range(weights.shape[1] - 1):
        drawn += uniform >= limits[:, column][row]
    return drawn

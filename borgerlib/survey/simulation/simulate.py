"""SIMULEREDE DATA: a whole population whose answers are known, and the export of those who responded.

The population of a municipality is built from its counts by sex and age; kind of place, interests and the
inclination to respond follow from the assumptions. Because everybody's answer is known, an estimate from the
responses can be compared with the truth.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from borgerlib import places
from borgerlib.errors import ParameterError
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS, Codebook
from borgerlib.survey.simulation.people import (
    Assumptions,
    Simulation,
    asked_items,
    build_people,
    check_assumptions,
    item_with_role,
)
from borgerlib.survey.simulation.responses import respond


def simulate_export(
    municipality: str,
    population: pd.DataFrame,
    *,
    n: int,
    seed: int,
    codebook: Codebook | None = None,
    assumptions: Assumptions | None = None,
    reference_date: date = date(2025, 11, 24),
    age_limit: int = 15,
) -> Simulation:
    """Simulate the survey of a municipality: its population, who responds, and what the export looks like.

    Parameters
    ----------
    municipality : str
        Name of the municipality; its districts are named after it.
    population : DataFrame
        One row a sex × single year of age: sex (option ids of the sex item), age, population (people).
    n : int
        Rows in the export, the faulty ones included.
    seed : int
        The same seed gives the same simulation.
    codebook : Codebook, optional
        By default the shipped 'borgerinteresse'.
    assumptions : mapping, optional
        By default those that ship beside the codebook (`load_assumptions`).
    reference_date : date
        First day of the survey.
    age_limit : int
        Youngest age that is asked.

    Returns
    -------
    Simulation
        ``.responses`` is the export, one row a respondent; ``.people`` and ``.truth`` are what nobody knows
        of a real survey.

    Raises
    ------
    ParameterError
        n is below 1 or above what the population can give.
    CodebookError
        The codebook lacks a role that the simulation needs, or the assumptions lack an option.

    See Also
    --------
    true_shares : What the simulation knows.
    prepare : Reads the export.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["kvinde", "mand"], "age": 40, "population": 500})
    >>> made = borgerlib.simulate_export("Ærø", people, n=50, seed=1)
    >>> len(made.responses)
    50
    """
    codebook = codebook or load_codebook(CITIZENS)
    assumptions = assumptions or load_assumptions(CITIZENS)
    check_assumptions(codebook, assumptions)
    random = np.random.default_rng(seed)
    counts = population.groupby(["age", "sex"], as_index=False)["population"].sum()
    counts = counts[(counts["age"] >= age_limit) & (counts["population"] > 0)]
    _check_size(n, int(counts["population"].sum()), municipality)
    people, propensity = build_people(counts, municipality, codebook, assumptions, random)
    domains = ["", *(item_with_role(codebook, role).id for role in ("sex", "area_type", "area"))]
    truth = pd.concat([true_shares(people, codebook, by=by) for by in domains], ignore_index=True)
    world = Simulation(
        municipality, codebook, assumptions, people, propensity, truth, reference_date, age_limit
    )
    return survey_again(world, n=n, seed=seed)


def survey_again(simulation: Simulation, *, n: int, seed: int) -> Simulation:
    """Survey the same people again: same truth, another sample, other flaws.

    Raises
    ------
    ParameterError
        n is below 1 or above the number of people.
    """
    _check_size(n, len(simulation.people), simulation.municipality)
    responses, flaws = respond(simulation, n=n, random=np.random.default_rng([seed, 1]))
    return replace(simulation, seed=seed, responses=responses, flaws=flaws)


def load_assumptions(survey: str) -> Assumptions:
    """Read the assumptions that ship with a survey's codebook."""
    return tomllib.loads(places.raw_data(survey, "simulation.toml").read_text(encoding="utf-8"))


def true_shares(people: pd.DataFrame, codebook: Codebook, *, by: str = "") -> pd.DataFrame:
    """Return the true share of every answer.

    Parameters
    ----------
    people : DataFrame
        `Simulation.people`, or a part of it; further columns may be added to serve as `by`.
    codebook : Codebook
    by : str
        Column of the domains; '' for all people together.

    Returns
    -------
    DataFrame
        One row a domain × option: by, group ('' for all), item, option, population (people in the domain),
        count (people who hold the answer), share (0–1).

    See Also
    --------
    simulate_export : Makes the people.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> people = pd.DataFrame({"sex": ["kvinde", "mand"], "age": 40, "population": 500})
    >>> made = borgerlib.simulate_export("Ærø", people, n=50, seed=1)
    >>> borgerlib.true_shares(made.people, made.codebook)["population"].iloc[0].item()
    1000
    """
    answers = {
        (item.id, option.id): (people[f"{item.id}__{option.id}"] == 1)
        if item.kind == "multiple"
        else people[item.id] == option.id
        for item in asked_items(codebook)
        for option in item.options
    }
    held = pd.DataFrame({key: column.to_numpy(dtype=bool) for key, column in answers.items()})
    groups = people[by].astype("object").to_numpy() if by else np.full(len(people), "")
    grouped = held.groupby(groups)
    count = grouped.sum().stack([0, 1], future_stack=True).reset_index()
    count.columns = pd.Index(["group", "item", "option", "count"])
    size = grouped.size()
    count["population"] = count["group"].map(size)
    count["share"] = count["count"] / count["population"]
    count.insert(0, "by", by)
    return count[["by", "group", "item", "option", "population", "count", "share"]]


def _check_size(n: int, people: int, municipality: str) -> None:
    if not 1 <= n <= people:
        raise ParameterError(
            f"n={n} responses cannot be simulated: {municipality} has {people} people of the age asked.",
            hint=f"Choose n between 1 and {people}.",
        )

"""Who answered, against who lives here: participation by group, and what weighting corrected and what not."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.danish import SIMULATED
from borgerlib.interest.answers.estimates import no_estimates
from borgerlib.interest.weighting.ages import age_groups, band_column, lower_ends
from borgerlib.interest.weighting.plan import NO_COUNT
from borgerlib.population.margins import PopulationDateWarning, population_margins
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.statistics.disclosure.disclosed import only_disclosed
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published, disclose
from borgerlib.statistics.disclosure.named import base_of
from borgerlib.statistics.weighting.representativeness import participation_rates, representativeness
from borgerlib.survey.codebook.labels import level_label
from borgerlib.survey.codebook.model import Codebook

AREA_WORDS = {"area": "område", "area_type": "områdetype"}
_SHARES = ("share_of_respondents", "share_of_population", "representation")


@dataclass(frozen=True)
class Participation:
    """How many of each group took part.

    Parameters
    ----------
    rates : DisclosedEstimates
        One row a role (sex, age, area, area_type: `item`) × level (`option`). proportion, ci_lower and
        ci_upper are the participation rate; n are all respondents whose level is known. Columns beside the
        usual: population (people), share_of_respondents, share_of_population (shares 0–1), representation
        (the one over the other).
    evenness : DataFrame
        One row a role, made of the groups that are shown: as
        `borgerlib.representativeness`. Roles with one group left are missing.
    people : mapping of str to Series
        Role → people by level: public counts.
    sources : mapping of str to str
        Role → where its people were counted, Danish.
    """

    rates: DisclosedEstimates
    evenness: pd.DataFrame
    people: Mapping[str, pd.Series]
    sources: Mapping[str, str]

    def __post_init__(self) -> None:
        only_disclosed(self.rates, "Participation")


def participation(
    respondents: pd.DataFrame,
    codebook: Codebook,
    targets: Sequence[Mapping[str, Any]] = (),
    *,
    age_bands: Sequence[int],
    confidence: float = 0.95,
    min_cell: int = 5,
) -> Participation:
    """Return how many of each group took part, with intervals, small groups suppressed.

    Parameters
    ----------
    respondents : DataFrame
        One row a person, as `borgerlib.load` returns; ``attrs``: municipality, min_age, simulated.
    codebook : Codebook
        What was asked.
    targets : sequence of mapping
        The margins of the weighting, as ``weighting.json`` holds them: areas are taken from them.
    age_bands : sequence of int
        Lower ends of the age bands to show.
    confidence : float
        Level of the intervals, 0–1.
    min_cell : int
        Fewest respondents of a group that is shown.

    Raises
    ------
    MarginError
        More answered of a group than live there.

    Notes
    -----
    Wilson intervals (1927) of the rates; see `borgerlib.statistics.weighting.representativeness`.
    """
    levels, counts, columns, sources = _margins(respondents, codebook, targets, age_bands)
    if not counts:
        nothing = no_estimates().assign(population=None, **dict.fromkeys(_SHARES))
        nobody = as_published(nothing, base=base_of(respondents.attrs), source="")
        return Participation(nobody, pd.DataFrame(), {}, {})
    rates = participation_rates(levels, counts, confidence=confidence)
    name = respondents.attrs["municipality"]
    simulated = bool(respondents.attrs.get("simulated", False))
    counted = "; ".join(dict.fromkeys(sources.values()))
    disclosed = disclose(
        _as_estimates(rates, codebook, columns),
        min_cell=min_cell,
        base=f"borgere i {find_municipality(name).full_name}",
        source=f"{SIMULATED + ': ' if simulated else ''}Borgernes svar; {counted}",
        confidence=confidence,
        simulated=simulated,
    )
    shown = rates[~disclosed.frame["suppressed"].to_numpy()]
    several = shown.groupby("column")["level"].transform("size") > 1
    evenness = representativeness(shown[several], confidence=confidence) if several.any() else pd.DataFrame()
    return Participation(disclosed, evenness, counts, sources)


def design_effects(margins: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return column → design effect of weighting to that margin alone (Kish, 1965).

    Parameters
    ----------
    margins : sequence of mapping
        As ``weighting.json`` holds them: column, level, n, target.
    """
    frame = pd.DataFrame(list(margins), columns=["column", "level", "n", "target"])
    frame = frame[(frame["level"] != NO_COUNT) & (frame["n"] > 0)]
    effects = {}
    for column, levels in frame.groupby("column", sort=False):
        n, people = levels["n"].to_numpy(dtype=float), levels["target"].to_numpy(dtype=float)
        effects[str(column)] = float(n.sum() * (people**2 / n).sum() / people.sum() ** 2)
    return effects


def _margins(
    respondents: pd.DataFrame,
    codebook: Codebook,
    targets: Sequence[Mapping[str, Any]],
    age_bands: Sequence[int],
) -> tuple[pd.DataFrame, dict[str, pd.Series], dict[str, str], dict[str, str]]:
    """Return by role: the respondents' levels, people by level, the respondents' column, and the source."""
    min_age = int(respondents.attrs.get("min_age", 15))
    levels: dict[str, pd.Series] = {}
    columns: dict[str, str] = {}
    sex = codebook.with_role("sex")
    groups = age_groups(respondents, codebook, bands=age_bands, min_age=min_age)
    if groups is not None and groups.notna().any():
        levels["age"], columns["age"] = groups, band_column(codebook)
    if sex is not None and sex.id in respondents and respondents[sex.id].notna().any():
        levels["sex"], columns["sex"] = respondents[sex.id].astype(object), sex.id
    counts: dict[str, pd.Series] = {}
    sources: dict[str, str] = {}
    if levels:
        with warnings.catch_warnings():
            # The page shows the date of the counts, so no warning is needed.
            warnings.simplefilter("ignore", PopulationDateWarning)
            counts = population_margins(
                respondents.attrs["municipality"],
                by=list(levels),
                min_age=min_age,
                age_bands=lower_ends(codebook, age_bands),
            )
        sources = dict.fromkeys(levels, f"folketal: {next(iter(counts.values())).attrs['source']}")
    if "sex" in levels:
        levels["sex"] = levels["sex"].where(levels["sex"].isin(counts["sex"].index))
    for target in targets:
        role = str(target["role"])
        if role in ("area", "area_type"):
            levels[role] = respondents[target["column"]].astype(object).map(target["level_of"])
            counts[role] = pd.Series(target["counts"], dtype=float)
            columns[role] = str(target["column"])
            sources[role] = f"{target.get('source') or 'kommunens egen optælling'}, efter {AREA_WORDS[role]}"
    return pd.DataFrame(levels), {role: counts[role] for role in levels}, columns, sources


def _as_estimates(rates: pd.DataFrame, codebook: Codebook, columns: Mapping[str, str]) -> pd.DataFrame:
    labels = [
        level_label(codebook, columns[role], level)
        for role, level in zip(rates["column"], rates["level"], strict=True)
    ]
    names = {"column": "item", "level": "option", "n": "count", "rate": "proportion"}
    return rates.rename(columns=names).assign(
        label=labels,
        group="",
        group_label="",
        exclusive=True,
        n=rates.groupby("column")["n"].transform("sum"),
        population=np.rint(rates["population"]),
        note="",
    )

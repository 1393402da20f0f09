"""The scenarios of R's `survey` package as our functions are told of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.statistics.weighting.calibration import calibrate
from borgerlib.statistics.weighting.weight import post_stratify, rake, trim

SCENARIOS = Path(__file__).parent / "scenarios"


def margins(name: str, *columns: str) -> dict[str, pd.Series]:
    table = pd.read_csv(SCENARIOS / name / "margins.csv", keep_default_na=False)
    return {column: table[table["column"] == column].set_index("level")["count"] for column in columns}


def totals(name: str, *columns: str) -> dict[str, pd.Series | float]:
    return {**margins(name, *columns), "income": float(margins(name, "income")["income"].iloc[0])}


def cells(name: str) -> pd.Series:
    counts = margins(name, "sex age")["sex age"]
    pairs = [tuple(level.split(" ")) for level in counts.index]
    return counts.set_axis(pd.MultiIndex.from_tuples(pairs, names=["sex", "age"]))


Weighting = Callable[[pd.DataFrame, str], WeightingResult]

# What our functions are told of the design in each script.R: columns, and how weights were adjusted.
DESIGNS: dict[str, tuple[dict[str, str | list[str]], Weighting | None]] = {
    "simple_random_sample": ({}, None),
    "stratified_finite_population": (
        {"weight": "base_weight", "strata": "area", "population_size": "population_size"},
        None,
    ),
    "clustered_in_strata": ({"weight": "base_weight", "strata": "area", "cluster": "village"}, None),
    "clustered_finite_population": (
        {
            "weight": "base_weight",
            "strata": "area",
            "cluster": "village",
            "population_size": "population_size",
        },
        None,
    ),
    "raked": ({}, lambda frame, name: rake(frame, margins(name, "sex", "age", "area"))),
    "raked_with_base_weights": (
        {},
        lambda frame, name: rake(frame, margins(name, "sex", "age", "area"), base_weight="base_weight"),
    ),
    "raked_and_stratified": (
        {"strata": "area", "population_size": "population_size"},
        lambda frame, name: rake(frame, margins(name, "sex", "age"), base_weight="base_weight"),
    ),
    "raked_and_clustered": (
        {"strata": "area", "cluster": "village", "population_size": "population_size"},
        lambda frame, name: rake(frame, margins(name, "sex", "age", "area"), base_weight="base_weight"),
    ),
    "raked_with_cap": (
        {},
        lambda frame, name: rake(
            frame, margins(name, "sex", "age", "area"), base_weight="base_weight", cap=1.9
        ),
    ),
    "post_stratified": (
        {"strata": "area"},
        lambda frame, name: post_stratify(frame, cells(name), base_weight="base_weight"),
    ),
    "calibrated_linear": (
        {"strata": "area"},
        lambda frame, name: calibrate(frame, totals(name, "sex", "area"), base_weight="base_weight"),
    ),
    "calibrated_linear_bounded": (
        {},
        lambda frame, name: calibrate(
            frame, totals(name, "sex", "area"), base_weight="base_weight", bounds=(0.75, 1.3)
        ),
    ),
    "calibrated_raking": (
        {"strata": "area", "cluster": "village"},
        lambda frame, name: calibrate(
            frame, totals(name, "sex", "age", "area"), base_weight="base_weight", method="raking"
        ),
    ),
    "calibrated_logit": (
        {},
        lambda frame, name: calibrate(
            frame,
            totals(name, "sex", "age", "area"),
            base_weight="base_weight",
            method="logit",
            bounds=(0.4, 2.5),
        ),
    ),
    "two_stages": (
        {
            "weight": "base_weight",
            "strata": "area",
            "cluster": ["village"],
            "population_size": ["population_size", "village_size"],
        },
        None,
    ),
    "two_stages_strata": (
        {
            "weight": "base_weight",
            "strata": ["area", "sex"],
            "cluster": ["village"],
            "population_size": ["population_size", "village_size"],
        },
        None,
    ),
    "two_stages_raked": (
        {
            "strata": "area",
            "cluster": ["village"],
            "population_size": ["population_size", "village_size"],
        },
        lambda frame, name: rake(frame, margins(name, "sex", "age", "area"), base_weight="base_weight"),
    ),
    "trimmed": ({}, lambda frame, name: trim(frame, "base_weight", cap=1.5)),
}


class Scenario:
    """A scenario's respondents, design and expected numbers."""

    def __init__(self, name: str) -> None:
        self.folder = SCENARIOS / name
        self.respondents = pd.read_csv(self.folder / "input.csv")
        columns, weighting = DESIGNS[name]
        self.design: dict[str, object] = dict(columns)
        self.weighting = None if weighting is None else weighting(self.respondents, name)
        if self.weighting is not None:
            self.design["raked_to"] = self.weighting

    def expected(self, what: str) -> pd.DataFrame:
        return pd.read_csv(self.folder / f"expected_{what}.csv", keep_default_na=False)

"""Every estimate of every scenario against R's `survey` package, at the precision that we promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.proportions import estimate_mean, estimate_proportions
from borgerlib.statistics.estimation.rao_scott import rao_scott_test
from borgerlib.statistics.weighting.calibration import calibrate
from borgerlib.statistics.weighting.weight import WeightingResult, post_stratify, rake, trim

SCENARIOS = Path(__file__).parents[1] / "scenarios"
TOPICS = ["topics__elderly", "topics__nature", "topics__schools"]

WEIGHTS, ESTIMATES, INTERVALS = 1e-9, 1e-10, 1e-8


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
DESIGNS: dict[str, tuple[dict[str, str], Weighting | None]] = {
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


@pytest.fixture(scope="module", params=sorted(DESIGNS))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return Scenario(request.param)


def close(actual: pd.Series, expected: pd.Series, tolerance: float) -> None:
    np.testing.assert_allclose(
        actual.to_numpy(float), expected.to_numpy(float), rtol=tolerance, atol=tolerance
    )


def proportions(scenario: Scenario, item: object, **options: object) -> pd.DataFrame:
    whole = estimate_proportions(scenario.respondents, item, **scenario.design, **options)
    by_age = estimate_proportions(scenario.respondents, item, by="age", **scenario.design, **options)
    together = pd.concat([whole.assign(group="all"), by_age.rename(columns={"age": "group"})])
    return together.assign(option=together["option"].str.removeprefix("topics__"))


def beside(actual: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    joined = expected.merge(actual, on=["group", "option"], suffixes=("_r", ""), validate="one_to_one")
    assert len(joined) == len(expected) == len(actual)
    return joined


def test_every_folder_is_a_scenario() -> None:
    assert sorted(path.parent.name for path in SCENARIOS.glob("*/script.R")) == sorted(DESIGNS)


def test_weights(scenario: Scenario) -> None:
    if scenario.weighting is None:
        return
    weights = scenario.weighting.weights
    assert weights.index.equals(scenario.respondents.index)
    np.testing.assert_allclose(weights, scenario.expected("weights")["weight"], rtol=WEIGHTS)


@pytest.mark.parametrize(("what", "item"), [("time", "time"), ("topics", TOPICS), ("topics", "topics")])
def test_proportions(scenario: Scenario, what: str, item: object) -> None:
    both = beside(proportions(scenario, item), scenario.expected(what))
    assert (both["n"] == both["n_r"].astype(int)).all()
    np.testing.assert_allclose(both["n_weighted"], both["n_weighted_r"].astype(float), rtol=WEIGHTS)
    close(both["proportion"], both["proportion_r"], ESTIMATES)
    close(both["standard_error"], both["standard_error_r"], ESTIMATES)
    close(both["ci_lower"], both["beta_lower"], INTERVALS)
    close(both["ci_upper"], both["beta_upper"], INTERVALS)


def test_logit_intervals(scenario: Scenario) -> None:
    both = beside(proportions(scenario, "time", interval="logit"), scenario.expected("time"))
    close(both["ci_lower"], both["logit_lower"], INTERVALS)
    close(both["ci_upper"], both["logit_upper"], INTERVALS)


def test_means(scenario: Scenario) -> None:
    whole = estimate_mean(scenario.respondents, "hours", **scenario.design)
    by_age = estimate_mean(scenario.respondents, "hours", by="age", **scenario.design)
    actual = pd.concat([whole.assign(group="all"), by_age.rename(columns={"age": "group"})])
    expected = scenario.expected("hours")
    assert list(actual["group"]) == list(expected["group"])
    close(actual["mean"], expected["mean"], ESTIMATES)
    close(actual["standard_error"], expected["standard_error"], ESTIMATES)
    close(actual["ci_lower"], expected["ci_lower"], INTERVALS)
    close(actual["ci_upper"], expected["ci_upper"], INTERVALS)


def test_differences(scenario: Scenario) -> None:
    actual = estimate_difference(scenario.respondents, "time", by="age", **scenario.design)
    both = beside(actual.rename(columns={"age": "group"}), scenario.expected("differences"))
    close(both["difference"], both["difference_r"], ESTIMATES)
    close(both["standard_error"], both["standard_error_r"], ESTIMATES)
    close(both["ci_lower"], both["ci_lower_r"], INTERVALS)
    close(both["ci_upper"], both["ci_upper_r"], INTERVALS)
    close(both["p_value"], both["p_value_r"], INTERVALS)


def test_rao_scott(scenario: Scenario) -> None:
    test = rao_scott_test(scenario.respondents, "time", "area", **scenario.design)
    np.testing.assert_allclose(test, scenario.expected("test").iloc[0].astype(float), rtol=ESTIMATES)

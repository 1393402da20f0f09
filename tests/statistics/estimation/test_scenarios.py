"""Every estimate of every scenario against R's `survey` package, at the precision that we promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scenario_designs import DESIGNS, SCENARIOS, Scenario

from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.proportions import estimate_mean, estimate_proportions
from borgerlib.statistics.estimation.rao_scott import rao_scott_test

TOPICS = ["topics__elderly", "topics__nature", "topics__schools"]

WEIGHTS, ESTIMATES, INTERVALS = 1e-9, 1e-10, 1e-8


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

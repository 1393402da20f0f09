"""Every estimate of every scenario against R's `survey` package, at the precision that we promise."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scenario_designs import DESIGNS, SCENARIOS, Scenario

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.numbers import estimate_mean, estimate_quantiles, estimate_ratio
from borgerlib.statistics.estimation.proportions import estimate_proportions, estimate_total
from borgerlib.statistics.estimation.rao_scott import rao_scott_test
from borgerlib.statistics.models.regression import regress
from borgerlib.statistics.weighting.replicates import replicate_weights

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


def test_totals(scenario: Scenario) -> None:
    if not {"weight", "raked_to"} & set(scenario.design):
        with pytest.raises(ParameterError, match="cannot be told without weights"):
            estimate_total(scenario.respondents, "time", **scenario.design)
        return
    asked = partial(estimate_total, item="time")
    both = beside(by_age_and_whole(asked, scenario), scenario.expected("totals"))
    close(both["total"], both["total_r"], ESTIMATES)
    # Where margins give a total its error is rounding: of 24,000 people a hundred-thousandth.
    np.testing.assert_allclose(both["total_error"], both["total_error_r"], rtol=1e-9, atol=1e-5)
    assert (both["total_lower"] <= both["total"]).all()
    assert (both["total"] <= both["total_upper"]).all()


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


def by_age_and_whole(estimate: Callable[..., pd.DataFrame], scenario: Scenario) -> pd.DataFrame:
    whole = estimate(scenario.respondents, **scenario.design)
    by_age = estimate(scenario.respondents, by="age", **scenario.design)
    return pd.concat([whole.assign(group="all"), by_age.rename(columns={"age": "group"})])


def test_quantiles(scenario: Scenario) -> None:
    asked = partial(estimate_quantiles, item="hours", probabilities=(0.1, 0.5, 0.75))
    actual, expected = by_age_and_whole(asked, scenario), scenario.expected("quantiles")
    assert list(actual["group"]) == list(expected["group"])
    for column in ("quantile", "standard_error", "ci_lower", "ci_upper"):
        close(actual[column], expected[column].replace({"NA": np.nan, "NaN": np.nan}), ESTIMATES)


def test_ratios(scenario: Scenario) -> None:
    asked = partial(estimate_ratio, numerator="hours", denominator="income")
    actual, expected = by_age_and_whole(asked, scenario), scenario.expected("ratios")
    assert list(actual["group"]) == list(expected["group"])
    close(actual["ratio"], expected["ratio"], ESTIMATES)
    close(actual["standard_error"], expected["standard_error"], ESTIMATES)
    close(actual["ci_lower"], expected["ci_lower"], INTERVALS)
    close(actual["ci_upper"], expected["ci_upper"], INTERVALS)


@pytest.mark.slow
@pytest.mark.parametrize("treatment", ["certainty", "remove", "adjust", "average"])
def test_a_stratum_with_a_single_unit_by_each_of_r_s_treatments(treatment: str) -> None:
    people = pd.read_csv(SCENARIOS / "one_unit_and_again" / "input.csv")
    expected = pd.read_csv(SCENARIOS / "one_unit_and_again" / "expected_lonely.csv")
    expected = expected[expected["treatment"] == treatment]
    design = {"weight": "base_weight", "strata": "area", "cluster": "village", "lonely_psu": treatment}
    shares = pd.concat(
        [estimate_proportions(people, "time", by=by, **design).assign(group="all") for by in (None, "age")]
    )
    shares = shares[shares["option"] == "weekly"]
    told = expected[expected["what"] == "proportion"]
    close(shares["proportion"], told["estimate"], ESTIMATES)
    close(shares["standard_error"], told["standard_error"], ESTIMATES)
    found = estimate_difference(people, "time", by="age", **design)
    found = found[(found["age"] == "60+") & (found["option"] == "weekly")]
    close(
        found["standard_error"], expected.loc[expected["what"] == "difference", "standard_error"], ESTIMATES
    )
    model = regress(people, "income ~ sex", **design)
    close(model.bse.iloc[1:], expected.loc[expected["what"] == "coefficient", "standard_error"], ESTIMATES)

    people = pd.read_csv(SCENARIOS / "two_stages_strata" / "input.csv")
    man = (people["sex"] == "male") & people["village"].isin(["v04", "v31"])
    people = people[~man | ~people.duplicated(["village", "sex"])]
    design = dict(DESIGNS["two_stages_strata"][0]) | {"lonely_psu": treatment}
    means = [
        estimate_mean(people, "income", **design),
        estimate_mean(people, "income", by="age", **design).query("age == '60+'"),
    ]
    model = regress(people, "income ~ age", **design)
    close(
        pd.Series([*(found["standard_error"].item() for found in means), model.bse.iloc[-1]]),
        expected.loc[expected["what"] == "later stage", "standard_error"],
        ESTIMATES,
    )


def test_a_stratum_with_a_single_unit_is_an_error_that_names_the_ways_out() -> None:
    people = pd.read_csv(SCENARIOS / "one_unit_and_again" / "input.csv")
    with pytest.raises(DataError, match=r"Stratum 'opland': one cluster[\s\S]*lonely_psu='certainty'"):
        estimate_proportions(people, "time", strata="area", cluster="village")
    with pytest.raises(ParameterError, match=r"lonely_psu 'averag'. Did you mean 'average'"):
        estimate_proportions(people, "time", strata="area", cluster="village", lonely_psu="averag")


@pytest.mark.parametrize(
    "name", ["simple_random_sample", "clustered_in_strata", "clustered_finite_population"]
)
def test_the_jackknife(name: str) -> None:
    scenario = Scenario(name)
    people = scenario.respondents
    expected = pd.read_csv(SCENARIOS / "one_unit_and_again" / "expected_replicates.csv")
    expected = expected[expected["scenario"] == name]
    old = people["age"] == "60+"

    def numbers(weight: pd.Series) -> pd.Series:
        income = (weight * people["income"]).sum()
        return pd.Series({"mean": income / weight.sum(), "ratio": income / weight[old].sum()})

    drawn = replicate_weights(people, **scenario.design)
    found = drawn.estimate(numbers)
    assert list(found.index) == list(expected["what"])
    close(found["estimate"], expected["estimate"], ESTIMATES)
    close(found["standard_error"], expected["standard_error"], ESTIMATES)
    assert drawn.degrees == expected["df"].iloc[0]


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

"""Replicate weights by hand and by law; R's jackknife is in the scenarios."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scenario_designs import SCENARIOS

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.estimation.numbers import estimate_mean, estimate_quantiles
from borgerlib.statistics.weighting.replicates import replicate_weights

PEOPLE = pd.DataFrame({"alder": [20, 30, 40, 50], "sted": ["by", "by", "land", "land"]})


def test_one_left_out_by_hand() -> None:
    drawn = replicate_weights(PEOPLE)
    # Means without each: 40, 36.67, 33.33, 30; (3/4) · (25 + 2.78 + 2.78 + 25) = 41.67 = s²/n.
    found = drawn.estimate(lambda weight: np.average(PEOPLE["alder"], weights=weight))
    assert found["estimate"].tolist() == [35]
    assert found["standard_error"].iloc[0] == pytest.approx(np.sqrt(500 / 3 / 4))
    assert drawn.degrees == 3


def test_a_stratum_keeps_its_weight_in_every_replicate() -> None:
    for kind in ("jackknife", "bootstrap"):
        drawn = replicate_weights(PEOPLE, kind=kind, strata="sted", replicates=20)
        sums = drawn.estimate(lambda weight: weight.groupby(PEOPLE["sted"]).sum())
        assert sums["estimate"].tolist() == [2, 2]
        assert sums["standard_error"].tolist() == [0, 0]
        assert list(sums.index) == ["by", "land"]


def test_the_bootstrap_comes_to_what_the_formula_says() -> None:
    rng = np.random.default_rng(3)
    people = pd.DataFrame({"x": rng.gamma(2, size=300), "sted": rng.integers(3, size=300)})
    drawn = replicate_weights(people, kind="bootstrap", strata="sted", replicates=800, seed=2)
    formula = estimate_mean(people, "x", strata="sted")["standard_error"].iloc[0]
    found = drawn.estimate(lambda weight: np.average(people["x"], weights=weight))
    # 800 replicates know a standard error to 1/√(2 · 800) = 2.5 pct.
    assert found["standard_error"].iloc[0] == pytest.approx(formula, rel=0.08)
    again = replicate_weights(people, kind="bootstrap", strata="sted", replicates=800, seed=2)
    pd.testing.assert_frame_equal(
        again.estimate(lambda weight: np.average(people["x"], weights=weight)), found
    )


def test_the_bootstrap_counts_how_much_of_the_population_was_drawn() -> None:
    # Half of eight were drawn: (1 − 1/2) · s²/n, so the error is 1/√2 of what it is without the population.
    # A replicate's weights are those of the other, drawn in by √½ towards the sample's own.
    alone = replicate_weights(PEOPLE, kind="bootstrap", replicates=50)
    half = replicate_weights(PEOPLE.assign(N=8), kind="bootstrap", replicates=50, population_size="N")
    errors = [
        drawn.estimate(lambda weight: (weight * PEOPLE["alder"]).sum())["standard_error"].iloc[0]
        for drawn in (alone, half)
    ]
    assert errors[1] == pytest.approx(errors[0] / np.sqrt(2))
    # Of all that there are, another sample would be the same.
    for kind in ("bootstrap", "jackknife"):
        all_drawn = replicate_weights(PEOPLE.assign(N=4), kind=kind, population_size="N", replicates=20)
        assert all_drawn.estimate(lambda weight: weight.iloc[0])["standard_error"].tolist() == [0]


def test_the_bootstrap_of_two_stages_comes_to_what_the_formula_says() -> None:
    people = pd.read_csv(SCENARIOS / "two_stages" / "input.csv")
    design = {
        "weight": "base_weight",
        "strata": "area",
        "cluster": ["village"],
        "population_size": ["population_size", "village_size"],
    }
    drawn = replicate_weights(people, kind="bootstrap", replicates=1000, seed=3, **design)
    found = drawn.estimate(lambda weight: [np.average(people["income"], weights=weight), weight.min()])
    formula = estimate_mean(people, "income", **design)["standard_error"].iloc[0]
    assert found["standard_error"].iloc[0] == pytest.approx(formula, rel=0.06)
    # No weight falls below zero: it may be raked.
    assert all((drawn.weights * drawn._factor(r) >= 0).all() for r in range(20))


def test_a_median_by_the_bootstrap_is_as_sure_as_by_woodruff() -> None:
    rng = np.random.default_rng(4)
    people = pd.DataFrame({"x": rng.normal(size=400)})
    woodruff = estimate_quantiles(people, "x")["standard_error"].iloc[0]
    drawn = replicate_weights(people, kind="bootstrap", replicates=300)
    ordered = people["x"].sort_values()

    def median(weight: pd.Series) -> float:
        below = weight[ordered.index].cumsum()
        return float(ordered[below >= below.iloc[-1] / 2].iloc[0])

    assert drawn.estimate(median)["standard_error"].iloc[0] == pytest.approx(woodruff, rel=0.3)


def test_what_cannot_be_drawn_anew() -> None:
    with pytest.raises(ParameterError, match=r"Unknown kind 'bootstrapp'. Did you mean 'bootstrap'"):
        replicate_weights(PEOPLE, kind="bootstrapp")
    for number in (2.5, "abc", None, float("nan")):
        with pytest.raises(ParameterError, match=rf"replicates is {number!r}; give a whole number"):
            replicate_weights(PEOPLE, kind="bootstrap", replicates=number)
    with pytest.raises(ParameterError, match=r"raked one by one[\s\S]*in the statistic"):
        replicate_weights(PEOPLE, raked_to=object())
    stages = {"cluster": ["sted"], "population_size": ["N", "N"]}
    with pytest.raises(ParameterError, match=r"units of one stage[\s\S]*bootstrap"):
        replicate_weights(PEOPLE.assign(N=100), **stages)
    with pytest.raises(DataError, match="1 of 4 replicates give no number"):
        replicate_weights(PEOPLE).estimate(lambda weight: 1.0 if weight.iloc[0] else np.nan)


def test_numbers_are_held_against_those_of_their_name() -> None:
    drawn = replicate_weights(PEOPLE.assign(sted=["a", "a", "b", "c"]))
    groups = ["a", "a", "b", "c"]
    plain = drawn.estimate(lambda weight: weight.groupby(groups).sum())
    # Sorted by size, a stands elsewhere where one of its people is left out.
    by_size = drawn.estimate(lambda weight: weight.groupby(groups).sum().sort_values())
    pd.testing.assert_frame_equal(by_size.sort_index(), plain, check_names=False)
    with pytest.raises(DataError, match="2 of 4 replicates give no number"):
        drawn.estimate(lambda weight: weight[weight > 0].groupby(pd.Series(groups)).sum())
    for statistic in (lambda _: "a", lambda weight: weight[weight > 0].tolist(), lambda _: PEOPLE[["alder"]]):
        with pytest.raises(ParameterError, match=r"does not give a number[\s\S]*return a number, a list"):
            drawn.estimate(statistic)

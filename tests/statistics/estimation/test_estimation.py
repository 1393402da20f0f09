"""Proportions, means and differences: hand-computed, at the edges, refused, and what never changes."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.numbers import estimate_mean, estimate_quantiles, estimate_ratio
from borgerlib.statistics.estimation.proportions import estimate_proportions, estimate_total
from borgerlib.statistics.weighting.weight import post_stratify, rake, trim


def row(frame: pd.DataFrame, **where: object) -> pd.Series:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


@pytest.fixture
def strata() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "answer": ["yes", "no", "yes", "yes"],
            "stratum": ["A", "A", "B", "B"],
            "weight": [10.0, 10.0, 30.0, 30.0],
            "people": [20, 20, 60, 60],
        }
    )


# --- By hand ------------------------------------------------------------------------------------------------


def test_simple_random_sample_by_hand() -> None:
    # 3 of 10: p = 0.3 and SE = √(0.3 · 0.7 / 9), the variance of a mean with n − 1.
    frame = pd.DataFrame({"answer": ["yes"] * 3 + ["no"] * 7})
    estimates = estimate_proportions(frame, "answer")
    assert list(estimates.columns) == [
        "item", "option", "n", "count", "n_weighted", "proportion", "standard_error", "ci_lower", "ci_upper",
    ]  # fmt: skip
    yes = row(estimates, option="yes")
    assert (yes["n"], yes["n_weighted"], yes["proportion"]) == (10, 10, pytest.approx(0.3))
    assert yes["standard_error"] == pytest.approx(math.sqrt(0.21 / 9))
    # Korn–Graubard: the effective n is 0.21 / (0.21 / 9) = 9, so Clopper–Pearson with 2.7 of 9.
    assert yes["ci_lower"] == pytest.approx(stats.beta.ppf(0.025, 2.7, 7.3))
    assert yes["ci_upper"] == pytest.approx(stats.beta.ppf(0.975, 3.7, 6.3))


def test_strata_and_finite_population_by_hand(strata: pd.DataFrame) -> None:
    # p = (10 + 60) / 80 = 0.875. Only stratum A varies: influences 10·0.125/80 and −10·0.875/80 differ by
    # 0.125, so its variance is 2/(2−1) · 0.125²/2 = 0.125².
    yes = row(estimate_proportions(strata, "answer", weight="weight", strata="stratum"), option="yes")
    assert (yes["n_weighted"], yes["proportion"]) == (80, pytest.approx(0.875))
    assert yes["standard_error"] == pytest.approx(0.125)
    # Two of twenty were drawn in A: the factor is 1 − 2/20.
    finite = estimate_proportions(
        strata, "answer", weight="weight", strata="stratum", population_size="people"
    )
    assert row(finite, option="yes")["standard_error"] == pytest.approx(0.125 * math.sqrt(0.9))


def test_clusters_by_hand() -> None:
    # p = 3/6. Totals of (y − 0.5)/6 by cluster: (1)/6, 0, (−1)/6; variance 3/2 · 2/36.
    frame = pd.DataFrame({"answer": [1, 1, 1, 0, 0, 0], "village": ["a", "a", "b", "b", "c", "c"]})
    yes = row(estimate_proportions(frame, "answer", cluster="village"), option=1)
    assert yes["standard_error"] == pytest.approx(math.sqrt(1.5 * 2 / 36))


def test_domains_count_the_whole_sample() -> None:
    # Domain f: 1, 1, 0 of 5 respondents. Influences (1/3, 1/3, −2/3)/3, none outside; factor 5/4, not 3/2.
    frame = pd.DataFrame({"answer": [1, 1, 0, 0, 1], "sex": ["f", "f", "f", "m", "m"]})
    women = row(estimate_proportions(frame, "answer", by="sex"), sex="f", option=1)
    assert women["standard_error"] == pytest.approx(math.sqrt(5 / 4 * (6 / 9) / 9))


def test_post_stratified_residuals_by_hand() -> None:
    # Women 1, 1, 0 and men 0, 1; everyone weighs 10. Residuals from the cells' means: ±, over 50 people:
    # (10/50)² · (1/9 + 1/9 + 4/9 + 1/4 + 1/4) · 5/4.
    frame = pd.DataFrame({"answer": [1, 1, 0, 0, 1], "sex": ["f", "f", "f", "m", "m"]})
    result = post_stratify(frame, pd.Series({"f": 30, "m": 20}).rename_axis("sex"))
    yes = row(estimate_proportions(frame, "answer", raked_to=result), option=1)
    assert yes["proportion"] == pytest.approx(0.6)
    assert yes["standard_error"] == pytest.approx(math.sqrt(0.04 * (6 / 9 + 0.5) * 5 / 4))


def test_mean_by_hand() -> None:
    # 1 to 5: mean 3, SE √(2.5 / 5), t with 4 degrees of freedom 2.776.
    frame = pd.DataFrame({"hours": [1.0, 2, 3, 4, 5, np.nan]})
    mean = estimate_mean(frame.iloc[:5], "hours").iloc[0]
    assert (mean["n"], mean["mean"]) == (5, 3)
    assert mean["standard_error"] == pytest.approx(math.sqrt(0.5))
    assert mean["ci_upper"] - 3 == pytest.approx(stats.t.ppf(0.975, 4) * math.sqrt(0.5))
    # Who did not answer is outside the base but in the sample: the factor is 6/5, not 5/4.
    assert estimate_mean(frame, "hours").iloc[0]["standard_error"] == pytest.approx(math.sqrt(0.4 * 6 / 5))


def test_difference_by_hand() -> None:
    # f: 1, 1, 0 and m: 0, 1. 2/3 − 1/2; Σ of squared influences is (6/9)/9 + (1/2)/4, times 5/4;
    # t with 5 − 1 − 1 = 3 degrees of freedom.
    frame = pd.DataFrame({"answer": [1, 1, 0, 0, 1], "sex": ["f", "f", "f", "m", "m"]})
    women = row(estimate_difference(frame, "answer", by="sex"), sex="f", option=1)
    error = math.sqrt(((6 / 9) / 9 + 0.125) * 5 / 4)
    assert (women["n"], women["n_against"]) == (3, 2)
    assert women["difference"] == pytest.approx(2 / 3 - 1 / 2)
    assert women["standard_error"] == pytest.approx(error)
    assert women["p_value"] == pytest.approx(2 * stats.t.sf((1 / 6) / error, 3))
    assert women["ci_lower"] == pytest.approx(max(-1, 1 / 6 - stats.t.ppf(0.975, 3) * error))


def test_difference_against_one_domain() -> None:
    frame = pd.DataFrame({"answer": [1, 1, 0, 0, 1, 1, 0], "age": list("aaabbcc")})
    against = estimate_difference(frame, "answer", by="age", against="c")
    assert list(against["age"]) == ["a", "a", "b", "b"]
    # a against c alone, b outside: influences of a as above with n = 3, of c with n = 2; factor 7/6.
    assert row(against, age="a", option=1)["standard_error"] == pytest.approx(
        math.sqrt(((6 / 9) / 9 + 0.125) * 7 / 6)
    )
    pair = row(against, age="a", option=1)
    assert pair["p_value"] == pytest.approx(2 * stats.t.sf((1 / 6) / pair["standard_error"], 3))


def test_difference_against_a_pair_of_levels() -> None:
    frame = pd.DataFrame(
        {"answer": [1, 0] * 8, "sex": ["f", "m"] * 4 + ["f"] * 8, "age": list("yyyyoooo") * 2}
    )
    against = estimate_difference(frame, "answer", by=["sex", "age"], against=("f", "o"))
    assert ("f", "o") not in set(zip(against["sex"], against["age"], strict=True))


# --- Intervals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interval", ["beta", "logit", "wilson"])
def test_every_interval_has_its_formula(interval: str) -> None:
    frame = pd.DataFrame({"answer": [1] * 6 + [0] * 14})
    yes = row(estimate_proportions(frame, "answer", interval=interval, confidence=0.9), option=1)
    p, error, n = 0.3, math.sqrt(0.21 / 19), 19
    half = stats.t.ppf(0.95, 19) * error / 0.21
    ends = {
        "beta": (stats.beta.ppf(0.05, p * n, n - p * n + 1), stats.beta.ppf(0.95, p * n + 1, n - p * n)),
        "logit": tuple(1 / (1 + math.exp(-(math.log(p / (1 - p)) + sign * half))) for sign in (-1, 1)),
        "wilson": proportion_confint(p * n, n, alpha=0.1, method="wilson"),
    }[interval]
    assert (yes["ci_lower"], yes["ci_upper"]) == (pytest.approx(ends[0]), pytest.approx(ends[1]))


@pytest.mark.parametrize(("interval", "upper"), [("beta", 0.30850), ("logit", 0.30850), ("wilson", 0.27753)])
def test_nobody_chose_it(interval: str, upper: float) -> None:
    # 0 of 10: Clopper–Pearson ends at 1 − 0.025^(1/10) = 0.30850; Wilson at z²/(10 + z²) = 0.27753.
    frame = pd.DataFrame({"answer": pd.Categorical(["no"] * 10, categories=["yes", "no"])})
    estimates = estimate_proportions(frame, "answer", interval=interval)
    yes, no = row(estimates, option="yes"), row(estimates, option="no")
    assert (yes["proportion"], yes["ci_lower"]) == (0, 0)
    assert yes["ci_upper"] == pytest.approx(upper, abs=1e-5)
    assert (no["proportion"], no["ci_upper"]) == (1, 1)
    assert no["ci_lower"] == pytest.approx(1 - upper, abs=1e-5)


def test_unequal_weights_widen_the_interval_at_zero() -> None:
    # Kish's effective n of weights 1, 1, 4 is 36/18 = 2: the interval ends at 1 − 0.025^(1/2).
    frame = pd.DataFrame({"answer": [0, 0, 0], "weight": [1.0, 1, 4]})
    assert row(estimate_proportions(frame, "answer", weight="weight"), option=0)["ci_lower"] == (
        pytest.approx(math.sqrt(0.025))
    )


def test_a_full_count_leaves_no_doubt() -> None:
    frame = pd.DataFrame({"answer": [1, 0, 1, 1], "people": 4})
    yes = row(estimate_proportions(frame, "answer", population_size="people"), option=1)
    assert (yes["standard_error"], yes["ci_lower"], yes["ci_upper"]) == (0, 0.75, 0.75)


@pytest.mark.parametrize("weighting", ["rake", "post_stratify", "cap"])
def test_what_the_margins_determine_leaves_no_doubt(weighting: str) -> None:
    frame = pd.DataFrame({"sex": ["f"] * 5 + ["m"] * 7, "age": list("yoyoyoyoyoyo")})
    sex, age = pd.Series({"f": 600.0, "m": 400.0}), pd.Series({"y": 450.0, "o": 550.0})
    result = {
        "rake": lambda: rake(frame, {"sex": sex, "age": age}),
        "post_stratify": lambda: post_stratify(frame, sex.rename_axis("sex")),
        "cap": lambda: rake(frame, {"sex": sex, "age": age}, cap=3),
    }[weighting]()
    women = row(estimate_proportions(frame, "sex", raked_to=result), option="f")
    assert women["proportion"] == pytest.approx(0.6, rel=1e-12)
    assert women["standard_error"] == pytest.approx(0, abs=1e-12)
    assert women["ci_lower"] == pytest.approx(0.6, abs=1e-9)


def test_single_respondent() -> None:
    alone = row(estimate_proportions(pd.DataFrame({"answer": [1]}), "answer"), option=1)
    assert alone["proportion"] == 1
    assert math.isnan(alone["standard_error"])  # one person shows no variation
    assert (alone["ci_lower"], alone["ci_upper"]) == (pytest.approx(0.025), 1)
    assert math.isnan(estimate_mean(pd.DataFrame({"x": [1.0]}), "x").iloc[0]["ci_lower"])


def test_one_cluster_in_a_domain_says_nothing() -> None:
    frame = pd.DataFrame({"answer": [1, 0, 1, 0], "village": list("aabc"), "area": list("xxyy")})
    alone = row(estimate_proportions(frame, "answer", by="area", cluster="village"), area="x", option=1)
    assert (alone["ci_lower"], alone["ci_upper"]) == (0, 1)


@pytest.mark.parametrize(
    "columns", [{"cluster": list("aabbcc")}, {"strata": list("ababab")}], ids=["clusters", "strata"]
)
def test_units_that_happen_to_agree_settle_nothing(columns: dict[str, list[str]]) -> None:
    # Every village answers half and half; or each area of one mind. The variance is zero, by chance:
    # the interval is Clopper–Pearson's of 3 in 6, corrected where there are fewer degrees of freedom than 5.
    (name, values), *_ = columns.items()
    frame = pd.DataFrame({"answer": [1, 0] * 3, "unit": values})
    yes = row(estimate_proportions(frame, "answer", **{name: "unit"}), option=1)
    degrees = {"cluster": 2, "strata": 4}[name]
    n = 6 * (stats.t.ppf(0.975, 5) / stats.t.ppf(0.975, degrees)) ** 2
    assert yes["standard_error"] == 0
    assert yes["ci_lower"] == pytest.approx(stats.beta.ppf(0.025, n / 2, n / 2 + 1))


# --- Bases, options and domains -----------------------------------------------------------------------------


def test_no_answer_is_outside_the_base() -> None:
    frame = pd.DataFrame({"answer": ["yes", None, "no", "no"], "sex": ["f", "f", "m", None]})
    whole = estimate_proportions(frame, "answer")
    assert set(whole["n"]) == {3}
    by_sex = estimate_proportions(frame, "answer", by="sex")
    assert list(by_sex["sex"].unique()) == ["f", "m"]
    assert list(by_sex["n"]) == [1, 1, 1, 1]


def test_domain_in_which_nobody_answered() -> None:
    frame = pd.DataFrame({"answer": ["yes", "no", None], "sex": ["f", "f", "m"], "hours": [1.0, 2.0, None]})
    men = row(estimate_proportions(frame, "answer", by="sex"), sex="m", option="yes")
    assert men["n"] == 0
    assert men[["proportion", "standard_error", "ci_lower", "ci_upper"]].isna().all()
    assert math.isnan(row(estimate_mean(frame, "hours", by="sex"), sex="m")["mean"])
    nobody = frame.assign(answer=pd.Categorical([None] * 3, categories=["yes"]), village=list("abc"))
    assert (estimate_proportions(nobody, "answer", cluster="village")["n"] == 0).all()
    difference = row(estimate_difference(frame, "answer", by="sex"), sex="m", option="yes")
    assert difference[["difference", "standard_error", "p_value"]].isna().all()


@pytest.fixture
def topics() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "topics__schools": pd.array([1, 0, 1, pd.NA], dtype="Int8"),
            "topics__nature": pd.array([0, 0, 1, pd.NA], dtype="Int8"),
            "sex": pd.Categorical(["f", "m", "m", "f"], categories=["m", "f"]),
        }
    )


def test_multiple_choice_by_stem_or_by_columns(topics: pd.DataFrame) -> None:
    by_stem = estimate_proportions(topics, "topics")
    assert list(by_stem["option"]) == ["schools", "nature"]
    assert list(by_stem["n"]) == [3, 3]
    np.testing.assert_allclose(by_stem["proportion"], [2 / 3, 1 / 3])
    columns = ["topics__schools", "topics__nature"]
    by_columns = estimate_proportions(topics, columns)
    assert list(by_columns["option"]) == ["schools", "nature"]
    pd.testing.assert_frame_equal(by_columns.drop(columns="option"), by_stem.drop(columns="option"))


def test_each_option_of_a_multiple_choice_item_has_its_own_base(topics: pd.DataFrame) -> None:
    topics.loc[0, "topics__nature"] = pd.NA
    estimates = estimate_proportions(topics, "topics")
    assert list(estimates["n"]) == [3, 2]
    np.testing.assert_allclose(estimates["proportion"], [2 / 3, 1 / 2])


def test_order_and_types_are_those_of_the_respondents(topics: pd.DataFrame) -> None:
    estimates = estimate_proportions(topics, "topics", by="sex")
    assert list(estimates["sex"]) == ["m", "m", "f", "f"]
    assert estimates["sex"].dtype == topics["sex"].dtype
    several = estimate_proportions(
        topics.assign(year=pd.array([2021, 2020, 2021, 2020], dtype="Int64")), "topics", by=["year", "sex"]
    )
    assert several["year"].dtype == "Int64"
    assert list(zip(several["year"], several["sex"], strict=True))[::2] == [
        (2020, "m"), (2020, "f"), (2021, "m"), (2021, "f"),
    ]  # fmt: skip


@pytest.mark.parametrize("dtype", ["object", "string", "str", "category"])
def test_any_text_dtype(dtype: str) -> None:
    frame = pd.DataFrame(
        {"answer": pd.Series(["ø", "æ", None, "ø"], dtype=dtype), "by": pd.Series(list("bbaa"), dtype=dtype)}
    )
    estimates = estimate_proportions(frame, "answer", by="by")
    assert list(estimates["option"]) == ["æ", "ø"] * 2
    assert list(estimates["n"]) == [1, 1, 2, 2]


def test_truth_values_and_mixed_types() -> None:
    assert list(estimate_proportions(pd.DataFrame({"a": [True, False, True]}), "a")["option"]) == [
        False,
        True,
    ]
    mixed = estimate_proportions(pd.DataFrame({"a": pd.Series([2, "x", 2], dtype=object)}), "a")
    assert list(mixed["proportion"]) == pytest.approx([2 / 3, 1 / 3])


def test_input_is_not_changed(topics: pd.DataFrame) -> None:
    before = topics.copy()
    estimate_proportions(topics, "topics", by="sex")
    estimate_difference(topics, "topics", by="sex")
    pd.testing.assert_frame_equal(topics, before)


# --- raked_to -----------------------------------------------------------------------------------------------


@pytest.fixture
def raked() -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], 200, p=[0.6, 0.4]),
            "age": rng.choice(["y", "o"], 200, p=[0.3, 0.7]),
            "answer": rng.choice(["a", "b", "c"], 200),
        }
    )
    return frame, {"sex": pd.Series({"f": 500.0, "m": 500.0}), "age": pd.Series({"y": 450.0, "o": 550.0})}


def test_raked_to_finds_respondents_in_another_order(
    raked: tuple[pd.DataFrame, dict[str, pd.Series]],
) -> None:
    frame, margins = raked
    result = rake(frame, margins)
    expected = estimate_proportions(frame, "answer", by="sex", raked_to=result)
    shuffled = frame.sample(frac=1, random_state=3)
    for weight in (None, "weight"):
        actual = estimate_proportions(
            shuffled.assign(weight=result.weights), "answer", by="sex", weight=weight, raked_to=result
        )
        pd.testing.assert_frame_equal(actual, expected, rtol=1e-12)


def test_raked_to_refuses_other_respondents(raked: tuple[pd.DataFrame, dict[str, pd.Series]]) -> None:
    frame, margins = raked
    with pytest.raises(ParameterError, match="weighting is of 200 respondents, and those are not the 150"):
        estimate_proportions(frame.iloc[:150], "answer", raked_to=rake(frame, margins))


def test_raked_to_refuses_other_weights(raked: tuple[pd.DataFrame, dict[str, pd.Series]]) -> None:
    frame, margins = raked
    with pytest.raises(ParameterError, match="does not hold the weights of raked_to"):
        estimate_proportions(frame.assign(w=1.0), "answer", weight="w", raked_to=rake(frame, margins))


def test_margins_that_say_nothing_change_nothing(raked: tuple[pd.DataFrame, dict[str, pd.Series]]) -> None:
    # Raked to one level only, the residual from the margin is that from the mean.
    frame, _ = raked
    result = rake(frame.assign(one="x"), {"one": pd.Series({"x": 1000.0})})
    plain = estimate_proportions(frame, "answer")
    adjusted = estimate_proportions(frame, "answer", raked_to=result)
    np.testing.assert_allclose(adjusted["standard_error"], plain["standard_error"], rtol=1e-12)


def test_trimmed_weights_without_margins(raked: tuple[pd.DataFrame, dict[str, pd.Series]]) -> None:
    frame, _ = raked
    frame = frame.assign(w=np.linspace(0.5, 4, 200))
    result = trim(frame, "w", cap=1.4)
    pd.testing.assert_frame_equal(
        estimate_proportions(frame, "answer", raked_to=result),
        estimate_proportions(frame.assign(t=result.weights), "answer", weight="t"),
    )


# --- Refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"item": "anser"}, r"Unknown item 'anser'\. Did you mean 'answer'"),
        ({"item": []}, "item names no column"),
        ({"by": "stratm"}, r"Unknown by column 'stratm'\. Did you mean 'stratum'"),
        ({"by": ["stratum", "stratum"]}, "a column is named twice"),
        ({"by": "n"}, "'n' is a column of the result"),
        ({"weight": "wieght"}, r"Unknown weight column 'wieght'\. Did you mean 'weight'"),
        ({"strata": "x"}, "Unknown stratum column 'x'"),
        ({"cluster": "x"}, "Unknown cluster column 'x'"),
        ({"population_size": "x"}, "Unknown population size column 'x'"),
        ({"interval": "bta"}, r"Unknown interval 'bta'\. Did you mean 'beta'"),
        ({"confidence": 95}, "confidence is 95; it must lie"),
        ({"confidence": 0}, "confidence is 0; it must lie"),
    ],
)
def test_illegal_parameters(strata: pd.DataFrame, options: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        estimate_proportions(strata.assign(n=1), **{"item": "answer", **options})


def test_no_respondents(strata: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="no respondents"):
        estimate_proportions(strata.iloc[:0], ["people"])


def test_nobody_answered_and_options_unknown() -> None:
    with pytest.raises(DataError, match="Nobody answered 'a', and its options are not known"):
        estimate_proportions(pd.DataFrame({"a": [None, None]}), "a")


def test_multiple_choice_of_other_values(strata: pd.DataFrame) -> None:
    with pytest.raises(DataError, match=r"'people' holds other values than 0 and 1 \(rows 0, 1, 2, 3\)"):
        estimate_proportions(strata, ["people"])


def test_bad_weights(strata: pd.DataFrame) -> None:
    frame = strata.assign(weight=[1.0, np.nan, -1.0, np.inf])
    with pytest.raises(DataError) as caught:
        estimate_proportions(frame, "answer", weight="weight")
    assert len(caught.value.problems) == 3
    with pytest.raises(DataError, match="zero for every respondent"):
        estimate_proportions(strata.assign(weight=0.0), "answer", weight="weight")


def test_weight_zero_is_outside_estimates_and_degrees_of_freedom() -> None:
    frame = pd.DataFrame({"answer": [1, 0, 1, 1], "weight": [1.0, 1.0, 1.0, 0.0]})
    assert row(estimate_proportions(frame, "answer", weight="weight"), option=1)["proportion"] == (
        pytest.approx(2 / 3)
    )


def test_respondent_without_stratum_or_cluster(strata: pd.DataFrame) -> None:
    frame = strata.assign(stratum=["A", None, "B", "B"])
    with pytest.raises(DataError, match=r"'stratum': 1 respondent without a stratum \(rows 1\)"):
        estimate_proportions(frame, "answer", strata="stratum")
    with pytest.raises(DataError, match="without a cluster"):
        estimate_proportions(frame, "answer", cluster="stratum")


def test_lonely_sampling_unit(strata: pd.DataFrame) -> None:
    frame = strata.assign(stratum=["A", "B", "B", "C"], people=[1, 9, 9, 5])
    with pytest.raises(DataError, match="single respondent") as caught:
        estimate_proportions(frame, "answer", strata="stratum")
    assert caught.value.problems == ("Stratum 'A': one respondent.", "Stratum 'C': one respondent.")
    # Of A there is nobody else to draw: it adds no variance.
    with pytest.raises(DataError) as caught:
        estimate_proportions(frame, "answer", strata="stratum", population_size="people")
    assert caught.value.problems == ("Stratum 'C': one respondent.",)
    whole = frame.iloc[:3]
    estimates = estimate_proportions(whole, "answer", strata="stratum", population_size="people")
    assert (estimates["standard_error"] > 0).all()


def test_single_cluster(strata: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="single cluster"):
        estimate_proportions(strata.assign(village="a"), "answer", cluster="village")


def test_cluster_in_two_strata(strata: pd.DataFrame) -> None:
    with pytest.raises(DataError) as caught:
        estimate_proportions(
            strata.assign(village=list("abbc")), "answer", strata="stratum", cluster="village"
        )
    assert caught.value.problems == ("Cluster 'b' lies in the strata 'A', 'B'.",)


def test_impossible_population_size(strata: pd.DataFrame) -> None:
    with pytest.raises(DataError) as caught:
        estimate_proportions(
            strata.assign(people=[1, 1, 60, 70]), "answer", strata="stratum", population_size="people"
        )
    assert caught.value.problems == (
        "Stratum 'B': the population size varies between respondents.",
        "Stratum 'A': 2 drawn from 1.",
    )


def test_mean_of_what_is_no_number(strata: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="not numbers"):
        estimate_mean(strata, "answer")
    with pytest.raises(DataError, match=r"infinite values \(rows 2\)"):
        estimate_mean(strata.assign(x=[1, 2, np.inf, 3]), "x")
    with pytest.raises(ParameterError, match="confidence"):
        estimate_mean(strata, "people", confidence=2)


def test_nothing_to_compare_with(strata: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="single domain"):
        estimate_difference(strata.assign(one="x"), "answer", by="one")
    with pytest.raises(ParameterError, match=r"Unknown domain 'C'"):
        estimate_difference(strata, "answer", by="stratum", against="C")
    with pytest.raises(ParameterError, match="confidence"):
        estimate_difference(strata, "answer", by="stratum", confidence=2)


def test_a_difference_without_a_variance_is_not_certain() -> None:
    # All of a said 1 and all of b said 0: no variance to test with. In what nobody said they are alike.
    answer = pd.Categorical([1, 1, 0, 0], categories=[0, 1, 2])
    frame = pd.DataFrame({"answer": answer, "by": list("aabb")})
    differences = estimate_difference(frame, "answer", by="by")
    told, alike = row(differences, by="a", option=1), row(differences, by="a", option=2)
    # Together a half said 1: √(1/4 · (1/2 + 1/2)) = ½, so t = 1 / ½ with 4 − 1 − 1 degrees of freedom.
    assert told["p_value"] == pytest.approx(2 * stats.t.sf(2, 2))
    # 2 of 2 is 15.8–100 pct. by Clopper and Pearson (√0.025), so 1 − √(0.842² + 0.842²) is below −0.19.
    assert told["ci_lower"] == pytest.approx(1 - math.sqrt(2) * (1 - math.sqrt(0.025)))
    assert (alike["p_value"], alike["ci_upper"]) == pytest.approx((1, 1 - math.sqrt(0.025)))


def test_a_difference_in_a_full_count_is_certain_and_not_tested() -> None:
    frame = pd.DataFrame({"answer": [1, 1, 0, 0], "by": list("aabb"), "people": 4})
    found = row(estimate_difference(frame, "answer", by="by", population_size="people"), by="a", option=1)
    assert (found["ci_lower"], found["ci_upper"]) == (1, 1)
    assert math.isnan(found["p_value"])
    shares = estimate_proportions(frame.assign(answer=1), "answer", population_size="people")
    assert shares[["ci_lower", "ci_upper"]].to_numpy().tolist() == [[1, 1]]


def test_answers_that_agree_give_numbers_no_error() -> None:
    frame = pd.DataFrame({"v": [3.1, 3.1, 3.1, 7.0, 5.0], "by": list("aaabc"), "one": 1.0})
    means = estimate_mean(frame, "v", by="by")
    assert means["standard_error"].isna().all()
    assert means["ci_upper"].isna().all()
    assert estimate_ratio(frame, "v", "v").loc[0, ["standard_error", "ci_lower"]].isna().all()
    # None of five lies above the largest, their ninth tenth: 1 − 2.776 · √(0.09 / 5) = 0.63 is the fourth.
    top = estimate_quantiles(pd.DataFrame({"v": [1, 2, 3, 4, 9]}), "v", probabilities=[0.9]).iloc[0]
    assert (top["quantile"], math.isnan(top["ci_upper"])) == (9, True)
    assert top["ci_lower"] == 4


def test_two_stages_by_hand() -> None:
    # Two of four villages, in each two of six people, so everybody weighs 4/2 · 6/2 = 6.
    frame = pd.DataFrame(
        {"yes": [1, 1, 0, 1], "village": list("aabb"), "w": 6.0, "villages": 4, "people": 6, "size": 1}
    )
    design = {"weight": "w", "cluster": ["village"], "population_size": ["villages", "people"]}
    found = row(estimate_proportions(frame, "yes", **design), option=1)
    # p = 3/4, and a person adds 6 (y − p) / 24: 1/16, 1/16 in a, −3/16, 1/16 in b; the villages 1/8 and −1/8.
    # First stage: (1 − 2/4) · 2/1 · (1/8² + 1/8²) = 1/32. Second, in b alone, whose people are 1/8 from their
    # mean: 2/4 · (1 − 2/6) · 2/1 · (1/8² + 1/8²) = 1/48.
    assert found["standard_error"] ** 2 == pytest.approx(1 / 32 + 1 / 48)
    total = row(estimate_total(frame, "yes", **design), option=1)
    assert total["total"] == 18
    assert total["total_error"] == pytest.approx(24 * math.sqrt(1 / 32 + 1 / 48))
    with pytest.raises(ParameterError, match="cluster names 2 stages and population_size 1"):
        estimate_proportions(frame, "yes", cluster=["village", "size"], population_size=["villages"])
    with pytest.raises(DataError, match="Cluster 'a': 2 drawn from 1"):
        estimate_proportions(frame, "yes", cluster=["village"], population_size=["villages", "size"])
    with pytest.raises(
        DataError, match=r"a cluster has a single respondent[\s\S]*Cluster 'b': one respondent"
    ):
        estimate_proportions(frame.iloc[:3], "yes", **design)


def test_so_many_people_and_households_by_hand() -> None:
    frame = pd.DataFrame(
        {"yes": [1, 1, 0, np.nan], "w": [100.0, 200, 300, 400], "home": [1, 2, 3, 4], "by": list("aaab")}
    )
    people = row(estimate_total(frame, "yes", weight="w"), option=1.0)
    # Half of the 600 who answered, of 1,000 people.
    assert (people["total"], people["n"], people["count"]) == (500, 3, 2)
    # Households: 100/1 + 200/2 + 300/3 of those who answered, and 100 more; two thirds of 400.
    homes = row(estimate_total(frame, "yes", weight="w", household_size="home"), option=1.0)
    assert (homes["n_weighted"], homes["total"]) == pytest.approx((300, 800 / 3))
    assert homes["total_lower"] < 800 / 3 < homes["total_upper"]
    by = estimate_total(frame, "yes", by="by", weight="w")
    assert row(by, by="a", option=1.0)["total"] == 300
    assert math.isnan(row(by, by="b", option=1.0)["total"])
    # Nobody said so: not surely nobody does.
    none = row(
        estimate_total(frame.assign(yes=[0, 0, 0, 1], w=[100, 200, 300, 0]), "yes", weight="w"), option=1
    )
    assert (none["total"], none["total_upper"] > 100) == (0, True)
    for problem, said in (
        ({}, "without weights"),
        ({"weight": "home", "household_size": "w"}, "count no people"),
    ):
        with pytest.raises(ParameterError, match=said):
            estimate_total(frame.assign(home=0.5), "yes", **problem)
    with pytest.raises(DataError, match="households of less than one person"):
        estimate_total(frame.assign(home=0.5), "yes", weight="w", household_size="home")


def test_what_margins_give_is_no_error_of_a_total() -> None:
    frame = pd.DataFrame({"koen": list("kkkm"), "yes": [1, 0, 1, 1]})
    weighting = rake(frame, {"koen": pd.Series({"k": 60.0, "m": 40.0})})
    found = row(estimate_total(frame, "koen", raked_to=weighting), option="k")
    assert (found["total"], found["total_lower"], found["total_upper"]) == pytest.approx((60, 60, 60))


def test_how_many_a_domain_has_is_unsure_where_all_of_it_agree() -> None:
    # 99 of 200 are of the domain, each stands for 50, and all say yes. Its size has the standard error
    # 50 · √(200/199 · 99 · 101/200), with 199 degrees of freedom. Clopper–Pearson's share of 99 in 99 lies
    # above 0.025^(1/99).
    frame = pd.DataFrame({"yes": 1, "domain": ["a"] * 99 + ["b"] * 101, "w": 50.0})
    found = row(estimate_total(frame, "yes", by="domain", weight="w"), domain="a")
    error = 50 * math.sqrt(200 / 199 * 99 * 101 / 200)
    of_size = stats.t.ppf(0.975, 199) * error
    assert (found["total"], found["total_error"]) == pytest.approx((4950, error))
    assert found["total_upper"] == pytest.approx(4950 + of_size)
    assert found["total_lower"] == pytest.approx(4950 - math.hypot(4950 * (1 - 0.025 ** (1 / 99)), of_size))
    # Of a stratum of 4,950 people the size is no matter of chance: the share's interval, times it.
    sized = row(estimate_total(frame, "yes", by="domain", weight="w", strata="domain"), domain="a")
    assert sized["total_lower"] == pytest.approx(4950 * 0.025 ** (1 / 99))
    assert sized["total_upper"] == pytest.approx(4950)


# --- What holds for any sample ------------------------------------------------------------------------------


@st.composite
def samples(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, str]]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(12, 60))
    frame = pd.DataFrame(
        {
            "answer": pd.Categorical.from_codes(rng.integers(-1, 3, n), categories=["a", "b", "c"]),
            "by": rng.choice(["x", "y"], n),
            "weight": rng.uniform(0.2, 5, n),
            "cluster": np.arange(n) % 6,
            "stratum": np.arange(n) % 6 % 2,
            "hours": rng.normal(size=n),
        },
        index=rng.permutation(n),
    )
    design = {"weight": "weight"}
    if draw(st.booleans()):
        design["strata"] = "stratum"
    if draw(st.booleans()):
        design["cluster"] = "cluster"
    return frame, design


@given(samples(), st.sampled_from(["beta", "logit", "wilson"]))
def test_shares_add_up_and_lie_in_their_interval(
    sample: tuple[pd.DataFrame, dict[str, str]], interval: str
) -> None:
    frame, design = sample
    estimates = estimate_proportions(frame, "answer", by="by", interval=interval, **design)
    answered = estimates[estimates["n"] > 0]
    np.testing.assert_allclose(answered.groupby("by")["proportion"].sum(), 1)
    slack = 1e-12
    assert (answered["ci_lower"] <= answered["proportion"] + slack).all()
    assert (answered["proportion"] <= answered["ci_upper"] + slack).all()
    assert answered[["ci_lower", "ci_upper"]].stack().between(0, 1).all()


@given(samples(), st.floats(1e-6, 1e6), st.integers(0, 1000))
def test_scale_of_weights_and_order_of_rows(
    sample: tuple[pd.DataFrame, dict[str, str]], scale: float, seed: int
) -> None:
    frame, design = sample
    other = frame.assign(weight=frame["weight"] * scale).sample(frac=1, random_state=seed)
    for function, item in (
        (estimate_proportions, "answer"),
        (estimate_mean, "hours"),
        (estimate_difference, "answer"),
    ):
        before = function(frame, item, by="by", **design)
        after = function(other, item, by="by", **design)
        unscaled = before.columns.difference(["n_weighted"])
        pd.testing.assert_frame_equal(after[unscaled], before[unscaled], rtol=1e-8, atol=1e-10)


@given(samples())
def test_a_difference_is_that_of_the_estimates(sample: tuple[pd.DataFrame, dict[str, str]]) -> None:
    # Two domains: x against the rest is x against y, and y − x is the opposite. A respondent is in one of
    # them, so without clusters and strata the variances nearly add up; with them, only signs are certain.
    frame, design = sample
    differences = estimate_difference(frame, "answer", by="by", **design)
    estimates = estimate_proportions(frame, "answer", by="by", **design)
    np.testing.assert_allclose(differences["proportion"], estimates["proportion"])
    there, back = (differences[differences["by"] == level] for level in ("x", "y"))
    np.testing.assert_allclose(there["difference"].to_numpy(), -back["difference"].to_numpy(), atol=1e-12)
    np.testing.assert_allclose(
        there["standard_error"].to_numpy(), back["standard_error"].to_numpy(), rtol=1e-7, atol=1e-9
    )
    if "strata" not in design and "cluster" not in design:
        squares = (
            estimates.assign(v=estimates["standard_error"] ** 2)
            .groupby("option", observed=False)["v"]
            .sum(min_count=2)
        )
        np.testing.assert_allclose(there["standard_error"].to_numpy() ** 2, squares, rtol=1e-7, atol=1e-12)


def test_the_share_of_a_stratum_is_known_for_certain() -> None:
    frame = pd.DataFrame({"town": ["a"] * 30 + ["b"] * 20, "weight": [3.0] * 30 + [1.0] * 20})
    # 90 of 110 live in a: the weights have it so, whoever was drawn.
    found = estimate_proportions(frame, "town", weight="weight", strata="town")
    assert found[["proportion", "standard_error"]].to_numpy() == pytest.approx(
        np.array([[90 / 110, 0], [20 / 110, 0]])
    )
    assert (found["ci_lower"] == found["proportion"]).all()
    assert (found["ci_upper"] == found["proportion"]).all()
    drawn = estimate_proportions(frame, "town", weight="weight")
    assert drawn["ci_lower"][0] < 90 / 110 < drawn["ci_upper"][0]


def test_columns_may_be_called_by_numbers() -> None:
    frame = pd.DataFrame({0: list("aabb"), 1: [1, 0, 1, 1]})
    by = estimate_proportions(frame, 1, by=0)
    assert by[0].tolist() == ["a", "a", "b", "b"]
    assert by["n"].tolist() == [2, 2, 2, 2]
    with pytest.raises(ParameterError, match="Unknown by column '0'"):
        estimate_proportions(frame.rename(columns=str), "1", by=0)


def test_quantiles_by_hand() -> None:
    # Of five people one each: a tenth, a fifth and a half are met at the first, the first and the third.
    frame = pd.DataFrame({"x": [5.0, 1, 3, 2, 4], "who": list("aabbb")})
    found = estimate_quantiles(frame, "x", probabilities=(0.1, 0.2, 0.5))
    assert found["quantile"].tolist() == [1, 1, 3]
    assert found["probability"].tolist() == [0.1, 0.2, 0.5]
    # 1/5 − t(4) · √(0.16/4) is below nobody.
    assert np.isnan(found["ci_lower"].iloc[0])
    assert estimate_quantiles(frame, "x", by="who")["quantile"].tolist() == [1, 3]
    # Weighted: the first alone is half of all.
    assert estimate_quantiles(frame.assign(w=[1, 4, 1, 1, 1]), "x", weight="w")["quantile"].tolist() == [1]


def test_a_ratio_of_nothing_is_missing() -> None:
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "y": [0.0, 0, 1, 1], "who": list("aabb")})
    found = estimate_ratio(frame, "x", "y", by="who")
    assert np.isnan(found["ratio"].iloc[0])
    assert np.isnan(found["standard_error"].iloc[0])
    # 7/2 of two; what each is above it is ∓0.5, and the four of the sample vary by 4/3 · 0.5 / 2².
    assert found["ratio"].iloc[1] == 3.5
    assert found["standard_error"].iloc[1] == pytest.approx(math.sqrt(4 / 3 * 0.5 / 4))


@pytest.mark.parametrize("probabilities", [0, 1, "half", (), (0.5, 2)])
def test_probabilities_lie_between_0_and_1(probabilities: object) -> None:
    with pytest.raises(ParameterError, match=r"shares between 0 and 1, such as \(0.25"):
        estimate_quantiles(pd.DataFrame({"x": [1.0, 2]}), "x", probabilities=probabilities)

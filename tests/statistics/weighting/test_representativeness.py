import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import MarginError, ParameterError
from borgerlib.statistics.weighting.representativeness import participation_rates, representativeness

RESPONDENTS = pd.DataFrame(
    {
        "omraade": ["a"] * 10 + ["b"] * 30 + ["c"] * 60,
        "koen": ["kvinde"] * 55 + ["mand"] * 40 + [None] * 5,
    }
)
MARGINS = {
    "omraade": pd.Series({"a": 1000, "b": 1000, "c": 2000}),
    "koen": pd.Series({"kvinde": 2000, "mand": 2000}),
}


def test_participation_by_group():
    rates = participation_rates(RESPONDENTS, MARGINS)
    assert rates[["column", "level", "n", "population"]].values.tolist() == [
        ["omraade", "a", 10, 1000],
        ["omraade", "b", 30, 1000],
        ["omraade", "c", 60, 2000],
        ["koen", "kvinde", 55, 2000],
        ["koen", "mand", 40, 2000],
    ]
    assert rates["rate"].tolist() == [0.01, 0.03, 0.03, 0.0275, 0.02]
    # a: 10 of 100 respondents, 1000 of 4000 people; 0.1/0.25 = 0.4.
    assert rates.loc[0, ["share_of_respondents", "share_of_population", "representation"]].tolist() == [
        0.1,
        0.25,
        0.4,
    ]
    # kvinde: 55 of the 95 with a known sex.
    assert rates.loc[3, "share_of_respondents"] == pytest.approx(55 / 95)


def test_the_wilson_interval_by_hand():
    rates = participation_rates(RESPONDENTS, MARGINS)
    # Wilson (1927), x=10, n=1000, z=1.959964: centre (p + z²/2n)/(1 + z²/n), half
    # z·sqrt(p(1-p)/n + z²/4n²)/(1 + z²/n).
    z, p, n = 1.959963984540054, 0.01, 1000
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert rates.loc[0, "ci_lower"] == pytest.approx(centre - half, rel=1e-12)
    assert rates.loc[0, "ci_upper"] == pytest.approx(centre + half, rel=1e-12)


def test_a_group_that_nobody_answered_from_is_shown_with_nought():
    rates = participation_rates(RESPONDENTS.iloc[10:], {"omraade": MARGINS["omraade"]})
    assert rates.loc[0, ["n", "rate", "ci_lower"]].tolist() == [0, 0.0, 0.0]
    assert rates.loc[0, "ci_upper"] > 0


def test_unused_categories_of_the_answers_do_no_harm():
    koen = pd.Categorical(["mand", "kvinde"], ["mand", "kvinde", "andet"])
    rates = participation_rates(pd.DataFrame({"koen": koen}), {"koen": MARGINS["koen"]})
    assert rates["n"].tolist() == [1, 1]


def test_the_summary_by_hand():
    summary = representativeness(participation_rates(RESPONDENTS, MARGINS)).set_index("column")
    area = summary.loc["omraade"]
    assert (area["n"], area["population"], area["rate"]) == (100, 4000, 0.025)
    assert (area["lowest"], area["highest"]) == ("a", "b")
    assert area["ratio"] == pytest.approx(1 / 3)
    # Half of |0.1 - 0.25| + |0.3 - 0.25| + |0.6 - 0.5| = 0.15.
    assert area["dissimilarity"] == pytest.approx(0.15)
    # Weights 1000/10 = 100, 1000/30 and 2000/60 = 33.33; Σw² = 10·10000 + 90·1111.11 = 200000, Σw = 4000;
    # 100·200000/4000² = 1.25; effective n 100/1.25; largest weight 100 over the mean 40.
    assert area["design_effect"] == pytest.approx(1.25)
    assert area["effective_n"] == pytest.approx(80)
    assert area["largest_weight"] == pytest.approx(2.5)
    assert area["unreached"] == []
    # Pearson on 2 × 3 with expected 25, 25, 50: (15² + 5²)/25 + 10²/50 = 12, divided by 1 - 0.025;
    # chi-squared of 2 degrees of freedom: exp(-x/2).
    assert area["p_value"] == pytest.approx(math.exp(-12 / 0.975 / 2))
    assert summary.loc["koen", "n"] == 95


def test_the_ratios_interval_of_two_groups_is_the_katz_log_interval():
    sex = representativeness(participation_rates(RESPONDENTS, {"koen": MARGINS["koen"]})).iloc[0]
    # One pair: no correction. ratio 40/55, SE of its log sqrt(1/40 - 1/2000 + 1/55 - 1/2000).
    width = 1.959963984540054 * math.sqrt(1 / 40 - 1 / 2000 + 1 / 55 - 1 / 2000)
    assert sex["ratio"] == pytest.approx(40 / 55)
    assert sex["ratio_lower"] == pytest.approx(40 / 55 * math.exp(-width))
    # The upper end 40/55·e^width = 1.09 is beyond 1, and a lowest over a highest rate cannot be.
    assert 40 / 55 * math.exp(width) > 1
    assert sex["ratio_upper"] == 1


def test_the_ratios_interval_of_three_groups_is_for_all_pairs_at_once():
    area = representativeness(participation_rates(RESPONDENTS, MARGINS)).iloc[0]
    # Three pairs: z at 0.05/3 is 2.393980. The pair a, c bounds the top:
    # 1/3·exp(z·sqrt(1/10-1/1000+1/60-1/2000)).
    # The pair a, b bounds the bottom: 1/3·exp(-z·sqrt(1/10-1/1000+1/30-1/1000)).
    z = 2.3939797998185104
    assert area["ratio_upper"] == pytest.approx(math.exp(z * math.sqrt(1 / 10 - 0.001 + 1 / 60 - 0.0005)) / 3)
    assert area["ratio_lower"] == pytest.approx(math.exp(-z * math.sqrt(1 / 10 - 0.001 + 1 / 30 - 0.001)) / 3)


# Of 100 draws 5 may miss at 95 per cent (standard deviation 2.2), of 300 15 (3.8).
@pytest.mark.long
@pytest.mark.parametrize(
    ("draws", "too_many"), [(100, 10), pytest.param(300, 24, marks=pytest.mark.thorough)]
)
def test_the_ratios_interval_covers_the_true_ratio(draws, too_many):
    generator = np.random.default_rng(20211)
    designs = [((0.05,) * 4, (1000, 2000, 500, 4000)), ((0.02, 0.05, 0.08), (800, 3000, 900))]
    for rates, people in designs:
        true = min(rates) / max(rates)
        misses = 0
        for _ in range(draws):
            n = generator.binomial(people, rates)
            frame = pd.DataFrame(
                {
                    "column": "g",
                    "level": list("abcd")[: len(n)],
                    "n": n,
                    "population": people,
                    "rate": n / people,
                }
            )
            frame["share_of_respondents"], frame["share_of_population"] = (
                n / n.sum(),
                np.array(people) / sum(people),
            )
            row = representativeness(frame).iloc[0]
            misses += not row["ratio_lower"] <= true <= row["ratio_upper"]
        assert misses < too_many


def test_weighting_cannot_mend_a_group_without_a_respondent():
    area = representativeness(
        participation_rates(RESPONDENTS.iloc[10:], {"omraade": MARGINS["omraade"]})
    ).iloc[0]
    assert area["unreached"] == ["a"]
    assert area[["design_effect", "effective_n", "largest_weight"]].isna().all()
    assert (area["ratio"], area["lowest"]) == (0, "a")
    # Walter (1975): 0.5/1000.5 against 30.5/1000.5 at z of three pairs.
    z = 2.3939797998185104
    upper = 0.5 / 30.5 * math.exp(z * math.sqrt(1 / 0.5 - 1 / 1000.5 + 1 / 30.5 - 1 / 1000.5))
    lower_than = area["ratio_upper"]
    assert 0 < area["ratio_lower"] < lower_than <= upper


def test_nobody_at_all_gives_missing_values_and_no_warning():
    rates = participation_rates(RESPONDENTS.iloc[:0], {"omraade": MARGINS["omraade"]})
    row = representativeness(rates).iloc[0]
    assert row["n"] == 0
    assert row["unreached"] == ["a", "b", "c"]
    assert row[["ratio", "ratio_lower", "ratio_upper", "p_value", "dissimilarity"]].isna().all()


def test_a_single_group_has_nothing_to_compare():
    row = representativeness(
        participation_rates(pd.DataFrame({"g": ["a"]}), {"g": pd.Series({"a": 10})})
    ).iloc[0]
    assert row[["ratio_lower", "ratio_upper", "p_value"]].isna().all()
    assert row["design_effect"] == 1


def test_all_that_does_not_fit_is_told_at_once():
    margins = {
        "omraade": pd.Series({"a": 5, "b": 0, "d": 10}),
        "køn": MARGINS["koen"],
    }
    with pytest.raises(MarginError, match="do not fit together") as raised:
        participation_rates(RESPONDENTS, margins)
    told = "\n".join(raised.value.problems)
    assert "level 'c' has 60 respondents but is not in the population's margin" in told
    assert "nobody lives in group 'b'" in told
    assert "'a': 10 answered, but only 5 live there" in told
    assert "'køn'. Did you mean 'koen'" in told
    assert "to missing" in raised.value.hint


def test_no_margin_is_refused():
    with pytest.raises(MarginError, match="no margin"):
        participation_rates(RESPONDENTS, {})


def test_parameters_are_checked():
    with pytest.raises(ParameterError, match="confidence is 95; it must lie between 0 and 1"):
        participation_rates(RESPONDENTS, MARGINS, confidence=95)
    with pytest.raises(ParameterError, match="between 0 and 1"):
        representativeness(participation_rates(RESPONDENTS, MARGINS), confidence=0)


@given(counts=st.lists(st.tuples(st.integers(0, 40), st.integers(41, 500)), min_size=2, max_size=6))
def test_shares_sum_to_one_and_intervals_hold_what_they_are_about(counts):
    levels = [f"l{i}" for i in range(len(counts))]
    respondents = pd.DataFrame(
        {"g": [lv for lv, (n, _) in zip(levels, counts, strict=True) for _ in range(n)]}
    )
    if respondents.empty:
        return
    margin = pd.Series([people for _, people in counts], index=levels)
    rates = participation_rates(respondents, {"g": margin})
    assert rates["n"].sum() == len(respondents)
    assert rates["share_of_respondents"].sum() == pytest.approx(1)
    assert ((rates["ci_lower"] <= rates["rate"] + 1e-12) & (rates["rate"] <= rates["ci_upper"] + 1e-12)).all()
    row = representativeness(rates).iloc[0]
    assert 0 <= row["ratio_lower"] <= row["ratio_upper"] <= 1
    assert row["ratio"] <= row["ratio_upper"] + 1e-12
    if not row["unreached"]:
        assert row["ratio_lower"] <= row["ratio"] + 1e-12
        assert row["design_effect"] >= 1 - 1e-12

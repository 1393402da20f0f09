"""Shares under response that depends on the answer: by hand, and with a population whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import MarginError, ParameterError
from borgerlib.statistics.models.nonresponse import nonresponse_range
from borgerlib.statistics.weighting.weight import rake


def test_by_hand_without_groups():
    # 100 people, 20 answered, 10 of them yes. As likely: 50 per cent. At odds of 4 who said no weighs w, the
    # others 1 + (w − 1)/4, and 10 w + 10 (1 + (w − 1)/4) = 100: w = 7.4, the others 2.6. Share: 26 of 100.
    people = pd.DataFrame({"ja": [1] * 10 + [0] * 10, "alle": "x"})
    table = nonresponse_range(people, ["ja"], margins={"alle": pd.Series({"x": 100})}, odds=(1, 4))
    np.testing.assert_allclose(table["proportion"], [0.5, 0.26], atol=1e-7)
    # Bounds: of 100, 10 said yes for sure and 80 did not answer.
    np.testing.assert_allclose(table["lower_bound"], 0.10)
    np.testing.assert_allclose(table["upper_bound"], 0.90)
    assert list(table["n"]) == [20, 20]


def test_at_odds_of_one_it_is_the_weighted_share():
    people = pd.DataFrame({"ja": [1, 0, 1, 1], "koen": ["k", "k", "m", "m"]})
    margins = {"koen": pd.Series({"k": 60, "m": 40})}
    share = np.average(people["ja"], weights=rake(people, margins).weights)
    table = nonresponse_range(people, ["ja"], margins=margins, odds=[1])
    assert table["proportion"].iloc[0] == pytest.approx(share)


@pytest.mark.parametrize("true_odds", [1, 2, 3])
def test_the_right_assumption_finds_the_truth(true_odds):
    rng = np.random.default_rng(int(true_odds))
    size = 200_000
    young = rng.random(size) < 0.3
    yes = rng.random(size) < np.where(young, 0.2, 0.4)
    chance = np.where(young, 0.02, 0.05) * np.where(yes, true_odds, 1)
    chance /= 1 - np.where(young, 0.02, 0.05) + chance  # odds times true_odds
    answered = rng.random(size) < chance
    people = pd.DataFrame({"ja": yes[answered].astype(int), "ung": young[answered]}).astype({"ung": str})
    margins = {"ung": pd.Series({"True": young.sum(), "False": (~young).sum()})}
    table = nonresponse_range(people, ["ja"], margins=margins).set_index("odds")
    found = table.loc[true_odds]
    assert found["ci_lower"] <= yes.mean() <= found["ci_upper"]
    assert (table["lower_bound"] <= yes.mean()).all()
    assert (table["upper_bound"] >= yes.mean()).all()
    assert table["proportion"].is_monotonic_decreasing
    if true_odds > 1:
        assert table.loc[1, "ci_lower"] > yes.mean()


def test_several_options_and_missing_answers():
    people = pd.DataFrame({"tid": ["meget", "lidt", None, "lidt"], "koen": ["k", "k", "m", "m"]})
    table = nonresponse_range(people, "tid", margins={"koen": pd.Series({"k": 10, "m": 10})}, odds=(1, 2))
    assert list(table["option"]) == ["lidt", "lidt", "meget", "meget"]
    assert set(table["n"]) == {3}


def test_weights_of_any_sum_leave_the_bounds_open():
    people = pd.DataFrame({"ja": [1, 0] * 10, "koen": ["k", "m"] * 10, "vaegt": 1.0}).sort_values("ja")
    people["koen"] = ["k", "m"] * 10
    margins = {"koen": pd.Series({"k": 50, "m": 50})}
    scaled = nonresponse_range(people, ["ja"], margins=margins, odds=3, weight="vaegt")
    pd.testing.assert_frame_equal(scaled, nonresponse_range(people, ["ja"], margins=margins, odds=[3]))
    # 10 of 100 said yes, and 80 did not answer.
    assert scaled.loc[0, ["lower_bound", "upper_bound"]].tolist() == pytest.approx([0.1, 0.9])


def test_who_leaves_an_item_out_has_not_chosen_against_it():
    people = pd.DataFrame({"y": ["ja"] * 15 + ["nej"] * 15 + [None] * 30, "koen": "k"})
    margins = {"koen": pd.Series({"k": 100})}
    whole = nonresponse_range(people, "y", margins=margins, odds=[3])
    alone = nonresponse_range(people.dropna(), "y", margins=margins, odds=[3])
    pd.testing.assert_frame_equal(whole, alone)
    assert set(whole["item"]) == {"y"}


def test_what_cannot_be_is_told():
    people = pd.DataFrame({"ja": [1, 0], "koen": ["k", "m"]})
    margins = {"koen": pd.Series({"k": 10, "m": 10})}
    with pytest.raises(ParameterError, match="numbers above 0"):
        nonresponse_range(people, ["ja"], margins=margins, odds=(0, 1))
    with pytest.raises(ParameterError, match="numbers above 0"):
        nonresponse_range(people, ["ja"], margins=margins, odds=("to", 1))
    with pytest.raises(MarginError, match="counts of people, not shares"):
        nonresponse_range(people, ["ja"], margins={"koen": pd.Series({"k": 0.5, "m": 0.5})})

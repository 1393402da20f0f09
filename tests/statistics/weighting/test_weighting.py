"""Raking, post-stratification and trimming: hand-computed, refused, and what never changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import ConvergenceError, DataError, MarginError, ParameterError
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.estimation.rao_scott import rao_scott_test
from borgerlib.statistics.weighting.adjustment import (
    WeightingResult,
    design_effect,
    effective_sample_size,
)
from borgerlib.statistics.weighting.calibration import calibrate
from borgerlib.statistics.weighting.weight import post_stratify, rake, trim


@pytest.fixture
def respondents() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sex": ["f", "f", "f", "m", "m", "f", "m", "f"],
            "age": ["young", "old", "old", "old", "young", "young", "old", "old"],
            "base": [1.0, 2.0, 1.5, 1.0, 3.0, 0.5, 1.0, 2.5],
        },
        index=list("abcdefgh"),
    )


MARGINS = {
    "sex": pd.Series({"f": 60.0, "m": 40.0}),
    "age": pd.Series({"young": 50.0, "old": 50.0}),
}


def weighted(respondents: pd.DataFrame, column: str, weights: pd.Series) -> pd.Series:
    return weights.groupby(respondents[column]).sum()


def assert_margins_met(
    respondents: pd.DataFrame, result: WeightingResult, margins: dict[str, pd.Series]
) -> None:
    for column, margin in margins.items():
        met = weighted(respondents, column, result.weights)
        np.testing.assert_allclose(met[margin.index], margin, rtol=1e-10)


# --- By hand -----------------------------------------------------------------------------------------------


def test_one_margin_by_hand() -> None:
    # 3 women stand for 60 people, 20 each; 2 men for 40, 20 each... but with 30 men: 15 each.
    frame = pd.DataFrame({"sex": ["f", "f", "f", "m", "m"]})
    result = rake(frame, {"sex": pd.Series({"f": 60, "m": 30})})
    np.testing.assert_allclose(result.weights, [20, 20, 20, 15, 15])
    # Kish: n Σw² / (Σw)² = 5 (3·400 + 2·225) / 90² = 8250 / 8100.
    assert result.design_effect == pytest.approx(8250 / 8100)
    assert result.effective_sample_size == pytest.approx(8100 / 1650)


def test_independent_margins_multiply() -> None:
    # In a 2 × 2 table with one person a cell the raked weight is row × column ÷ total: 60·50/100 = 30.
    frame = pd.DataFrame({"sex": ["f", "f", "m", "m"], "age": ["young", "old"] * 2})
    result = rake(frame, MARGINS)
    np.testing.assert_allclose(result.weights, [30, 30, 20, 20])


def test_base_weights_vary_within_a_cell(respondents: pd.DataFrame) -> None:
    result = rake(respondents, MARGINS, base_weight="base")
    assert_margins_met(respondents, result, MARGINS)
    # b and c are both old women: their weights keep the proportion 2 to 1.5 of their base weights.
    assert result.weights["b"] / result.weights["c"] == pytest.approx(2 / 1.5)


def test_post_stratification_by_hand() -> None:
    # Young women: base weights 1 and 3 share 80 people as 20 and 60.
    frame = pd.DataFrame(
        {"sex": ["f", "f", "m", "f"], "age": ["y", "y", "y", "o"], "base": [1.0, 3.0, 2.0, 5.0]}
    )
    cells = pd.Series(
        [80, 10, 30],
        index=pd.MultiIndex.from_tuples([("f", "y"), ("f", "o"), ("m", "y")], names=["sex", "age"]),
    )
    result = post_stratify(frame, cells, base_weight="base")
    np.testing.assert_allclose(result.weights, [20, 60, 30, 10])
    assert list(result.margins["level"]) == [("f", "y"), ("f", "o"), ("m", "y")]


def test_post_stratify_by_one_column() -> None:
    frame = pd.DataFrame({"sex": ["f", "f", "m"]})
    result = post_stratify(frame, pd.Series({"f": 10, "m": 7}).rename_axis("sex"))
    np.testing.assert_allclose(result.weights, [5, 5, 7])


def test_margins_frame_tells_before_and_after(respondents: pd.DataFrame) -> None:
    margins = rake(respondents, MARGINS).margins
    assert list(margins.columns) == ["column", "level", "target", "before", "after"]
    women = margins[(margins["column"] == "sex") & (margins["level"] == "f")].iloc[0]
    # 5 of the 8 respondents are women: of 100 people that would be 62.5.
    assert (women["target"], women["before"], women["after"]) == (60, pytest.approx(62.5), pytest.approx(60))


def test_trim_a_column_by_hand() -> None:
    # Mean 2.5, cap 1.6 → 4. The 7 gives 3 away, 1 to each of the others: 2, 2, 2, 4.
    frame = pd.DataFrame({"weight": [1.0, 1.0, 1.0, 7.0]})
    result = trim(frame, "weight", cap=1.6)
    np.testing.assert_allclose(result.weights, [2, 2, 2, 4])
    assert result.adjustment is None


def test_trim_a_raking_meets_cap_and_margins(respondents: pd.DataFrame) -> None:
    raked = rake(respondents, MARGINS, base_weight="base")
    cap = 1.6
    assert raked.weights.max() > cap * raked.weights.mean()
    trimmed = trim(respondents, raked, cap=cap)
    assert trimmed.weights.max() <= cap * 100 / 8
    assert_margins_met(respondents, trimmed, MARGINS)
    again = rake(respondents, MARGINS, base_weight="base", cap=cap)
    np.testing.assert_allclose(trimmed.weights, again.weights, rtol=1e-9)


def test_trim_a_post_stratification() -> None:
    frame = pd.DataFrame({"sex": ["f", "f", "m"], "base": [1.0, 3.0, 2.0]})
    result = post_stratify(frame, pd.Series({"f": 80.0, "m": 40.0}).rename_axis("sex"), base_weight="base")
    # 20, 60, 40 with mean 40; under a cap of 1.25 · 40 = 50 the women become 30 and 50.
    np.testing.assert_allclose(trim(frame, result, cap=1.25).weights, [30, 50, 40])


def test_a_cap_that_does_not_bind_changes_nothing(respondents: pd.DataFrame) -> None:
    free = rake(respondents, MARGINS, base_weight="base")
    np.testing.assert_allclose(rake(respondents, MARGINS, base_weight="base", cap=50).weights, free.weights)


def test_empty_levels_of_a_categorical_do_not_matter() -> None:
    frame = pd.DataFrame({"sex": pd.Categorical(["f", "m"], categories=["f", "m", "x"])})
    result = rake(frame, {"sex": pd.Series({"m": 3, "f": 1, "x": 0})})
    np.testing.assert_allclose(result.weights, [1, 3])


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, 2], dtype="Int64"),
        pd.Series([1, 2, 2], dtype="float64"),
        pd.Series([1, 2, 2], dtype="object"),
        pd.Series([1, 2, 2], dtype="category"),
    ],
)
def test_any_dtype_of_a_raking_variable(column: pd.Series) -> None:
    result = rake(pd.DataFrame({"v": column}), {"v": pd.Series({1: 10, 2: 40})})
    np.testing.assert_allclose(result.weights, [10, 20, 20])


def test_text_and_truth_values() -> None:
    frame = pd.DataFrame(
        {
            "text": pd.Series(["æ", "ø", "ø"], dtype="string"),
            "plain": ["x", "y", "y"],
            "flag": [True, False, False],
        }
    )
    for column, levels in (("text", ["æ", "ø"]), ("plain", ["x", "y"]), ("flag", [True, False])):
        result = rake(frame, {column: pd.Series([10, 40], index=levels)})
        np.testing.assert_allclose(result.weights, [10, 20, 20])


def test_slow_raking_is_finished_by_newton() -> None:
    # One person alone links the two blocks, so sweeps crawl; the exact weights are still found.
    frame = pd.DataFrame({"a": ["1"] * 50 + ["2"] * 50 + ["1"], "b": ["x"] * 50 + ["y"] * 50 + ["y"]})
    margins = {"a": pd.Series({"1": 501.0, "2": 499.0}), "b": pd.Series({"x": 500.0, "y": 500.0})}
    result = rake(frame, margins)
    assert_margins_met(frame, result, margins)
    assert result.weights.iloc[-1] == pytest.approx(1.0)  # 501 − 500


def test_input_is_not_changed(respondents: pd.DataFrame) -> None:
    before = respondents.copy()
    rake(respondents, MARGINS, base_weight="base", cap=2)
    trim(respondents, "base", cap=1.5)
    pd.testing.assert_frame_equal(respondents, before)


# --- Refused, with every problem named ----------------------------------------------------------------------


def problems_of(frame: pd.DataFrame, margins: dict[str, pd.Series]) -> str:
    with pytest.raises(MarginError) as caught:
        rake(frame, margins)
    return "\n".join(caught.value.problems)


def test_respondents_without_a_count_keep_their_share_as_the_message_advises():
    people = pd.DataFrame({"sex": ["w"] * 6 + ["m"] * 3 + ["other"]})
    with pytest.raises(MarginError, match="if the margin has a level for them"):
        rake(people, {"sex": {"w": 500, "m": 500}})
    # One of ten: a tenth of 1,000. The rest is shared as the counts say.
    weights = rake(people, {"sex": {"w": 450, "m": 450, "other": 100}}).weights
    assert weights.groupby(people["sex"]).sum().to_dict() == pytest.approx({"w": 450, "m": 450, "other": 100})


def test_all_problems_at_once(respondents: pd.DataFrame) -> None:
    frame = respondents.assign(area=["by"] * 7 + [None])
    problems = problems_of(
        frame,
        {
            "sex": pd.Series({"f": 60.0, "x": 40.0}),
            "age": pd.Series({"young": 0.0, "old": 90.0}),
            "area": pd.Series({"by": 100.0}),
        },
    )
    assert "Column 'sex', level 'm': 3 respondents, but the margin does not have the level." in problems
    assert "Column 'sex', level 'x': 40 in the population, no respondent." in problems
    assert "Column 'age', level 'young': the population count is 0 but there are 3 respondents." in problems
    assert "Column 'area': 1 respondent without a value (rows h)." in problems
    assert "The totals of the margins disagree: 'sex' 100, 'age' 90, 'area' 100." in problems


@pytest.mark.parametrize(
    ("margin", "message"),
    [
        (pd.Series({"f": np.nan, "m": 1.0}), "level 'f': no count."),
        (pd.Series({"f": -1.0, "m": 1.0}), "level 'f': a negative count."),
        (pd.Series({"f": np.inf, "m": 1.0}), "level 'f': an infinite count."),
        (pd.Series([1.0, 2.0, 3.0], index=["f", "f", "m"]), "level 'f': more than one count."),
        (pd.Series({"f": 0.0, "m": 0.0}), "the margin counts nobody."),
        (pd.Series({"f": "many", "m": "few"}), "not numbers."),
        (pd.Series([1.0, 2.0], index=["f", None]), "a level of the margin has no name."),
        ([1.0, 2.0], "Column 'sex': the margin is a list, not a Series by level."),
    ],
)
def test_malformed_margin(respondents: pd.DataFrame, margin: pd.Series, message: str) -> None:
    assert message in problems_of(respondents, {"sex": margin})


def test_unknown_margin_column(respondents: pd.DataFrame) -> None:
    assert "Did you mean 'sex'" in problems_of(respondents, {"sexx": pd.Series({"f": 1.0})})


def test_levels_of_another_type_are_told_apart() -> None:
    problems = problems_of(pd.DataFrame({"area": ["1", "2"]}), {"area": pd.Series({1: 5, 2: 5})})
    assert "(It has '1' as int; here it is str.)" in problems


def test_all_respondents_in_one_group() -> None:
    frame = pd.DataFrame({"sex": ["f"] * 5})
    assert "level 'm': 40 in the population, no respondent." in problems_of(frame, {"sex": MARGINS["sex"]})


def test_single_person_with_zero_target() -> None:
    problems = problems_of(pd.DataFrame({"s": ["f", "m"]}), {"s": pd.Series({"f": 0, "m": 2})})
    assert "the population count is 0 but there is 1 respondent." in problems


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ([1.0, np.nan, 1.0], "1 respondent with no value (rows 1)"),
        ([1.0, 0.0, 1.0], "1 respondent with a value of zero (rows 1)"),
        ([1.0, -2.0, -1.0], "2 respondents with a negative value (rows 1, 2)"),
        ([1.0, np.inf, 1.0], "1 respondent with an infinite value (rows 1)"),
        (["1", "2", "3"], "not numbers"),
    ],
)
def test_bad_base_weight(base: list[object], message: str) -> None:
    frame = pd.DataFrame({"sex": ["f", "m", "m"], "base": base})
    with pytest.raises(DataError) as caught:
        rake(frame, {"sex": MARGINS["sex"]}, base_weight="base")
    assert message in str(caught.value)


def test_unknown_base_weight(respondents: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match=r"Unknown base weight column 'bas'\. Did you mean 'base'"):
        rake(respondents, MARGINS, base_weight="bas")


def test_no_respondents() -> None:
    empty = pd.DataFrame({"sex": pd.Series(dtype=str)})
    with pytest.raises(DataError, match="no respondents"):
        rake(empty, {"sex": MARGINS["sex"]})
    with pytest.raises(DataError, match="no respondents"):
        post_stratify(empty, MARGINS["sex"].rename_axis("sex"))


def test_no_margins(respondents: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="No margins"):
        rake(respondents, {})


def test_duplicate_column(respondents: pd.DataFrame) -> None:
    doubled = pd.concat([respondents, respondents[["sex"]]], axis=1)
    with pytest.raises(DataError, match="2 columns named 'sex'"):
        rake(doubled, MARGINS)


def test_margins_that_exclude_each_other() -> None:
    # Every young person is a woman and every woman is young: 60 cannot be 50.
    frame = pd.DataFrame({"sex": ["f", "f", "m"], "age": ["young", "young", "old"]})
    with pytest.raises(ConvergenceError, match="Some combination of levels has no respondents") as caught:
        rake(frame, MARGINS)
    assert any("is not met" in problem for problem in caught.value.problems)


@pytest.mark.parametrize("cap", [1, 0.5, -1, np.inf, np.nan])
def test_illegal_cap(respondents: pd.DataFrame, cap: float) -> None:
    with pytest.raises(ParameterError, match="is not legal"):
        rake(respondents, MARGINS, cap=cap)
    with pytest.raises(ParameterError, match="is not legal"):
        trim(respondents, "base", cap=cap)


def test_infeasible_cap_names_the_level_and_the_cap_it_takes() -> None:
    # One man of five respondents stands for 40 of 100 people: 40 ÷ a mean weight of 20 is a cap of 2.
    frame = pd.DataFrame({"sex": ["f"] * 4 + ["m"]})
    with pytest.raises(MarginError) as caught:
        rake(frame, {"sex": MARGINS["sex"]}, cap=1.5)
    assert caught.value.problems == (
        "Column 'sex', level 'm': 40 people for 1 respondent, which takes a cap of 2 or more.",
    )
    np.testing.assert_allclose(rake(frame, {"sex": MARGINS["sex"]}, cap=2.0001).weights.iloc[-1], 40)


def test_cap_infeasible_only_jointly() -> None:
    # Weights average 10. Women and the young each fit under a cap of 1.5 (15), but the margins ask that
    # young women, of whom there is one, make up at least 60 + 60 − 100 = 20.
    frame = pd.DataFrame(
        {"sex": ["f"] * 5 + ["m"] * 5, "age": ["young"] + ["old"] * 4 + ["young"] * 4 + ["old"]}
    )
    margins = {"sex": pd.Series({"f": 70.0, "m": 30.0}), "age": pd.Series({"young": 70.0, "old": 30.0})}
    with pytest.raises(MarginError, match="each can, but not all of them at once"):
        rake(frame, margins, cap=1.5)


def test_trim_refuses_another_frame(respondents: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="weighting is of 8 respondents, and those are not the 5"):
        trim(respondents.iloc[:5], rake(respondents, MARGINS), cap=2)


def test_post_stratify_needs_named_index(respondents: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="must name the columns"):
        post_stratify(respondents, pd.Series({"f": 1.0, "m": 1.0}))


def test_post_stratify_names_cells(respondents: pd.DataFrame) -> None:
    cells = pd.Series(
        [50.0, 30.0, 20.0],
        index=pd.MultiIndex.from_tuples([("f", "young"), ("m", "old"), ("x", "old")], names=["sex", "age"]),
    )
    with pytest.raises(MarginError) as caught:
        post_stratify(respondents.assign(age=respondents["age"].where(respondents.index != "a")), cells)
    problems = "\n".join(caught.value.problems)
    assert "level '('f', 'old')': 3 respondents, but the margin does not have the level." in problems
    assert "level '('x', 'old')': 20 in the population, no respondent." in problems
    assert "Column 'sex × age': 1 respondent without a value (rows a)." in problems


@pytest.mark.parametrize("weights", [[], [1.0, np.nan], [0.0, 0.0]])
def test_kish_refuses_what_is_no_weight(weights: list[float]) -> None:
    for function in (design_effect, effective_sample_size):
        with pytest.raises(DataError, match="finite numbers"):
            function(pd.Series(weights, dtype=float))


# --- What holds for any sample ------------------------------------------------------------------------------


@st.composite
def samples(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Respondents, every cell of two variables occupied, and margins of a population like none of them."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    levels = draw(st.tuples(st.integers(1, 4), st.integers(2, 4)))
    every_cell = [(a, b) for a in range(levels[0]) for b in range(levels[1])]
    extra = draw(st.integers(0, 40))
    rows = every_cell + [every_cell[i] for i in rng.integers(len(every_cell), size=extra)]
    frame = pd.DataFrame(rows, columns=["a", "b"]).assign(base=rng.uniform(0.2, 5, len(rows)))
    people = rng.multinomial(10_000, rng.dirichlet(np.full(len(every_cell), 3.0))) + 1
    table = pd.DataFrame(every_cell, columns=["a", "b"]).assign(count=people)
    margins = {column: table.groupby(column)["count"].sum().astype(float) for column in ("a", "b")}
    return frame.sample(frac=1, random_state=seed % 2**31).reset_index(drop=True), margins


@given(samples())
def test_raking_meets_every_margin_with_positive_weights(
    sample: tuple[pd.DataFrame, dict[str, pd.Series]],
) -> None:
    frame, margins = sample
    result = rake(frame, margins, base_weight="base")
    assert (result.weights > 0).all()
    assert_margins_met(frame, result, margins)


@given(samples(), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6))
def test_scale_of_base_weights_and_population(
    sample: tuple[pd.DataFrame, dict[str, pd.Series]], base_scale: float, population_scale: float
) -> None:
    frame, margins = sample
    weights = rake(frame, margins, base_weight="base").weights
    scaled_margins = {column: margin * population_scale for column, margin in margins.items()}
    scaled = rake(frame.assign(base=frame["base"] * base_scale), scaled_margins, base_weight="base").weights
    np.testing.assert_allclose(scaled, weights * population_scale, rtol=1e-9)


@given(samples(), st.randoms(use_true_random=False))
def test_order_of_rows_and_margins(sample: tuple[pd.DataFrame, dict[str, pd.Series]], random: object) -> None:
    frame, margins = sample
    weights = rake(frame, margins, base_weight="base").weights
    shuffled = frame.sample(frac=1, random_state=random.randrange(2**31))  # type: ignore[attr-defined]
    turned = {column: margins[column].iloc[::-1] for column in reversed(margins)}
    again = rake(shuffled, turned, base_weight="base").weights
    np.testing.assert_allclose(again.loc[weights.index], weights, rtol=1e-9)


@given(samples())
def test_raking_twice_is_raking_once(sample: tuple[pd.DataFrame, dict[str, pd.Series]]) -> None:
    frame, margins = sample
    weights = rake(frame, margins).weights
    again = rake(frame.assign(base=weights), margins, base_weight="base").weights
    np.testing.assert_allclose(again, weights, rtol=1e-9)


@given(samples(), st.floats(1.05, 6))
def test_capped_weights_keep_cap_and_margins_or_say_why(
    sample: tuple[pd.DataFrame, dict[str, pd.Series]], cap: float
) -> None:
    frame, margins = sample
    try:
        result = rake(frame, margins, base_weight="base", cap=cap)
    except (MarginError, ConvergenceError):
        return  # what the messages say is tested above
    assert (result.weights > 0).all()
    assert result.weights.max() <= cap * result.weights.mean() * (1 + 1e-9)
    assert_margins_met(frame, result, margins)


def test_weights_know_their_respondents() -> None:
    # Shares raked to .2, .3 and .5; sorted anew without an index, every weight would go to somebody else.
    frame = pd.DataFrame({"kind": list("abc") * 40, "answer": [1, 0, 1, 0, 0, 1] * 20})
    weighting = rake(frame, {"kind": pd.Series({"a": 20.0, "b": 30.0, "c": 50.0})})
    order = frame.sort_values("kind", ascending=False)
    shares = estimate_proportions(order, "kind", raked_to=weighting)["proportion"]
    assert shares.tolist() == pytest.approx([0.2, 0.3, 0.5])
    assert trim(order, weighting, cap=2).weights.index.equals(order.index)
    for call in (
        lambda given: estimate_proportions(given, "kind", raked_to=weighting),
        lambda given: rao_scott_test(given, "kind", "answer", raked_to=weighting),
        lambda given: trim(given, weighting, cap=2),
    ):
        with pytest.raises(ParameterError, match=r"column 'kind' differs for 80 respondents .rows 0, 1, 3"):
            call(order.reset_index(drop=True))


@pytest.mark.parametrize("weighted_by", ["calibrate", "post_stratify", "base weight"])
def test_every_weighting_knows_its_respondents(weighted_by: str) -> None:
    kind = pd.Series({"a": 20.0, "b": 30.0})
    frame = pd.DataFrame({"kind": list("aabb") * 10, "first": np.linspace(1, 2, 40)})
    weighting = {
        "calibrate": lambda: calibrate(frame, {"kind": kind, "first": 80.0}),
        "post_stratify": lambda: post_stratify(frame, kind.rename_axis("kind")),
        "base weight": lambda: rake(frame, {"kind": kind}, base_weight="first"),
    }[weighted_by]()
    given = frame[::-1].reset_index(drop=True)
    with pytest.raises(ParameterError, match="weighting is of other respondents"):
        estimate_proportions(given, "kind", raked_to=weighting)


def test_who_was_weighted_by_merged_levels_is_known_still() -> None:
    fine = pd.DataFrame({"age": [20, 30, 60, 70] * 10, "answer": [1, 0, 1, 1] * 10})
    merged = fine.assign(age=fine["age"].map(lambda age: "young" if age < 50 else "old").astype("category"))
    weighting = rake(merged, {"age": pd.Series({"young": 70.0, "old": 30.0})})
    young = estimate_proportions(fine, "answer", raked_to=weighting)["proportion"]
    # .7 of the young, of whom half said yes, and .3 of the old, who all did.
    assert young.tolist() == pytest.approx([0.35, 0.65])


def test_margins_that_only_zero_weights_meet_are_refused() -> None:
    # Every b answered y, so the 5 people of y are the 5 of b: none is left for the a who answered y.
    frame = pd.DataFrame({"one": list("aaabb"), "two": list("xxyyy")})
    margins = {"one": pd.Series({"a": 10.0, "b": 5.0}), "two": pd.Series({"x": 10.0, "y": 5.0})}
    with pytest.raises(ConvergenceError, match="Only weights of zero") as caught:
        rake(frame, margins)
    assert caught.value.problems == (
        "Column 'one', level 'a' with Column 'two', level 'y': the weight would be 0.",
    )


def test_very_unlike_weights_are_no_zeros() -> None:
    frame = pd.DataFrame({"one": list("aaabbb"), "two": list("xxyxyy")})
    # A weight of 1 or so for each b, and of some 3e8 for the two a who answered x.
    margins = {"one": pd.Series({"a": 1e9, "b": 5.0}), "two": pd.Series({"x": 1e9 + 2, "y": 3.0})}
    assert rake(frame, margins).weights.min() > 0


@pytest.mark.parametrize(
    "weights", [[-1.0, 3.0], ["a", "b"], [1e200, 1e200], [np.nan, 1.0], [0.0, 0.0], None, []]
)
def test_weights_that_are_none_have_no_design_effect(weights: object) -> None:
    for measure in (design_effect, effective_sample_size):
        with pytest.raises(DataError, match="none of them negative"):
            measure(weights)  # type: ignore[arg-type]

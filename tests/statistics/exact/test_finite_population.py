import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.exact.finite_population import exact_share_test, finite_population_interval
from borgerlib.statistics.exact.two_groups import exact_difference_test, exact_trend_test


def test_an_interval_by_hand():
    # 2 drawn of 4, both chose it: K is 2, 3 or 4. P(X = 2 | K) is 1/6, 3/6, 1. At 95 pct. a tail of 0.025
    # rejects none of them; at 60 pct. (tail 0.2) K = 2 is rejected.
    assert finite_population_interval(2, 2, 4) == (0.5, 1.0)
    assert finite_population_interval(2, 2, 4, confidence=0.6) == (0.75, 1.0)


def test_a_population_that_has_all_answered_is_known():
    assert finite_population_interval(57, 98, 98) == (57 / 98, 57 / 98)


def test_nobody_and_everybody():
    lower, upper = finite_population_interval(0, 79, 98)
    assert lower == 0
    assert 0 < upper < 0.05
    assert finite_population_interval(79, 79, 98) == (pytest.approx(1 - upper), 1.0)


def test_the_bounds_are_those_of_the_hypergeometric_distribution():
    # 45 of 78 have a strategy; the other 20 municipalities are unknown.
    tail = 0.025
    inside = [
        k
        for k in range(99)
        if stats.hypergeom.sf(44, 98, k, 78) > tail and stats.hypergeom.cdf(45, 98, k, 78) > tail
    ]
    assert finite_population_interval(45, 78, 98) == (min(inside) / 98, max(inside) / 98)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_coverage_is_never_below_the_level(confidence):
    population, n = 98, 79
    intervals = [finite_population_interval(count, n, population, confidence) for count in range(n + 1)]
    draws = math.comb(population, n)
    coverages = []
    for successes in range(population + 1):
        share = successes / population
        ways = sum(
            math.comb(successes, count) * math.comb(population - successes, n - count)
            for count, (lower, upper) in enumerate(intervals)
            if count <= successes and n - count <= population - successes and lower <= share <= upper
        )
        coverages.append(ways / draws)
    assert min(coverages) >= confidence
    # Exact does not mean useless: somewhere it leaves people out.
    assert min(coverages) < 1


@given(st.data())
def test_an_interval_holds_the_estimate_and_narrows_with_less_confidence(data):
    population = data.draw(st.integers(1, 150))
    n = data.draw(st.integers(1, population))
    count = data.draw(st.integers(0, n))
    lower, upper = finite_population_interval(count, n, population, 0.95)
    inner = finite_population_interval(count, n, population, 0.8)
    # What is possible at all: the count at least, and the count and everyone who did not answer at most.
    assert count / population <= lower <= inner[0] <= inner[1] <= upper
    assert upper <= (population - n + count) / population
    mirrored = finite_population_interval(n - count, n, population, 0.95)
    assert mirrored == (pytest.approx(1 - upper), pytest.approx(1 - lower))


@pytest.mark.parametrize(
    ("count", "n", "population", "problem"),
    [
        (80, 79, 98, "count is 80; legal are 0 to n = 79"),
        (-1, 79, 98, "count is -1"),
        (0, 0, 98, "n is 0; give at least 1"),
        (1, 99, 98, "n is 99, more than the population of 98"),
        (1.5, 79, 98, "count is 1.5; give a whole number"),
        ("1", 79, 98, "count is '1'; give a whole number"),
    ],
)
@pytest.mark.parametrize("function", [finite_population_interval, exact_share_test])
def test_bad_counts_are_refused(function, count, n, population, problem):
    with pytest.raises(DataError, match="These counts cannot be estimated from") as caught:
        function(count, n, population)
    assert problem in str(caught.value)


@pytest.mark.parametrize("confidence", [0, 1, 95, float("nan"), "0,95"])
def test_a_confidence_that_is_none_is_refused(confidence):
    with pytest.raises(ParameterError, match=r"must lie between 0 and 1, for example 0\.95"):
        finite_population_interval(1, 2, 4, confidence)


def test_a_difference_by_hand():
    # The lady tasting tea: 3 of 4 against 1 of 4. Tables 0..4 have 1, 16, 36, 16, 1 of 70 ways.
    found = exact_difference_test(3, 4, 1, 4)
    assert found.p_value == pytest.approx((16 + 16 + 1 + 1) / 70)
    assert found.difference == 0.5


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_differences_agree_with_scipy(n_a, n_b, data):
    a, b = data.draw(st.integers(0, n_a)), data.draw(st.integers(0, n_b))
    expected = stats.fisher_exact([[a, n_a - a], [b, n_b - b]]).pvalue
    assert exact_difference_test(a, n_a, b, n_b).p_value == pytest.approx(expected)


def test_figure_three_is_within_chance():
    agree = exact_difference_test(39, 45, 24, 33)
    assert agree.p_value == pytest.approx(0.1518, abs=1e-4)
    trend = exact_trend_test([1, 5, 27, 12], [1, 8, 19, 5])
    assert trend.p_value > 0.05
    assert trend.difference > 0


def test_the_group_of_a_bad_count_is_named():
    with pytest.raises(DataError, match="count of group b is 5; legal are 0 to n = 4"):
        exact_difference_test(1, 4, 5, 4)
    with pytest.raises(DataError, match="n of group a is 0; give at least 1"):
        exact_difference_test(0, 0, 1, 4)


steps = st.lists(st.integers(0, 2), min_size=3, max_size=3).filter(sum)


@given(steps, steps)
def test_a_trend_is_the_share_of_all_regroupings_that_lie_as_far_out(a, b):
    people = [step for counts in (a, b) for step, count in enumerate(counts) for _ in range(count)]
    ranks = stats.rankdata(people)
    mean = sum(a) * (len(people) + 1) / 2
    observed = abs(sum(ranks[: sum(a)]) - mean)
    groups = [sum(ranks[list(drawn)]) for drawn in itertools.combinations(range(len(people)), sum(a))]
    expected = sum(abs(total - mean) >= observed - 1e-9 for total in groups) / len(groups)
    found = exact_trend_test(a, b)
    assert found.p_value == pytest.approx(expected)
    pairs = list(itertools.product(people[: sum(a)], people[sum(a) :]))
    difference = sum((x > y) - (x < y) for x, y in pairs) / len(pairs)
    assert found.difference == pytest.approx(difference)


@pytest.mark.parametrize(
    ("a", "b", "problem"),
    [
        ([1, 2], [1, 2, 3], "group a has 2 steps and group b 3; give as many"),
        ([1], [2], "a scale has at least two steps"),
        ([1, -1], [1, 1], "group a has counts that are no whole numbers of at least 0"),
        ([1, 1.5], [1, 1], "group a has counts that are no whole numbers of at least 0"),
        ([0, 0], [1, 1], "group a has nobody in it"),
    ],
)
def test_bad_scales_are_refused(a, b, problem):
    with pytest.raises(DataError, match="The trend cannot be tested") as caught:
        exact_trend_test(a, b)
    assert problem in str(caught.value)


def test_a_majority_by_hand():
    # 3 of 3 drawn from 6 chose it. Had 3 of the 6: 1 way of 20. Two sides: 2/20.
    found = exact_share_test(3, 3, 6)
    assert found.p_value == pytest.approx(0.1)
    assert found.difference == 0.5


def test_a_share_that_is_no_whole_number_of_people_is_tested_at_its_nearest_inside():
    # At most half of 5 is 2 people: 2 drawn, both chose it, has 1 way of 10. Two sides: 2/10.
    assert exact_share_test(2, 2, 5).p_value == pytest.approx(0.2)
    # Half or more is 3 people: neither of 2 drawn chose it, 1 way of 10 again.
    assert exact_share_test(0, 2, 5).p_value == pytest.approx(0.2)


def test_a_share_other_than_one_half():
    # 75 pct. of 8 is 6: 4 drawn, 1 chose it, is impossible with 6 of 8 (at least 2 are drawn).
    found = exact_share_test(1, 4, 8, share=0.75)
    assert found.p_value == 0
    assert found.difference == -0.5


@pytest.mark.parametrize("count", range(0, 80, 7))
def test_the_test_of_a_half_agrees_with_the_interval(count):
    # An interval holds 49 of 98 just when the doubled tail is above 5 pct.
    lower, upper = finite_population_interval(count, 79, 98)
    assert (lower <= 0.5 <= upper) == (exact_share_test(count, 79, 98).p_value > 0.05)


@pytest.mark.parametrize("share", [0, 1, 50])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(DataError, match=r"The share is .*; give a number between 0 and 1, such as 0\.5"):
        exact_share_test(1, 2, 4, share=share)


@pytest.mark.parametrize("missing", [float("nan"), pd.NA, None])
def test_of_a_hidden_count_nothing_is_known(missing):
    results = [
        exact_share_test(missing, 79, 98),
        exact_difference_test(39, 45, missing, 33),
        exact_trend_test([1, missing, 3], [2, 2, 2]),
    ]
    for result in results:
        assert math.isnan(result.p_value)
        assert math.isnan(result.difference)
        assert result.method
    with pytest.raises(DataError, match="give a whole number"):
        finite_population_interval(missing, 79, 98)


def test_numbers_may_come_out_of_a_frame():
    # Sums of binomial coefficients do not fit into numpy's whole numbers.
    row = pd.DataFrame({"count": [45], "n": [78], "population": [98]}).iloc[0]
    assert exact_share_test(row["count"], row["n"], row["population"]) == exact_share_test(45, 78, 98)
    four = pd.Series([39, 45, 24, 33])
    assert exact_difference_test(*four) == exact_difference_test(39, 45, 24, 33)


def test_a_trend_among_hundreds_is_gone_through_in_a_moment():
    a, b = [31, 40, 42, 46, 41], [23, 30, 41, 52, 54]
    result = exact_trend_test(a, b)
    assert result.method == "exact Wilcoxon test with midranks, two-sided"
    assert result.method.danish == "eksakt Wilcoxon-test med midtrange, tosidet"
    # Its normal approximation, with the variance corrected for ties, is near at this size.
    normal = stats.mannwhitneyu(np.repeat(range(5), a), np.repeat(range(5), b), use_continuity=False)
    assert result.p_value == pytest.approx(normal.pvalue, rel=0.03)


@pytest.mark.long
def test_a_trend_with_too_many_tables_is_drawn_and_says_how_sure_it_is():
    a, b = [12, 15, 22, 30, 31, 44, 46], [15, 25, 25, 30, 31, 44, 30]
    drawn, again = exact_trend_test(a, b), exact_trend_test(a, b, seed=2)
    points = re.search(r"drawn at random \(p-value within (\d\.\d{3}) percentage points", drawn.method)[1]
    in_danish = f"tilfældige fordelinger (p-værdien er sikker på {points.replace('.', ',')} procentpoint)"
    assert in_danish in drawn.method.danish
    error = float(points) / 100
    assert 0 < error < 0.002
    assert abs(drawn.p_value - again.p_value) < 2 * error
    assert exact_trend_test(a, b) == drawn

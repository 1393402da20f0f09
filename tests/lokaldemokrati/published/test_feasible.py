import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.published.feasible import feasible_counts, rounded_percent, smallest_change


@pytest.mark.parametrize(
    ("count", "n", "percent"),
    [
        (45, 72, 63),  # 62.5 rounds up
        (40, 64, 63),  # 62.5 rounds up
        (71, 79, 90),  # 89.87
        (1, 200, 1),  # 0.5 rounds up
        (0, 79, 0),
        (79, 79, 100),
    ],
)
def test_percentages_round_half_up(count, n, percent):
    assert rounded_percent(count, n) == percent


def test_the_solutions_of_two_thirds_by_hand():
    # 67 pct.: 2/3 = 66.67; 4/6 is the same; n = 1, 2, 4, 5 have no such share.
    found = feasible_counts([67], max_n=6)
    assert list(zip(found["n"], found["counts"], strict=True)) == [(3, (2,)), (6, (4,))]


def test_exclusive_options_sum_to_n():
    # 50 + 50 of n = 2 is (1, 1); of n = 1 nothing is 50 pct.; of n = 3 nothing.
    assert feasible_counts([50, 50], max_n=4, exclusive=True)["n"].tolist() == [2, 4]
    # 33 three times sums to n only where n is divisible by 3.
    found = feasible_counts([33, 33, 33], max_n=12, exclusive=True)
    assert found["n"].tolist() == [3, 6, 9, 12]
    assert found["counts"].iloc[-1] == (4, 4, 4)


def test_above_a_hundred_a_percentage_has_several_counts():
    # 0 pct. of 200 is 0 alone (1/200 = 0.5 rounds up); 1 pct. is 1 (0.5) or 2 (1.0); 3/200 = 1.5 is 2 pct.
    found = feasible_counts([0, 1], max_n=200)
    assert found.loc[found["n"] == 200, "counts"].tolist() == [(0, 1), (0, 2)]


def test_the_barriers_have_one_solution():
    published = [67, 63, 56, 50, 49, 47, 46, 44, 44, 43, 39, 33, 32, 11]
    assert feasible_counts(published)["n"].tolist() == [72]


@given(st.data())
def test_the_counts_that_made_the_percentages_are_always_found(data):
    n = data.draw(st.integers(1, 120))
    counts = data.draw(st.lists(st.integers(0, n), min_size=1, max_size=4))
    percentages = [rounded_percent(count, n) for count in counts]
    found = feasible_counts(percentages, max_n=n)
    assert tuple(counts) in found.loc[found["n"] == n, "counts"].tolist()
    for row in found.itertuples():
        assert [rounded_percent(count, row.n) for count in row.counts] == percentages


@given(st.lists(st.integers(0, 100), min_size=1, max_size=3), st.integers(1, 30), st.booleans())
def test_solutions_are_those_of_a_search_through_everything(percentages, max_n, exclusive):
    expected = [
        (n, counts)
        for n in range(1, max_n + 1)
        for counts in itertools.product(
            *([[c for c in range(n + 1) if rounded_percent(c, n) == p] for p in percentages])
        )
        if not exclusive or sum(counts) == n
    ]
    found = feasible_counts(percentages, max_n=max_n, exclusive=exclusive)
    assert list(zip(found["n"], found["counts"], strict=True)) == expected


@pytest.mark.parametrize("function", [feasible_counts, smallest_change])
@pytest.mark.parametrize(
    ("percentages", "max_n", "problem"),
    [
        ([], 79, "there are no percentages"),
        (58, 79, "give at least one, in a list"),
        ([101], 79, "percentage 1 is 101; legal are 0 to 100"),
        ([50, -1], 79, "percentage 2 is -1"),
        ([49.5], 79, "percentage 1 is 49.5; give a whole number"),
        (["50"], 79, "percentage 1 is '50'; give a whole number"),
        ([True], 79, "percentage 1 is True"),
        ([50], 0, "max_n is 0; give a whole number of at least 1"),
        ([50], 7.5, "max_n is 7.5"),
    ],
)
def test_bad_percentages_are_refused(function, percentages, max_n, problem):
    with pytest.raises(DataError, match="Counts cannot be sought") as caught:
        function(percentages, max_n=max_n)
    assert problem in str(caught.value)


def test_all_problems_are_told_at_once():
    with pytest.raises(DataError) as caught:
        feasible_counts([-1, 200], max_n=0)
    assert len(caught.value.problems) == 3


def test_an_explosion_of_solutions_is_refused():
    with pytest.raises(DataError, match="more than 100,000 candidate solutions from n = ") as caught:
        feasible_counts([10] * 12, max_n=1000)
    assert caught.value.hint.startswith("Ask for max_n below")


def test_possible_percentages_need_no_change():
    first = smallest_change([67, 33], max_n=10).iloc[0]
    assert (first["n"], first["changes"], first["distance"]) == (3, (), 0)


def test_the_nearest_change_by_hand():
    # n = 2: 50 is possible, 51 is not: 1/2 = 50 lies 0.5 below the interval [50.5, 51.5].
    changed = smallest_change([50, 51], max_n=2).iloc[0]
    assert changed["n"] == 2
    assert changed["counts"] == (1, 1)
    assert changed["changes"] == ((1, 51, 50),)
    assert changed["distance"] == pytest.approx(0.5)


def test_a_boundary_that_rounds_away_is_at_no_distance_but_is_a_change():
    # 40/64 = 62.5 is the open end of what rounds to 62.
    found = smallest_change([77, 62, 38, 34, 20, 19, 17, 13])
    first = found.iloc[0]
    assert (first["n"], first["changes"], first["distance"]) == (64, ((1, 62, 63),), 0)
    assert found["distance"].is_monotonic_increasing


@given(st.lists(st.integers(0, 100), min_size=2, max_size=3), st.integers(2, 9))
def test_the_exclusive_change_is_the_smallest_of_all_tables(percentages, n):
    def distance(count, percent):
        return max(0.0, percent - 0.5 - 100 * count / n, 100 * count / n - percent - 0.5)

    smallest = min(
        sum(map(distance, counts, percentages))
        for counts in itertools.product(range(n + 1), repeat=len(percentages))
        if sum(counts) == n
    )
    found = smallest_change(percentages, max_n=n, exclusive=True)
    row = found[found["n"] == n].iloc[0]
    assert sum(row["counts"]) == n
    assert row["distance"] == pytest.approx(smallest)

"""The Rao–Scott test: hand-computed, refused, and what never changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.estimation.rao_scott import rao_scott_test
from borgerlib.statistics.weighting.weight import rake


def table(counts: list[list[int]]) -> pd.DataFrame:
    rows = [(r, c) for r, line in enumerate(counts) for c, n in enumerate(line) for _ in range(n)]
    return pd.DataFrame(rows, columns=["row", "column"])


def test_simple_random_sample_by_hand() -> None:
    # X² = 100 (10·40 − 20·30)² / (30·70·40·60) = 0.793651. Without weights every design effect is
    # n/(n−1), so F = X² (n−1)/n, with 1 and n − 1 degrees of freedom.
    test = rao_scott_test(table([[10, 20], [30, 40]]), "row", "column")
    assert test.f_statistic == pytest.approx(100 * 200**2 / (30 * 70 * 40 * 60) * 0.99)
    assert (test.df1, test.df2) == (pytest.approx(1), pytest.approx(99))
    assert test.p_value == pytest.approx(stats.f.sf(test.f_statistic, 1, 99))


def test_larger_table_agrees_with_pearson() -> None:
    counts = [[12, 7, 9], [5, 11, 20], [8, 8, 2], [3, 4, 6]]
    pearson = stats.chi2_contingency(counts).statistic
    n = int(np.sum(counts))
    f_statistic, df1, df2, p_value = rao_scott_test(table(counts), "row", "column")
    assert f_statistic == pytest.approx(pearson * (n - 1) / n / 6)
    assert (df1, df2) == (pytest.approx(6), pytest.approx(6 * (n - 1)))
    assert 0 < p_value < 1


def test_empty_cells_are_allowed() -> None:
    test = rao_scott_test(table([[12, 0, 9], [5, 11, 20]]), "row", "column")
    assert np.isfinite(test).all()


def test_doubled_respondents_in_clusters_are_worth_one() -> None:
    # Every respondent is entered twice, as one cluster: nothing new is known, and F stays the same.
    frame = table([[10, 20], [30, 40]])
    doubled = pd.concat([frame.assign(who=frame.index)] * 2)
    np.testing.assert_allclose(
        rao_scott_test(doubled, "row", "column", cluster="who"), rao_scott_test(frame, "row", "column")
    )


def test_who_lacks_an_answer_is_outside_the_base() -> None:
    frame = table([[10, 20], [30, 40]]).astype("Int64")
    more = pd.concat([frame, pd.DataFrame({"row": [0, pd.NA], "column": [pd.NA, 2]}, dtype="Int64")])
    test, complete = (rao_scott_test(f.reset_index(drop=True), "row", "column") for f in (more, frame))
    # The factor n/(n−1) and the degrees of freedom are those of all 102.
    assert test.f_statistic == pytest.approx(complete.f_statistic / 0.99 * 101 / 102)
    assert test.df2 == pytest.approx(101)


def test_margins_count() -> None:
    frame = table([[10, 20], [30, 40]]).assign(sex=["f"] * 25 + ["m"] * 75)
    result = rake(frame, {"sex": pd.Series({"f": 400, "m": 600})})
    raked = rao_scott_test(frame, "row", "column", raked_to=result)
    weighted = rao_scott_test(frame.assign(w=result.weights), "row", "column", weight="w")
    assert raked.f_statistic != pytest.approx(weighted.f_statistic, rel=1e-6)
    assert raked.f_statistic == pytest.approx(weighted.f_statistic, rel=0.2)


def test_no_degrees_of_freedom_no_test() -> None:
    # As many strata as respondents, everyone drawn: no variance to speak of.
    frame = table([[1, 1], [1, 1]]).assign(stratum=range(4), people=1)
    assert np.isnan(rao_scott_test(frame, "row", "column", strata="stratum", population_size="people")).all()


def test_single_level() -> None:
    frame = table([[10, 20]])
    with pytest.raises(DataError, match="Column 'row' has 1 level among those who answered both"):
        rao_scott_test(frame, "row", "column")


def test_nobody_answered_both() -> None:
    frame = pd.DataFrame({"row": ["a", None], "column": [None, "b"]})
    with pytest.raises(DataError, match="has 0 level"):
        rao_scott_test(frame, "row", "column")


def test_unknown_column() -> None:
    with pytest.raises(ParameterError, match=r"Unknown test column 'colum'\. Did you mean 'column'"):
        rao_scott_test(table([[1, 2], [3, 4]]), "row", "colum")


@given(st.integers(0, 2**32 - 1), st.floats(1e-5, 1e5))
def test_order_scale_and_transposition(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "row": rng.permutation(np.arange(90) % 3),
            "column": rng.permutation(np.arange(90) % 4),
            "weight": rng.uniform(0.3, 3, 90),
            "stratum": np.arange(90) % 5,
        }
    )
    test = rao_scott_test(frame, "row", "column", weight="weight", strata="stratum")
    other = frame.assign(weight=frame["weight"] * scale).sample(frac=1, random_state=seed % 2**31)
    again = rao_scott_test(other, "column", "row", weight="weight", strata="stratum")
    np.testing.assert_allclose(again, test, rtol=1e-8)


def test_empty_cells_do_not_make_it_reject() -> None:
    random, rejected = np.random.default_rng(1), 0
    for _ in range(100):
        frame = pd.DataFrame({"row": random.integers(0, 20, 300), "column": random.integers(0, 5, 300)})
        frame["weight"] = random.uniform(0.3, 3, 300)
        rejected += rao_scott_test(frame, "row", "column", weight="weight").p_value < 0.05
    assert rejected <= 10


def test_who_weighs_nothing_is_a_sampling_unit_of_the_test() -> None:
    # R: svychisq(~row + column, svydesign(~1, weights = ~weight, data)) has ndf 1 and ddf 119 of 120 rows.
    frame = table([[10, 20], [30, 40]]).assign(weight=1.0)
    idle = pd.concat([frame, frame.iloc[:20].assign(weight=0.0)], ignore_index=True)
    assert rao_scott_test(idle, "row", "column", weight="weight").df2 == pytest.approx(119)

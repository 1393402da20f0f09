"""Calibration to counts and totals: hand-computed, refused, and what never changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import ConvergenceError, DataError, MarginError, ParameterError
from borgerlib.statistics.weighting.calibration import calibrate
from borgerlib.statistics.weighting.solver import Linear, Logit, Raking
from borgerlib.statistics.weighting.weight import rake, trim


@pytest.fixture
def respondents() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sex": ["f", "f", "f", "m", "m", "m"],
            "age": [20.0, 40.0, 70.0, 30.0, 50.0, 60.0],
            "base": [10.0, 12.0, 8.0, 11.0, 9.0, 10.0],
        },
        index=range(100, 106),
    )


SEX = pd.Series({"f": 33.0, "m": 27.0})


def test_linear_weights_by_hand() -> None:
    # Two people, base weights 1 and 1, x = 1 and 3, total 5. The regression weight is 1 + λx with
    # λ = (5 − 4) / (1 + 9) = 0.1: weights 1.1 and 1.3, and 1.1 + 3·1.3 = 5.
    frame = pd.DataFrame({"x": [1.0, 3.0]})
    np.testing.assert_allclose(calibrate(frame, {"x": 5.0}).weights, [1.1, 1.3])


def test_counts_alone_are_post_stratification(respondents: pd.DataFrame) -> None:
    # Women's base weights sum to 30 and become 33; men's sum to 30 and become 27.
    result = calibrate(respondents, {"sex": SEX}, base_weight="base")
    np.testing.assert_allclose(result.weights, [11, 13.2, 8.8, 9.9, 8.1, 9])


@pytest.mark.parametrize(
    ("method", "bounds"),
    [("linear", None), ("linear", (0.5, 2)), ("raking", None), ("raking", (0.5, 2)), ("logit", (0.5, 2))],
)
def test_every_method_meets_counts_and_total(
    respondents: pd.DataFrame, method: str, bounds: tuple[float, float] | None
) -> None:
    totals = {"sex": SEX, "age": 2_800.0}
    result = calibrate(respondents, totals, base_weight="base", method=method, bounds=bounds)
    assert result.weights.index.equals(respondents.index)
    np.testing.assert_allclose(result.margins["after"], result.margins["target"], rtol=1e-10)
    assert list(result.margins["column"]) == ["sex", "sex", "age"]
    assert result.margins["level"].iloc[-1] is None
    if bounds is not None:
        ratio = result.weights / respondents["base"]
        assert ratio.between(bounds[0] - 1e-12, bounds[1] + 1e-12).all()


def test_raking_method_is_raking(respondents: pd.DataFrame) -> None:
    frame = respondents.assign(band=["y", "y", "o", "y", "o", "o"])
    margins = {"sex": SEX, "band": pd.Series({"y": 20.0, "o": 40.0})}
    calibrated = calibrate(frame, margins, base_weight="base", method="raking")
    np.testing.assert_allclose(
        calibrated.weights, rake(frame, margins, base_weight="base").weights, rtol=1e-9
    )


def test_without_base_weight_everyone_starts_with_population_over_respondents() -> None:
    # 4 respondents stand for 80: bounds on the ratio are around 20.
    frame = pd.DataFrame({"sex": ["f", "f", "f", "m"]})
    totals = {"sex": pd.Series({"f": 54.0, "m": 26.0})}
    np.testing.assert_allclose(calibrate(frame, totals, bounds=(0.8, 1.4)).weights, [18, 18, 18, 26])


def test_a_total_of_zero_is_met() -> None:
    frame = pd.DataFrame({"balance": [-1.0, 2.0, 0.5], "nothing": [0.0, 0.0, 0.0]})
    result = calibrate(frame, {"balance": 0.0, "nothing": 0.0})
    assert result.weights @ frame["balance"] == pytest.approx(0, abs=1e-10)


def test_aliased_totals_are_no_obstacle(respondents: pd.DataFrame) -> None:
    frame = respondents.assign(same=respondents["sex"], twice=2 * respondents["age"])
    once = calibrate(frame, {"sex": SEX, "age": 2_800.0}, base_weight="base")
    both = calibrate(frame, {"sex": SEX, "same": SEX, "age": 2_800.0, "twice": 5_600.0}, base_weight="base")
    np.testing.assert_allclose(both.weights, once.weights, rtol=1e-9)


def test_a_calibration_can_be_trimmed(respondents: pd.DataFrame) -> None:
    result = calibrate(respondents, {"sex": SEX, "age": 2_800.0}, base_weight="base")
    assert result.weights.max() > 1.25 * 10
    trimmed = trim(respondents, result, cap=1.25)
    assert trimmed.weights.max() <= 1.25 * 10 * (1 + 1e-12)
    np.testing.assert_allclose(trimmed.margins["after"], [33, 27, 2_800], rtol=1e-10)


# --- Refused ------------------------------------------------------------------------------------------------


def test_all_problems_at_once(respondents: pd.DataFrame) -> None:
    frame = respondents.assign(age=[20, np.nan, 70, 30, 50, 60], hours=0.0)
    with pytest.raises(MarginError) as caught:
        calibrate(frame, {"sex": pd.Series({"f": 33.0}), "age": 2_800.0, "hours": 5.0, "base": np.nan})
    problems = "\n".join(caught.value.problems)
    assert "Column 'sex', level 'm': 3 respondents, but the margin does not have the level." in problems
    assert "Column 'age': 1 respondent without a value (rows 101)." in problems
    assert "Column 'hours': the total is 5 but every respondent has 0." in problems
    assert "Column 'base': the total nan is no number." in problems


def test_a_number_that_is_text(respondents: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="'sex' holds"):
        calibrate(respondents, {"sex": 5.0})


def test_weights_must_stay_positive(respondents: pd.DataFrame) -> None:
    with pytest.raises(MarginError, match=r"a weight of zero or below \(lowest -"):
        calibrate(respondents, {"sex": SEX, "age": 4_000.0}, base_weight="base")


def test_bounds_too_narrow_name_what_is_not_met(respondents: pd.DataFrame) -> None:
    with pytest.raises(ConvergenceError, match="Widen the bounds") as caught:
        calibrate(respondents, {"sex": SEX, "age": 3_500.0}, base_weight="base", bounds=(0.9, 1.1))
    assert "Column 'age' is not met." in caught.value.problems


def test_unscaled_base_weights_are_pointed_out(respondents: pd.DataFrame) -> None:
    frame = respondents.assign(base=respondents["base"] / 100)
    with pytest.raises(ConvergenceError, match=r"those sum to 0\.6 where the population is 60"):
        calibrate(frame, {"sex": SEX}, base_weight="base", bounds=(0.5, 2))


@pytest.mark.parametrize("bounds", [(1.1, 2), (0.5, 0.9), (2, 0.5), (np.nan, 2)])
def test_illegal_bounds(respondents: pd.DataFrame, bounds: tuple[float, float]) -> None:
    with pytest.raises(ParameterError, match="is not legal"):
        calibrate(respondents, {"sex": SEX}, bounds=bounds)


def test_logit_needs_finite_bounds(respondents: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="method='logit' needs bounds"):
        calibrate(respondents, {"sex": SEX}, method="logit")
    with pytest.raises(ParameterError, match="both finite"):
        calibrate(respondents, {"sex": SEX}, method="logit", bounds=(0.5, np.inf))


def test_unknown_method(respondents: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match=r"Unknown calibration method 'rakking'\. Did you mean 'raking'"):
        calibrate(respondents, {"sex": SEX}, method="rakking")  # type: ignore[arg-type]


def test_no_totals(respondents: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="No totals"):
        calibrate(respondents, {})


def test_no_respondents(respondents: pd.DataFrame) -> None:
    with pytest.raises(DataError, match="no respondents"):
        calibrate(respondents.iloc[:0], {"sex": SEX})


# --- What holds for any input -------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [Linear(), Linear(0.5, 2), Raking(), Raking(0.5, 2), Logit(0.5, 2)])
def test_slope_and_integral_belong_to_the_ratio(distance: Linear | Raking | Logit) -> None:
    # Central differences, away from the corners where a bound takes hold.
    score = np.array([-2.0, -0.3, 0.0, 0.2, 1.7])
    step = 1e-6
    rise = (distance.ratio(score + step) - distance.ratio(score - step)) / (2 * step)
    np.testing.assert_allclose(distance.slope(score), rise, rtol=1e-6, atol=1e-8)
    area = (distance.integral(score + step) - distance.integral(score - step)) / (2 * step)
    np.testing.assert_allclose(area, distance.ratio(score), rtol=1e-6, atol=1e-8)
    assert distance.ratio(np.zeros(1)) == pytest.approx(1.0)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["linear", "raking", "logit"]), st.floats(0.01, 100))
def test_units_of_a_number_do_not_matter(seed: int, method: str, scale: float) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"sex": ["f", "m"] * 20, "income": rng.gamma(4, 50, 40), "base": rng.uniform(5, 15, 40)}
    )
    counts = frame.groupby("sex")["base"].sum() * [1.1, 0.95]
    total = float(frame["income"] @ frame["base"]) * 1.02
    options = {"base_weight": "base", "method": method, "bounds": (0.2, 5.0)}
    weights = calibrate(frame, {"sex": counts, "income": total}, **options).weights
    scaled = frame.assign(income=frame["income"] * scale).sample(frac=1, random_state=1)
    again = calibrate(scaled, {"income": total * scale, "sex": counts}, **options).weights
    np.testing.assert_allclose(again.loc[weights.index], weights, rtol=1e-8)
    assert weights.notna().all()

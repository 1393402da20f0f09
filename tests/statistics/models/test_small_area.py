"""Small areas: by hand where all areas are alike, against a grid of the likelihood, and by simulation."""

import numpy as np
import pandas as pd
import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.statistics.models.small_area import small_area_estimates


def frame(estimate, error, **covariates) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "area": [f"K{number}" for number in range(len(estimate))],
            "proportion": estimate,
            "standard_error": error,
            **covariates,
        }
    )


def test_with_equal_errors_it_is_the_james_stein_shrinkage():
    # Mean .5; sum of squares about it .01 + .01 + .04 + .04 = .10; A = .10/3 − D, with D = .01: .023333.
    # Weight of the direct estimate: A/(A + D) = .7.
    found = small_area_estimates(frame([0.4, 0.6, 0.3, 0.7], [0.1] * 4))
    assert found.area_variance == pytest.approx(0.10 / 3 - 0.01)
    np.testing.assert_allclose(found.estimates["shrinkage"], 0.7)
    np.testing.assert_allclose(found.estimates["estimate"], [0.43, 0.57, 0.36, 0.64])
    # g1 = A·.3 = .007; g2 = .3²·(A+D)/4 = .00075; g3 = .3²/(A+D)·2(A+D)²/4 = .0015; in all .01075.
    np.testing.assert_allclose(found.estimates["standard_error"] ** 2, 0.007 + 0.00075 + 2 * 0.0015)


def test_areas_that_differ_by_less_than_chance_all_get_the_mean():
    found = small_area_estimates(frame([0.49, 0.51, 0.5, 0.5], [0.1] * 4))
    assert found.area_variance == 0
    np.testing.assert_allclose(found.estimates["estimate"], 0.5)


def test_an_area_without_answers_gets_what_areas_like_it_answered():
    areas = frame([0.2, 0.4, 0.6, 0.8, np.nan], [0.01, 0.01, 0.01, 0.01, np.nan], byandel=[1, 2, 3, 4, 5.0])
    found = small_area_estimates(areas, covariates=["byandel"]).estimates.iloc[-1]
    assert found["shrinkage"] == 0
    assert found["estimate"] == pytest.approx(1.0, abs=1e-6) == found["synthetic"]
    assert found["standard_error"] > 0.01


def restricted_likelihood(variance, y, x, d):
    v = variance + d
    information = x.T @ (x / v[:, None])
    beta = np.linalg.solve(information, x.T @ (y / v))
    return -0.5 * (np.log(v).sum() + np.linalg.slogdet(information)[1] + ((y - x @ beta) ** 2 / v).sum())


def test_an_area_of_which_nothing_is_known_does_not_widen_the_others():
    areas = pd.DataFrame({"area": list("abcdef"), "proportion": [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]})
    vague = small_area_estimates(areas.assign(standard_error=[1e6] + [0.05] * 5)).estimates
    without = small_area_estimates(areas.iloc[1:].assign(standard_error=0.05)).estimates
    np.testing.assert_allclose(vague["ci_upper"].iloc[1:], without["ci_upper"], rtol=1e-6)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_the_variance_between_areas_is_the_maximum_of_the_restricted_likelihood(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=40)
    d = rng.uniform(0.01, 0.2, 40)
    y = 1 + 0.5 * x + rng.normal(scale=0.3, size=40) + rng.normal(scale=np.sqrt(d))
    found = small_area_estimates(frame(y, np.sqrt(d), x=x), covariates=["x"])
    grid = np.linspace(0, 0.6, 6001)
    matrix = np.column_stack([np.ones(40), x])
    best = grid[np.argmax([restricted_likelihood(a, y, matrix, d) for a in grid])]
    assert found.area_variance == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("seed", [1, 94, 854, 2938])
def test_errors_that_differ_a_thousandfold_leave_a_maximum(seed):
    # In these Fisher's scoring leaps to and fro over zero (1, 94), or stops at a lower top (854, 2938).
    rng = np.random.default_rng(seed)
    areas = int(rng.integers(6, 40))
    d = rng.uniform(0.5, 3, areas) ** int(rng.integers(1, 6))
    x = rng.normal(size=areas)
    y = np.sqrt(d + rng.choice([0, 0.1, 1])) * rng.normal(size=areas)
    found = small_area_estimates(frame(y, np.sqrt(d), x=x), covariates=["x"])
    matrix = np.column_stack([np.ones(areas), x])
    others = [restricted_likelihood(a, y, matrix, d) for a in (0, *np.geomspace(1e-4, 1e4, 2000))]
    assert restricted_likelihood(found.area_variance, y, matrix, d) >= max(others) - 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("surveys", [70, pytest.param(200, marks=pytest.mark.thorough)])
def test_ninety_eight_municipalities_from_a_national_survey(surveys):
    # 98 areas of 20 to 300 answers; true shares vary by 4 points beyond the covariate.
    rng = np.random.default_rng(7)
    missed, direct, small = [], [], []
    for _ in range(surveys):
        covariate = rng.normal(size=98)
        truth = np.clip(0.3 + 0.05 * covariate + rng.normal(scale=0.02, size=98), 0.02, 0.98)
        n = rng.integers(20, 160, 98)
        share = rng.binomial(n, truth) / n
        pooled = (share * n).sum() / n.sum()
        areas = frame(share, np.sqrt(pooled * (1 - pooled) / n), x=covariate)
        found = small_area_estimates(areas, covariates=["x"]).estimates
        missed.append(((truth < found["ci_lower"]) | (truth > found["ci_upper"])).mean())
        direct.append(((share - truth) ** 2).mean())
        small.append(((found["estimate"] - truth) ** 2).mean())
    assert 0.94 <= 1 - np.mean(missed) <= 0.96
    assert np.sqrt(np.mean(small)) <= 0.5 * np.sqrt(np.mean(direct))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda f: f.assign(standard_error=[0, 0.1, 0.1, 0.1]), DataError, "standard error of zero"),
        (lambda f: f.assign(area="K1"), DataError, "stands twice"),
        (lambda f: f.assign(x=[1, 2, None, 3]), DataError, "no covariate"),
        (lambda f: f.assign(standard_error=[None, 0.1, 0.1, 0.1]), DataError, "without a standard error"),
        (lambda f: f.assign(x=1.0), ParameterError, "do not vary"),
        (lambda f: f.head(3), DataError, "cannot tell 2 coefficients"),
        (lambda f: f.drop(columns="x"), ParameterError, "'x'"),
    ],
)
def test_what_cannot_be_used_is_told(change, error, words):
    areas = frame([0.4, 0.6, 0.3, 0.7], [0.1] * 4, x=[1.0, 2, 3, 5])
    with pytest.raises(error, match=words):
        small_area_estimates(change(areas), covariates=["x"])

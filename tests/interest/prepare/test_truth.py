"""Intervals hold what they promise, and weighting brings estimates nearer to the truth."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

SPEC = importlib.util.spec_from_file_location(
    "truth", Path(__file__).resolve().parents[3] / "benchmarks" / "truth.py"
)
assert SPEC is not None
truth = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(truth)


# The other surveys are the business of 'make test-thorough'.
SEEDS = 6


@pytest.fixture(scope="module")
def estimates():
    return truth.hold_against_truth("Lolland", seeds=SEEDS, n=1200, areas=True)


@pytest.fixture(scope="module")
def by_option(estimates):
    return truth.by_option(estimates)


def test_nineteen_in_twenty_intervals_hold_the_truth(by_option):
    # 6 surveys of 40 options that hang together: three points either way are chance.
    assert 0.92 <= by_option["covered"].mean() <= 0.98


@pytest.mark.thorough
def test_nineteen_in_twenty_intervals_of_more_surveys_hold_the_truth():
    options = truth.by_option(truth.hold_against_truth("Lolland", seeds=16, n=1200, areas=True))
    # 16 surveys: two points either way.
    assert 0.93 <= options["covered"].mean() <= 0.97


def test_weighting_reduces_the_error_of_nine_in_ten_options(by_option):
    assert (by_option["error_weighted"] < by_option["error_unweighted"]).mean() >= 0.9
    assert by_option["error_weighted"].mean() < 0.5 * by_option["error_unweighted"].mean()


def test_without_weights_the_same_intervals_would_miss(estimates):
    # What makes the first test able to fail: unweighted shares lie outside the weighted ones' intervals.
    inside = estimates["unweighted"].between(estimates["ci_lower"], estimates["ci_upper"])
    assert inside.mean() < 0.7

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import ParameterError
from borgerlib.population.sample_size import needed_answers


@pytest.mark.parametrize(
    ("population", "half_width", "answers"),
    [
        # 1.95996² / (4 · 0.03²) = 1067.07; 1067.07 / (1 + 1066.07 / 173250) = 1060.5 → 1061
        (173_250, 0.03, 1061),
        # 384.15; 384.15 / (1 + 383.15 / 1604) = 310.1 → 311
        (1604, 0.05, 311),
        (1, 0.03, 1),
    ],
)
def test_by_hand(population, half_width, answers):
    assert needed_answers(population, half_width) == answers


@given(st.integers(1, 6_000_000), st.floats(0.005, 0.4), st.floats(0.5, 0.999))
def test_never_more_than_there_are_and_enough(population, half_width, confidence):
    found = needed_answers(population, half_width, confidence=confidence)
    assert 1 <= found <= population
    assert needed_answers(population, half_width * 1.1, confidence=confidence) <= found


@pytest.mark.parametrize("wrong", [{"population": 0}, {"half_width": 3}, {"confidence": 95}])
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(ParameterError, match="is not legal"):
        needed_answers(**{"population": 100, "half_width": 0.03, "confidence": 0.95} | wrong)

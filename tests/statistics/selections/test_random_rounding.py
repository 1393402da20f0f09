"""Rounding by chance: within a step, right on average, and the same for the same people."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.statistics.selections.cube import build_cube
from borgerlib.statistics.selections.random_rounding import drawn, lottery_of, round_randomly


@pytest.fixture
def cube():
    frame = pd.DataFrame({"sex": ["kvinde", "mand"] * 100, "weight": [1.0, 1.5, 2.0, 2.5] * 50})
    return build_cube(frame, {"sex": "sex"})


def test_by_hand():
    # 7 lies 0.4 of a step above 5: upwards where the draw is below 0.4, else downwards.
    assert round_randomly(np.array([7.0, 7.0]), 5, np.array([0.39, 0.41])).tolist() == [10, 5]
    # With a quiet zone of 0.2: (0.4 − 0.2) / 0.6 = 1/3.
    draws = np.array([0.33, 0.34])
    assert round_randomly(np.array([7.0, 7.0]), 5, draws, quiet=0.2).tolist() == [10, 5]
    # 6 lies in the quiet zone of 5, and 9 in that of 10, whatever is drawn.
    both = np.array([0.0, 0.999])
    assert round_randomly(np.array([6.0, 6.0]), 5, both, quiet=0.2).tolist() == [5, 5]
    assert round_randomly(np.array([9.0, 9.0]), 5, both, quiet=0.2).tolist() == [10, 10]


@given(
    st.floats(0, 1e6),
    st.sampled_from([0.01, 0.16, 1.0, 5.0]),
    st.floats(0, 0.999),
    st.sampled_from([0, 0.2, 0.4]),
)
def test_a_rounded_number_is_a_multiple_less_than_a_step_away(value, step, draw, quiet):
    told = float(round_randomly(np.array(value), step, np.array(draw), quiet=quiet))
    assert abs(told - value) < step * (1 + 1e-6)
    assert told / step == pytest.approx(round(told / step), abs=1e-6)


def test_it_is_right_on_average():
    draws = np.random.default_rng(1).random(200_000)
    told = round_randomly(np.full(draws.size, 7.0), 5, draws)
    # Standard deviation of the mean: 5 · sqrt(0.24 / 200,000) = 0.0055
    assert told.mean() == pytest.approx(7.0, abs=4 * 0.0055)


class TestLottery:
    def test_the_same_people_draw_the_same_in_another_process(self, cube):
        ticket = lottery_of(cube).ticket(cube.select({"sex": ["kvinde"]}))
        script = (
            "import pandas as pd\n"
            "from borgerlib.statistics.selections.cube import build_cube\n"
            "from borgerlib.statistics.selections.random_rounding import lottery_of\n"
            "f = pd.DataFrame({'sex': ['kvinde', 'mand'] * 100, 'weight': [1.0, 1.5, 2.0, 2.5] * 50})\n"
            "c = build_cube(f, {'sex': 'sex'})\n"
            "print(lottery_of(c).ticket(c.select({'sex': ['kvinde']})).hex())\n"
        )
        told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert told.stdout.strip() == ticket.hex()

    def test_one_person_less_draws_anew(self, cube):
        lottery, everybody = lottery_of(cube), cube.select({})
        tickets = {lottery.ticket(everybody)}
        for word in range(everybody.size):
            for bit in range(64):
                fewer = everybody.copy()
                fewer[word] &= np.uint64(~(1 << bit) & (2**64 - 1))
                if (fewer != everybody).any():
                    tickets.add(lottery.ticket(fewer))
        assert len(tickets) == 1 + 200

    def test_other_respondents_draw_otherwise(self, cube):
        frame = pd.DataFrame({"sex": ["kvinde", "mand"] * 100, "weight": [1.0, 1.5, 2.0, 2.6] * 50})
        other = build_cube(frame, {"sex": "sex"})
        assert lottery_of(cube).ticket(cube.select({})) != lottery_of(other).ticket(other.select({}))

    def test_draws_are_even_and_differ_by_what_is_asked(self):
        draws = drawn(b"12345678", [f"emne {number}" for number in range(20_000)])
        assert len(set(draws)) == 20_000
        counts = np.histogram(draws, bins=10, range=(0, 1))[0]
        # Each bin 2,000 ± 4 · sqrt(20,000 · 0.1 · 0.9)
        assert np.abs(counts - 2000).max() < 4 * 42.5

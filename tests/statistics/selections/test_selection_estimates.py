"""Intervals and marks of difference that a selection's rounded numbers bear."""

import numpy as np
import pytest

from borgerlib.statistics.selections.disclosure import NOTHING, SelectionSize
from borgerlib.statistics.selections.estimates import directions, intervals


def shares(proportion, step=0.01, settled=False):
    values = np.atleast_1d(np.array(proportion, dtype=float))
    return {
        "item": np.repeat("topics", len(values)),
        "proportion": values,
        "suppressed": np.isnan(values),
        "settled": np.repeat(settled, len(values)),
        "step": np.repeat(step, len(values)),
    }


def test_an_interval_is_that_of_clopper_and_pearson_and_the_rounding():
    # Clopper–Pearson for 40 of 100 at 95 %: 0.3033 to 0.5028. Rounding to 8 points adds, as independent
    # errors do, 1.96 · 0.08 / sqrt(6) = 0.0640: 0.4 − sqrt(0.0967² + 0.0640²) = 0.2840; 0.4 + 0.1211 = 0.5211
    (lower,), (upper,) = intervals(shares(0.4, step=0.08), SelectionSize(100, 1e4, 100), confidence=0.95)
    assert lower == pytest.approx(0.2840, abs=2e-4)
    assert upper == pytest.approx(0.5211, abs=2e-4)


def test_what_is_hidden_or_settled_has_no_interval():
    size = SelectionSize(100, 1e4, 100)
    for told in (
        intervals(shares([np.nan]), size, confidence=0.95),
        intervals(shares([1.0], settled=True), size, confidence=0.95),
        intervals(shares([np.nan]), NOTHING, confidence=0.95),
    ):
        assert np.isnan(told).all()


class TestDirections:
    SIZE, ALL = SelectionSize(400, 4e3, 400), SelectionSize(4000, 4e4, 4000)

    def marks(self, selected, whole, size=SIZE, everybody=ALL):
        return directions(
            shares(selected), size, shares(whole), everybody, false_discovery_rate=0.05
        ).tolist()

    def test_by_hand(self):
        # A tenth of the people: the rest has (0.30 − 0.1 · 0.40) / 0.9 = 0.2889. Pooled 0.30, standard error
        # sqrt(0.21 · (1/400 + 1/3600) + rounding 0.00004) = 0.0250: 0.1111 is 4.4 of them.
        assert self.marks([0.40, 0.20], [0.30, 0.30]) == [1.0, -1.0]
        # 0.32: the rest has 0.2978; 0.0222 is 0.9 of them.
        assert self.marks([0.32], [0.30]) == [0.0]

    def test_many_options_need_more(self):
        # 0.36 against 0.2933 is 2.7 standard errors, p = 0.008: enough alone, not as one of fifty.
        assert self.marks([0.36], [0.30])[0] == 1.0
        assert self.marks([0.36] + [0.30] * 49, [0.30] * 50)[0] == 0.0

    def test_everybody_differs_from_nobody(self):
        assert np.isnan(self.marks([0.3], [0.3], size=self.ALL)).all()
        assert np.isnan(self.marks([np.nan], [0.3], size=NOTHING)).all()

    def test_few_expected_are_not_tested(self):
        # 2 % of an effective 100 are two people.
        assert np.isnan(self.marks([0.02], [0.02], size=SelectionSize(100, 1e3, 100))).all()

    def test_what_the_selection_says_itself_is_not_tested(self):
        told = directions(
            shares([1.0], settled=True), self.SIZE, shares([0.3]), self.ALL, false_discovery_rate=0.05
        )
        assert np.isnan(told).all()

    def test_under_chance_alone_few_marks_are_given(self):
        draw, marked = np.random.default_rng(3), 0
        for _ in range(400):
            rest = draw.binomial(3600, 0.3, 10) / 3600
            mine = draw.binomial(400, 0.3, 10) / 400
            whole = 0.1 * mine + 0.9 * rest
            marked += any(mark != 0 for mark in self.marks(mine.round(2), whole.round(2)))
        # At most 5 % of the families, give or take: 20 ± 4 · 4.4
        assert marked <= 38

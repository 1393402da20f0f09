import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from borgerlib.view.charts.layout import Rows, distinct, spread, text_width, wrap


class TestRows:
    # Two rows: the second has 30 pixels of text above its bar.
    rows = Rows(band=20, above=np.array([5, 30]), below=np.array([0, 4]), between=10)

    def test_each_has_its_bars_and_what_belongs_to_them(self):
        # 5, then 20 + 0 + 10 + 30 further down; 65 + 20 + 4 in all.
        assert self.rows.tops.tolist() == [5, 65]
        assert self.rows.height == 89

    def test_numbers_stay_whole_and_bars_equally_high(self):
        axes = Figure(figsize=(1, self.rows.height / 72), dpi=72).add_axes((0, 0, 1, 1))
        self.rows.apply(axes)
        down = [89 - axes.transData.transform((0, number))[1] for number in (-0.4, 0, 0.4, 0.6, 1, 1.4)]
        assert down == pytest.approx([5, 15, 25, 65, 75, 85])


def test_labels_that_read_alike_are_told_apart():
    names = distinct(["Ja", "Nej", "Ja", "Ja"])
    assert len(set(names)) == 4
    assert [name.strip("\u00a0") for name in names] == ["Ja", "Nej", "Ja", "Ja"]


def test_lines_are_as_wide_as_there_is_room_and_long_words_whole():
    text = "Et ord og kommunalbestyrelsesmedlemmernes samlede indsats"
    lines = wrap(text, width=120, size=16).lines
    assert " ".join(lines) == text
    assert [line for line in lines if text_width(line, 16) > 120] == ["kommunalbestyrelsesmedlemmernes"]


class TestSpread:
    @given(st.lists(st.tuples(st.floats(0, 500), st.floats(5, 80)), min_size=1, max_size=6))
    def test_labels_are_spread_without_collision_in_their_order(self, wanted):
        wanted = sorted(wanted)
        middles = spread(wanted, 0, 600, gap=8)
        edges = [(m - w / 2, m + w / 2) for m, (_, w) in zip(middles, wanted, strict=True)]
        for (_, right), (left, _) in itertools.pairwise(edges):
            assert left - right >= 8 - 1e-6
        assert edges[0][0] >= -1e-6
        assert edges[-1][1] <= 600 + 1e-6

    def test_labels_with_room_stay_where_they_are(self):
        assert spread([(50, 20), (100, 20)], 0, 200, gap=8) == [50, 100]

    def test_two_labels_that_want_one_place_share_the_move(self):
        # 20 wide each and 8 apart: 14 to either side of 100.
        assert spread([(100, 20), (100, 20)], 0, 200, gap=8) == pytest.approx([86, 114])

"""Which answer stands first: by hand, at the edges, and how often a tie is taken for a winner."""

import numpy as np
import pytest

from borgerlib.statistics.models.first_places import first_places


def row(share, n=100, width=None, **more):
    ends = (np.nan, np.nan) if width is None else (share - width, share + width)
    return {"proportion": share, "ci_lower": ends[0], "ci_upper": ends[1], "n": n, **more}


def first(*rows, **settings):
    return first_places(rows, **{"confidence": 0.95} | settings).tolist()


def test_a_clear_winner_stands_first():
    assert first(row(0.8), row(0.3), row(0.2)) == [True, False, False]


def test_by_hand():
    # 60 and 50 pct. of 100: those who gave exactly one of the two are at most 90 pct. (2 − 1.1), so the
    # difference of 0.1 has a standard error of √((0.9 − 0.01)/100) = 0.094. One-sided, t(99) = 1.66:
    # 0.157 is needed; of 0.6 and 0.42 it is 0.162. Of one answer each
    # (0.4 and 0.24: 0.64 gave one of the two) it is √((0.64 − 0.0256)/100) = 0.078: 0.130 is needed of 0.16.
    assert first(row(0.6), row(0.5)) == [True, True]
    assert first(row(0.6), row(0.42)) == [True, False]
    assert first(row(0.4), row(0.24), exclusive=True) == [True, False]
    assert first(row(0.4), row(0.28), exclusive=True) == [True, True]


def test_more_answers_ask_for_more():
    # Ten others share the 5 pct.: t(99) at 0.995 is 2.63, and 0.26 is needed of 0.18.
    assert first(row(0.6), row(0.42), *[row(0.1)] * 9)[:2] == [True, True]


def test_what_weights_cost_is_read_off_the_interval():
    # 0.0960 = 1.96 · √(0.6 · 0.4 / 100): as a simple sample. Twice as wide is a quarter of the answers.
    assert first(row(0.6, width=0.096), row(0.42, width=0.0967)) == [True, False]
    assert first(row(0.6, width=0.192), row(0.42, width=0.1934)) == [True, True]


def test_a_population_that_has_answered_whole_leaves_nothing_to_chance():
    assert first(row(0.51, width=0.0), row(0.5, width=0.0)) == [True, False]
    assert first(row(0.5, width=0.0), row(0.5, width=0.0)) == [True, True]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(0.4)] * 3, [True, True, True]),
        ([row(0.7)], [True]),
        ([row(0.9), row(0.1, suppressed=True)], [False, False]),
        ([row(0.9), row(np.nan), row(0.1)], [True, False, False]),
        ([row(np.nan), row(np.nan)], [False, False]),
        ([row(1.0), row(0.0)], [True, False]),
        ([row(0.9, n=10), row(0.6, n=10)], [True, True]),
        ([row(0.501, n=100_000), row(0.49, n=100_000)], [True, False]),
        ([], []),
    ],
)
def test_at_the_edges(rows, expected):
    assert first(*rows) == expected


def test_equal_answers_are_seldom_told_apart():
    # Eight independent answers of the same share: a wrong winner in at most 5 pct. of the surveys.
    drawn = np.random.default_rng(1).binomial(200, 0.4, size=(400, 8)) / 200
    named = [sum(first(*[row(share, n=200) for share in shares])) == 1 for shares in drawn]
    assert np.mean(named) <= 0.05


def test_whoever_gave_both_answers_tells_them_not_apart():
    # 60 and 50 pct. of 100, all of the 50 among the 60: 0.1 gave exactly one, so the standard error is
    # √((0.1 − 0.01)/100) = 0.03, and 1.66 of it is less than the difference of 0.1.
    apart = np.array([[0, 0.1], [0.1, 0]])
    assert first(row(0.6), row(0.5), apart=apart) == [True, False]
    assert first(row(0.6), row(np.nan), row(0.5), apart=np.full((3, 3), 0.1)) == [True, False, False]

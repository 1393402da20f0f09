import pytest

from borgerlib.workshop.sessions.agreement import Agreement, agreement


def test_four_who_nearly_agree():
    # 5, 6, 6, 7: mean 6, s² = (1 + 0 + 0 + 1) / 3 = 2/3; by chance on 0–10: (121 − 1) / 12 = 10.
    told = agreement([7, 5, 6, 6], steps=11)
    assert (told.n, told.median, told.lower, told.upper) == (4, 6, 5.75, 6.25)
    assert told.share == pytest.approx(1 - (2 / 3) / 10)
    assert told.word == "strong"


def test_two_camps_agree_less_than_chance_would_and_that_is_none():
    told = agreement([0, 0, 10, 10], steps=11)  # s² = 100/3 > 10
    assert (told.share, told.word) == (0, "weak")


def test_of_fewer_than_four_nothing_is_told_but_their_number():
    assert agreement([2, 2, 9], steps=11) == Agreement(3)
    assert Agreement(3).word == ""

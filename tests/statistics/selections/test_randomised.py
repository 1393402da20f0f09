"""What is left to chance, and how much a copy can tell."""

import json
from fractions import Fraction

import numpy as np
import pytest

from borgerlib.errors import ParameterError
from borgerlib.statistics.selections.randomised import (
    legal_chance,
    randomise,
    randomised,
    randomised_once_more,
    secret_numbers,
)


@pytest.mark.parametrize("chance", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("options", [2, 3, 7])
def test_no_copied_answer_changes_the_odds_by_more_than_promised(chance, options):
    how = randomised(chance, options)
    assert how.keep + (options - 1) * how.other == pytest.approx(1)
    # Of any two answers, the copy is at most so many times as likely after one as after the other.
    assert how.keep / how.other == pytest.approx((1 - chance) / chance)


@pytest.mark.parametrize("options", [2, 7])
def test_randomised_twice_is_randomised_by_the_higher_chance(options):
    lowest, again, wanted = (
        randomised(0.1, options),
        randomised_once_more(0.25, options),
        randomised(0.25, options),
    )
    # The true answer is kept twice, or becomes another and that becomes the true one again.
    assert lowest.keep * again.keep + (options - 1) * lowest.other * again.other == pytest.approx(wanted.keep)
    assert again.keep + (options - 1) * again.other == pytest.approx(1)


def test_randomised_once_more_by_hand():
    # Of two options, 0.9 - 0.1 = 0.8 tells after the first time and 0.7 - 0.3 = 0.4 after both: half is left.
    again = randomised_once_more(0.3, 2)
    assert (again.keep, again.other) == (pytest.approx(0.75), pytest.approx(0.25))


def test_shares_are_corrected_by_hand():
    # Of seven options, every other one has chance 0.1 / (0.9 + 6 · 0.1) = 1/15, the true one 0.9/1.5 = 9/15.
    how = randomised(0.1, 7)
    assert (how.keep, how.other) == (pytest.approx(9 / 15), pytest.approx(1 / 15))
    # A quarter chose it: 1/4 · 9/15 + 3/4 · 1/15 = 12/60 = 0.2 in the copy; (0.2 - 1/15) / (8/15) = 1/4.
    assert how.expected(np.array([0.25])) == pytest.approx([0.2])
    assert how.corrected(np.array([0.2, 0.0])) == pytest.approx([0.25, -1 / 8])


def test_having_one_of_several_is_right_on_average():
    # Two options, each turned with chance 0.1. Truly chosen: the first. In the copy: both with chance
    # 0.9 · 0.1, one with 0.9 · 0.9 + 0.1 · 0.1, none with 0.1 · 0.9.
    how = randomised(0.1, 2)
    none, one, both = how.said(2, single=False)
    assert 0.09 * both + 0.82 * one + 0.09 * none == pytest.approx(1)
    # Truly chosen: none.
    assert 0.01 * both + 0.18 * one + 0.81 * none == pytest.approx(0, abs=1e-12)


def test_having_one_of_several_that_exclude_each_other_is_right_on_average():
    # Three options, of which two are wanted; of each the copy holds the true one with chance 0.9 / 1.1.
    how = randomised(0.1, 3)
    none, one, _ = how.said(2, single=True)
    assert (how.keep + how.other) * one + how.other * none == pytest.approx(1)
    assert 2 * how.other * one + how.keep * none == pytest.approx(0, abs=1e-12)


def test_answers_are_kept_and_exchanged_as_often_as_said():
    draw = np.random.default_rng(1)
    answers = draw.integers(-1, 4, 100_000)
    copied = randomise(answers, draw.random(100_000), randomised(0.1, 4), 4)
    assert (copied[answers < 0] == -1).all()
    table = np.array([[(copied[answers == true] == seen).mean() for seen in range(4)] for true in range(4)])
    # 0.9 / (0.9 + 3 · 0.1) = 0.75, and the others share the rest.
    assert table == pytest.approx(np.where(np.eye(4, dtype=bool), 0.75, 1 / 12), abs=0.012)


def test_a_person_gets_the_same_number_to_a_question_whoever_else_is_there():
    questions = ["time=short", "time=long", "time="]
    once = secret_numbers(b"key", questions, np.array([0, 1, -1]), [b"a", b"b", b"c"])
    again = secret_numbers(b"key", questions, np.array([-1, 0, 0]), [b"c", b"new", b"a"])
    assert again[[2, 0]].tolist() == once[[0, 2]].tolist()
    for key, asked in ((b"other", [0, 1, -1]), (b"key", [1, 0, 0])):
        assert not np.isin(secret_numbers(key, questions, np.array(asked), [b"a", b"b", b"c"]), once).any()


def test_numbers_are_even_and_those_of_two_questions_apart():
    people = [str(number).encode() for number in range(20_000)]
    one, other = (secret_numbers(b"key", [of], np.zeros(20_000, int), people) for of in ("one", "other"))
    assert (one.mean(), other.mean()) == (pytest.approx(0.5, abs=0.01), pytest.approx(0.5, abs=0.01))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


@pytest.mark.parametrize("chance", [Fraction(1, 8), np.float32(0.125), 0.125])
def test_a_chance_of_another_kind_of_number_is_a_float_that_a_file_can_hold(chance):
    assert json.dumps(legal_chance(chance)) == "0.125"


@pytest.mark.parametrize("chance", [0.09, 0.31, 0, "0.1", None])
def test_a_chance_that_protects_too_little_or_leaves_nothing_is_refused(chance):
    with pytest.raises(ParameterError, match=r"between 0\.1 and 0\.3"):
        randomised(chance, 2)


def test_a_single_option_stays_what_it_is():
    answers = np.array([0, -1, 0])
    assert randomise(answers, np.array([0.1, 0.5, 0.9]), randomised(0.1, 1), 1).tolist() == [0, -1, 0]

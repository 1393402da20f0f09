import numpy as np
import pytest

from borgerlib.statistics.segmentation.fitting import _agreement, mean_agreement

CLASSES = np.array([0, 0, 1, 1])
PATTERN_OF = np.array([0, 1, 2, 3, 0, 1, 2, 3])


def agreement(search, mass=None, pattern_of=PATTERN_OF):
    mass = np.ones(len(pattern_of)) if mass is None else mass
    return mean_agreement(CLASSES, pattern_of, mass, search, samples=4, seed=1)


def test_the_same_classes_agree_whatever_they_are_called():
    assert agreement(lambda _: 1 - CLASSES) == 1


def test_classes_that_cut_across_agree_no_more_than_chance():
    # 8 people, two classes of 4, crossed: each cell 2. Pairs together in both: 4·1 = 4; in each alone:
    # 2·6 = 12; expected 12·12/28 = 36/7. Index (4 − 36/7)/(12 − 36/7) = (−8/7)/(48/7) = −1/6.
    assert agreement(lambda _: np.array([0, 1, 0, 1])) == pytest.approx(-1 / 6)


def test_samples_keep_the_number_of_respondents_and_their_order_does_not_count():
    seen = []

    def search(mass):
        seen.append(mass)
        return CLASSES

    shuffled = np.random.default_rng(3).permutation(len(PATTERN_OF))
    agreement(search)
    agreement(search, pattern_of=PATTERN_OF[shuffled])
    assert [mass.sum() for mass in seen] == [8] * 8
    assert np.array_equal(seen[:4], seen[4:])
    assert not np.array_equal(seen[0], seen[1])


def test_half_kept_together_is_half_way_beyond_chance():
    # {0,1},{2,3} against {0,1},{2},{3}: pairs together in both 1; in one 2, in the other 1; 6 pairs.
    # By chance 2·1/6 = 1/3; (1 − 1/3)/(1.5 − 1/3) = 4/7.
    assert _agreement(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])) == pytest.approx(4 / 7)

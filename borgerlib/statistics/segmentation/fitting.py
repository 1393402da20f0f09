"""Latent classes fitted to patterns of answers, and whether they come back in bootstrap samples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from borgerlib.statistics.levels import Floats, Ints, sums

COMES_BACK = 0.7
"""Mean adjusted Rand index from which classes are told of; below it they are this sample's own."""
_TOLERANCE = 1e-7
_SHORT_ITERATIONS = 15
_MOST_ITERATIONS = 2000
_SAMPLE_STARTS = 5
_SAMPLE_ITERATIONS = 200
_NEVER_SURE = 1e-15


@dataclass(frozen=True)
class ClassMixture:
    """Classes within which the answers are independent.

    Parameters
    ----------
    share : array of float
        How many are of each class (0–1).
    profile : array of float, classes × options
        How many of a class choose an option (0–1).
    """

    share: Floats
    profile: Floats

    @property
    def n_parameters(self) -> int:
        """Numbers that are free: all in `profile`, and the shares but one."""
        return self.profile.size + len(self.share) - 1

    def members(self, patterns: Floats) -> tuple[Floats, Floats]:
        """Return the log-likelihood of each pattern, and the probability of each class given the pattern."""
        likelihood, member = _expected(self, *_chosen_and_answered(patterns))
        return likelihood, member.T


def distinct_patterns(choices: Floats) -> tuple[Floats, Ints]:
    """Return the distinct rows of answers, and which of them each respondent gave."""
    # Missing as a number: otherwise no missing value equals another.
    coded = np.where(np.isnan(choices), -1.0, choices)
    distinct, pattern_of = np.unique(coded, axis=0, return_inverse=True)
    return np.where(distinct < 0, np.nan, distinct), pattern_of.ravel()


def tellable_counts(most: int, patterns: int, options: int) -> Sequence[int]:
    """Return the numbers of classes that the answers could tell apart."""
    return [
        count
        for count in range(1, most + 1)
        if count == 1 or (count <= patterns and count * (options + 1) <= 2**options)
    ]


def fit(
    patterns: Floats, mass: Floats, count: int, starts: int, seed: int, iterations: int = _MOST_ITERATIONS
) -> ClassMixture:
    """Return the fitted classes: many short starts, of which the likeliest is taken to its end."""
    seeds = range(seed * 1000, seed * 1000 + (starts if count > 1 else 1))
    short = [_run(patterns, mass, _start(patterns, count, start), _SHORT_ITERATIONS) for start in seeds]
    likeliest, _ = max(short, key=lambda found: found[1])
    return _run(patterns, mass, likeliest, iterations - _SHORT_ITERATIONS)[0]


def found_again(patterns: Floats, count: int, seed: int, mass: Floats) -> Ints:
    """Return the class of each pattern, the classes being those of a bootstrap sample."""
    drawn = mass > 0
    model = fit(patterns[drawn], mass[drawn], count, _SAMPLE_STARTS, seed, _SAMPLE_ITERATIONS)
    found: Ints = model.members(patterns)[1].argmax(axis=1)
    return found


def _chosen_and_answered(patterns: Floats) -> tuple[Floats, Floats]:
    """Return what was chosen, and what was answered at all, as 0 and 1."""
    return np.nan_to_num(patterns), (~np.isnan(patterns)).astype(float)


def _start(patterns: Floats, count: int, seed: int) -> ClassMixture:
    """Return classes of one size, to which everybody belongs as chance has it."""
    member = np.random.RandomState(seed).uniform(size=(len(patterns), count)).T
    as_chance = _likeliest(*_chosen_and_answered(patterns), member / member.sum(axis=0))
    return ClassMixture(np.full(count, 1 / count), as_chance.profile)


def _expected(model: ClassMixture, chosen: Floats, answered: Floats) -> tuple[Floats, Floats]:
    # Classes × patterns: sums over a handful of columns would cost ten times as much.
    profile = model.profile.clip(_NEVER_SURE, 1 - _NEVER_SURE)
    no = np.log1p(-profile)
    joint = (np.log(profile) - no) @ chosen.T + no @ answered.T + np.log(model.share)[:, None]
    top = joint.max(axis=0)
    member = np.exp(joint - top)
    total = member.sum(axis=0)
    return top + np.log(total), member / total


def _likeliest(chosen: Floats, answered: Floats, member: Floats) -> ClassMixture:
    share = member.sum(axis=1) / member.sum()
    return ClassMixture(share.clip(_NEVER_SURE), (member @ chosen) / (member @ answered).clip(_NEVER_SURE))


def _run(patterns: Floats, mass: Floats, model: ClassMixture, iterations: int) -> tuple[ClassMixture, float]:
    """Return the classes after so many steps of EM, or when they have settled, and how likely they were."""
    answers, bound = _chosen_and_answered(patterns), -np.inf
    for _ in range(iterations):
        likelihood, member = _expected(model, *answers)
        model = _likeliest(*answers, member * mass)
        before, bound = bound, float(np.average(likelihood, weights=mass))
        if abs(bound - before) < _TOLERANCE:
            break
    return model, bound


def mean_agreement(
    classes: Ints,
    pattern_of: Ints,
    mass: Floats,
    search: Callable[[Floats], Ints],
    *,
    samples: int,
    seed: int,
) -> float:
    """Return how well classes agree with those found in bootstrap samples of the respondents.

    Parameters
    ----------
    classes : array
        The class of each pattern of answers.
    pattern_of : array
        The pattern of each respondent.
    mass : array
        The weight of each respondent.
    search : callable
        Finds classes: weight of each pattern → class of each pattern.
    samples : int
        Bootstrap samples.
    seed : int
        The same seed gives the same value, in whatever order the respondents stand.

    Returns
    -------
    float
        Mean over the samples of the adjusted Rand index (Hubert & Arabie, 1985) of the respondents: 1 where
        the same are together, about 0 where no more are than chance brings together.

    Notes
    -----
    Respondents are drawn with replacement, classes are found in the sample, and all respondents are assigned
    to them (Dolnicar & Leisch, 2010; Hennig, 2007).
    """
    order = np.lexsort((mass, pattern_of))
    patterns, weights, n = pattern_of[order], mass[order], len(mass)
    random = np.random.default_rng(seed)
    found = []
    for _ in range(samples):
        times = random.multinomial(n, np.full(n, 1 / n))
        again = search(sums(patterns, len(classes), weights * times))
        found.append(_agreement(classes[patterns], again[patterns]))
    return float(np.mean(found))


def _agreement(one: Ints, other: Ints) -> float:
    """Return the adjusted Rand index: pairs that are together in both, beyond those that chance gives."""
    both = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(both, (one, other), 1)
    together, in_one, in_other = (
        float((counts * (counts - 1) / 2).sum()) for counts in (both, both.sum(axis=1), both.sum(axis=0))
    )
    by_chance = in_one * in_other / (len(one) * (len(one) - 1) / 2)
    most = (in_one + in_other) / 2
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)

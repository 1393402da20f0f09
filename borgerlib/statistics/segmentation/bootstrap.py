"""Whether classes of respondents come back when they are looked for again in bootstrap samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from borgerlib.statistics.levels import Floats, sums

COMES_BACK = 0.7
"""Mean adjusted Rand index from which classes are told of; below it they are this sample's own."""


def mean_agreement(
    classes: npt.NDArray[np.intp],
    pattern_of: npt.NDArray[np.intp],
    mass: Floats,
    search: Callable[[Floats], npt.NDArray[np.intp]],
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


def _agreement(one: npt.NDArray[np.intp], other: npt.NDArray[np.intp]) -> float:
    """Return the adjusted Rand index: pairs that are together in both, beyond those that chance gives."""
    both = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(both, (one, other), 1)
    together, in_one, in_other = (
        float((counts * (counts - 1) / 2).sum()) for counts in (both, both.sum(axis=1), both.sum(axis=0))
    )
    by_chance = in_one * in_other / (len(one) * (len(one) - 1) / 2)
    most = (in_one + in_other) / 2
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)

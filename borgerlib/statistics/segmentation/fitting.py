"""Latent classes fitted to patterns of answers: many short starts, of which the best goes on."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.segmentation.steps import fast_stepmix

_TOLERANCE = 1e-7
_SHORT_ITERATIONS = 15
_MOST_ITERATIONS = 2000
_SAMPLE_STARTS = 5
_SAMPLE_ITERATIONS = 200


def distinct_patterns(choices: Floats) -> tuple[Floats, npt.NDArray[np.intp]]:
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
    patterns: Floats,
    mass: Floats,
    count: int,
    starts: int,
    seed: int,
    iterations: int = _MOST_ITERATIONS,
) -> Any:
    """Return the fitted classes: many short starts, of which the likeliest is taken to its end."""
    seeds = range(seed * 1000, seed * 1000 + (starts if count > 1 else 1))
    short = [_run(patterns, mass, count, start, _SHORT_ITERATIONS) for start in seeds]
    best = int(np.argmax([model.lower_bound_ for model in short]))
    # The same seed begins in the same place: the long run goes the short one's way and then on.
    return _run(patterns, mass, count, seeds[best], iterations)


def found_again(patterns: Floats, count: int, seed: int, mass: Floats) -> npt.NDArray[np.intp]:
    """Return the class of each pattern, the classes being those of a bootstrap sample."""
    drawn = mass > 0
    model = fit(patterns[drawn], mass[drawn], count, _SAMPLE_STARTS, seed, _SAMPLE_ITERATIONS)
    found: npt.NDArray[np.intp] = model.predict_proba(patterns).argmax(axis=1)
    return found


def _run(patterns: Floats, mass: Floats, count: int, seed: int, iterations: int) -> Any:
    model = fast_stepmix()(
        n_components=count,
        measurement="binary_nan" if np.isnan(patterns).any() else "binary",
        abs_tol=_TOLERANCE,
        max_iter=iterations,
        random_state=seed,
        progress_bar=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a short start has not settled, and need not
        return model.fit(patterns, sample_weight=mass * len(mass) / mass.sum())

"""Estimates of any selection of respondents, computed from a protected copy of their answers.

A reader of a dashboard asks for one selection after another. What is computed from a copy in which every
answer was left to chance (`borgerlib.statistics.selections.randomised`) tells no more than the copy itself,
by however many selections, so nothing needs to be rounded or hidden. Shares are corrected for the chance, and
its variance is part of every interval and test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.protected import SMALLEST_EFFECTIVE, Part, ProtectedCube
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION, Randomised

_SMALLEST_EXPECTED = 5.0


def estimate_selection(
    protected: ProtectedCube,
    levels: Mapping[str, Sequence[str]],
    roles: Sequence[str],
    *,
    confidence: float,
    false_discovery_rate: float,
) -> dict[str, npt.NDArray[Any]]:
    """Estimate the share of each option of some answers among a selection.

    Parameters
    ----------
    protected : ProtectedCube
        The copy.
    levels : mapping of str to sequence of str
        The selection: role → levels.
    roles : sequence of str
        What is asked; roles of `answers`.
    confidence : float
        Level of the intervals, between 0 and 1.
    false_discovery_rate : float
        Of the directions other than 0, as many as this share may be false (Benjamini & Hochberg 1995);
        each role is a family of tests.

    Returns
    -------
    dict of str to array
        One element a role × option, in order: proportion, ci_lower, ci_upper (shares 0–1; missing where
        nothing can be said), suppressed (bool), settled (bool: the selection itself says so), bound (''
        or, where chance took the corrected share below 0 or above 1, 'under' or 'over': only an end of
        the interval is known; never of a single choice, whose shares sum to 1), direction (1, -1: more,
        less than the rest beyond chance; 0: neither; missing where not tested).

    Notes
    -----
    With z the copied answer, p and q the chances that it is the true one and each other, the corrected
    answer (z − q)/(p − q) is right on average. Share: ratio of two weighted sums of such numbers. Its
    variance, and that of the difference to the rest, is that of the linearised ratio (N/(N−1) · Σu²),
    in which randomisation and sampling both are. Interval: Clopper & Pearson for the share in the copy,
    with the sample size that the variance is worth (Korn & Graubard 1998), corrected.
    """
    shown = protected.size(levels).n is not None
    found = [
        _of_role(protected, levels, role, confidence, false_discovery_rate)
        if shown
        else _nothing(len(protected.cube.roles[role]))
        for role in roles
    ]
    return {name: np.concatenate([of[name] for of in found]) for name in found[0]} if found else {}


def _of_role(
    protected: ProtectedCube, levels: Mapping[str, Sequence[str]], role: str, confidence: float, rate: float
) -> dict[str, npt.NDArray[Any]]:
    options, wanted = protected.cube.roles[role], levels.get(role, ())
    made_of_it = role in protected.sources(levels)
    parts = protected.parts(levels)
    own_parts = protected.parts(levels, role, wanted[0]) if wanted and not made_of_it else parts
    settled = _by_choice(options, () if made_of_it else wanted, protected.exclusive.get(role, frozenset()))
    rows: list[tuple[float, ...]] = []
    answered: dict[int, Floats] = {}
    for place, option in enumerate(options):
        own = made_of_it or option in wanted
        if made_of_it:
            parts, answered = protected.parts(levels, role, option), {}
        # Both lists hold the same people, part by part.
        of_option = own_parts if own and not made_of_it else parts
        rows.append(_of_option(protected, of_option, role, place, answered, testable=not own))
    share, variance, n, effective, z = np.array(rows).T
    shown = (n >= SMALLEST_SELECTION) & (effective >= SMALLEST_EFFECTIVE)
    # How a single choice that a segment is made of is spread in it, the copy cannot say.
    shown &= not (made_of_it and role in protected.single)
    by_choice = ~np.isnan(settled) & shown
    share = np.where(by_choice, settled, share)
    known = shown & ~by_choice
    lower, upper = _interval(share, variance, effective, protected.answers[role], confidence)
    whole = role in protected.single and bool(shown.all())
    proportion = _summing_to_one(share) if whole else np.clip(share, 0, 1)
    ends = known & ~whole
    bound = np.where(ends & (share < 0), "under", np.where(ends & (share > 1), "over", ""))
    return {
        "proportion": np.where(shown, proportion, np.nan),
        "ci_lower": np.where(known, lower, np.nan),
        "ci_upper": np.where(known, upper, np.nan),
        "bound": bound,
        "direction": np.where(known, _directions(z, rate), np.nan),
        "suppressed": ~shown,
        "settled": by_choice,
    }


def _of_option(
    protected: ProtectedCube,
    parts: Sequence[Part],
    role: str,
    place: int,
    answered: dict[int, Floats],
    *,
    testable: bool,
) -> tuple[float, float, float, float, float]:
    """Return share, variance, base, effective base, and the difference to the rest in standard errors."""
    cube = protected.cube
    chosen, row = cube.bits[cube.chosen[role][place]], int(cube.answered[role][place])
    if row not in answered:
        answered[row] = cube.sums(part.who & cube.bits[row] for part in parts)
    ones = cube.sums(part.who & chosen for part in parts)
    zeros = answered[row] - ones
    top, chose, others = np.array([(part.top, part.chose, part.others) for part in parts]).T
    one, zero = protected.answers[role].corrected(np.array([1.0, 0.0]))
    base, weighted, _ = chose @ ones + others @ zeros
    squared = chose**2 @ ones[:, 2] + others**2 @ zeros[:, 2]
    if weighted <= 0:
        return np.nan, np.nan, base, 0.0, np.nan
    total = top @ (one * ones[:, 1] + zero * zeros[:, 1])
    share, effective = total / weighted, weighted**2 / squared
    scale = cube.size / (cube.size - 1)
    if_one, if_zero = (top * one - share * chose) / weighted, (top * zero - share * others) / weighted
    variance = scale * (if_one**2 @ ones[:, 2] + if_zero**2 @ zeros[:, 2])
    all_ones, all_asked = (sums[place] for sums in protected.everybody[role])
    rest, rest_effective = all_asked[1] - weighted, all_asked[1] ** 2 / all_asked[2] - effective
    if not testable or rest <= 0 or rest_effective <= 0:
        return share, variance, base, effective, np.nan
    all_zeros = all_asked - all_ones
    rest_share = (one * all_ones[1] + zero * all_zeros[1] - total) / rest
    pooled = np.clip((total + rest_share * rest) / (weighted + rest), 0, 1)
    in_copy = protected.answers[role].expected(pooled)
    if min(in_copy, 1 - in_copy) * min(effective, rest_effective) < _SMALLEST_EXPECTED:
        return share, variance, base, effective, np.nan
    # Whoever counts t among those meant counts 1 - t in the rest, so that both share their chance.
    if_one -= ((1 - top) * one - rest_share * (1 - chose)) / rest
    if_zero -= ((1 - top) * zero - rest_share * (1 - others)) / rest
    outside = [(one - rest_share) / rest, (zero - rest_share) / rest]
    spread = if_one**2 @ ones[:, 2] + if_zero**2 @ zeros[:, 2]
    spread += outside[0] ** 2 * (all_ones[2] - ones[:, 2].sum())
    spread += outside[1] ** 2 * (all_zeros[2] - zeros[:, 2].sum())
    return share, variance, base, effective, (share - rest_share) / np.sqrt(scale * spread)


def _nothing(options: int) -> dict[str, npt.NDArray[Any]]:
    missing = np.full(options, np.nan)
    return {
        "proportion": missing,
        "ci_lower": missing,
        "ci_upper": missing,
        "bound": np.full(options, ""),
        "direction": missing,
        "suppressed": np.ones(options, dtype=np.bool_),
        "settled": np.zeros(options, dtype=np.bool_),
    }


def _interval(
    share: Floats, variance: Floats, effective: Floats, how: Randomised, confidence: float
) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of corrected shares."""
    from scipy.special import betaincinv

    tail, in_copy = (1 - confidence) / 2, how.expected(np.clip(share, 0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = in_copy * (1 - in_copy) / ((how.keep - how.other) ** 2 * variance)
    n = np.where(np.isfinite(worth), worth, effective)
    lower = betaincinv(in_copy * n, (1 - in_copy) * n + 1, tail)
    upper = betaincinv(in_copy * n + 1, (1 - in_copy) * n, 1 - tail)
    ends = [np.clip(how.corrected(np.asarray(end, dtype=np.float64)), 0, 1) for end in (lower, upper)]
    return ends[0], ends[1]


def _directions(z: Floats, rate: float) -> Floats:
    from scipy.special import ndtr
    from statsmodels.stats.multitest import fdrcorrection

    found, tested = np.full(len(z), np.nan), ~np.isnan(z)
    if tested.any():
        beyond, _ = fdrcorrection(2 * ndtr(-np.abs(z[tested])), alpha=rate)
        found[tested] = np.where(beyond, np.sign(z[tested]), 0.0)
    return found


def _summing_to_one(share: Floats) -> Floats:
    """Return shares in whole percent, none below 0, that sum to 1: the largest remainders are rounded up."""
    kept = np.clip(share, 0, None)
    percent = 100 * kept / kept.sum()
    whole = np.floor(percent + 1e-9)
    left = round(100 - whole.sum())
    whole[np.argsort(whole - percent, kind="stable")[:left]] += 1
    shares: Floats = whole / 100
    return shares


def _by_choice(options: Sequence[str], wanted: Sequence[str], exclusive: frozenset[str]) -> Floats:
    """Return the shares that follow from how the selection is made; missing for the others.

    Who were chosen for one answer all gave it, and where answers exclude each other none gave another.
    """
    shares = np.full(len(options), np.nan)
    only_exclusive = exclusive.issuperset(wanted)
    for place, option in enumerate(options if wanted else ()):
        if option in wanted:
            shares[place] = 1.0 if len(wanted) == 1 else np.nan
        elif only_exclusive or option in exclusive:
            shares[place] = 0.0
    return shares

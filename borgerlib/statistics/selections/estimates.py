"""Estimates of any selection of respondents, computed from a protected copy of their answers.

A reader of a dashboard asks for one selection after another. What is computed from a copy in which every
answer was left to chance (`borgerlib.statistics.selections.randomised`) tells no more than the copy itself,
by however many selections, so nothing needs to be rounded or hidden. Shares are corrected for the chance, and
its variance is part of every interval and test.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.options import beyond_other, beyond_rest, options_of
from borgerlib.statistics.selections.protected import SMALLEST_EFFECTIVE, Meant
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION, Randomised


def estimate_selection(
    meant: Meant,
    roles: Sequence[str],
    *,
    confidence: float,
    false_discovery_rate: float,
    against: Meant | None = None,
) -> dict[str, npt.NDArray[Any]]:
    """Estimate the share of each option of some answers among a selection.

    Parameters
    ----------
    meant : Meant
        The selection, in a protected copy.
    roles : sequence of str
        What is asked; roles of `answers`.
    confidence : float
        Level of the intervals, between 0 and 1.
    false_discovery_rate : float
        Of the directions other than 0, as many as this share may be false (Benjamini & Hochberg 1995);
        each role is a family of tests.
    against : Meant, optional
        A second selection that the first is tested against; otherwise the rest. They may overlap.

    Returns
    -------
    dict of str to array
        One element a role × option, in order: proportion, ci_lower, ci_upper (shares 0–1; missing where
        nothing can be said), suppressed (bool: too few), settled (bool: the selection itself says so), bound
        ('' or, where chance took the corrected share below 0 or above 1, 'under' or 'over': only an end of
        the interval is known; never of a single choice, whose shares sum to 1; 'untold' where the copy
        cannot say, as of a single choice that the segment is made of), direction (1, -1: more,
        less than the rest, or the second selection, beyond chance; 0: neither; missing where not tested).

    Notes
    -----
    With z the copied answer, p and q the chances that it is the true one and each other, the corrected
    answer (z − q)/(p − q) is right on average. Share: ratio of two weighted sums of such numbers. Its
    variance, and that of a difference, is that of the linearised ratio (N/(N−1) · Σu²),
    in which randomisation and sampling both are. Interval: Clopper & Pearson for the share in the copy,
    with the sample size that the variance is worth (Korn & Graubard 1998), corrected.
    """
    found = [_of_role(meant, against, role, confidence, false_discovery_rate) for role in roles]
    return {name: np.concatenate([of[name] for of in found]) for name in found[0]} if found else {}


def _of_role(
    meant: Meant, against: Meant | None, role: str, confidence: float, rate: float
) -> dict[str, npt.NDArray[Any]]:
    protected, made_of_it = meant.protected, role in meant.sources
    options = protected.cube.roles[role]
    wanted = () if made_of_it else meant.levels.get(role, ())
    settled = _by_choice(options, wanted, protected.exclusive.get(role, frozenset()))
    asked = options_of(meant, role)
    if against is None:
        z = np.concatenate([beyond_rest(one) for one in asked])
    elif made_of_it or role in against.sources or against.size.n is None:
        z = np.full(len(options), np.nan)
    else:
        z = beyond_other(asked[0], options_of(against, role)[0])
    share, variance, n, effective = np.concatenate(
        [(o.share, o.variance, o.base, o.effective) for o in asked], axis=1
    )
    shown = (n >= SMALLEST_SELECTION) & (effective >= SMALLEST_EFFECTIVE) & (meant.size.n is not None)
    suppressed = ~shown
    # How a single choice that a segment is made of is spread in it, the copy cannot say.
    untold = shown & (made_of_it and role in protected.single)
    shown &= ~untold
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
        "bound": np.where(untold, "untold", bound),
        "direction": np.where(known, _directions(np.where(known, z, np.nan), rate), np.nan),
        "suppressed": suppressed,
        "settled": by_choice,
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
    for number, option in enumerate(options if wanted else ()):
        if option in wanted:
            shares[number] = 1.0 if len(wanted) == 1 else np.nan
        elif only_exclusive or option in exclusive:
            shares[number] = 0.0
    return shares

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

from borgerlib.statistics.crosstabs import FEWEST_EXPECTED
from borgerlib.statistics.estimation.intervals import interval_of_size
from borgerlib.statistics.levels import Floats
from borgerlib.statistics.selections.cube import Words
from borgerlib.statistics.selections.protected import SMALLEST_EFFECTIVE, Meant, ProtectedCube, counting
from borgerlib.statistics.selections.randomised import SMALLEST_SELECTION, Randomised

_NO_SPREAD = 1e-9

Option = tuple[str, str]
"""A role and one of its options."""


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
    from scipy.special import ndtr
    from statsmodels.stats.multitest import fdrcorrection

    protected = meant.protected
    options = [(role, option) for role in roles for option in protected.cube.roles[role]]
    share, variance, n, effective, z = in_copy(meant, options, against=against)
    suppressed = ~((n >= SMALLEST_SELECTION) & (effective >= SMALLEST_EFFECTIVE)) | (meant.size.n is None)
    # How a single choice that a segment is made of is spread in it, the copy cannot say.
    untold = ~suppressed & [role in meant.sources and protected.single(role) for role, _ in options]
    by_choice = np.concatenate([_by_choice(meant, role) for role in roles])
    shown = ~suppressed & ~untold
    settled = shown & ~np.isnan(by_choice)
    known = shown & ~settled
    share = np.where(settled, by_choice, share)
    how = _randomised(protected, options)
    likely = how.expected(np.clip(share, 0, 1))
    of_copy = (how.keep - how.other) ** 2 * variance
    worth = np.divide(likely * (1 - likely), of_copy, out=effective.copy(), where=of_copy > 0)
    ends = interval_of_size(likely, worth, "beta", confidence)
    lower, upper = (np.where(known, np.clip(how.corrected(end), 0, 1), np.nan) for end in ends)
    bound = np.select([untold, known & (share < 0), known & (share > 1)], ["untold", "under", "over"], "")
    proportion = np.where(shown, np.clip(share, 0, 1), np.nan)
    direction = np.where(known, np.sign(z), np.nan)
    for role in roles:
        of = np.array([role == one for one, _ in options])
        if protected.single(role) and shown[of].all():
            proportion[of], bound[of] = _summing_to_one(share[of]), ""
        tested = of & ~np.isnan(direction)
        direction[tested] *= fdrcorrection(2 * ndtr(-np.abs(z[tested])), alpha=false_discovery_rate)[0]
    return {
        "proportion": proportion,
        "ci_lower": lower,
        "ci_upper": upper,
        "bound": bound,
        "direction": direction,
        "suppressed": suppressed,
        "settled": settled,
    }


def in_copy(meant: Meant, options: Sequence[Option], *, against: Meant | None = None) -> Floats:
    """Return what the copy says of options among a selection, before any interval.

    Parameters
    ----------
    meant, against
        As of `estimate_selection`.
    options : sequence of (str, str)
        Role and option.

    Returns
    -------
    array, shape (5, options)
        Corrected share, its variance, how many are meant, Kish's effective sample size of them, and the
        difference to the rest, or to `against`, in standard errors (missing where one cannot be tested).
    """
    # Each option of a question that a segment is made of has parts of its own; all others share theirs.
    apart = [(role, option) if meant.blurs(role) else None for role, option in options]
    found = np.empty((5, len(options)))
    for one in set(apart):
        at = [place for place, of in enumerate(apart) if of == one]
        found[:, at] = _of_same_parts(meant, [options[place] for place in at], against)
    return found


def _of_same_parts(meant: Meant, options: Sequence[Option], against: Meant | None) -> Floats:
    protected, how = meant.protected, _randomised(meant.protected, options)
    who, top, counted = _counted(meant, options, against)
    sums = _sums(protected, options, who)
    n, weighted, squared = (
        np.einsum("szp,zop->so", counted**power, sums[..., of]) for of, power in enumerate((1, 1, 2))
    )
    weighted = np.where(weighted > 0, weighted, np.nan)
    effective = weighted**2 / squared
    corrected = np.array([how.corrected(np.array(z)) for z in (1.0, 0.0)])
    total = np.einsum("zo,sop,zop->so", corrected, top, sums[..., 1])
    share = total / weighted
    # What each counts in the linearised share, by their weight.
    above = corrected[:, :, np.newaxis] * top[:, np.newaxis]
    below = share[:, np.newaxis, :, np.newaxis] * counted[:, :, np.newaxis]
    linear = (above - below) / weighted[:, np.newaxis, :, np.newaxis]
    size = protected.totals[0, 0]  # of everybody
    covariance = size / max(1, size - 1) * np.einsum("szop,tzop,zop->sto", linear, linear, sums[..., 2])
    if against is None:
        _, weight, squares = sums.sum(axis=(0, 2)).T
        effective[1] = weight**2 / squares - effective[0]
        tested = np.ones(len(options), dtype=np.bool_)
    else:
        tested = (n[1] >= SMALLEST_SELECTION) & (effective[1] >= SMALLEST_EFFECTIVE)
        tested &= against.size.n is not None
    for one in (meant, against or meant):
        tested &= [role not in one.sources and option not in one.wanted(role) for role, option in options]
    # Enough are to be expected to choose the option in the copy, and not to.
    pooled = how.expected(np.clip(total.sum(axis=0) / weighted.sum(axis=0), 0, 1))
    tested &= np.minimum(pooled, 1 - pooled) * effective.min(axis=0) >= FEWEST_EXPECTED
    # The same people differ in nothing, but for the rounding of sums.
    apart = covariance[0, 0] + covariance[1, 1]
    spread = apart - 2 * covariance[0, 1]
    tested &= spread > _NO_SPREAD * apart
    z = (share[0] - share[1]) / np.sqrt(np.where(tested, spread, np.nan))
    return np.stack([share[0], covariance[0, 0], n[0], effective[0], z])


def _randomised(protected: ProtectedCube, options: Sequence[Option]) -> Randomised:
    """Return how the answers to each option were randomised, as arrays."""
    how = [protected.answers[role] for role, _ in options]
    return Randomised(np.array([one.keep for one in how]), np.array([one.other for one in how]))


def _counted(
    meant: Meant, options: Sequence[Option], against: Meant | None
) -> tuple[Sequence[Words], Floats, Floats]:
    """Return parts of everybody, and what each counts in two selections, of which one may be the rest.

    In the sum of who chose an option, shape (selection, option, part), and in that of all meant, shape
    (selection, chosen or not, part).
    """
    parts: list[tuple[Any, ...]] = [*meant.parts_for(*options[0])]
    if against is not None:
        met = ((who & others, mine, theirs) for who, mine in parts for others, theirs in against.parts)
        parts = [part for part in met if part[0].any()]
    who, *said = zip(*parts, strict=True)
    top, counted = [], []
    for one, of in zip([meant] if against is None else [meant, against], said, strict=True):
        whole, *in_all = counting(of)
        # Who gave an answer that people are meant by gave one of them, whatever the copy says.
        own = {role: counting(of, but=role)[0] for role in one.levels}
        top.append([own[role] if option in one.wanted(role) else whole for role, option in options])
        counted.append(in_all)
    if against is None:
        top.append([1 - of for of in top[0]])
        counted.append([1 - of for of in counted[0]])
    return who, np.array(top), np.array(counted)


def _sums(protected: ProtectedCube, options: Sequence[Option], who: Sequence[Words]) -> Floats:
    """Return the sums of each part over who chose and who did not, shape (chosen or not, option, part, 3)."""
    cube = protected.cube
    rows, at = np.unique([cube.row[option] for option in options], return_inverse=True)
    inside = np.array([cube.sums(of & cube.bits[row] for of in who[:-1]) for row in rows])
    # The last part is what is left of everybody. Where nobody is, weights are the rounding of sums.
    last = protected.totals[rows] - inside.sum(axis=1)
    last[last[:, 0] == 0] = 0
    asked, chose = np.concatenate([inside, last[:, np.newaxis]], axis=1)[at.reshape(-1, 2).T]
    return np.stack([chose, asked - chose])


def _by_choice(meant: Meant, role: str) -> Floats:
    """Return the shares that follow from how the selection is made; missing for the others.

    Who were chosen for one answer all gave it, and where answers exclude each other none gave another.
    """
    protected = meant.protected
    wanted, alone = (
        np.isin(protected.cube.roles[role], list(of))
        for of in (meant.wanted(role), protected.exclusive.get(role, ()))
    )
    none = ~wanted & wanted.any() & (alone | alone[wanted].all())
    return np.select([none, wanted & (wanted.sum() == 1)], [0.0, 1.0], np.nan)


def _summing_to_one(share: Floats) -> Floats:
    """Return shares in whole percent, none below 0, that sum to 1: the largest remainders are rounded up."""
    kept = np.clip(share, 0, None)
    percent = 100 * kept / kept.sum()
    whole = np.floor(percent + 1e-9)
    left = round(100 - whole.sum())
    whole[np.argsort(whole - percent, kind="stable")[:left]] += 1
    shares: Floats = whole / 100
    return shares

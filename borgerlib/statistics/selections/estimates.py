"""Estimates of any selection of respondents, computed from a protected copy of their answers.

Users of a dashboard ask for one selection after another. Everything is computed from a copy in which every
answer is randomised (`borgerlib.statistics.selections.randomised`). However many selections are asked for,
they reveal no more than the copy itself, so nothing needs to be rounded or hidden. Shares are corrected for
the randomisation, and its variance is part of every interval and test.
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
from borgerlib.statistics.selections.protected import SMALLEST_EFFECTIVE, Meant, Part, ProtectedCube
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
    suppressed = (meant.size.n is None) | ~((n >= SMALLEST_SELECTION) & (effective >= SMALLEST_EFFECTIVE))
    # If a segment is made of a single choice, the copy cannot say how its true answers are distributed in it.
    untold = ~suppressed & [role in meant.sources and protected.single(role) for role, _ in options]
    shown = ~suppressed & ~untold
    by_choice = np.array([_by_choice(meant, role, option) for role, option in options])
    settled = shown & ~np.isnan(by_choice)
    known = shown & ~settled
    share = np.where(settled, by_choice, share)
    # Only for shares that vary: the interval of a settled one takes as long as those of all others.
    ends = np.full((2, len(options)), np.nan)
    how = _randomised(protected, [option for option, varies in zip(options, known, strict=True) if varies])
    ends[:, known] = _interval(how, share[known], variance[known], effective[known], confidence)
    lower, upper = ends
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
    # Options of a question that a segment is made of have parts of their own; all others share theirs.
    groups: dict[Option | None, list[int]] = {}
    for place, option in enumerate(options):
        groups.setdefault(option if meant.blurs(option[0]) else None, []).append(place)
    found = np.empty((5, len(options)))
    for places in groups.values():
        found[:, places] = _of_same_parts(meant, [options[place] for place in places], against)
    return found


def _of_same_parts(meant: Meant, options: Sequence[Option], against: Meant | None) -> Floats:
    """Return what `in_copy` does, for options by which respondents fall into the same parts.

    The axes of the arrays are, in this order: the selection and the one it is tested against (2), whether
    people chose the option in the copy or not (2), the options, and the parts. A length of 1 means that the
    values do not depend on the axis.
    """
    protected, how = meant.protected, _randomised(meant.protected, options)
    other = against or protected.meant({})
    crossed = [
        (mine.who & theirs.who, mine, theirs)
        for mine in meant.parts_for(*options[0])
        for theirs in other.parts
    ]
    who, *parts = zip(*(one for one in crossed if one[0].any()), strict=True)
    people, weights, squares = _sums(protected, options, who)
    # How much a person counts among those who chose an option, and among all who are meant.
    of_each = [_counting(one, of, options) for one, of in zip((meant, other), parts, strict=True)]
    choosing, counted = map(np.stack, zip(*of_each, strict=True))

    def total(values: Floats) -> Any:
        """Sum over people who chose and who did not, and over the parts; shape (2, options)."""
        return values.sum(axis=(1, 3))

    size = total(counted * weights)
    effective = np.where(size > 0, size, np.nan) ** 2 / total(counted**2 * squares)
    if against is None:
        # The other selection is the rest: everybody, without those who are meant.
        for of in (choosing, counted, effective):
            of[1] -= of[0]
    n, size = total(counted * people), total(counted * weights)
    size = np.where(size > 0, size, np.nan)
    # What an answer in the copy says of the true one: on average 1 if that is the option, otherwise 0.
    answer = how.corrected(np.array([[1.0], [0.0]]))[..., np.newaxis]
    chose = total(answer * choosing * weights)
    share = chose / size
    # How much a person of weight 1 moves the share, in its linear approximation.
    share_, size_ = (of[:, np.newaxis, :, np.newaxis] for of in (share, size))
    moves = (answer * choosing - share_ * counted) / size_
    everybody = protected.totals[0, 0]
    covariance = everybody / max(1, everybody - 1) * np.einsum("szop,tzop,zop->sto", moves, moves, squares)
    tested = np.array([not (meant.settles(*option) or other.settles(*option)) for option in options])
    if against is not None:
        enough = (n[1] >= SMALLEST_SELECTION) & (effective[1] >= SMALLEST_EFFECTIVE)
        tested &= enough & (against.size.n is not None)
    # Enough people are expected to choose the option in the copy, and enough not to.
    pooled = how.expected(np.clip(chose.sum(axis=0) / size.sum(axis=0), 0, 1))
    tested &= np.minimum(pooled, 1 - pooled) * effective.min(axis=0) >= FEWEST_EXPECTED
    # Selections of the same people differ only by the rounding of sums.
    unpaired = covariance[0, 0] + covariance[1, 1]
    of_difference = unpaired - 2 * covariance[0, 1]
    tested &= of_difference > _NO_SPREAD * unpaired
    z = (share[0] - share[1]) / np.sqrt(np.where(tested, of_difference, np.nan))
    return np.stack([share[0], covariance[0, 0], n[0], effective[0], z])


def _randomised(protected: ProtectedCube, options: Sequence[Option]) -> Randomised:
    """Return how the answers to each option were randomised, as arrays."""
    how = [protected.answers[role] for role, _ in options]
    return Randomised(np.array([one.keep for one in how]), np.array([one.other for one in how]))


def _counting(meant: Meant, parts: Sequence[Part], options: Sequence[Option]) -> tuple[Floats, Floats]:
    """Return how much a person of each part counts.

    In the sum of who chose an option, shape (1, options, parts); in that of all who are meant, shape
    (chose the option in the copy or not, 1, parts).
    """
    whole = np.transpose([part.counts() for part in parts])
    # People who are meant by an answer count as having given one of the wanted ones, whatever the copy says.
    own = {role: [part.counts(but=role)[0] for part in parts] for role in meant.levels}
    chose = [own[role] if option in meant.wanted(role) else whole[0] for role, option in options]
    return np.array(chose)[np.newaxis], whole[1:, np.newaxis]


def _sums(protected: ProtectedCube, options: Sequence[Option], parts: Sequence[Words]) -> Floats:
    """Return how many are in each part, the sum of their weights, and of the squares.

    Shape (3, chose the option in the copy or not, options, parts).
    """
    cube = protected.cube
    rows, at = np.unique([cube.row[option] for option in options], return_inverse=True)
    # The last part is everybody who is in no other. Where it is empty, its weights are the rounding of sums.
    counted = cube.joint_sums(parts[:-1], rows)
    last = protected.totals[rows] - counted.sum(axis=0)
    last[last[:, 0] == 0] = 0
    asked, chose = np.concatenate([counted, last[np.newaxis]])[:, at.reshape(-1, 2).T].transpose(1, 3, 2, 0)
    return np.stack([chose, asked - chose], axis=1)


def _interval(
    how: Randomised, share: Floats, variance: Floats, effective: Floats, confidence: float
) -> Floats:
    """Return the ends of the intervals of corrected shares, shape (2, options)."""
    likely = how.expected(np.clip(share, 0, 1))
    of_copy = (how.keep - how.other) ** 2 * variance
    worth = np.divide(likely * (1 - likely), of_copy, out=effective.copy(), where=of_copy > 0)
    ends = interval_of_size(likely, worth, "beta", confidence)
    return np.clip([how.corrected(end) for end in ends], 0, 1)


def _by_choice(meant: Meant, role: str, option: str) -> float:
    """Return the share that follows from how the selection is made; missing where nothing does.

    People chosen for one answer all gave it, and where answers exclude each other none of them gave another.
    """
    wanted, alone = set(meant.wanted(role)), meant.protected.exclusive.get(role, frozenset())
    if wanted == {option}:
        return 1.0
    excluded = wanted and option not in wanted and (option in alone or alone >= wanted)
    return 0.0 if excluded else np.nan


def _summing_to_one(share: Floats) -> Floats:
    """Return shares in whole percent, none below 0, that sum to 1: the largest remainders are rounded up."""
    kept = np.clip(share, 0, None)
    percent = 100 * kept / kept.sum()
    whole = np.floor(percent + 1e-9)
    left = round(100 - whole.sum())
    whole[np.argsort(whole - percent, kind="stable")[:left]] += 1
    shares: Floats = whole / 100
    return shares

"""Chances as equal as the quotas allow, and the proof that they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from borgerlib.contact.lottery.infeasible import require_feasible
from borgerlib.contact.lottery.levels import generated_leximin
from borgerlib.contact.lottery.mixture import Mixture, mix
from borgerlib.contact.lottery.pool import Pool, make_pool
from borgerlib.contact.lottery.pricing import Panels
from borgerlib.contact.lottery.relaxation import ChanceLevel, relaxed_leximin, require_cap
from borgerlib.errors import ParameterError


@dataclass(frozen=True)
class LotteryChances:
    """Everybody's chance of a seat, and a mixture of panels that gives just these chances.

    Attributes
    ----------
    chances : Series
        Each person's chance (0-1), on the index of the people given.
    gap : float
        How far a level may at most be below what is proven possible (0-1); about 1e-9 where it is exact.
    mixture : Mixture
        Panels in numbers of each kind of people, and how probable each is.
    pool : Pool
        The people, in kinds, and the quotas.
    levels : tuple of Level
        The proof: see `proven_gap`.
    cap : float
        Nobody's chance was to be above it.

    See Also
    --------
    leximin_chances : Makes them.
    list_panels : Writes them as panels to draw from.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> pool = pd.DataFrame({"koen": ["kvinde"] * 4 + ["mand"] * 2})
    >>> quotas = pd.DataFrame(
    ...     {"feature": ["koen"] * 2, "value": ["kvinde", "mand"], "min": [1, 1], "max": [1, 1]}
    ... )
    >>> borgerlib.leximin_chances(pool, quotas, 2).chances.round(2).tolist()
    [0.25, 0.25, 0.25, 0.25, 0.5, 0.5]
    """

    chances: pd.Series
    gap: float
    mixture: Mixture = field(repr=False)
    pool: Pool = field(repr=False)
    levels: tuple[ChanceLevel, ...]
    cap: float


def leximin_chances(
    people: pd.DataFrame,
    quotas: pd.DataFrame,
    size: int,
    *,
    cap: float | None = None,
    household: str | None = None,
) -> LotteryChances:
    """Return chances of a seat that are as equal as the quotas allow.

    The lowest chance is as high as it can be; among all lotteries with that, the second lowest is, and so on
    (LEXIMIN). Every panel of the lottery keeps all quotas.

    Parameters
    ----------
    people : DataFrame
        Those who may be drawn, one row each; a column a feature. The index names them.
    quotas : DataFrame
        One row a value of a feature: feature, value, min, max (people on the panel).
    size : int
        People on a panel.
    cap : float, optional
        Nobody's chance is above this multiple of the mean chance, `size` / people: the lottery is then
        harder to win by false answers (Baharav & Flanigan 2024).
    household : str, optional
        The column that says who lives together: no two of one household sit on one panel. Empty: alone.

    Returns
    -------
    LotteryChances
        `chances` and `gap`, the distance to the proven bound.

    Raises
    ------
    DataError
        People or quotas are not as they must be, no panel keeps all quotas (which ones, by how many people
        and the smallest change that mends it are listed), or no lottery keeps the cap.
    ParameterError
        The cap is below 1.

    See Also
    --------
    list_panels : The panels to draw from.

    Notes
    -----
    Flanigan, Gölz, Gupta, Hennig & Procaccia, "Fair algorithms for selecting citizens' assemblies",
    Nature 596 (2021). People of the same features are exchangeable, so panels are numbers of each kind. First
    a panel may hold fractions of people: successive linear programs give chances that no lottery can better.
    Where a mixture of whole panels gives just these, they are LEXIMIN. Otherwise column generation finds the
    levels over whole panels, each with prices that prove it.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> pool = pd.DataFrame({"koen": ["kvinde"] * 4 + ["mand"] * 2})
    >>> quotas = pd.DataFrame(
    ...     {"feature": ["koen"] * 2, "value": ["kvinde", "mand"], "min": [1, 1], "max": [1, 1]}
    ... )
    >>> borgerlib.leximin_chances(pool, quotas, 2).chances.round(2).tolist()
    [0.25, 0.25, 0.25, 0.25, 0.5, 0.5]
    """
    if cap is not None and not cap >= 1:
        raise ParameterError(f"cap = {cap}: a multiple of the mean chance is 1 or more.")
    pool = make_pool(people, quotas, size, household)
    require_feasible(pool)
    most = 1.0 if cap is None else min(1.0, cap * size / len(people))
    if cap is not None:
        require_cap(pool, cap)
    chances, levels = relaxed_leximin(pool, most)
    mixture = mix(pool, chances * pool.counts)
    if mixture is None:
        mixture, levels = generated_leximin(pool, most, chances * pool.counts)
    reached = mixture.averages / pool.counts
    gap = max(level.bound - min(reached[level.kinds]) for level in levels)
    return LotteryChances(
        chances=pd.Series(reached[pool.kind_of], index=pool.people, name="chance"),
        gap=float(max(gap, 0.0)),
        mixture=mixture,
        pool=pool,
        levels=tuple(levels),
        cap=most,
    )


def proven_gap(result: LotteryChances) -> float:
    """Return the gap of a result, proven anew from its prices alone.

    Whoever is not settled before a level has at least the level's chance. Were a lottery to give all of
    them more, then, at the level's prices, panels would cost more on average than the dearest panel does.

    Returns
    -------
    float
        The largest distance of a level from what its prices prove possible (0-1).
    """
    pool, panels = result.pool, Panels(result.pool)
    reached = result.mixture.averages / pool.counts
    gap, settled = 0.0, np.zeros(len(pool.counts), dtype=bool)
    for level in result.levels:
        share = level.prices[~settled].sum()
        dearest = panels.best((level.prices - level.cap_prices) / pool.counts)
        assert dearest is not None, "the result holds panels"
        spent = level.prices[settled] @ reached[settled]
        bound = (dearest[1] - spent + level.cap_prices.sum() * result.cap) / share
        gap = max(gap, bound - float(reached[~settled].min()))
        settled[level.kinds] = True
    return gap

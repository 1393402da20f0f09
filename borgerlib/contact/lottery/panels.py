"""A list of equally probable panels, from which one is drawn in public."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from borgerlib.contact.lottery.leximin import LotteryChances
from borgerlib.contact.lottery.mixture import FoundPanels, add_panel
from borgerlib.contact.lottery.pool import Pool
from borgerlib.contact.lottery.pricing import Panels
from borgerlib.contact.lottery.solver import Floats
from borgerlib.errors import ParameterError

_ROUNDS, _ADDED, _NOISE = 10, 20, 0.3
_PASSES, _BETTER = 50, 1e-9


@dataclass(frozen=True)
class PanelList:
    """Panels of which one is drawn, all with the same probability.

    Attributes
    ----------
    members : DataFrame
        Panels x people, bool: a row a panel, numbered from 0; the columns are the people's index.

    See Also
    --------
    list_panels : Makes one.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> pool = pd.DataFrame({"koen": ["kvinde"] * 4 + ["mand"] * 2})
    >>> quotas = pd.DataFrame(
    ...     {"feature": ["koen"] * 2, "value": ["kvinde", "mand"], "min": [1, 1], "max": [1, 1]}
    ... )
    >>> panels = borgerlib.list_panels(borgerlib.leximin_chances(pool, quotas, 2), panels=8, seed=1)
    >>> panels.members.shape
    (8, 6)
    """

    members: pd.DataFrame

    @property
    def chances(self) -> pd.Series:
        """Each person's chance (0-1) in a draw from this list: the share of panels that have her."""
        return self.members.mean().rename("chance")


def list_panels(result: LotteryChances, *, panels: int = 1000, seed: int) -> PanelList:
    """Return panels whose members have nearly the chances of the lottery when one is drawn at random.

    Parameters
    ----------
    result : LotteryChances
        Of `borgerlib.leximin_chances`.
    panels : int
        How many; 1000 lets three ten-sided dice draw.
    seed : int
        Deals the seats of a kind of people among them, and orders the panels.

    Returns
    -------
    PanelList
        `members`, panels x people.

    Raises
    ------
    ParameterError
        There is to be less than one panel.

    See Also
    --------
    leximin_chances : The chances.

    Notes
    -----
    Flanigan, Kehne & Procaccia, "Fair sortition made transparent", NeurIPS 2021: a list of 1,000 costs next
    to nothing. Here panels are chosen one at a time so that what each kind lacks stays small, and then
    exchanged while that helps. Within a kind, whoever has sat on the fewest panels is next, ties by lot.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> pool = pd.DataFrame({"koen": ["kvinde"] * 4 + ["mand"] * 2})
    >>> quotas = pd.DataFrame(
    ...     {"feature": ["koen"] * 2, "value": ["kvinde", "mand"], "min": [1, 1], "max": [1, 1]}
    ... )
    >>> borgerlib.list_panels(borgerlib.leximin_chances(pool, quotas, 2), panels=8, seed=1).members.shape
    (8, 6)
    """
    require_panels(panels)
    generator = np.random.default_rng(seed)
    numbers = generator.permutation(_rounded(result, panels, generator)).astype(int)
    return PanelList(pd.DataFrame(_dealt(result.pool, numbers, generator), columns=result.pool.people))


def require_panels(panels: int) -> None:
    """Raise `ParameterError` if a list would hold no panel."""
    if panels < 1:
        raise ParameterError(f"panels = {panels}: a list holds one panel or more.")


def draw_panel(result: LotteryChances, *, seed: int) -> pd.Index:
    """Return the people on one panel, drawn with exactly the chances of the lottery.

    Parameters
    ----------
    result : LotteryChances
    seed : int
        Use an unpredictable one (`secrets.randbelow`) if the draw has no witnesses.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.choice(len(result.mixture.panels), p=result.mixture.weights)
    numbers = np.round(result.mixture.panels[[drawn]]).astype(int)
    members: pd.Index = result.pool.people[_dealt(result.pool, numbers, generator)[0]]
    return members


def _rounded(result: LotteryChances, panels: int, generator: np.random.Generator) -> Floats:
    """Return panels x kinds whose mean is near the mixture's.

    Start with the mixture's panels in an order in which their mean approaches the averages. Then exchange one
    panel after another so that the sum of squares of what the kinds lack becomes smallest; each round adds
    candidates that have what is lacking most.
    """
    counts, averages = result.pool.counts, result.mixture.averages
    allowed, found = Panels(result.pool, through=averages), FoundPanels()
    for panel in result.mixture.panels:
        add_panel(found, panel)
    chosen = np.arange(panels) % len(found)
    for _ in range(_ROUNDS):
        candidates = np.array(list(found.values()))
        chosen = _exchanged(candidates / np.sqrt(counts), panels * averages / np.sqrt(counts), chosen)
        lacking = (panels * averages - candidates[chosen].sum(axis=0)) / counts
        for _ in range(_ADDED):
            wanted = lacking * np.abs(lacking) + generator.normal(0, _NOISE, len(lacking))
            panel = allowed.near(wanted / counts)
            if panel is not None:
                add_panel(found, panel)
    return candidates[chosen]


def _exchanged(candidates: Floats, target: Floats, chosen: np.ndarray) -> np.ndarray:
    """Exchange one chosen candidate after another as long as this brings the sum closer to the target."""
    products = candidates @ candidates.T
    squares = products.diagonal()
    lacking = candidates @ (target - candidates[chosen].sum(axis=0))
    for _ in range(_PASSES):
        before, chosen = chosen, chosen.copy()
        for number, panel in enumerate(before):
            without = lacking + products[panel]
            worse = squares - 2 * without
            better = int(np.argmin(worse))
            if worse[better] < worse[panel] - _BETTER:
                chosen[number], lacking = better, without - products[better]
        if np.array_equal(chosen, before):
            break
    return chosen


def _dealt(pool: Pool, numbers: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return panels x people (bool): deal each kind's seats to its people who have had the fewest so far."""
    members = np.zeros((len(numbers), len(pool.people)), dtype=bool)
    ties = generator.permuted(np.tile(np.arange(len(pool.people)), (len(numbers), 1)), axis=1)
    seats = np.zeros(len(pool.people), dtype=int)
    of_kind = [np.flatnonzero(pool.kind_of == kind) for kind in range(len(pool.counts))]
    for panel, wanted in enumerate(numbers):
        taken: set[int] = set()
        for kind in np.flatnonzero(wanted):
            group = of_kind[kind]
            order = group[np.lexsort((ties[panel, group], seats[group]))]
            left = wanted[kind]
            for person in order:
                if left and int(pool.household_of[person]) not in taken:
                    taken.add(int(pool.household_of[person]))
                    members[panel, person] = True
                    seats[person] += 1
                    left -= 1
    return members

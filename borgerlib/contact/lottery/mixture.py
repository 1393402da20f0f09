"""Find a mixture of panels in which each kind has the number of seats wanted on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from borgerlib.contact.lottery.pool import Pool
from borgerlib.contact.lottery.pricing import Panels
from borgerlib.contact.lottery.solver import Floats

_EXACT = 1e-11
_DAMPED = 0.8  # factor on the price of a kind for the rest of a round, once a panel of the round holds it
_CHUNKS = (1.3, 0.3, 0.3, 0.4, 0.7)  # panels added between attempts, as multiples of the number of kinds


@dataclass(frozen=True)
class Mixture:
    """Panels and how probable each is.

    Attributes
    ----------
    panels : ndarray, panels x kinds
        Number of people of each kind on each panel.
    weights : ndarray
        The panels' probabilities, which sum to 1.
    """

    panels: Floats
    weights: Floats

    @property
    def averages(self) -> Floats:
        """The average number of people drawn of each kind."""
        averages: Floats = self.weights @ self.panels
        return averages


FoundPanels = dict[bytes, Floats]
"""Different panels, in the order in which they were found."""


def add_panel(found: FoundPanels, panel: Floats) -> bool:
    """Add a panel if it is new; return whether it was."""
    known = len(found)
    found.setdefault(panel.astype(np.int32).tobytes(), panel)
    return len(found) > known


def mix(pool: Pool, averages: Floats) -> Mixture | None:
    """Return a mixture of panels with these averages of each kind; None if none is found.

    Panels are collected until their mean is close to the averages; a small correction of equal weights then
    reaches them.
    """
    panels = Panels(pool, through=averages)
    found: FoundPanels = {}
    behind = np.zeros(len(averages))
    for chunk in _CHUNKS:
        behind = spread(panels, averages, int(np.ceil(chunk * len(averages))), found=found, behind=behind)
        mixture = _corrected(averages, list(found.values()))
        if mixture is not None:
            return mixture
    return None


def spread(panels: Panels, averages: Floats, count: int, *, found: FoundPanels, behind: Floats) -> Floats:
    """Add panels, each with the kinds that lack most so far; return what each kind still lacks."""
    scale = 1 / np.sqrt(np.maximum(averages, 1e-6))
    for _ in range(count):
        behind = behind + averages
        panel = panels.near(behind * scale)
        if panel is not None:
            behind = behind - panel
            add_panel(found, panel)
    return behind


def add_round(panels: Panels, found: FoundPanels, prices: Floats, first: Floats, count: int) -> None:
    """Add panels that have a high price and differ from each other."""
    damped, panel = prices.copy(), first
    for _ in range(count):
        damped = np.where(panel > 0, _DAMPED * damped, damped)
        near = panels.near(damped)
        if near is not None:
            add_panel(found, near)
            panel = near


def _corrected(averages: Floats, panels: list[Floats]) -> Mixture | None:
    """Return nearly equal, positive weights that give the averages, by least squares in several steps."""
    if not panels:
        return None
    matrix = np.vstack([np.array(panels).T, np.ones(len(panels))])
    target = np.r_[averages, 1.0]
    weights = np.full(len(panels), 1 / len(panels))
    for _ in range(25):
        missing = target - matrix @ weights
        if np.abs(missing).max() < _EXACT:
            return Mixture(np.array(panels), weights / weights.sum())
        step = _least_change(matrix, weights, missing)
        falling = step < 0
        length = min(1.0, 0.9 * np.min(-weights[falling] / step[falling], initial=np.inf))
        if length < 0.01:
            break
        weights = weights + length * step
    return None


def _least_change(matrix: Floats, weights: Floats, missing: Floats) -> Floats:
    """Return the smallest relative change of the weights that adds `missing`."""
    normal = (matrix * weights**2) @ matrix.T
    normal[np.diag_indices_from(normal)] += (
        1e-12 * np.trace(normal) / len(normal)
    )  # the rows are linearly dependent
    factor = scipy.linalg.cho_factor(normal, check_finite=False)
    multipliers = scipy.linalg.cho_solve(factor, missing)
    multipliers += scipy.linalg.cho_solve(factor, missing - normal @ multipliers)
    change: Floats = weights**2 * (matrix.T @ multipliers)
    return change

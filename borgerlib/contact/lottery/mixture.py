"""A mixture of panels that gives each kind what it should have on average."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from borgerlib.contact.lottery.pool import Pool
from borgerlib.contact.lottery.pricing import Panels
from borgerlib.contact.lottery.solver import Floats

_EXACT = 1e-11
_DAMPED = 0.8  # what a kind's price falls to for the next panel of a round, once a panel of the round has it
_CHUNKS = (1.3, 0.3, 0.3, 0.4, 0.7)  # panels tried before prices are asked, as multiples of the kinds


@dataclass(frozen=True)
class Mixture:
    """Panels and how probable each is.

    Attributes
    ----------
    panels : ndarray, panels x kinds
        How many of each kind sit on a panel.
    weights : ndarray
        Sum to 1.
    """

    panels: Floats
    weights: Floats

    @property
    def averages(self) -> Floats:
        """How many of each kind are drawn on average."""
        averages: Floats = self.weights @ self.panels
        return averages


FoundPanels = dict[bytes, Floats]
"""Different panels, in the order in which they were found."""


def add_panel(found: FoundPanels, panel: Floats) -> bool:
    """Add a panel, unless it is known; return whether it was new."""
    known = len(found)
    found.setdefault(panel.astype(np.int32).tobytes(), panel)
    return len(found) > known


def mix(pool: Pool, averages: Floats) -> Mixture | None:
    """Return a mixture of panels with these averages of each kind; None where none is found.

    Panels are gathered whose mean nears the averages; a small correction of equal weights then meets them.
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
    """Find panels that each have the kinds most behind their averages so far; return what is behind."""
    scale = 1 / np.sqrt(np.maximum(averages, 1e-6))
    for _ in range(count):
        behind = behind + averages
        panel = panels.near(behind * scale)
        if panel is not None:
            behind = behind - panel
            add_panel(found, panel)
    return behind


def add_round(panels: Panels, found: FoundPanels, prices: Floats, first: Floats, count: int) -> None:
    """Add panels that are good at the prices and unlike each other."""
    damped, panel = prices.copy(), first
    for _ in range(count):
        damped = np.where(panel > 0, _DAMPED * damped, damped)
        near = panels.near(damped)
        if near is not None:
            add_panel(found, near)
            panel = near


def _corrected(averages: Floats, panels: list[Floats]) -> Mixture | None:
    """Return weights near equal ones that meet the averages, by least squares in steps that stay positive."""
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
    """Return the change of the weights that adds `missing`, smallest in shares of the weights."""
    normal = (matrix * weights**2) @ matrix.T
    normal[np.diag_indices_from(normal)] += (
        1e-12 * np.trace(normal) / len(normal)
    )  # rows depend on each other
    factor = scipy.linalg.cho_factor(normal, check_finite=False)
    multipliers = scipy.linalg.cho_solve(factor, missing)
    multipliers += scipy.linalg.cho_solve(factor, missing - normal @ multipliers)
    change: Floats = weights**2 * (matrix.T @ multipliers)
    return change

"""What classes of respondents are called: after what stands out in them."""

from __future__ import annotations

from collections import Counter

import numpy as np

from borgerlib.statistics.levels import Floats, Mask

STANDS_OUT = 0.05


MOST_NAMED = 2


def class_names(difference: Floats, labels: list[str], exclusive: list[bool]) -> list[str]:
    """Return a Danish name a class; a name that comes again gets a number."""
    names: list[str] = []
    times: Counter[str] = Counter()
    for row in difference:
        name = _name(row, labels, np.array(exclusive, dtype=bool)) if len(difference) > 1 else "Alle"
        times[name] += 1
        names.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return names


def _name(difference: Floats, labels: list[str], exclusive: Mask) -> str:
    above = difference >= STANDS_OUT
    if (difference[~exclusive] >= STANDS_OUT).all():
        return "Vælger mange"
    if above.any():
        order = [at for at in np.argsort(-difference, kind="stable") if above[at]]
        return " · ".join(labels[at] for at in order[:MOST_NAMED])
    return "Vælger få" if (difference <= -STANDS_OUT).any() else "Som de fleste"

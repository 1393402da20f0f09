"""What a protected copy says of a selection passes the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.danish import percent
from borgerlib.statistics.disclosure.columns import WITHHELD
from borgerlib.statistics.disclosure.disclosed import DisclosedEstimates, Origin, _admit
from borgerlib.statistics.selections.estimates import estimate_selection
from borgerlib.statistics.selections.protected import ProtectedCube, SelectionSize

_UNTOLD = "kan ikke opgøres"


def disclose_selection(
    protected: ProtectedCube,
    levels: Mapping[str, Sequence[str]],
    rows: pd.DataFrame,
    *,
    base: str,
    source: str,
    simulated: bool,
    confidence: float = 0.95,
    false_discovery_rate: float = 0.05,
    against: Mapping[str, Sequence[str]] | None = None,
) -> tuple[SelectionSize, DisclosedEstimates]:
    """Admit what a protected copy says of a selection of respondents that a reader makes and changes.

    Parameters
    ----------
    protected : ProtectedCube
        The copy: what is computed from it tells no more than it does (`borgerlib.statistics.selections`).
    levels : mapping of str to sequence of str
        The selection: role → levels.
    rows : DataFrame
        What is asked of the selected: all levels of some roles of the cube, in its order. Columns: item
        (the role), option, label (Danish), and whatever else should stand beside the numbers.
    base, source, simulated, confidence
        See `DisclosedEstimates` and `disclose`.
    false_discovery_rate : float
        Of the directions other than 0, as many as this share may be false.
    against : mapping of str to sequence of str, optional
        A second selection that the first is tested against; otherwise the rest.

    Returns
    -------
    SelectionSize
        How many are meant.
    DisclosedEstimates
        The rows with their numbers. Counts are not told; n is that of the selection, in tens.
        Columns besides: n_is_rounded (bool: True), settled (bool: the selection itself says so, as where it
        is made of who chose it), direction (1, -1: more, less than the rest, or the second selection,
        beyond chance; 0: neither; missing where not tested). Where chance took a corrected share below 0
        the proportion is missing, and the note says 'under 3 pct.'; so above 1. It says 'kan ikke opgøres'
        where the copy cannot tell.

    Raises
    ------
    ParameterError
        There is no such role or level.
    """
    meant, other = protected.meant(levels), None if against is None else protected.meant(against)
    size, roles, rate = meant.size, list(dict.fromkeys(rows["item"])), false_discovery_rate
    found = estimate_selection(meant, roles, confidence=confidence, false_discovery_rate=rate, against=other)
    bound = found.pop("bound")
    ends = np.where(bound == "under", np.ceil(100 * found["ci_upper"]), np.floor(100 * found["ci_lower"]))
    notes = [
        "" if not side else _UNTOLD if side == "untold" or np.isnan(end) else f"{side} {percent(end / 100)}"
        for side, end in zip(bound, ends, strict=True)
    ]
    # In one go: adding column by column takes longer than all the statistics.
    columns: dict[str, Any] = {
        **{str(name): rows[name] for name in rows},
        **found,
        "proportion": np.where(bound == "", found["proportion"], np.nan),
        "n": pd.array([size.n] * len(rows), dtype="Int64"),
        "n_is_rounded": True,
        "count": pd.array([None] * len(rows), dtype="Int64"),
        "direction": pd.array(found["direction"], dtype="Int64"),
        "group": "",
        "group_label": "",
        "note": np.where(found["suppressed"], WITHHELD, notes),
    }
    frame = pd.DataFrame(columns, index=rows.index)
    origin: Origin = "simulated" if simulated else "microdata"
    return size, _admit(frame, origin, base, source, confidence, 0)

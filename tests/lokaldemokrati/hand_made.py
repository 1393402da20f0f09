"""Estimates written by hand, a few rows long."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd
from admitted import admitted

from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published

_ABSENT: dict[str, Any] = {"ci_lower": None, "ci_upper": None, "suppressed": False, "note": ""}


def row(reference: str, count: int | None, n: int | None, **changes: Any) -> dict[str, Any]:
    """Return a row of 'item.option' or 'item.option@group'; its proportion is count / n."""
    path, _, group = reference.partition("@")
    item, _, option = path.partition(".")
    return {
        "item": item,
        "option": option,
        "label": option.capitalize(),
        "group": group,
        "group_label": group.capitalize(),
        "n": n,
        "count": count,
        "proportion": None if count is None or n is None else count / n,
        "net": False,
        "population": 98,
        "possible_n": str(n),
        **_ABSENT,
        **changes,
    }


def hidden(reference: str, **changes: Any) -> dict[str, Any]:
    """Return a row that disclosure control has hidden, with its n."""
    return row(reference, None, changes.pop("n", 60), suppressed=True, note="skjult", **changes)


def estimates(
    *rows: dict[str, Any],
    confidence: float = 0.95,
    origin: Literal["published", "microdata"] = "published",
) -> DisclosedEstimates:
    """Return the rows as estimates that may be shown."""
    frame = pd.DataFrame(list(rows))
    shares = ["proportion", "ci_lower", "ci_upper"]
    frame = frame.astype({"n": "Int64", "count": "Int64"} | dict.fromkeys(shares, "float64"))
    published = as_published(frame, base="kommunaldirektører", source="En kilde.", confidence=confidence)
    return admitted(published, frame=frame, origin=origin)

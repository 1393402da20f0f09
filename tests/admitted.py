"""Estimates made by hand, for tests of what shows them: past the gate, as the library itself never is."""

from typing import Any

from borgerlib.statistics.disclosure import disclosed
from borgerlib.statistics.disclosure.disclosed import DisclosedEstimates


def admitted(like: DisclosedEstimates, **changes: Any) -> DisclosedEstimates:
    """Return estimates like others, but for what is changed (frame, origin, base …)."""
    names = ("frame", "origin", "base", "source", "confidence", "min_cell")
    known: dict[str, Any] = {name: getattr(like, name) for name in names}
    return disclosed._admit(**known | changes)

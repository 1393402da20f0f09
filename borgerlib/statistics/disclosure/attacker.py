"""The attacker: what a reader can work out about the numbers that were suppressed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from borgerlib.errors import DisclosureError
from borgerlib.statistics.disclosure.columns import KEYS
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.disclosure.hiding.reader import Reader, Weights
from borgerlib.statistics.disclosure.named import named
from borgerlib.statistics.disclosure.tables import ShownItem, read_items
from borgerlib.statistics.levels import Mask


def feasible_ranges(estimates: pd.DataFrame, disclosed: DisclosedEstimates) -> pd.DataFrame:
    """Return how small and how large each suppressed number could be for a reader of what is shown.

    The reader sees every count and n that is shown, knows which groups make up all respondents and whether
    any are left out, and knows how many options a respondent could choose. Of weighted estimates the reader
    also knows the shares of all, how much the people of each group weigh on average, and by how much those
    who chose one option usually differ from that.

    Parameters
    ----------
    estimates : DataFrame
        What `disclose` was given.
    disclosed : DisclosedEstimates
        What it returned.

    Returns
    -------
    DataFrame
        One row a suppressed count, and one a suppressed n (its option is ''). Columns: item, option, group,
        lower, upper.

    Raises
    ------
    DisclosureError
        The two do not belong together.

    See Also
    --------
    disclose : What is checked.

    Examples
    --------
    >>> import borgerlib
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "item": "tid",
    ...         "option": ["a", "b", "c", "d"],
    ...         "label": list("ABCD"),
    ...         "group": "",
    ...         "group_label": "",
    ...         "n": 40,
    ...         "count": [2, 3, 15, 20],
    ...         "proportion": [0.05, 0.075, 0.375, 0.5],
    ...         "ci_lower": 0.0,
    ...         "ci_upper": 1.0,
    ...     }
    ... )
    >>> shown = borgerlib.disclose(frame, base="borgere", source="Svar")
    >>> borgerlib.feasible_ranges(frame, shown)[["option", "lower", "upper"]].head(2).values.tolist()
    [['a', 0.0, 5.0], ['b', 0.0, 5.0]]
    """
    truth, shown = named(estimates, None).reset_index(drop=True), disclosed.frame.reset_index(drop=True)
    if not truth[KEYS].astype(str).equals(shown[KEYS].astype(str)):
        raise DisclosureError(
            "The estimates are not those that were disclosed: their rows differ.",
            hint="Pass the very frame that disclose() was given, and what it returned.",
        )
    found = [_ranges_of_item(item, shown) for item in read_items(truth)]
    ranges = pd.concat([pd.DataFrame(columns=[*KEYS, "lower", "upper"]), *found], ignore_index=True)
    return ranges.astype({"lower": float, "upper": float})


def _ranges_of_item(item: ShownItem, shown: pd.DataFrame) -> pd.DataFrame:
    rows = shown.iloc[item.rows]
    no_count = rows["suppressed"].to_numpy(dtype=bool)
    system = Reader(item.table, _told(item, no_count))
    counts, n = system.cells[item.option, item.group], system.cells[-1, item.group]
    known = np.full(system.cells.size, np.nan)
    known[counts], known[n] = rows["count"].astype(float), rows["n"].astype(float)
    no_n = (rows["n"].isna() & ~rows["group"].duplicated()).to_numpy(dtype=bool)
    lower, upper = system.ranges(known, np.concatenate([counts[no_count], n[no_n]]))
    named = pd.concat([rows[no_count], rows[no_n].assign(option="")])[KEYS]
    return named.assign(lower=lower, upper=upper)


def _told(item: ShownItem, suppressed: Mask) -> Weights | None:
    """Return what the shares of all tell of options with hidden counts."""
    if item.weights is None or not (item.weighted and item.table.divisions):
        return None
    hidden = np.zeros(item.table.counts.shape, dtype=bool)
    hidden[item.option, item.group] = suppressed
    return item.weights.told(hidden.any(axis=1) & ~hidden[:, item.table.total])

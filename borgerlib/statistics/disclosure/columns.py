"""The columns of estimates, and what is blank where a row is suppressed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.statistics.levels import Mask

# One word for what few gave and for what would tell that of others: which of them it is, would tell it.
WITHHELD = "skjult"
KEYS = ["item", "option", "group"]
SHARES = ["proportion", "ci_lower", "ci_upper"]
NUMBERS = ["n", "count", *SHARES, "suppressed"]
NAMES = [*KEYS, "item_label", "label", "group_label", "domain", "exclusive", "net", "note"]
_DTYPES: dict[str, Any] = {"n": "Int64", "count": "Int64", **dict.fromkeys(SHARES, "float64")}


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of a frame whose numbers have the types that estimates have."""
    frame = frame.copy()
    for name, kind in _DTYPES.items():
        # Only what differs: converting every column takes as long as drawing a chart.
        if frame[name].dtype != kind:
            nullable: Any = "Float64" if name in SHARES else kind
            frame[name] = frame[name].astype(nullable).astype(kind)
    return frame


def blanked(frame: pd.DataFrame, hidden: Mask, without_n: Mask) -> pd.DataFrame:
    """Return a frame without what its suppressed rows told, and, where said so, without their n."""
    frame = frame.copy()
    frame.loc[hidden, "suppressed"] = True
    frame.loc[hidden, "count"] = pd.NA
    frame.loc[hidden, SHARES] = np.nan
    frame.loc[without_n, "n"] = pd.NA
    frame.loc[hidden, "note"] = WITHHELD
    return without_further(frame, hidden)


def retold(frame: pd.DataFrame, rows: Mask, shares: Any) -> pd.DataFrame:
    """Return a frame with other shares in some rows; their intervals move along, with ends in whole percent.

    Ends that were rounded each by itself would together tell where the share lay before it was rounded.
    """
    lower, upper = (shares + frame[end] - frame["proportion"] for end in ("ci_lower", "ci_upper"))
    told = {
        "proportion": pd.Series(shares, index=frame.index),
        "ci_lower": (np.floor(100 * lower + 1e-9) / 100).clip(lower=0.0),
        "ci_upper": (np.ceil(100 * upper - 1e-9) / 100).clip(upper=1.0),
    }
    return frame.assign(**{name: frame[name].mask(rows, values) for name, values in told.items()})


def without_further(frame: pd.DataFrame, rows: Any) -> pd.DataFrame:
    """Return a frame where, in some rows, the columns that the gate does not know are blank."""
    further = [name for name in frame.columns if name not in {*NAMES, *NUMBERS}]
    blank = {name: "" if pd.api.types.is_string_dtype(frame[name]) else np.nan for name in further}
    return frame.assign(**{name: frame[name].mask(rows, empty) for name, empty in blank.items()})


def with_sizes(frame: pd.DataFrame, sizes: Mapping[str, int]) -> pd.DataFrame:
    """Return a frame with one n a group, whatever was asked of it, and without counts of groups.

    What the bases of two items differ by is a count as well: of who answered one of them alone, or chose the
    one option that keeps a person out of the other. A hidden n stays hidden, that of all (group '') its own.
    """
    frame, of_groups = frame.copy(), frame["group"] != ""
    size = frame["group"].map(dict(sizes)).astype("Int64")
    frame["n"] = frame["n"].mask(of_groups & frame["n"].notna(), size)
    frame["count"] = frame["count"].mask(of_groups)
    return frame

"""The rows and columns of a banner table, for all output formats."""

from __future__ import annotations

from typing import Any

import pandas as pd

from borgerlib.statistics.disclosure.columns import WITHHELD
from borgerlib.statistics.disclosure.disclosed import DisclosedEstimates
from borgerlib.view.words import alt_text

ALL = "Alle"
HIDDEN = f"· {WITHHELD}"
MARKS = {"above": ("▲", "flere end i resten"), "below": ("▼", "færre end i resten")}


def by_item(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of each item."""
    return [rows for _, rows in frame.groupby("item", sort=False)]


def caption_of(estimates: DisclosedEstimates, rows: pd.DataFrame) -> str:
    """Return the item as it was asked, preceded by a warning if the data are simulated."""
    return alt_text.titled(str(rows["item_label"].iloc[0]), estimates)


def groups_of(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return one record per column of the table: its texts, n and effective n."""
    groups = rows.drop_duplicates("group").to_dict("records")
    effective = rows.groupby("group", sort=False)["n_effective"].first()
    return [group | {"n_effective": effective[group["group"]]} for group in groups]


def spans_of(groups: list[dict[Any, Any]]) -> list[tuple[str, int]]:
    """Return the divisions' headings and how many columns each spans, without the total."""
    spans: dict[str, list[Any]] = {}
    for group in groups:
        if group["group"]:
            spans.setdefault(group["domain"], [group["domain_label"], 0])[1] += 1
    return [(str(label), int(count)) for label, count in spans.values()]

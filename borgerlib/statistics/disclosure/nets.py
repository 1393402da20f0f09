"""Named sums of options ("enig", of two options): shown only where they give no hidden number away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from borgerlib import danish
from borgerlib.errors import DisclosureError
from borgerlib.statistics.disclosure.columns import KEYS, blanked, retold
from borgerlib.statistics.disclosure.hiding.confidentiality import confidential
from borgerlib.statistics.disclosure.hiding.weighted_totals import whole_steps
from borgerlib.survey.codebook.model import Codebook


def safe_nets(
    nets: pd.DataFrame, estimated: pd.DataFrame, disclosed: pd.DataFrame, codebook: Codebook, min_cell: int
) -> pd.DataFrame:
    """Return the nets of items, with those hidden that would tell of a hidden or a small count.

    Parameters
    ----------
    nets : DataFrame
        One row an item × net × group, as the estimates, unprotected.
    estimated, disclosed : DataFrame
        The options of the same items and groups, row by row alike: before and after `disclose`.
    codebook : Codebook
        Which options a net is made of.
    min_cell : int
        Smallest count shown.

    Returns
    -------
    DataFrame
        As `disclosed`, one row a net.
    """
    keys = disclosed[KEYS].itertuples(index=False, name=None)
    uncounted = disclosed["count"].isna() & ~disclosed["suppressed"]
    columns = (disclosed["suppressed"], estimated["count"], disclosed["proportion"], uncounted)
    option = dict(zip(keys, zip(*columns, strict=True), strict=True))
    alike = ["item", "option", *(["domain"] if "domain" in nets else ["group"])]
    rows, shares = [], []
    for row in nets.to_dict("records"):
        record = {str(name): value for name, value in row.items()}
        names = codebook.item(record["item"]).members(record["option"])
        parts = [option[record["item"], name, record["group"]] for name in names]
        counts = np.array([int(count) for _, count, _, _ in parts])
        _check(record, counts)
        hidden = any(part[0] for part in parts) or _tells_small(record, counts, min_cell=min_cell)
        share = np.nan
        if any(part[3] for part in parts) and not hidden:
            # As the total of an option with hidden counts, its nets are shown without a count, and rounded.
            of_parts = sum(float(part[2]) for part in parts)
            share = of_parts if record["exclusive"] else float(whole_steps(record["proportion"]))
            record["count"] = pd.NA
        shares.append(share)
        rows.append(record | {"suppressed": hidden})
    frame = pd.DataFrame(rows, columns=disclosed.columns).astype({"n": "Int64", "count": "Int64"})
    frame = retold(frame, ~np.isnan(shares), np.array(shares))
    suppressed = frame.groupby(alike)["suppressed"].transform("any").to_numpy()
    sizes = disclosed.groupby(["item", "group"])["n"].first()
    frame["n"] = [sizes[key] for key in zip(frame["item"], frame["group"], strict=True)]
    return blanked(frame, suppressed, np.zeros(len(frame), dtype=bool))


def _check(net: Mapping[str, Any], members: np.ndarray) -> None:
    """Refuse a net that is not the sum of its options: something else would be shown under its name."""
    count, least = int(net["count"]), int(members.sum() if net["exclusive"] else members.max())
    if not least <= count <= members.sum():
        raise DisclosureError(
            f"Net '{net['option']}' of item '{net['item']}' counts {count}, and its options "
            f"{danish.listing([str(member) for member in members], last='and')}.",
            hint="Estimate the net and its options from the same respondents.",
        )


def _tells_small(net: Mapping[str, Any], members: np.ndarray, *, min_cell: int) -> bool:
    """Whether the net, beside its options, tells of a few who chose all of them, or one but not another."""
    count, n = int(net["count"]), int(net["n"])
    few = confidential(np.array([[count]]), np.array([n]), min_cell=min_cell)
    if net["exclusive"]:
        return bool(few.any())
    apart = np.append(count - members, members.sum() - count)
    return bool(few.any() or ((apart > 0) & (apart < min_cell)).any())

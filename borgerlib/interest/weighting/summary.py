"""Convert a weighting to a file's content, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, to_prepare
from borgerlib.interest.weighting.levels import Margin
from borgerlib.interest.weighting.plan import Weighting, rakeable
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.statistics.weighting.weight import rake


def summary_of(weighting: Weighting) -> dict[str, Any]:
    """Return the content of ``weighting.json`` for a weighting: no individual weights."""
    result = weighting.result
    return {
        "population_date": weighting.population_date,
        "population_source": weighting.population_source,
        "n": len(result.weights),
        "population": float(result.weights.sum()),
        "design_effect": result.design_effect,
        "effective_sample_size": result.effective_sample_size,
        "iterations": result.iterations,
        "cap": weighting.cap,
        "capped": bool(result.adjustment is not None and not result.adjustment.margins),
        "largest_weight": weighting.largest,
        "margins": weighting.margins.to_dict(orient="records"),
        "targets": [
            vars(target) | {"counts": target.counts.astype(float).to_dict()} for target in weighting.targets
        ],
        "warnings": list(weighting.warnings),
    }


def reweighted(respondents: pd.DataFrame, summary: Mapping[str, Any]) -> WeightingResult | None:
    """Return the weighting of respondents, recomputed from ``weighting.json``.

    None if they are not weighted.

    Raises
    ------
    DataError
        The recomputed weights differ from those of the respondents.
    """
    if not summary["targets"]:
        return None
    frame, margins = rakeable(respondents, targets_of(summary))
    result = rake(frame, margins, cap=summary["cap"] if summary["capped"] else None)
    if not np.allclose(result.weights, respondents[WEIGHT], rtol=1e-8, atol=0):
        name = respondents.attrs["municipality"]
        raise DataError(
            f"The weights of '{name}' are not those that weighting.json tells of.",
            hint=to_prepare(name),
        )
    # Raking used merged levels; the respondents have the columns that these are built from.
    return replace(result, respondents=respondents[list(frame.columns)])


def targets_of(summary: Mapping[str, Any]) -> list[Margin]:
    """Return the margins that the respondents were weighted to, none where they are not weighted."""
    return [
        Margin(**{**record, "counts": pd.Series(record["counts"], name=record["column"])})
        for record in summary["targets"]
    ]

"""A weighting as a file, and the weighting again from that file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import DataError
from borgerlib.interest import store
from borgerlib.interest.weighting.levels import Target
from borgerlib.interest.weighting.plan import WEIGHT, Weighting, rakeable
from borgerlib.statistics.weighting.adjustment import WeightingResult
from borgerlib.statistics.weighting.weight import rake


def summary_of(weighting: Weighting) -> dict[str, Any]:
    """Return a weighting as what ``weighting.json`` holds: no weight of a single person."""
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


def load_weighting(municipality: str) -> WeightingResult:
    """Return the weighting of a municipality's respondents, for ``raked_to=`` in estimates.

    It is computed anew from the counts in ``weighting.json`` and held against the weights on file.

    Parameters
    ----------
    municipality : str
        As `borgerlib.interest.store.load`.

    Raises
    ------
    DataError
        The municipality has not been prepared, or its weights and its ``weighting.json`` disagree.
    """
    respondents, summary = store.load(municipality), store.read_summary(municipality)
    targets = [
        Target(**{**record, "counts": pd.Series(record["counts"], name=record["column"])})
        for record in summary["targets"]
    ]
    frame, margins = rakeable(respondents, targets)
    result = rake(frame, margins, cap=summary["cap"] if summary["capped"] else None)
    if not np.allclose(result.weights, respondents[WEIGHT], rtol=1e-8, atol=0):
        raise DataError(
            f"The weights of '{municipality}' are not those that weighting.json tells of.",
            hint=f"Run again: borger prepare {municipality} EXPORT",
        )
    return result

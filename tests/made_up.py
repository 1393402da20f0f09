"""A made-up later wave of the leaders' survey."""

from __future__ import annotations

import numpy as np
import pandas as pd

from borgerlib.population.municipalities import municipalities
from borgerlib.survey.codebook.model import Codebook

# Bornholm is the only one of its cell (region × group), Aarhus of its.
SILENT = ("0400", "0751")


def made_up_wave(codebook: Codebook, *, seed: int = 2025) -> pd.DataFrame:
    """Return a made-up wave: one row a municipality that answered, as its file would hold it.

    Of the 98 in order of their codes every third is silent, and so are `SILENT`. Options are the likelier the
    earlier they stand (of statements: the more one agrees), a few questions are left out, and a question with
    a base goes to that base alone.
    """
    random = np.random.default_rng(seed)
    codes = municipalities()["code"].sort_values().reset_index(drop=True)
    codes = codes[(codes.index % 3 != 2) & ~codes.isin(SILENT)].reset_index(drop=True)
    columns: dict[str, object] = {"kommunekode": codes}
    for item in codebook:
        asked = random.random(len(codes)) > 0.05
        if item.base:
            base_item, _, base_option = item.base.partition(".")
            column = f"{base_item}__{base_option}" if f"{base_item}__{base_option}" in columns else base_item
            asked &= np.asarray(pd.Series(columns[column]).isin(["1", base_option]))
        if item.kind == "multiple":
            for position, column in enumerate(item.columns):
                chosen = random.random(len(codes)) < 0.8 - 0.7 * position / len(item.columns)
                columns[column] = pd.Series(np.where(chosen, "1", "0")).where(asked)
        else:
            likely = np.arange(len(item.options), 0, -1, dtype=float)
            if item.id.startswith("udsagn_"):
                likely = likely[::-1]
            ids = [option.id for option in item.options]
            columns[item.id] = pd.Series(random.choice(ids, len(codes), p=likely / likely.sum())).where(asked)
    return pd.DataFrame(columns)

"""Pools to draw from: people made up, and quotas that say what a panel of them must look like."""

import pandas as pd

from benchmarks.lottery import made_up_pool

__all__ = ["made_up_pool", "quotas_of"]


def quotas_of(*rows):
    return pd.DataFrame(rows, columns=["feature", "value", "min", "max"])

"""Pools to draw from: people made up, and quotas that say what a panel of them must look like."""

import numpy as np
import pandas as pd

COLUMNS = ["feature", "value", "min", "max"]


def made_up_pool(people, size, levels, *, seed, skew=0.6):
    """People who answer more or less often by feature, and quotas rounded from the population's shares."""
    generator = np.random.default_rng(seed)
    features, rows = {}, []
    for number, count in enumerate(levels):
        population = generator.dirichlet(np.full(count, 8.0))
        answering = population * generator.lognormal(0, skew, count)
        feature = f"f{number}"
        features[feature] = generator.choice(count, people, p=answering / answering.sum()).astype(str)
        for value in range(count):
            have = (features[feature] == str(value)).sum()
            target = population[value] * size
            rows.append((feature, str(value), min(int(target), have), int(np.ceil(target))))
    return pd.DataFrame(features), pd.DataFrame(rows, columns=COLUMNS)


def quotas_of(*rows):
    return pd.DataFrame(rows, columns=COLUMNS)

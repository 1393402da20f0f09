"""How long it takes to find and prove a lottery's chances, and to list 1,000 panels, by size of the pool.

Processor time, so that a busy machine says nearly the same. Where sortition-algorithms is installed (GPL: it
judges here and is no dependency), its maximin on the same small pools, in the same run: the lowest chances of
both are the same, and the ratio says how much longer it takes.

Usage: python benchmarks/lottery.py [--json] [--large] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import pandas as pd

import borgerlib
from borgerlib.contact.lottery.leximin import proven_gap

POOLS = {  # people, seats, values of each feature
    "150 to 22, three features": (150, 22, (2, 5, 3)),
    "330 to 36, four features": (330, 36, (2, 7, 3, 4)),
    "312 to 35, six features": (312, 35, (2, 5, 4, 3, 3, 2)),
    "825 to 75, four features": (825, 75, (2, 5, 6, 4)),
}
LARGE = {"1727 to 110, seven features": (1727, 110, (2, 5, 6, 4, 3, 3, 4))}
JUDGED = 200  # people; it takes minutes from 500 up


def made_up_pool(
    people: int, size: int, levels: tuple[int, ...], *, seed: int, skew: float = 0.6
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return people who volunteer more or less often by feature, and quotas from the population's shares."""
    generator = np.random.default_rng(seed)
    features, rows = {}, []
    for number, count in enumerate(levels):
        population = generator.dirichlet(np.full(count, 8.0))
        answering = population * generator.lognormal(0, skew, count)
        feature = f"f{number}"
        features[feature] = generator.choice(count, people, p=answering / answering.sum()).astype(str)
        for value in range(count):
            have = int((features[feature] == str(value)).sum())
            target = population[value] * size
            rows.append((feature, str(value), min(int(target), have), int(np.ceil(target))))
    return pd.DataFrame(features), pd.DataFrame(rows, columns=["feature", "value", "min", "max"])


def judged(people: pd.DataFrame, quotas: pd.DataFrame, size: int) -> tuple[float, float] | None:
    """Return the seconds and the lowest chance of sortition-algorithms' maximin; None where it is missing."""
    try:
        import sortition_algorithms as sortition
        from sortition_algorithms.committee_generation import find_distribution_maximin
        from sortition_algorithms.settings import Settings
    except ImportError:
        return None
    head = ["feature", "value", "min", "max"]
    features, *_ = sortition.read_in_features(head, quotas.astype(str).to_dict("records"))
    body = people.assign(id=[str(person) for person in people.index]).to_dict("records")
    settings = Settings(id_column="id", columns_to_keep=[])
    volunteers, _ = sortition.read_in_people(["id", *people], body, features, settings)
    begun = time.process_time()
    panels, probabilities, _ = find_distribution_maximin(features, volunteers, size, [])
    seconds = time.process_time() - begun
    chances = dict.fromkeys((str(person) for person in people.index), 0.0)
    for panel, probability in zip(panels, probabilities, strict=True):
        for person in panel:
            chances[person] += probability
    return seconds, min(chances.values())


def measured(people: int, size: int, levels: tuple[int, ...], seed: int) -> dict[str, float]:
    """Return seconds, gaps and chances of one pool."""
    pool, quotas = made_up_pool(people, size, levels, seed=seed)
    begun = time.process_time()
    result = borgerlib.leximin_chances(pool, quotas, size)
    seconds = time.process_time() - begun
    begun = time.process_time()
    listed = borgerlib.list_panels(result, seed=seed)
    found = {
        "leximin seconds": seconds,
        "list seconds": time.process_time() - begun,
        "kinds": len(result.pool.counts),
        "lowest chance": result.chances.min(),
        "proven gap": proven_gap(result),
        "largest change by the list": (listed.chances - result.chances).abs().max(),
    }
    other = judged(pool, quotas, size) if people <= JUDGED else None
    if other is not None:
        found |= {"sortition-algorithms / ours, seconds": other[0] / seconds, "its lowest chance": other[1]}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--large", action="store_true", help="the pool of 1,727 people too")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    pools = POOLS | (LARGE if options.large else {})
    found = {name: measured(*pool, options.seed) for name, pool in pools.items()}
    if options.json:
        print(json.dumps(found))
        return
    for name, values in found.items():
        print(name)
        for what, value in values.items():
            print(f"  {what:40} {value:.4g}")


if __name__ == "__main__":
    main()

"""Weighting and estimation against the least that numpy needs, as ratios in one run.

Usage: python benchmarks/estimates.py [--json] [--repeat 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.models.regression import regress
from borgerlib.statistics.weighting.weight import rake

AGES, SEXES, AREAS, DOMAINS, OPTIONS = 10, 2, 12, 20, 30
ROWS, MUNICIPALITIES, ALL_ROWS = 1_000_000, 98, 5_000_000
FLOOR_SWEEPS = 5


def categorical(codes: np.ndarray, name: str, size: int) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=[f"{name}{code:02d}" for code in range(size)])


def sample(rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return respondents whose answers lean towards the old and towards some areas."""
    age = rng.choice(AGES, rows, p=np.arange(1, AGES + 1) / (AGES * (AGES + 1) / 2)).astype(np.int8)
    area = ((age // 3 + rng.integers(AREAS, size=rows)) % AREAS).astype(np.int8)
    sex = (rng.random(rows) < 0.42 + 0.02 * age).astype(np.int8)
    return pd.DataFrame(
        {
            "age": categorical(age, "age", AGES),
            "sex": categorical(sex, "sex", SEXES),
            "area": categorical(area, "area", AREAS),
        }
    )


def with_answers(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    rows = len(frame)
    answers = {
        f"topics__{o:02d}": (rng.random(rows) < 0.05 + 0.02 * o).astype(np.int8) for o in range(OPTIONS)
    }
    domain = categorical(rng.integers(DOMAINS, size=rows).astype(np.int8), "domain", DOMAINS)
    return frame.assign(domain=domain, weight=rng.uniform(0.5, 2, rows), **answers)


def margins(total: int) -> dict[str, pd.Series]:
    """Return population counts in which the young count for more than among the respondents."""
    shares = {
        "age": np.full(AGES, 1 / AGES),
        "sex": np.array([0.49, 0.51]),
        "area": np.full(AREAS, 1 / AREAS),
    }
    return {
        name: pd.Series(total * share, index=[f"{name}{code:02d}" for code in range(len(share))])
        for name, share in shares.items()
    }


def floor_rake(frame: pd.DataFrame, targets: dict[str, pd.Series]) -> np.ndarray:
    """Rake on cells with nothing checked: what any implementation has to do."""
    cell = np.zeros(len(frame), dtype=np.intp)
    for name, target in targets.items():
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes = column.cat.codes.to_numpy()
        else:
            codes = target.index.get_indexer(pd.Index(column.unique()))[pd.factorize(column)[0]]
        cell *= len(target)
        cell += codes
    shape = [len(target) for target in targets.values()]
    people = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    fitted = people.copy()
    for _ in range(FLOOR_SWEEPS):
        for axis, target in enumerate(targets.values()):
            others = tuple(other for other in range(len(shape)) if other != axis)
            along = [-1 if other == axis else 1 for other in range(len(shape))]
            fitted *= (target.to_numpy() / fitted.sum(axis=others)).reshape(along)
    return (fitted / np.maximum(people, 1)).ravel()[cell]


def floor_proportions(frame: pd.DataFrame, items: list[str]) -> np.ndarray:
    """Estimate proportions, standard errors and Korn-Graubard intervals with nothing checked."""
    domain = frame["domain"].cat.codes.to_numpy().astype(np.intp)
    weight = frame["weight"].to_numpy()
    total = np.bincount(domain, weights=weight)
    share = weight / total[domain]
    results = []
    for item in items:
        chosen = frame[item].to_numpy().astype(float)
        proportion = np.bincount(domain, weights=weight * chosen) / total
        influence = share * (chosen - proportion[domain])
        results.append((proportion, np.bincount(domain, weights=influence**2)))
    proportion, variance = np.array(results).transpose(1, 0, 2)
    size = proportion * (1 - proportion) / variance
    count = size * proportion
    lower = betaincinv(count, size - count + 1, 0.025)
    upper = betaincinv(count + 1, size - count, 0.975)
    return np.array([proportion, np.sqrt(variance), lower, upper])


def once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def seconds(work: Callable[[], object], repeat: int) -> float:
    return min(once(work) for _ in range(repeat + 1))


def against_floor(work: Callable[[], object], floor: Callable[[], object], repeat: int) -> dict[str, float]:
    """Return the best of both, run in turn so that what else the machine does meets both."""
    pairs = [(once(work), once(floor)) for _ in range(3 * repeat)]
    ours, least = (min(times) for times in zip(*pairs, strict=True))
    return {"seconds": ours, "floor_seconds": least, "ratio": ours / least}


def measure(repeat: int, seed: int) -> dict[str, dict[str, float]]:
    rng = np.random.default_rng(seed)
    results: dict[str, dict[str, float]] = {}
    results["rake 98 municipalities, 5M rows"] = all_municipalities(rng)
    frame, targets = sample(ROWS, rng), margins(6_000_000)
    results["rake 1M rows, categories"] = against_floor(
        lambda: rake(frame, targets), lambda: floor_rake(frame, targets), repeat
    )
    text = frame.astype("str")
    results["rake 1M rows, text"] = against_floor(
        lambda: rake(text, targets), lambda: floor_rake(text, targets), repeat
    )
    tenth = frame.iloc[: ROWS // 10]
    results["rake, 100k to 1M rows"] = growth(lambda f: rake(f, targets), tenth, frame, repeat)
    large = with_answers(frame, rng)
    small = large.iloc[: ROWS // 10].copy()
    items = [name for name in large if name.startswith("topics__")]
    estimate = {"by": "domain", "weight": "weight"}
    results["30 options x 20 domains, 100k rows"] = against_floor(
        lambda: estimate_proportions(small, items, **estimate),
        lambda: floor_proportions(small, items),
        repeat,
    )
    raked = rake(small, targets)
    results["the same, raked to 3 margins"] = {
        "seconds": seconds(lambda: estimate_proportions(small, items, by="domain", raked_to=raked), repeat)
    }
    results["regress on 12 columns, 100k to 1M rows"] = regressions(rng)
    results["30 options x 20 domains, 100k to 1M rows"] = growth(
        lambda f: estimate_proportions(f, items, **estimate), small, large, repeat
    )
    return results


def regressions(rng: np.random.Generator) -> dict[str, float]:
    """Return processor time of a weighted logistic model: eight numbers, two groupings, weight, outcome."""
    frame = pd.DataFrame(rng.normal(size=(ROWS, 8)), columns=[f"x{number}" for number in range(8)])
    frame["age"] = categorical(rng.integers(3, size=ROWS).astype(np.int8), "age", 3)
    frame["sex"] = categorical(rng.integers(2, size=ROWS).astype(np.int8), "sex", 2)
    frame["weight"] = rng.uniform(0.5, 2, ROWS)
    frame["yes"] = (rng.random(ROWS) < 1 / (1 + np.exp(-frame["x0"]))).astype(float)
    formula = f"yes ~ {' + '.join(name for name in frame if name not in ('yes', 'weight'))}"
    spent = {}
    for name, rows in (("100k", ROWS // 10), ("1m", ROWS)):
        people = frame.iloc[:rows]
        regress(people.iloc[:1000], formula, family="binomial", weight="weight")
        start = time.process_time()
        regress(people, formula, family="binomial", weight="weight")
        spent[f"processor_seconds_{name}"] = time.process_time() - start
    return spent


def all_municipalities(rng: np.random.Generator) -> dict[str, float]:
    everyone = [sample(ALL_ROWS // MUNICIPALITIES, rng) for _ in range(MUNICIPALITIES)]
    targets = margins(60_000)
    spent = seconds(lambda: [rake(frame, targets) for frame in everyone], 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"seconds": spent, "peak_gigabytes": peak}


def growth(
    work: Callable[[pd.DataFrame], object], small: pd.DataFrame, large: pd.DataFrame, repeat: int
) -> dict[str, float]:
    """Return both times, and how much more than tenfold the larger one is (1: linear)."""
    short, long = seconds(lambda: work(small), repeat), seconds(lambda: work(large), repeat)
    return {"seconds_100k": short, "seconds_1m": long, "growth_over_linear": long / short / 10}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--repeat", type=int, default=10, help="runs of each; the best counts")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    results = measure(options.repeat, options.seed)
    if options.json:
        json.dump(results, sys.stdout, indent=2)
        return
    for name, numbers in results.items():
        print(f"{name:42s}" + "  ".join(f"{key} {value:.4g}" for key, value in numbers.items()))


if __name__ == "__main__":
    main()

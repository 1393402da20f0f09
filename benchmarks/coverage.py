"""How often intervals hold the truth: samples drawn again and again from people whose answers are known.

python benchmarks/coverage.py [--samples 1500] [--seed 7]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.statistics.estimation.differences import estimate_difference
from borgerlib.statistics.estimation.proportions import estimate_total
from borgerlib.statistics.weighting.weight import rake

AREAS, VILLAGES, PEOPLE = 3, 60, 12_000
IN_STRATA = {"weight": "weight", "strata": "area", "population_size": "area_size"}
IN_STAGES = {
    "weight": "weight",
    "strata": "area",
    "cluster": ["village"],
    "population_size": ["villages", "village_size"],
}
FIRST_STAGE_ALONE = IN_STAGES | {"cluster": "village", "population_size": "villages"}


def population(rng: np.random.Generator) -> pd.DataFrame:
    """Return people in villages of their own mood; 'rare' is what 4 per cent say, 'common' all but 2."""
    village = np.sort(rng.integers(VILLAGES, size=PEOPLE))
    age, woman = rng.integers(3, size=PEOPLE), rng.random(PEOPLE) < 0.5
    mood = rng.normal(scale=0.5, size=VILLAGES)[village]
    chance = 1 / (1 + np.exp(0.4 - mood - 0.3 * age - 0.3 * woman))
    frame = pd.DataFrame(
        {
            "village": village,
            "area": np.digitize(village, [VILLAGES // 2, 3 * VILLAGES // 4]),
            "sex": np.where(woman, "k", "m"),
            "age": age.astype(str),
            "yes": (rng.random(PEOPLE) < chance).astype(int),
            "rare": (rng.random(PEOPLE) < 0.04).astype(int),
        }
    )
    frame["common"] = (np.arange(PEOPLE) % 50 > 0).astype(int)
    frame["area_size"] = frame.groupby("area")["village"].transform("size")
    frame["villages"] = frame.groupby("area")["village"].transform("nunique")
    return frame.assign(village_size=frame.groupby("village")["village"].transform("size"))


def in_strata(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw 150 people in each area."""
    parts = [area.sample(150, random_state=rng) for _, area in people.groupby("area")]
    drawn = pd.concat(parts, ignore_index=True)
    return drawn.assign(weight=drawn["area_size"] / 150)


def in_stages(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw half of each area's villages, and 15 people in each of these."""
    parts = []
    for _, area in people.groupby("area"):
        names = area["village"].unique()
        chosen = rng.choice(names, len(names) // 2, replace=False)
        for name in chosen:
            rows = area[area["village"] == name].sample(15, random_state=rng)
            weight = len(names) / len(chosen) * rows["village_size"] / 15
            parts.append(rows.assign(weight=weight))
    return pd.concat(parts, ignore_index=True)


def held(people: pd.DataFrame, drawn: pd.DataFrame, design: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Give the name of each interval, and whether it holds the truth."""
    for item in ("yes", "rare"):
        found = estimate_total(drawn, item, **design)
        row, truth = found[found["option"] == 1].iloc[0], people[item].mean()
        yield f"share of '{item}'", row["ci_lower"] <= truth <= row["ci_upper"]
        yield f"total of '{item}'", row["total_lower"] <= truth * PEOPLE <= row["total_upper"]
    found = estimate_total(drawn, "common", by="sex", **design)
    row = found[(found["option"] == 1) & (found["sex"] == "k")].iloc[0]
    size = people.loc[people["sex"] == "k", "common"].sum()
    yield "total of 'common', women", row["total_lower"] <= size <= row["total_upper"]
    found = estimate_difference(drawn, "yes", by="sex", against="m", **design)
    row, truth = found[found["option"] == 1].iloc[0], people.groupby("sex")["yes"].mean()
    yield "difference by sex", row["ci_lower"] <= truth["k"] - truth["m"] <= row["ci_upper"]


def coverage(samples: int, seed: int) -> pd.DataFrame:
    """Return one row a design and interval: how many of the samples' intervals hold the truth, 0–1."""
    rng = np.random.default_rng(seed)
    people = population(rng)
    margins = {column: people[column].value_counts() for column in ("sex", "age")}
    rows = []
    for _ in range(samples):
        strata, stages = in_strata(people, rng), in_stages(people, rng)
        raked = rake(strata, margins, base_weight="weight")
        cases = {
            "strata": (strata, IN_STRATA),
            "strata, raked": (strata, IN_STRATA | {"weight": None, "raked_to": raked}),
            "two stages": (stages, IN_STAGES),
            "two stages, the second left out": (stages, FIRST_STAGE_ALONE),
        }
        for name, (drawn, design) in cases.items():
            rows += [(name, interval, ok) for interval, ok in held(people, drawn, design)]
    found = pd.DataFrame(rows, columns=["design", "interval", "held"])
    return found.pivot_table(index="interval", columns="design", values="held", aggfunc="mean", sort=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    print(f"{given.samples} samples; 95 % intervals that hold the truth, in per cent")
    print((100 * coverage(given.samples, given.seed)).round(1).to_string())


if __name__ == "__main__":
    main()

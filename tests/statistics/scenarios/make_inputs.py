"""Draw the scenarios' respondents. Run once; the files are committed and are what counts.

Usage: python make_inputs.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SCENARIOS = sorted(path.parent.name for path in HERE.glob("*/script.R"))
AGES, AREAS, TIMES = ["18-34", "35-59", "60+"], ["by", "land", "opland"], ["an_evening", "none", "weekly"]
TOPICS = ["elderly", "nature", "schools"]


def population(rng: np.random.Generator, *, people: int = 24_000, villages: int = 60) -> pd.DataFrame:
    """Return people whose age, area and sex go together, and whose answers follow from them."""
    village = rng.integers(villages, size=people)
    area = np.digitize(village / villages, [0.5, 0.75])
    ages = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4], [0.25, 0.5, 0.25]])
    age = _draw(ages[area], rng)
    sex = np.where(rng.random(people) < 0.45 + 0.05 * age, "female", "male")
    mood = rng.normal(size=villages)[village] + 0.5 * (age - 1)
    likely = np.exp(np.column_stack([0.4 * mood, 0.2 * area, -0.3 * mood + 0.4 * (sex == "male")]))
    time = _draw(likely / likely.sum(axis=1, keepdims=True), rng)
    frame = pd.DataFrame(
        {
            "sex": sex,
            "age": np.array(AGES)[age],
            "area": np.array(AREAS)[area],
            "village": [f"v{number:02d}" for number in village],
            "income": np.round(np.exp(rng.normal(5.4 + 0.1 * age, 0.4)), 1),
            "time": np.array(TIMES)[time],
            "hours": np.round(rng.gamma(2.0, 1.0 + 0.5 * (mood > 0)), 2),
        }
    )
    for number, topic in enumerate(TOPICS):
        chance = 1 / (1 + np.exp(0.3 - mood * (1 - number)))
        frame[f"topics__{topic}"] = (rng.random(people) < chance).astype(int)
    return frame


def _draw(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return (rng.random(len(chances))[:, None] > chances.cumsum(axis=1)[:, :-1]).sum(axis=1)


def sample(people: pd.DataFrame, rng: np.random.Generator, *, clustered: bool) -> pd.DataFrame:
    """Draw people within areas, or in villages drawn within areas; leave some questions unanswered."""
    drawn = []
    for _, stratum in people.groupby("area"):
        units, size = stratum, 110
        if clustered:
            names = np.sort(stratum["village"].unique())
            chosen = rng.choice(names, size=max(4, len(names) // 3), replace=False)
            units = stratum[stratum["village"].isin(chosen)]
            stratum_size, size = len(names), 130
        else:
            stratum_size = len(stratum)
        response = np.where(units["age"] == "60+", 2.0, 1.0) * np.where(units["sex"] == "female", 1.4, 1.0)
        rows = units.sample(size, weights=response, random_state=rng)
        drawn.append(rows.assign(population_size=stratum_size, base=len(stratum) / size))
    respondents = pd.concat(drawn).sample(frac=1, random_state=rng).reset_index(drop=True)
    respondents["base_weight"] = (respondents.pop("base") * rng.uniform(0.7, 1.4, len(respondents))).round(4)
    return unanswered(respondents, rng)


def unanswered(respondents: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the respondents with some questions left unanswered."""
    respondents.loc[rng.random(len(respondents)) < 0.06, "time"] = np.nan
    respondents.loc[rng.random(len(respondents)) < 0.05, "hours"] = np.nan
    silent = rng.random(len(respondents)) < 0.08
    for topic in TOPICS:
        respondents[f"topics__{topic}"] = respondents[f"topics__{topic}"].astype("Int8").mask(silent)
    return respondents


def two_stages(people: pd.DataFrame, rng: np.random.Generator, *, by: str) -> pd.DataFrame:
    """Draw villages within areas, and some of the people within each, or each group of it, apart."""
    drawn = []
    for _, stratum in people.groupby("area"):
        names = np.sort(stratum["village"].unique())
        chosen = rng.choice(names, size=max(4, len(names) // 3), replace=False)
        for name in chosen:
            for _, group in stratum[stratum["village"] == name].groupby(by):
                rows = group.sample(len(group) // 25 + int(rng.integers(5)), random_state=rng)
                weight = len(names) / len(chosen) * len(group) / len(rows)
                sizes = {"population_size": len(names), "village_size": len(group)}
                drawn.append(rows.assign(**sizes, base_weight=round(weight, 4)))
    return unanswered(pd.concat(drawn).reset_index(drop=True), rng)


def margins(people: pd.DataFrame) -> pd.DataFrame:
    """Return population counts by level, of two columns crossed, and the total of income."""
    rows = [
        {"column": column, "level": level, "count": count}
        for column in ("sex", "age", "area")
        for level, count in people[column].value_counts().sort_index().items()
    ]
    rows += [
        {"column": "sex age", "level": f"{sex} {age}", "count": count}
        for (sex, age), count in people.groupby(["sex", "age"]).size().items()
    ]
    return pd.DataFrame([*rows, {"column": "income", "level": "", "count": round(people["income"].sum(), 1)}])


def main() -> None:
    for seed, name in enumerate(SCENARIOS, start=2021):
        rng = np.random.default_rng(seed)
        people = population(rng)
        folder = HERE / name
        if name.startswith("two_stages"):
            drawn = two_stages(people, rng, by="sex" if name == "two_stages_strata" else "village")
        else:
            drawn = sample(people, rng, clustered="cluster" in name)
        drawn.to_csv(folder / "input.csv", index=False)
        margins(people).to_csv(folder / "margins.csv", index=False)


if __name__ == "__main__":
    main()

"""How long a selection takes by the cube, and by rows as one would otherwise do it.

    python benchmarks/cube.py [--rows 1000000] [--selections 200]

One run prints the median and the slowest of many random selections (thirty shares each), the same by pandas
row by row, their ratio, and the cube's size.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from borgerlib.statistics.selections.cube import Cube, build_cube

SINGLE = {"age": 6, "sex": 2, "area": 12, "time": 5}
MULTIPLE = {"topics": 14, "formats": 11}
COUNTED = ("topics", "formats", "time")


def citizens(rows: int) -> pd.DataFrame:
    draw = np.random.default_rng(1)
    columns: dict[str, object] = {
        role: pd.Categorical.from_codes(draw.integers(0, size, rows), [f"{role}{k}" for k in range(size)])
        for role, size in SINGLE.items()
    }
    for role, size in MULTIPLE.items():
        for option in range(size):
            columns[f"{role}__{option}"] = (draw.random(rows) < 0.25).astype(np.int8)
    # As many weights as raking to age × sex, district and kind of place gives.
    columns["weight"] = draw.choice(draw.gamma(4, 1, 400), rows)
    return pd.DataFrame(columns)


def selections(cube: Cube, count: int) -> list[dict[str, list[str]]]:
    draw = np.random.default_rng(2)
    drawn = []
    for _ in range(count):
        roles = draw.choice(list(cube.roles), draw.integers(1, 5), replace=False)
        sizes = {str(role): draw.integers(1, len(cube.roles[role])) for role in roles}
        drawn.append(
            {
                role: list(map(str, draw.choice(cube.roles[role], size, replace=False)))
                for role, size in sizes.items()
            }
        )
    return drawn


def by_cube(cube: Cube, levels: dict[str, list[str]]) -> list[np.ndarray]:
    selected = cube.select(levels)
    rows = [np.array([cube.row[role, level] for level in cube.roles[role]]) for role in COUNTED]
    sums = [[cube.joint_sums([selected], of)[0, :, 1] for of in one.T] for one in rows]
    return [chose / asked for asked, chose in sums]


def by_rows(frame: pd.DataFrame, levels: dict[str, list[str]]) -> list[pd.Series]:
    chosen = np.ones(len(frame), dtype=bool)
    for role, wanted in levels.items():
        if role in SINGLE:
            chosen &= frame[role].isin(wanted).to_numpy()
        else:
            chosen &= frame[[f"{role}__{option}" for option in wanted]].eq(1).any(axis=1).to_numpy()
    few = frame[chosen]
    shares = [
        few[[c for c in few if c.startswith(f"{role}__")]].mul(few["weight"], axis=0).sum()
        for role in MULTIPLE
    ]
    return [*shares, few.groupby("time", observed=False)["weight"].sum()]


def seconds(work: object, *arguments: object) -> float:
    start = time.perf_counter()
    work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--selections", type=int, default=200)
    asked = parser.parse_args()
    frame = citizens(asked.rows)
    start = time.perf_counter()
    cube = build_cube(frame, {role: role for role in (*SINGLE, *MULTIPLE)})
    print(f"{asked.rows:,} respondents: built in {time.perf_counter() - start:.1f} s,", end=" ")
    print(f"{cube.bits.nbytes / 1e6:.0f} MB")
    drawn = selections(cube, asked.selections)
    fast = [seconds(by_cube, cube, levels) for levels in drawn]
    slow = [seconds(by_rows, frame, levels) for levels in drawn[:20]]
    print(
        f"cube: median {1e3 * np.median(fast):.2f} ms, 95 % below {1e3 * np.quantile(fast, 0.95):.2f} ms,",
        end=" ",
    )
    print(f"slowest {1e3 * max(fast):.2f} ms")
    times = np.median(slow) / np.median(fast)
    print(f"rows (pandas): median {1e3 * np.median(slow):.0f} ms, {times:.0f} times as long")


if __name__ == "__main__":
    main()

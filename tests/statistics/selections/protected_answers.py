"""Made-up respondents, and protected copies of their answers."""

import numpy as np
import pandas as pd

from borgerlib.statistics.selections.cube import build_cube
from borgerlib.statistics.selections.protected import ProtectedCube
from borgerlib.statistics.selections.randomised import randomise, randomised

TOPICS = tuple(f"t{number}" for number in range(5))
TIMES = ("aldrig", "nu og da", "ofte", "ved ikke")


def made_up(n, *, seed=0):
    """Respondents whose answers depend on age and on one another."""
    draw = np.random.default_rng(seed)
    old = draw.random(n) < 0.4
    green = draw.random(n) < np.where(old, 0.2, 0.5)
    frame = pd.DataFrame({"age": np.where(old, "gammel", "ung"), "sex": draw.choice(["k", "m"], n)})
    for number, name in enumerate(TOPICS):
        often = np.where(green, 0.7, 0.2) if number < 2 else np.full(n, 0.1 + 0.1 * number)
        frame[f"topics__{name}"] = (draw.random(n) < often).astype(np.int8)
    frame["time"] = pd.Categorical.from_codes(
        np.where(green, draw.choice(4, n, p=[0.1, 0.2, 0.6, 0.1]), draw.choice(4, n, p=[0.5, 0.3, 0.1, 0.1])),
        list(TIMES),
    )
    frame["weight"] = np.where(old, 1.5, 1.0)
    return frame


def copied(frame, *, chance=0.1, seed=1):
    """A protected copy of them."""
    draw = np.random.default_rng(seed)
    copy = frame.copy()
    for name in TOPICS:
        column = f"topics__{name}"
        bits = randomise(frame[column].to_numpy(), draw.random(len(frame)), randomised(chance, 2), 2)
        copy[column] = bits.astype(np.int8)
    codes = randomise(frame["time"].cat.codes.to_numpy(), draw.random(len(frame)), randomised(chance, 4), 4)
    copy["time"] = pd.Categorical.from_codes(codes, list(TIMES))
    return copy


def green(copy):
    """A segment that is made of answers: one of two topics."""
    return copy.assign(saved__green=copy[["topics__t0", "topics__t1"]].max(axis=1))


def asked_of(copy, *, chance=0.1):
    """The copy, ready to be asked."""
    frame = green(copy)
    roles = {"age": "age", "sex": "sex", "topics": "topics", "time": "time", "saved": "saved"}
    for name in TOPICS:
        for value in (0, 1):
            column = f"given {name}:{value}__green"
            frame[column] = green(copy.assign(**{f"topics__{name}": value}))["saved__green"]
            roles[f"saved given topics={name}:{value}"] = f"given {name}:{value}"
    return ProtectedCube(
        build_cube(frame, roles),
        {"topics": randomised(chance, 2), "time": randomised(chance, 4)},
        {"saved": frozenset({"topics"})},
        {"time": frozenset(TIMES)},
    )

"""Whatever is handed in, what comes back is an answer or an error that says what to do."""

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

import borgerlib
from borgerlib.errors import BorgerlibError

N = 60
RANDOM = np.random.default_rng(1)
FRAME = pd.DataFrame(
    {
        "a": RANDOM.choice(["x", "y", "z"], N),
        "b": RANDOM.choice(["p", "q"], N),
        "m__1": RANDOM.integers(0, 2, N),
        "m__2": RANDOM.integers(0, 2, N),
        "num": RANDOM.normal(size=N),
        "w": RANDOM.uniform(0.5, 2, N),
        "s": RANDOM.choice(["s1", "s2"], N),
        "N": 1000,
    }
)
A, B = pd.Series({"x": 30.0, "y": 40.0, "z": 30.0}), pd.Series({"p": 50.0, "q": 50.0})
CELLS = pd.Series(1.0, index=pd.MultiIndex.from_product([list("xyz"), list("pq")], names=["a", "b"]))
RAKED = borgerlib.rake(FRAME, {"a": A, "b": B})


class Polars:
    """A frame of another package."""


Polars.__module__ = "polars.dataframe.frame"

GIVEN = {
    "as it should be": FRAME,
    "no rows": FRAME.iloc[:0],
    "no columns": pd.DataFrame(),
    "lists in cells": FRAME.assign(a=[[1, 2]] * N),
    "mappings in cells": FRAME.assign(a=[{}] * N),
    "a numpy array": FRAME.to_numpy(),
    "a polars frame": Polars(),
    "a mapping": FRAME.to_dict("list"),
    "a column": FRAME["a"],
    "nothing": None,
    "numbers as text": FRAME.assign(w=FRAME["w"].astype(str), num="1", m__1="1", N="1000"),
    "columns called by numbers": FRAME.rename(columns={"a": 0, "b": 1, "num": 2, "w": 3}),
    "columns of two levels": FRAME.set_axis(pd.MultiIndex.from_product([["t"], FRAME.columns]), axis=1),
    "a column twice": pd.concat([FRAME, FRAME[["a"]]], axis=1),
    "one index for all": FRAME.set_axis([0] * N),
    "rows of two levels": FRAME.set_index(["s", "b"], drop=False),
    "weights beyond measure": FRAME.assign(w=1e308),
    "negative weights": FRAME.assign(w=-1.0),
    "only missing values": FRAME.assign(a=None, b=np.nan),
    "several types": FRAME.assign(a=[1, "x", None, 2.5] * 15),
    "complex numbers": FRAME.assign(num=1j, w=1j),
    "dates": FRAME.assign(num=pd.Timestamp("2020-01-01"), w=pd.Timestamp("2020-01-01")),
    "nullable types": FRAME.convert_dtypes(),
}
CALLS = {
    "estimate_proportions": lambda f: borgerlib.estimate_proportions(f, "a", weight="w"),
    "of a multiple item": lambda f: borgerlib.estimate_proportions(
        f, "m", by="b", weight="w", strata="s", population_size="N"
    ),
    "of columns by number": lambda f: borgerlib.estimate_proportions(f, 0, by=1, weight=3),
    "by 0": lambda f: borgerlib.estimate_proportions(f, "m", by=0),
    "by a list in a list": lambda f: borgerlib.estimate_proportions(f, "a", by=[["b"]]),
    "of nothing": lambda f: borgerlib.estimate_proportions(f, None),
    "with a confidence in words": lambda f: borgerlib.estimate_proportions(f, "a", confidence="0,95"),
    "raked_to": lambda f: borgerlib.estimate_proportions(f, "a", raked_to=RAKED),
    "raked_to a column": lambda f: borgerlib.estimate_proportions(f, "a", raked_to="w"),
    "estimate_mean": lambda f: borgerlib.estimate_mean(f, "num", weight="w"),
    "estimate_quantiles": lambda f: borgerlib.estimate_quantiles(f, "num", by="b", weight="w"),
    "quantiles in words": lambda f: borgerlib.estimate_quantiles(f, "num", probabilities="half"),
    "estimate_ratio": lambda f: borgerlib.estimate_ratio(f, "num", "w", by="b"),
    "replicate_weights": lambda f: borgerlib.replicate_weights(f, weight="w", strata="s"),
    "of a list": lambda f: borgerlib.estimate_mean(f, ["num"]),
    "rake": lambda f: borgerlib.rake(f, {"a": A, "b": B}, base_weight="w"),
    "rake by number": lambda f: borgerlib.rake(f, {0: A, 1: B}),
    "rake to cells": lambda f: borgerlib.rake(f, {"a": CELLS}),
    "rake to a list": lambda f: borgerlib.rake(f, {"a": [30, 40, 30]}),
    "rake to text": lambda f: borgerlib.rake(f, {"a": A.astype(str)}),
    "rake to a frame": lambda f: borgerlib.rake(f, pd.DataFrame({"a": A})),
    "rake within text": lambda f: borgerlib.rake(f, {"a": A}, cap="x"),
    "calibrate": lambda f: borgerlib.calibrate(f, {"a": A, "num": 5.0}),
    "calibrate to text": lambda f: borgerlib.calibrate(f, {"num": "5x"}),
    "calibrate within one number": lambda f: borgerlib.calibrate(f, {"a": A}, bounds=3),
    "post_stratify": lambda f: borgerlib.post_stratify(f, CELLS),
    "post_stratify by number": lambda f: borgerlib.post_stratify(f, A.rename_axis(0)),
    "trim a column": lambda f: borgerlib.trim(f, "w", cap=None),
    "trim a weighting": lambda f: borgerlib.trim(f, RAKED, cap=1.5),
    "rao_scott_test": lambda f: borgerlib.rao_scott_test(f, "a", "b", weight="w"),
    "participation_rates": lambda f: borgerlib.participation_rates(f, {"a": 10 * A}),
    "disclose": lambda f: borgerlib.disclose(f, base="", source=""),
    "as_published": lambda f: borgerlib.as_published(f, base="", source=""),
    "finite_population_interval": lambda f: borgerlib.finite_population_interval(f, 10, 20, confidence="x"),
    "exact_trend_test": lambda f: borgerlib.exact_trend_test(f, [1, 2]),
    "exact_share_test": lambda f: borgerlib.exact_share_test(3, 10, 20, share="x"),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("given", GIVEN)
def test_bad_input_ends_in_an_error_of_ours(call: str, given: str) -> None:
    with suppress(BorgerlibError):
        CALLS[call](GIVEN[given])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("no rows", "There are no respondents"),
        ("a polars frame", r"are a polars Polars.*\n.*collect\(\)"),
        ("a numpy array", "are a numpy ndarray, not a pandas DataFrame"),
        ("lists in cells", "Column 'a' holds values that are no levels.*\n.*one value"),
        ("weights beyond measure", "weight column 'w' cannot be used"),
        ("numbers as text", "weight column 'w' holds .*, not numbers"),
    ],
)
def test_the_error_says_what_is_wrong(given: str, said: str) -> None:
    with pytest.raises(BorgerlibError, match=said):
        borgerlib.estimate_proportions(GIVEN[given], "a", weight="w")


@pytest.mark.parametrize("argument", ["item", "by", "weight", "strata", "cluster"])
def test_a_column_instead_of_its_name_is_told(argument: str) -> None:
    with pytest.raises(borgerlib.ParameterError, match="A Series was given where the name of a column"):
        borgerlib.estimate_proportions(FRAME, **{"item": "a", argument: FRAME["s"]})


@pytest.mark.parametrize(
    "asked",
    [
        lambda name: borgerlib.compare_municipalities(FRAME, "a.x", codebook=name),
        lambda name: borgerlib.compare_waves(FRAME, FRAME, codebooks=(name, name), names=("1", "2")),
        lambda name: borgerlib.follow_targets([], {"1": FRAME}, codebook=name),
        lambda name: borgerlib.latent_classes(FRAME, name),
        lambda name: borgerlib.banner_table(FRAME, name, by=["a"]),
        lambda name: borgerlib.clean(FRAME, name),
    ],
)
def test_a_codebooks_name_is_no_codebook(asked: object) -> None:
    with pytest.raises(borgerlib.ParameterError, match=r"A str was given where a codebook belongs\.\nRead"):
        asked("borgerinteresse")


def test_each_wave_has_its_codebook() -> None:
    book = borgerlib.load_codebook("borgerinteresse")
    for books in (book, (book,)):
        with pytest.raises(borgerlib.ParameterError, match=r"not those of both waves\.\nGive \(earlier"):
            borgerlib.compare_waves(FRAME, FRAME, codebooks=books, names=("1", "2"))

"""The same numbers from every kind of column and frame."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import polars
import pyarrow
import pytest

import borgerlib

PEOPLE = pd.DataFrame(
    {
        "svar": ["ja", "nej", None, "ja", "ja", "nej"] * 5,
        "koen": ["k", "m", "k", "k", "m", "m"] * 5,
        "emne__natur": [1, 0, 1, None, 1, 0] * 5,
        "alder": [20.0, 31, 44, None, 60, 71] * 5,
        "w": [1.0, 2, 1, 1.5, 1, 2] * 5,
    }
)
WORDS = pd.ArrowDtype(pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))
MARGIN = {"koen": pd.Series({"k": 60, "m": 40})}
KINDS: dict[str, Callable[[pd.DataFrame], object]] = {
    "nullable": lambda frame: frame.convert_dtypes(),
    "Arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "categories": lambda frame: frame.astype({"svar": "category", "koen": "category"}),
    "categories of Arrow": lambda frame: frame.astype(
        {
            name: pd.ArrowDtype(pyarrow.dictionary(pyarrow.int32(), pyarrow.string()))
            for name in ("svar", "koen")
        }
    ),
    "polars": polars.from_pandas,
    "an Arrow table": pyarrow.Table.from_pandas,
}
ASKED: dict[str, Callable[[object], object]] = {
    "shares": lambda f: borgerlib.estimate_proportions(f, "svar", by="koen", weight="w")["standard_error"],
    "options": lambda f: borgerlib.estimate_proportions(f, "emne", weight="w")["ci_lower"],
    "differences": lambda f: borgerlib.estimate_difference(f, "svar", by="koen", weight="w")["p_value"],
    "means": lambda f: borgerlib.estimate_mean(f, "alder", by="koen", weight="w")["standard_error"],
    "medians": lambda f: borgerlib.estimate_quantiles(f, "alder", weight="w")["ci_upper"],
    "ratios": lambda f: borgerlib.estimate_ratio(f, "alder", "w")["standard_error"],
    "a test": lambda f: list(borgerlib.rao_scott_test(f, "svar", "koen", weight="w")),
    "a model": lambda f: borgerlib.regress(f, "alder ~ koen", weight="w").bse,
    "a model of answers": lambda f: borgerlib.regress(f, "alder ~ svar", weight="w").bse,
    "raking": lambda f: borgerlib.rake(f, MARGIN, base_weight="w").weights,
    "shares, raked": lambda f: borgerlib.estimate_proportions(f, "svar", raked_to=borgerlib.rake(f, MARGIN))[
        "standard_error"
    ],
    "again": lambda f: borgerlib.replicate_weights(f, weight="w").weights,
}


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("asked", ASKED)
def test_the_same_numbers(kind: str, asked: str) -> None:
    expected, found = ASKED[asked](PEOPLE), ASKED[asked](KINDS[kind](PEOPLE))
    assert list(found) == pytest.approx(list(expected), rel=1e-12)


def test_a_lazy_frame_is_to_be_collected() -> None:
    with pytest.raises(borgerlib.DataError, match="polars LazyFrame") as error:
        borgerlib.estimate_mean(polars.from_pandas(PEOPLE).lazy(), "alder")
    assert "collect()" in error.value.hint


def test_a_weighting_finds_its_respondents_without_their_index() -> None:
    people = PEOPLE.set_axis(range(100, 130))
    weighting = borgerlib.rake(people, MARGIN)
    expected = borgerlib.estimate_proportions(people, "svar", raked_to=weighting)
    for again in (people.reset_index(drop=True), polars.from_pandas(people)):
        found = borgerlib.estimate_proportions(again, "svar", raked_to=weighting)
        pd.testing.assert_frame_equal(found, expected)
    with pytest.raises(borgerlib.ParameterError, match="column 'koen' differs"):
        borgerlib.estimate_proportions(people[::-1].reset_index(drop=True), "svar", raked_to=weighting)


def test_columns_of_an_item_may_be_an_index() -> None:
    found = borgerlib.estimate_proportions(PEOPLE, PEOPLE.filter(like="emne__").columns)
    assert found["option"].tolist() == ["natur"]


def test_a_formula_takes_roles() -> None:
    people = PEOPLE.copy()
    people.attrs = {"codebook": "borgerinteresse"}
    model = borgerlib.regress(people, "alder ~ sex")
    assert model.params.tolist() == borgerlib.regress(people, "alder ~ koen").params.tolist()
    assert model.adjusted_shares("sex")["sex"].tolist() == ["k", "m"]

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from borgerlib.errors import DataError, ParameterError
from borgerlib.population.ages import AGE_BANDS, age_band, age_band_labels

STANDARD = ["15-17", "18-24", "25-34", "35-44", "45-54", "55-59", "60-64", "65-69", "70-79", "80+"]


def test_the_bands_are_those_of_the_design():
    assert age_band_labels() == STANDARD


def test_a_lowest_age_cuts_the_band_that_it_lies_in_and_drops_those_below():
    assert age_band_labels(min_age=16)[:2] == ["16-17", "18-24"]
    assert age_band_labels(min_age=18) == STANDARD[1:]
    assert age_band_labels(min_age=17)[0] == "17"
    assert age_band_labels(min_age=0) == ["0-14", *STANDARD]
    assert age_band_labels(min_age=90) == ["90+"]


def test_each_age_falls_in_its_band():
    ages = pd.Series([15, 17, 17.9, 18, 24, 25, 69, 70, 80, 110], index=range(10, 20), name="alder")
    banded = age_band(ages)
    assert banded.tolist() == [
        "15-17", "15-17", "15-17", "18-24", "18-24", "25-34", "65-69", "70-79", "80+", "80+",
    ]  # fmt: skip
    assert banded.index.tolist() == list(range(10, 20))
    assert banded.name == "alder"
    assert banded.cat.ordered
    assert banded.cat.categories.tolist() == STANDARD


def test_those_too_young_and_those_without_an_age_have_no_band():
    assert age_band(pd.Series([14, None, np.nan, -3])).isna().all()
    assert age_band(pd.Series([30, pd.NA], dtype="Int64")).tolist()[0] == "25-34"
    assert age_band(pd.Series([], dtype=float)).empty


def test_a_column_that_is_no_number_is_refused():
    with pytest.raises(DataError, match="'alder' should hold ages"):
        age_band(pd.Series(["tyve"], name="alder"))


@pytest.mark.parametrize("bands", [(), (30, 20), (20, 20)])
def test_bands_that_make_no_sense_are_refused(bands):
    with pytest.raises(ParameterError, match="lower ends, rising"):
        age_band_labels(bands)


def test_a_negative_lowest_age_is_refused():
    with pytest.raises(ParameterError, match="min_age -1"):
        age_band(pd.Series([20]), min_age=-1)


@given(age=st.integers(0, 125), min_age=st.integers(0, 100))
def test_an_age_lies_within_the_ends_that_its_band_names(age, min_age):
    band = age_band(pd.Series([age]), min_age=min_age).iloc[0]
    if age < min_age:
        assert pd.isna(band)
        return
    low, _, high = band.rstrip("+").partition("-")
    assert int(low) <= age
    assert band.endswith("+") or age <= int(high or low)
    assert band in age_band_labels(AGE_BANDS, min_age=min_age)

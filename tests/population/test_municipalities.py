import dataclasses

import pandas as pd
import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.population.municipalities import (
    locate,
    municipalities,
    municipality,
    squares,
)


def test_there_are_98_municipalities_of_five_regions_eleven_provinces_and_five_groups():
    frame = municipalities()
    assert len(frame) == frame["code"].nunique() == frame["name"].nunique() == 98
    assert (frame["region"].nunique(), frame["province"].nunique(), frame["group"].nunique()) == (5, 11, 5)
    # Statistics Denmark's 5,822,762 less the 84 of Christiansø, which is no municipality.
    assert frame["population"].sum() == 5_822_678
    assert frame["code"].is_monotonic_increasing
    assert frame["code"].str.fullmatch("[0-9]{4}").all()
    assert (frame["population"] > 0).all()
    assert frame.ne("").all(axis=None)


def test_a_municipality_is_all_that_is_known_about_it():
    assert dataclasses.astuple(municipality("Odense")) == (
        "0461",
        "Odense",
        "Odense Kommune",
        "Region Syddanmark",
        "Fyn",
        "Storbykommuner",
        204895,
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("Odense", "0461"),
        ("  odense KOMMUNE ", "0461"),
        ("0461", "0461"),
        ("461", "0461"),
        (461, "0461"),
        (461.0, "0461"),
        (pd.Series([461]).iloc[0], "0461"),
        ("Aarhus", "0751"),
        ("Århus", "0751"),
        ("A\u030arhus", "0751"),
        ("AARHUS", "0751"),
        ("Ærø", "0492"),
        ("aeroe", "0492"),
        ("ærø kommune", "0492"),
        ("København", "0101"),
        ("Københavns Kommune", "0101"),
        ("Koebenhavn", "0101"),
        ("Bornholm", "0400"),
        ("Bornholms Regionskommune", "0400"),
        ("Vesthimmerlands Kommune", "0820"),
        ("Lyngby Taarbæk", "0173"),
        ("Høje-Tåstrup", "0169"),
        ("Ringkøbing-Skjern", "0760"),
        ("Åbenrå", "0580"),
    ],
)
def test_every_common_spelling_is_understood(given, code):
    assert municipality(given).code == code


def test_every_name_full_name_and_code_leads_back_to_its_municipality():
    for row in municipalities().itertuples():
        assert {municipality(text).code for text in (row.name, row.full_name, row.code)} == {row.code}
        assert municipality(row.full_name.upper()).code == row.code


def test_full_names_are_the_official_ones():
    full_names = municipalities().set_index("name")["full_name"]
    irregular = {name: full for name, full in full_names.items() if full != f"{name} Kommune"}
    assert irregular == {"København": "Københavns Kommune", "Bornholm": "Bornholms Regionskommune"}
    assert full_names[["Nordfyns", "Vesthimmerlands", "Morsø", "Lyngby-Taarbæk"]].tolist() == [
        "Nordfyns Kommune",
        "Vesthimmerlands Kommune",
        "Morsø Kommune",
        "Lyngby-Taarbæk Kommune",
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("Odnse", ["'Odnse'", "'Odense'", "borgerlib.municipalities()"]),
        ("Vesthimmerland", ["'Vesthimmerlands'"]),
        ("Copenhagen", ["'København'"]),
        ("0411", ["municipality code '0411'", "'0410'"]),
        ("99999", ["'99999'", "98"]),
        ("Kommune", ["'Kommune'"]),
        ("", ["empty"]),
        ("  ", ["empty"]),
        (True, ["True"]),
        (None, ["None"]),
        (4.5, ["4.5"]),
        (float("nan"), ["nan"]),
    ],
)
def test_an_unknown_municipality_is_refused_with_the_nearest_names(given, words):
    with pytest.raises(ParameterError) as raised:
        municipality(given)
    assert [word for word in words if word not in str(raised.value)] == []


def test_locate_adds_what_is_known_to_each_row_in_its_order():
    codes = pd.Series(["0751", "461", "0751"], index=[7, 3, 5], name="kommunekode")
    before = codes.copy()
    located = locate(codes)
    assert located.index.tolist() == [7, 3, 5]
    assert located["name"].tolist() == ["Aarhus", "Odense", "Aarhus"]
    assert located["region"].tolist() == ["Region Midtjylland", "Region Syddanmark", "Region Midtjylland"]
    assert list(located.columns) == ["code", "name", "region", "province", "group"]
    pd.testing.assert_series_equal(codes, before)


def test_locate_reads_numbers_and_categories():
    assert locate(pd.Series([461, 751]))["name"].tolist() == ["Odense", "Aarhus"]
    assert locate(pd.Series(["461", "461"], dtype="category"))["province"].tolist() == ["Fyn", "Fyn"]


def test_locate_lists_every_value_that_is_no_municipality():
    codes = pd.Series(["0461", "9999", "Odnse", "9999", None], name="kommunekode")
    with pytest.raises(DataError) as raised:
        locate(codes)
    assert "kommunekode" in raised.value.message
    assert len(raised.value.problems) == 3
    assert raised.value.problems[0].startswith("2 rows: Unknown municipality code '9999'")
    assert raised.value.problems[1].startswith("1 row: Unknown municipality 'Odnse'")


def test_every_municipality_has_a_square_of_its_own_where_it_lies_in_the_country():
    at = {square["name"]: (int(square["row"]), int(square["column"])) for square in squares()}
    assert sorted(at) == sorted(municipalities()["name"])
    assert len(set(at.values())) == 98
    assert min(row for row, _ in at.values()) == min(column for _, column in at.values()) == 0
    assert at["Hjørring"][0] < at["Aalborg"][0] < at["Aarhus"][0] < at["Aabenraa"][0]
    assert at["Esbjerg"][1] < at["Odense"][1] < at["København"][1]


def test_every_square_has_letters_of_its_own_taken_from_the_name():
    letters = {square["name"]: square["letters"] for square in squares()}
    assert len(set(letters.values())) == 98
    for name, short in letters.items():
        assert len(short) == 3
        rest = iter(name.lower())
        assert all(letter in rest for letter in short.lower()), (name, short)
    assert letters["Odense"] == "Ode"
    assert letters["Fredericia"] == "Fra"

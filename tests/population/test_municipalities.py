import dataclasses

import pandas as pd
import pytest

from borgerlib import places
from borgerlib.errors import DataError, ParameterError
from borgerlib.population.municipalities import (
    locate,
    municipalities,
    municipality,
    read_municipalities,
    squares,
)


def test_there_are_98_municipalities_of_five_regions_eleven_provinces_and_five_groups():
    frame = municipalities()
    assert len(frame) == frame["code"].nunique() == frame["name"].nunique() == 98
    assert (frame["region"].nunique(), frame["province"].nunique(), frame["group"].nunique()) == (5, 11, 5)
    # Statistics Denmark's 5,822,762 less the 84 of Christiansø, which is no municipality.
    assert frame["population"].sum() == 5_822_678
    assert frame["code"].is_monotonic_increasing


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


SOUND = places.raw_data("befolkning", "kommuner.csv").read_text(encoding="utf-8")


def damage_of(tmp_path, content):
    file = tmp_path / "kommuner.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=r"^kommuner\.csv is damaged") as raised:
        read_municipalities(file)
    assert "git checkout" in raised.value.hint
    return raised.value.message, list(raised.value.problems)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows[:-1], ["there are 97 codes, not 98"]),
        (lambda rows: [*rows, "12,A,A,A,A,A,5"], ["line 100: '12' is no code of four digits", "99"]),
        (lambda rows: [*rows, rows[-1]], ["code '0860' stands 2 times"]),
        (lambda rows: [*rows[:-1], "0860,,A,A,A,A,5"], ["line 99: a cell is empty"]),
        (lambda rows: [*rows[:-1], "0860,A,A,A,A,A,-5"], ["line 99: '-5' is no number of people"]),
        (lambda rows: [*rows[:-1], "0860,A,A,A,A,A,0"], ["line 99: '0' is no number of people"]),
        (lambda rows: [*rows[:-1], "0860,A"], ["line 99: it should have 7 cells, and has 2"]),
        (
            lambda rows: ["1,,A,A,A,A,x", *rows[1:-1], "0860"],
            [
                "line 2: a cell is empty",
                "line 2: '1' is no code of four digits",
                "line 2: 'x' is no number of people",
                "line 99: it should have 7 cells, and has 1",
            ],
        ),
    ],
)
def test_all_that_is_damaged_in_the_list_of_municipalities_is_told(tmp_path, change, told):
    heading, *rows = SOUND.splitlines()
    assert rows[-1].startswith("0860,")
    _, problems = damage_of(tmp_path, "\n".join([heading, *change(rows)]).encode())
    assert len(problems) == len(told)
    assert all(text in problem for text, problem in zip(told, problems, strict=True))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "its columns are (none), not code, name, "),
        (b"kode;navn\n0461;Odense\n", "its columns are kode;navn, not code, name, "),
        (SOUND.encode("cp1252"), "it is no CSV in UTF-8."),
    ],
)
def test_another_file_than_the_list_of_municipalities_is_refused(tmp_path, content, told):
    message, _ = damage_of(tmp_path, content)
    assert told in message


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

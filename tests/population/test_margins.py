import warnings
from datetime import date

import pandas as pd
import pytest

from borgerlib.errors import MarginError, ParameterError
from borgerlib.population.margins import (
    PopulationDateWarning,
    municipality_cells,
    population_cells,
    population_margins,
)
from borgerlib.population.municipalities import municipalities
from borgerlib.population.table import population

DAY = date(2020, 6, 1)


@pytest.fixture(autouse=True)
def _own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))


def test_the_margins_of_a_municipality():
    margins = population_margins("Læsø", as_of=DAY)
    # Læsø had 1,786 people on 1 January 2020, 182 of them under 15; of the others 807 women and 797 men, and
    # 171 were 80 or older.
    assert list(margins) == ["sex", "age"]
    assert margins["sex"].index.tolist() == ["kvinde", "mand"]
    assert margins["age"].index.tolist()[0] == "15-17"
    assert margins["age"].index.tolist()[-1] == "80+"
    assert margins["sex"].to_dict() == {"kvinde": 807, "mand": 797}
    assert margins["age"].sum() == 1786 - 182
    assert margins["age"]["80+"] == 171


def test_every_margin_and_the_cells_have_the_same_sum_in_every_municipality():
    cells = population_cells(by=("municipality", "sex", "age"), as_of=DAY)
    by_municipality = cells.groupby("municipality").sum()
    for code in ("0101", "0461", "0825", "0860"):
        margins = population_margins(code, as_of=DAY)
        assert margins["sex"].sum() == margins["age"].sum() == by_municipality[code]
        pd.testing.assert_series_equal(
            cells.loc[code].groupby("sex").sum(), margins["sex"], check_names=False, check_index_type=False
        )


def test_with_all_ages_the_sums_are_the_published_populations():
    by_municipality = population_margins(by=["municipality"], min_age=0, as_of=DAY)["municipality"]
    published = municipalities().set_index("code")["population"]
    assert by_municipality.to_dict() == published.to_dict()
    assert population_margins(by=["sex"], min_age=0, as_of=DAY)["sex"].sum() == 5_822_678


def test_an_age_band_is_the_sum_of_its_years():
    people = population("Odense")
    expected = people.query("25 <= age <= 34 and sex == 'kvinde'")["population"].sum()
    cells = population_cells("Odense", as_of=DAY)
    assert cells.index.names == ["sex", "age"]
    assert len(cells) == 20
    assert cells["kvinde", "25-34"] == expected
    assert population_margins("Odense", min_age=18, as_of=DAY)["age"].index[0] == "18-24"


def test_margins_are_named_like_the_respondents_columns():
    by = {"koen": "sex", "aldersgruppe": "age"}
    margins = population_margins("Odense", by=by, as_of=DAY)
    assert [(column, margin.index.name) for column, margin in margins.items()] == [
        ("koen", "koen"),
        ("aldersgruppe", "aldersgruppe"),
    ]
    assert population_cells("Odense", by=by, as_of=DAY).index.names == ["koen", "aldersgruppe"]


def test_the_country_by_place():
    regions = population_margins(by=["region"], min_age=0, as_of=DAY)["region"]
    expected = municipalities().groupby("region")["population"].sum()
    assert regions.to_dict() == expected.to_dict()


def test_margins_carry_their_date_and_source():
    margin = population_margins("Odense", as_of=DAY)["sex"]
    assert margin.attrs["reference_date"] == "2020-01-01"
    assert "Danmarks Statistik" in margin.attrs["source"]
    assert population_cells("Odense", as_of=DAY).attrs["reference_date"] == "2020-01-01"


def test_old_margins_warn_with_their_date():
    with pytest.warns(PopulationDateWarning, match="counted on 2020-01-01") as caught:
        population_margins("Odense", as_of=date(2022, 1, 2))
    assert caught[0].filename == __file__
    with pytest.warns(PopulationDateWarning, match="borger population refresh"):
        population_cells("Odense")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        population_margins("Odense", as_of=date(2022, 1, 1))


def test_levels_merge_by_the_users_rule():
    plain = population_margins("Odense", as_of=DAY)["age"]
    rules = {"age": {"60-69": ["60-64", "65-69"]}}
    merged = population_margins("Odense", merge=rules, as_of=DAY)["age"]
    assert merged["60-69"] == plain["60-64"] + plain["65-69"]
    assert merged.index.tolist()[6:8] == ["60-69", "70-79"]
    assert merged.sum() == plain.sum()
    assert merged.attrs == plain.attrs
    cells = population_cells("Odense", merge=rules, as_of=DAY)
    assert cells.groupby("age").sum()["60-69"] == merged["60-69"]
    with pytest.raises(MarginError, match="'60-63'"):
        population_cells("Odense", merge={"age": {"60-69": ["60-63", "65-69"]}}, as_of=DAY)


@pytest.mark.parametrize(
    ("by", "words"),
    [(["sex", "agee"], "'agee'. Did you mean 'age'"), ({"koen": "køn"}, "'køn'"), ([], "none is given")],
)
def test_an_unknown_variable_is_refused(by, words):
    with pytest.raises(ParameterError, match="names the variables") as raised:
        population_margins("Odense", by=by, as_of=DAY)
    assert words in str(raised.value)
    assert "Legal: sex, age, municipality" in raised.value.hint


def test_an_unknown_municipality_is_refused():
    with pytest.raises(ParameterError, match="'Odense'"):
        population_margins("Odnse", as_of=DAY)


def test_the_cells_of_the_leaders_survey_hold_all_98_municipalities():
    cells = municipality_cells()
    assert cells.index.names == ["region", "group"]
    assert cells.sum() == 98
    # Counted by hand: Aalborg alone is a Storbykommune in the north, Rebild alone an Oplandskommune.
    assert cells["Region Nordjylland"].to_dict() == {
        "Landkommuner": 9,
        "Oplandskommuner": 1,
        "Storbykommuner": 1,
    }
    assert cells.groupby("region").sum().to_dict() == {
        "Region Hovedstaden": 29,
        "Region Midtjylland": 19,
        "Region Nordjylland": 11,
        "Region Sjælland": 17,
        "Region Syddanmark": 22,
    }


def test_cells_of_municipalities_merge_and_are_named_as_asked():
    rules = {"gruppe": {"By": ["Storbykommuner", "Provinsbykommuner"]}}
    cells = municipality_cells({"region": "region", "gruppe": "group"}, merge=rules)
    # The north: Aalborg alone. Central Jutland: Aarhus, and six Provinsbykommuner.
    assert cells["Region Nordjylland", "By"] == 1
    assert cells["Region Midtjylland", "By"] == 7
    assert cells.sum() == 98
    with pytest.raises(ParameterError, match="sex"):
        municipality_cells(["sex"])

"""Quotas from a file, from the population, and for the seats that are vacant."""

import unicodedata

import pandas as pd
import pytest
from pools import quotas_of

from borgerlib.contact.draw.people import pool_of, read_people
from borgerlib.contact.draw.quotas import quotas_from_population, quotas_of_vacancies, read_quotas
from borgerlib.contact.lottery.leximin import leximin_chances
from borgerlib.errors import DataError


def test_a_table_and_a_toml_file_give_the_same_quotas(tmp_path):
    (tmp_path / "q.csv").write_text("feature;value;min;max\nkøn;kvinde;2;3\nkøn;mand;2;3\n", "utf-8")
    tables = [f'[[quota]]\nfeature = "køn"\nvalue = "{v}"\nmin = 2\nmax = 3\n' for v in ("kvinde", "mand")]
    (tmp_path / "q.toml").write_text("\n".join(tables), "utf-8")
    # As a Mac may write it: 'å' is two signs.
    place = unicodedata.normalize("NFD", "feature;value;min;max\nområde;Åby;2;3\n")
    (tmp_path / "mac.csv").write_text(place, "utf-8")
    assert read_quotas(tmp_path / "mac.csv").iloc[0, :2].tolist() == ["område", "Åby"]
    expected = quotas_of(("køn", "kvinde", 2, 3), ("køn", "mand", 2, 3))
    for name in ("q.csv", "q.toml"):
        found = read_quotas(tmp_path / name)
        assert found.to_numpy().tolist() == expected.to_numpy().tolist()


def test_headings_in_capitals_and_points_between_thousands_are_read(tmp_path):
    (tmp_path / "q.csv").write_text("Feature; Value;Min;MAX\nkøn;kvinde;2;1.200\nkøn;mand;2;3\n", "utf-8")
    assert read_quotas(tmp_path / "q.csv").to_numpy().tolist() == [
        ["køn", "kvinde", 2, 1200], ["køn", "mand", 2, 3],
    ]  # fmt: skip


def test_minima_above_the_seats_are_mended_by_quotas_not_blamed_on_households():
    people = pd.DataFrame({"køn": ["k", "m"] * 3}, index=list("abcdef"))
    # Per cent in place of people: of the 100 wanted 4 have seats, and 96 have to go.
    with pytest.raises(DataError) as caught:
        leximin_chances(people, quotas_of(("køn", "k", 50, 50), ("køn", "m", 50, 50)), 4)
    assert "The smallest change that mends it moves 96 people's seats:" in caught.value.problems


def test_a_quota_file_that_lacks_something_says_what(tmp_path):
    (tmp_path / "q.csv").write_text("feature;value;min\nkøn;kvinde;2\nkøn;mand;1\n", "utf-8")
    with pytest.raises(DataError, match=r"q\.csv lacks the column max"):
        read_quotas(tmp_path / "q.csv")
    (tmp_path / "q.toml").write_text(
        '[[quota]]\nfeature = "køn"\nvalue = "kvinde"\nmin = -1\nmax = 2\n', "utf-8"
    )
    with pytest.raises(DataError, match="at least 0"):
        read_quotas(tmp_path / "q.toml")


@pytest.mark.filterwarnings("ignore::borgerlib.population.margins.PopulationDateWarning")
def test_the_population_gives_quotas_that_hold_its_shares():
    quotas = quotas_from_population("Odense", 36, by={"koen": "sex", "aldersgruppe": "age"})
    assert set(quotas["feature"]) == {"koen", "aldersgruppe"}
    for _, of_feature in quotas.groupby("feature"):
        assert of_feature["min"].sum() <= 36 <= of_feature["max"].sum()
        assert (of_feature["max"] - of_feature["min"]).max() == 1


def test_vacant_seats_have_what_is_left_of_the_quotas():
    quotas = quotas_of(("sex", "k", 2, 3), ("sex", "m", 2, 3))
    people = pd.DataFrame({"sex": list("kkkmm")}, index=list("abcde"))
    left = quotas_of_vacancies(quotas, people.loc[["a", "d"]])
    assert left.to_numpy().tolist() == [["sex", "k", 1, 2], ["sex", "m", 1, 2]]
    pool, left, seats = pool_of(people, quotas, 5, ["a", "d"])
    assert (list(pool.index), seats) == (["b", "c", "e"], 3)
    with pytest.raises(DataError, match="are seated but are not among the people: z"):
        pool_of(people, quotas, 5, ["z"])
    with pytest.raises(DataError, match="none is vacant"):
        pool_of(people, quotas, 2, ["a", "d"])


def test_neither_who_has_withdrawn_nor_who_lives_with_somebody_seated_takes_a_vacant_seat():
    quotas = quotas_of(("sex", "k", 2, 3), ("sex", "m", 2, 3))
    people = pd.DataFrame(
        {"sex": list("kkkmm"), "home": ["A 1", None, "2", "a 1", None]}, index=list("abcde")
    )
    pool, _, seats = pool_of(people, quotas, 5, ["a"], withdrawn=["c"], household="home")
    assert (list(pool.index), seats) == (["b", "e"], 4)  # d lives with a
    pool, left, _ = pool_of(people, quotas, 4, [], withdrawn=["c"])
    assert list(pool.index) == list("abde")
    assert left.equals(quotas)
    with pytest.raises(DataError) as caught:
        pool_of(people, quotas, 5, ["a"], withdrawn=["a", "z"], household="hjem")
    assert caught.value.problems == (
        "These have withdrawn but are not among the people: z.",
        "These are seated and have withdrawn: a.",
        "There is no column 'hjem' of households.",
    )


def test_people_that_cannot_be_told_apart_are_refused(tmp_path):
    (tmp_path / "p.csv").write_text("nr;sex\n1;k\n1;m\n;k\n3;m\n", "utf-8")
    with pytest.raises(DataError) as caught:
        read_people(tmp_path / "p.csv", "nr")
    assert "1 rows have no nr." in str(caught.value)
    assert "more than once: 1" in str(caught.value)
    with pytest.raises(DataError, match="Unknown column 'id'"):
        read_people(tmp_path / "p.csv", "id")

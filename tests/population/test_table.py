from datetime import date

import pandas as pd
import pytest

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.population.table import (
    bundled_table,
    current_table,
    population,
    read_table,
    refreshed_path,
    table_problems,
    write_table,
)


@pytest.fixture(autouse=True)
def _own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))


def bundled_text():
    return places.raw_data("befolkning", "folketal_2020k1.csv").read_text(encoding="utf-8")


def test_the_table_that_ships_is_whole():
    table = bundled_table()
    assert table.counts.shape == (196, 111)
    assert table.counts.to_numpy().sum() == 5_822_678
    assert table.reference_date == date(2020, 1, 1)
    assert table_problems(table.counts) == []


def test_population_has_one_row_a_municipality_sex_and_age():
    people = population("Odense")
    assert list(people.columns) == ["code", "sex", "age", "population"]
    assert len(people) == 2 * 111
    assert people["population"].sum() == 204_895
    assert people.attrs["reference_date"] == "2020-01-01"
    everybody = population()
    assert len(everybody) == 98 * 2 * 111
    # Statistics Denmark, 1 January 2020: newborn men and women of Copenhagen.
    newborn = everybody.query("code == '0101' and age == 0").set_index("sex")["population"]
    assert newborn.to_dict() == {"kvinde": 4882, "mand": 5039}


def test_what_is_done_to_a_population_does_not_reach_the_next_caller():
    people = population("Odense")
    people["population"] = 0
    assert population("Odense")["population"].sum() == 204_895


def test_a_refreshed_table_is_preferred_and_read_again_when_it_changes():
    table = bundled_table()
    assert current_table().reference_date == date(2020, 1, 1)
    write_table(type(table)(table.counts, date(2026, 1, 1)), refreshed_path())
    assert current_table().reference_date == date(2026, 1, 1)
    write_table(type(table)(table.counts, date(2026, 4, 1)), refreshed_path())
    assert current_table().reference_date == date(2026, 4, 1)
    refreshed_path().unlink()
    assert current_table().reference_date == date(2020, 1, 1)


def test_a_table_survives_writing_and_reading(tmp_path):
    path = tmp_path / "new" / "table.csv"
    write_table(bundled_table(), path)
    assert path.read_text(encoding="utf-8") == bundled_text()
    pd.testing.assert_frame_equal(read_table(path).counts, bundled_table().counts)
    assert [file.name for file in path.parent.iterdir()] == ["table.csv"]


def test_a_failed_write_leaves_the_old_file_and_nothing_beside(tmp_path):
    path = tmp_path / "table.csv"
    write_table(bundled_table(), path)
    broken = type(bundled_table())(bundled_table().counts, "not a date")
    with pytest.raises(AttributeError):
        write_table(broken, path)
    folder = tmp_path / "taken"
    (folder / "full").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write_table(bundled_table(), folder)
    assert path.read_text(encoding="utf-8") == bundled_text()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["table.csv", "taken"]


def test_a_damaged_refreshed_table_says_how_to_go_back():
    refreshed_path().parent.mkdir(parents=True)
    refreshed_path().write_text("nonsense\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"folketal\.csv is no population table") as raised:
        current_table()
    assert f"Delete {refreshed_path()}" in raised.value.hint


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.replace("0461,mand,", "0462,mand,"), ["lacking", "0461", "0462 mand"]),
        (lambda text: text.replace("0461,mand", "0461,male"), ["0461 male"]),
        (lambda text: text.replace("0461,mand", "0461,kvinde"), ["more than once"]),
        (
            lambda text: text.replace("0101,kvinde,2020-01-01,4882", "0101,kvinde,2020-01-01,-4"),
            ["'-4'", "age 0"],
        ),
        (lambda text: text.replace("0101,kvinde,2020-01-01,4882", "0101,kvinde,2020-01-01,x"), ["'x'"]),
        (
            lambda text: text.replace("0101,kvinde,2020-01-01,4882", "0101,kvinde,2020-01-01,"),
            ["age 0: 'nan'"],
        ),
        (lambda text: text.replace("0101,kvinde,2020", "0101,kvinde,2021"), ["one date, there are 2"]),
        (lambda text: text.replace(",56,", ",156,", 1), ["without a gap"]),
        (lambda text: "\n".join(line.rsplit(",", 20)[0] for line in text.splitlines()), ["at least 100"]),
        (lambda text: text.replace("2020-01-01,", "2020-01-01,9"), ["cannot be Denmark"]),
        (lambda text: text.replace("2020-01-01", "snart"), ["no population table"]),
        (lambda text: "\n".join(text.splitlines()[:50]), ["lacking", "more"]),
        (lambda text: "", ["no population table"]),
        (lambda text: text.replace("code,", "kode,"), ["no population table"]),
    ],
)
def test_every_damage_to_a_table_is_found(tmp_path, damage, words):
    path = tmp_path / "table.csv"
    path.write_text(damage(bundled_text()), encoding="utf-8")
    with pytest.raises(DataError, match="table") as raised:
        read_table(path)
    assert [word for word in words if word not in str(raised.value)] == []

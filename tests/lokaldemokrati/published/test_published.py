import pytest

from borgerlib import places
from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.published import numbers
from borgerlib.lokaldemokrati.published.numbers import load_published, standing_values
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS


def test_every_figure_of_the_report_is_there():
    figures = set(load_published()["figure"])
    assert figures == {*(str(n) for n in range(1, 14)), "N1", "N2", "N3", "N4", "tekst"}


@pytest.mark.parametrize(
    ("figure", "values"),
    [
        ("1", [97, 95, 90, 90, 81, 24]),
        ("5", [24, 35, 35, 6, 0, 0]),
        ("9", [77, 62, 38, 34, 20, 19, 17, 13]),
        ("12", [53, 47, 36, 29, 10]),
        ("N2", [82, 65, 44]),
    ],
)
def test_a_figure_holds_its_values_in_order(figure, values):
    published = load_published()
    assert published.loc[published["figure"] == figure, "value"].tolist() == values


def test_only_unreadable_and_bounded_values_are_missing_and_each_says_why():
    published = load_published()
    missing = published[published["value"].isna()]
    assert set(missing["certainty"]) == {"unreadable", "bounded"}
    assert missing["note"].str.len().min() > 10


def test_every_item_of_the_codebook_is_published():
    published = load_published()
    assert {item.id for item in load_codebook(LEADERS)} == set(published["item"]) - {""}


def test_the_contradicted_figure_follows_what_is_not_in_doubt():
    # Figure 1 shows 97, 95, 90, 90, 81, 24. The mayor's is 90 elsewhere, so the 95 is left for the successes.
    standing = standing_values(load_published()).set_index("item")["value"]
    assert standing["udsagn_borgmester"] == 90
    assert standing["udsagn_succeser"] == 95


def test_every_value_is_a_whole_number_that_its_unit_can_have():
    published = load_published()
    assert published["value"].min() >= 0
    assert published.loc[published["unit"] == "pct", "value"].max() <= 100
    assert published["n_stated"].min() >= 1


def test_every_value_is_of_an_item_and_option_of_the_codebook_or_has_a_label():
    codebook = load_codebook(LEADERS)
    for row in load_published().to_dict("records"):
        if row["item"]:
            codebook.item(row["item"]).members(row["option"])
        else:
            assert row["label"]
        if row["group"]:
            group, _, option = row["group"].partition("=")
            codebook.item(group).option(option)


def test_no_figure_has_two_values_of_one_answer():
    published = load_published()
    of_items = published[published["item"] != ""]
    assert not of_items.duplicated(["insight", "figure", "item", "option", "group"]).any()


def test_every_place_in_the_report_is_one_that_it_has():
    places_of = {*map(str, range(1, 11)), "metode", "om", "noegletal", "case"}
    assert set(load_published()["insight"]) <= places_of


@pytest.mark.parametrize("content", [None, b"", b"value_id,insight\nx,\xff\n", b"value_id,insight\nx,1\n"])
def test_a_missing_or_damaged_file_is_told(monkeypatch, tmp_path, content):
    path = tmp_path / "published.csv"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setattr(places, "raw_data", lambda *_: path)
    with pytest.raises(DataError, match=r"published values in .* cannot be used"):
        numbers._shipped.__wrapped__()
